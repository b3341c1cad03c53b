//! What a page says where there is nothing to show.

use leptos::prelude::*;
use shared::Error;
use shared::i18n;

use crate::context::{Page, t};
use crate::ui::{Button, ButtonKind, ErrorState, LinkButton};

/// Unknown address, or a record that is not there for this reader.
pub fn not_found() -> AnyView {
    answer_with(404);
    view! {
        <ErrorState title=t("ui.state.not_found") text=t("ui.state.not_found_text")>
            <LinkButton href="/" kind=ButtonKind::Primary>{t("ui.state.go_home")}</LinkButton>
        </ErrorState>
    }
    .into_any()
}

/// A type that the reader has no right to.
pub fn no_access() -> AnyView {
    answer_with(403);
    view! {
        <ErrorState denied=true title=t("ui.state.no_access") text=t("error.forbidden")>
            <LinkButton href="/" kind=ButtonKind::Primary>{t("ui.state.go_home")}</LinkButton>
        </ErrorState>
    }
    .into_any()
}

/// Whatever kept the content away, with another try where that helps.
pub fn failed(error: Error, retry: impl Fn() + Send + Sync + 'static) -> AnyView {
    match error {
        Error::NotFound => not_found(),
        Error::Forbidden => no_access(),
        error => {
            let page = Page::take();
            let text = Signal::derive(move || i18n::error_sentence(page.locale.get(), &error));
            view! {
                <ErrorState title=t("ui.state.error") text>
                    <Button kind=ButtonKind::Primary icon="refresh-cw" on_click=move |_| retry()>
                        {t("ui.action.retry")}
                    </Button>
                </ErrorState>
            }
            .into_any()
        }
    }
}

/// Sets the status of the server's answer; does nothing in the browser.
fn answer_with(status: u16) {
    #[cfg(feature = "ssr")]
    if let (Some(options), Ok(status)) =
        (use_context::<leptos_axum::ResponseOptions>(), axum::http::StatusCode::from_u16(status))
    {
        options.set_status(status);
    }
    #[cfg(not(feature = "ssr"))]
    let _ = status;
}

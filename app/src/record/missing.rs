//! What a page says where there is nothing to show.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use shared::Error;
use shared::i18n;
use shared::live::LiveEvent;

use crate::context::{Page, t};
use crate::live::Live;
use crate::ui::{Button, ButtonKind, Connection, ErrorState, LinkButton};

/// How long after it was tried again nothing must have failed to say that it succeeded.
const ANSWERED: Duration = Duration::from_secs(10);

/// Unknown address, or a record that is not there for this reader.
pub fn not_found() -> AnyView {
    not_found_with(().into_any())
}

/// As [`not_found`], with what else can be done about it.
pub(super) fn not_found_with(also: AnyView) -> AnyView {
    answer_with(404);
    view! {
        <ErrorState title=t("ui.state.not_found") text=t("ui.state.not_found_text")>
            {also}
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

/// Whatever kept the content away, with another try where that helps. Where the server could not be reached, or the reader's rights change,
/// it is tried again by itself.
pub fn failed(error: Error, retry: impl Fn() + Send + Sync + 'static) -> AnyView {
    let refused = |error: Error| if error == Error::NotFound { not_found() } else { no_access() };
    failed_saying(error, Callback::new(move |()| retry()), refused)
}

/// The same for a part of a page that is there itself: it says no more than what is wrong, neither where else to go nor in the
/// status of the answer.
pub fn part_failed(error: Error, retry: impl Fn() + Send + Sync + 'static) -> AnyView {
    let refused = |error: Error| {
        let denied = error != Error::NotFound;
        let (title, text) = match denied {
            true => ("ui.state.no_access", "error.forbidden"),
            false => ("ui.state.not_found", "ui.state.not_found_text"),
        };
        view! { <ErrorState denied title=t(title) text=t(text)/> }.into_any()
    };
    failed_saying(error, Callback::new(move |()| retry()), refused)
}

/// The same with words of one's own where there is nothing (`NotFound`), or where the reader may not see it: for want of a right,
/// or of being signed in.
pub fn failed_saying(error: Error, retry: Callback<()>, refused: impl FnOnce(Error) -> AnyView) -> AnyView {
    match error {
        error if error.is_denial() => {
            once_allowed(retry);
            refused(error)
        }
        error => trouble(error, retry),
    }
}

/// What [`failed`] shows of other errors. It is not generic: for each page its code would come once more.
fn trouble(error: Error, retry: Callback<()>) -> AnyView {
    if error == Error::Offline {
        once_back(&error, retry);
    }
    let page = Page::take();
    let text = Signal::derive(move || i18n::error_sentence(page.locale.get(), &error));
    view! {
        <ErrorState title=t("ui.state.error") text>
            <Button kind=ButtonKind::Primary icon="refresh-cw" on_click=move |_| retry.run(())>
                {t("ui.action.retry")}
            </Button>
        </ErrorState>
    }
    .into_any()
}

/// Tries again once the reader's rights have changed.
fn once_allowed(retry: Callback<()>) {
    Live::take().listen(move |event| {
        if *event == LiveEvent::Reset {
            let _ = retry.try_run(());
        }
    });
}

/// Tries again once the connection is back, and after a rest where it is said to be there: a longer one each time, until it comes back.
fn once_back(error: &Error, retry: Callback<()>) {
    let live = Live::take();
    let again = live.again();
    let rest = StoredValue::new(again.after(error).unwrap_or_default());
    let (state, failed) = (live.state(), again.failed());
    Effect::new(move |was_live: Option<bool>| {
        let is_live = state.get() == Connection::Live;
        // What is shown then doesn't say that it was loaded again. The count is that of all parts of the page.
        if was_live.is_none() {
            set_timeout(move || again.settled(failed), rest.get_value() + ANSWERED);
        }
        if is_live {
            let is_back = was_live == Some(false);
            if is_back {
                again.loaded();
            }
            let wait = if is_back { Duration::ZERO } else { rest.get_value() };
            let ask = move || {
                let _ = retry.try_run(());
            };
            let timer = set_timeout_with_handle(ask, wait).ok();
            on_cleanup(move || {
                timer.inspect(TimeoutHandle::clear);
            });
        }
        is_live
    });
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

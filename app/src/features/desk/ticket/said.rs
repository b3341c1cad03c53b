//! The text of a message, and the pictures in it that lie elsewhere.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlImageElement;
use shared::post::{SAYS_NOTHING, with_named_folds};
use shared::record::rich::escape;
use uuid::Uuid;
use wasm_bindgen_futures::JsFuture;

use super::Ticket;
use crate::context::t;
use crate::ui::{Button, Size};

/// The text, of a field of that record; pictures from elsewhere are fetched when asked for, because that tells their sender that
/// one reads. The server fetches them: the sender learns nothing else.
pub(super) fn said(ticket: Ticket, (record_type, id): (&'static str, Uuid), html: String) -> AnyView {
    if html == SAYS_NOTHING {
        return view! { <p class="message-text muted">{t("mail.says_nothing")}</p> }.into_any();
    }
    let html = with_named_folds(&html, ticket.desk.page.locale.get_untracked());
    let node = NodeRef::<Div>::new();
    let remote = RwSignal::new(html.contains("data-remote-src"));
    let load = move |_| {
        let Some(area) = node.get_untracked() else { return };
        let Ok(found) = area.query_selector_all("img[data-remote-src]") else { return };
        let failed = ticket.desk.page.text_now("desk.picture_failed");
        for place in 0..found.length() {
            if let Some(image) = found.item(place).and_then(|node| node.dyn_into::<HtmlImageElement>().ok()) {
                show_picture(image, format!("/api/pictures/{record_type}/{id}/{place}"), failed.clone());
            }
        }
        remote.set(false);
    };
    view! {
        // The store let through only what is harmless.
        <div class="message-text rich" node_ref=node inner_html=html></div>
        <Show when=move || remote.get()>
            <Button size=Size::Small icon="image" on_click=load>{t("desk.load_pictures")}</Button>
        </Show>
    }
    .into_any()
}

/// Shows the picture at an address, else what is said in its place.
fn show_picture(image: HtmlImageElement, address: String, failed: String) {
    drop(image.remove_attribute("data-remote-src"));
    image.set_src(&address);
    spawn_local(async move {
        if JsFuture::from(image.decode()).await.is_err() {
            image.set_outer_html(&format!("<em class=\"muted picture-failed\">{}</em>", escape(&failed)));
        }
    });
}

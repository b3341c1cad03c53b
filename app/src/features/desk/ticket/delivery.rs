//! Whether a message has reached whom it was mailed to.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::post::in_words;
use shared::types::TICKET_MESSAGE;
use shared::{Row, i18n};
use uuid::Uuid;

use super::Ticket;
use crate::api::post::send_again;
use crate::context::t;
use crate::ui::{Badge, Button, Size, Tone};

/// How far a mail has come; said where it failed or still waits.
pub(super) fn delivery(ticket: Ticket, row: &Row) -> Option<AnyView> {
    let page = ticket.desk.page;
    let state = row.text("delivery")?.to_owned();
    let (tone, icon) = match state.as_str() {
        "sent" => (Tone::Neutral, "check"),
        "queued" => (Tone::Info, "clock"),
        _ => (Tone::Danger, "circle-alert"),
    };
    let why = row.text("delivery_error").map(str::to_owned);
    let told = move |why: String| view! { <span class="meta">{move || in_words(page.locale.get(), &why)}</span> };
    let again = matches!(state.as_str(), "failed" | "bounced").then(|| send_again_button(ticket, row.id));
    let label = move || i18n::choice_label(page.locale.get(), &TICKET_MESSAGE, "delivery", &state);
    Some(
        view! {
            <p class="message-delivery">
                <Badge tone icon>{label}</Badge>
                {why.map(told)}
                {again}
            </p>
        }
        .into_any(),
    )
}

/// Sends it once more; the live log tells how far it comes.
fn send_again_button(ticket: Ticket, id: Uuid) -> AnyView {
    let desk = ticket.desk;
    let busy = RwSignal::new(false);
    let send = move |_| {
        busy.set(true);
        spawn_local(async move {
            let locale = desk.page.locale.get_untracked();
            match send_again(id).await {
                Ok(()) => desk.toasts.push(i18n::translate(locale, "mail.sent_again", &[]), Tone::Success, None),
                Err(fault) => desk.toasts.push(i18n::error_sentence(locale, &fault.0), Tone::Danger, None),
            }
            let _ = busy.try_set(false);
        });
    };
    view! { <Button size=Size::Small busy on_click=send>{t("mail.send_again")}</Button> }.into_any()
}

//! Who gets an answer, how, and in which language.

use leptos::prelude::*;
use shared::post::AnswerWay;
use shared::types::MAILED_CHANNELS;

use crate::context::t;
use crate::features::desk::ticket::Ticket;
use crate::ui::Switch;

/// How the customer gets the answers, one that is said to be mailed too; tracked.
pub(super) fn way(ticket: Ticket, by_mail: bool) -> AnswerWay {
    let (mailed, addressed) = mailed(ticket);
    if mailed || by_mail && addressed { ticket.desk.known(|around| around.found.way) } else { AnswerWay::Kept }
}

/// Whether answers are mailed without being asked, by the way the ticket came in, and whether there is an address; tracked.
fn mailed(ticket: Ticket) -> (bool, bool) {
    ticket.record.row.with(|row| {
        let mailed = row.text("channel").is_some_and(|channel| MAILED_CHANNELS.contains(&channel));
        (mailed, row.text("requester_email").is_some())
    })
}

/// The customer's language, as far as it is known, else the reader's; tracked.
pub(in crate::features::desk) fn language(ticket: Ticket) -> String {
    let theirs = ticket.record.row.with(|row| row.text("locale").map(str::to_owned));
    theirs.unwrap_or_else(|| ticket.desk.page.locale.get().code().to_owned())
}

/// Mails an answer that would only be kept, where there is an address.
pub(super) fn by_mail(ticket: Ticket) -> AnyView {
    let writing = ticket.writing;
    let offered = Memo::new(move |_| {
        let (mailed, addressed) = mailed(ticket);
        !mailed && addressed && !writing.note.get() && way(ticket, true) != AnswerWay::Kept
    });
    view! {
        <Show when=move || offered.get()>
            <div class="desk-by-mail">
                <Switch value=writing.by_mail on_change=move |on| writing.by_mail.set(on)>{t("desk.by_mail")}</Switch>
            </div>
        </Show>
    }
    .into_any()
}

/// Who gets the answer.
pub(super) fn receivers(ticket: Ticket) -> String {
    let page = ticket.desk.page;
    if ticket.writing.note.get() {
        return page.text("desk.to_colleagues");
    }
    let row = ticket.row();
    match (row.text("requester_email"), way(ticket, ticket.writing.by_mail.get())) {
        (Some(email), AnswerWay::Mailed) => {
            let all: Vec<String> = [email.to_owned()].into_iter().chain(ticket.copies()).collect();
            page.text_with("desk.to_by_mail", &[("name", &all.join(", "))])
        }
        (Some(email), AnswerWay::Told) => page.text_with("desk.to_told", &[("name", email)]),
        (Some(email), AnswerWay::Kept) => page.text_with("desk.to", &[("name", email)]),
        (None, _) => page.text("desk.to_customer"),
    }
}

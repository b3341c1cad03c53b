//! What may help with a ticket: solved ones that say much the same, and articles to be put into the answer.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Row;
use shared::desk::Similar;

use super::Ticket;
use super::side::ticket_line;
use crate::api::desk::similar;
use crate::context::t;
use crate::features::desk::composer::{article_inserts, internal_badge, language};

pub(super) fn helpful(ticket: Ticket) -> AnyView {
    let found = RwSignal::new(Similar::default());
    let subject = Memo::new(move |_| ticket.record.row.with(|row| row.text("subject").map(str::to_owned)));
    // Not a resource: the page would wait for it.
    Effect::new(move |_| {
        // A memo that nobody reads follows nothing.
        subject.with(|_| ());
        spawn_local(async move {
            if let Ok(similar) = similar(ticket.id).await {
                drop(found.try_set(similar));
            }
        });
    });
    let article = move |row: Row| {
        let insert = Callback::new(move |html: String| ticket.writing.editor.insert(&html));
        let inserts = ticket.record.may_update.then(|| article_inserts(ticket, &row, insert));
        view! {
            <li class="helpful-article">
                <a class="related-item" href=format!("/articles/{}", row.id)>
                    <span class="truncate">{row.text("title").unwrap_or_default().to_owned()}</span>
                    {internal_badge(&row)}
                </a>
                {inserts}
            </li>
        }
    };
    // What the customer can read first. A memo: not all that becomes other about the ticket draws them anew.
    let language = Memo::new(move |_| language(ticket));
    let articles = Memo::new(move |_| {
        let mut all = found.with(|found| found.articles.clone());
        language.with(|own| all.sort_by_key(|row| row.text("locale").is_some_and(|other| other != own)));
        all
    });
    let any = Memo::new(move |_| found.with(|found| !found.tickets.is_empty() || !found.articles.is_empty()));
    view! {
        <Show when=move || any.get()>
            <section class="facts-group">
                <h2 class="section-title">{t("desk.helpful")}</h2>
                <ul class="related">
                    {move || articles.get().into_iter().map(article).collect_view()}
                    {move || found.with(|found| found.tickets.clone()).into_iter().map(|row| ticket_line(ticket, row)).collect_view()}
                </ul>
            </section>
        </Show>
    }
    .into_any()
}

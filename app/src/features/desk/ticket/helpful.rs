//! What may help with a ticket: solved ones that say much the same, and articles to be put into the answer.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Row;
use shared::desk::Similar;

use super::Ticket;
use super::side::{shown_of, ticket_line};
use crate::api::desk::similar;
use crate::context::t;
use crate::features::desk::composer::{article_inserts, internal_badge, language};

/// What may help, but for those of the requester's other tickets that are shown as such.
pub(super) fn helpful(ticket: Ticket, others: RwSignal<Vec<Row>>) -> AnyView {
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
        let insert = Callback::new(move |html: String| ticket.writing.editor.insert_apart(&html));
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
    let tickets = Memo::new(move |_| found.with(|found| others.with(|others| besides(&found.tickets, others))));
    let any = Memo::new(move |_| !tickets.with(Vec::is_empty) || found.with(|found| !found.articles.is_empty()));
    view! {
        <Show when=move || any.get()>
            <section class="facts-group">
                <h2 class="section-title">{t("desk.helpful")}</h2>
                <ul class="related">
                    {move || articles.get().into_iter().map(article).collect_view()}
                    {move || tickets.get().into_iter().map(|row| ticket_line(ticket, row)).collect_view()}
                </ul>
            </section>
        </Show>
    }
    .into_any()
}

/// The tickets that are not shown above among the others of the requester.
fn besides(tickets: &[Row], others: &[Row]) -> Vec<Row> {
    let shown = shown_of(others);
    tickets.iter().filter(|row| shown.iter().all(|other| other.id != row.id)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn rows(ids: impl IntoIterator<Item = u128>) -> Vec<Row> {
        ids.into_iter().map(|id| Row { id: Uuid::from_u128(id), version: 1, values: shared::Values::new() }).collect()
    }

    #[test]
    fn no_ticket_stands_beside_the_conversation_twice() {
        let ids = |rows: Vec<Row>| rows.iter().map(|row| row.id.as_u128()).collect::<Vec<_>>();
        assert_eq!(ids(besides(&rows([1, 2, 3]), &rows([2, 4]))), [1, 3]);
        // What is read of them and not shown may help.
        assert_eq!(ids(besides(&rows([1, 9]), &rows([1, 3, 4, 5, 6, 7, 9]))), [9]);
        assert_eq!(ids(besides(&rows([1]), &[])), [1]);
    }
}

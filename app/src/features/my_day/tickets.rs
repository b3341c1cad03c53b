//! Beside the tasks: tickets of mine that are due today or at risk, the most urgent first.

use leptos::prelude::*;
use serde_json::{Value, json};
use shared::desk::URGENCY;
use shared::query::{Filter, Op, Page as Rows};
use shared::record::instant_text;
use shared::types::{TICKET, unsettled_statuses};
use shared::{Row, format};

use super::deals::{LINES, read};
use super::tasks::day_start;
use crate::api::Answer;
use crate::context::Page;
use crate::ui::Icon;

/// Reads them; none without a right on tickets.
pub(super) async fn load(page: Page) -> Answer<Rows> {
    let now = page.now.get_untracked();
    let awake = Filter::Any(vec![
        Filter::field("snoozed_until", Op::Empty, Value::Null),
        Filter::field("snoozed_until", Op::Lte, instant_text(now)),
    ]);
    let pressing = Filter::Any(vec![
        Filter::field("sla_state", Op::In, json!(["at_risk", "missed"])),
        Filter::field("due_at", Op::Lt, instant_text(day_start(now, &page.zone(), 1))),
    ]);
    let mine = Filter::field("owner_id", Op::Eq, "@me");
    let filter = vec![mine, Filter::field("status", Op::In, json!(unsettled_statuses())), awake, pressing];
    read(TICKET.name, filter, (URGENCY, false), LINES).await
}

/// One line for each.
pub(super) fn lines(page: Page, rows: Vec<Row>) -> AnyView {
    rows.into_iter().map(|row| line(page, &row)).collect_view().into_any()
}

fn line(page: Page, row: &Row) -> impl IntoView + use<> {
    let due = row.datetime("due_at");
    let late = move || due.is_some_and(|due| due <= page.now.get());
    let when = move || due.map(|due| format::planned(page.locale.get(), due, page.now.get()));
    let exact = move || due.map(|due| format::date_time(page.locale.get(), due, &page.zone()));
    let called = ["number", "subject"].into_iter().filter_map(|field| row.text(field)).collect::<Vec<_>>().join(" ");
    view! {
        <li>
            <a class="related-item" href=format!("/tickets/{}", row.id)>
                <Icon name=TICKET.icon/>
                <span class="truncate">{called}</span>
                <time class="meta" title=exact data-late=move || late().then_some("")>{when}</time>
            </a>
        </li>
    }
}

//! What the customer said about a ticket when surveys asked.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::access::Action;
use shared::live::LiveEvent;
use shared::query::{Filter, ListQuery, Op};
use shared::survey::Score;
use shared::types::SURVEY_RESPONSE;
use shared::{Row, i18n};
use uuid::Uuid;

use super::Ticket;
use crate::api::records::list_records;
use crate::context::{Page, t};
use crate::live::Live;
use crate::record::score_view;

/// Most responses that are shown.
const SHOWN: u32 = 3;

pub(super) fn opinions(ticket: Ticket) -> AnyView {
    let (page, id) = (ticket.desk.page, ticket.id);
    let satisfaction = Memo::new(move |_| ticket.record.row.with(|row| row.integer("satisfaction")));
    let said = RwSignal::new(Vec::<Row>::new());
    let reads = page.actor().is_some_and(|actor| actor.may(&SURVEY_RESPONSE, Action::Read));
    let load = move || {
        if reads {
            spawn_local(async move {
                if let Some(now) = read(id).await {
                    drop(said.try_set(now));
                }
            });
        }
    };
    // Not a resource: the page would wait for it.
    Effect::new(move |_| load());
    Live::take().listen(move |event| {
        if concerns(id, event) {
            load();
        }
    });
    let shown = move || {
        let said = said.get();
        let lines: Vec<AnyView> = if said.is_empty() {
            // The ticket knows its stars itself, also for whoever may not read responses.
            let score = satisfaction.get().map(|given| Score { given, kind: Some("csat") });
            score.map(|score| scored(page, score)).into_iter().collect()
        } else {
            said.iter().map(|row| opinion(page, row)).collect()
        };
        (!lines.is_empty()).then(|| {
            view! {
                <section class="facts-group ticket-opinions">
                    <h2 class="section-title">{t("survey_response._many")}</h2>
                    {lines}
                </section>
            }
        })
    };
    shown.into_any()
}

/// The latest responses about a ticket.
async fn read(ticket: Uuid) -> Option<Vec<Row>> {
    let filter = Some(Filter::field("ticket_id", Op::Eq, ticket.to_string()));
    let query = ListQuery { filter, limit: SHOWN, ..ListQuery::default() };
    Some(list_records(SURVEY_RESPONSE.name.into(), query).await.ok()?.rows)
}

/// Whether an event may change what was said about a ticket.
fn concerns(ticket: Uuid, event: &LiveEvent) -> bool {
    match event {
        LiveEvent::Changed { record_type, row, .. } => {
            record_type == SURVEY_RESPONSE.name && row.reference("ticket_id") == Some(ticket)
        }
        LiveEvent::Removed { record_type, .. } | LiveEvent::Refresh { record_type } => {
            record_type == SURVEY_RESPONSE.name
        }
        LiveEvent::Reset => true,
        LiveEvent::Presence { .. } => false,
    }
}

/// A response: what was asked, which leads to the whole of it, the score and the comment.
fn opinion(page: Page, row: &Row) -> AnyView {
    let label = match row.text("kind") {
        Some(kind) => i18n::choice_label(page.locale.get(), &SURVEY_RESPONSE, "kind", kind),
        None => page.text("survey_response._one"),
    };
    let href = format!("/{}/{}", SURVEY_RESPONSE.plural, row.id);
    let score = Score::of(&SURVEY_RESPONSE, "score", &row.values).map(|score| scored(page, score));
    let comment = row.text("comment").map(str::to_owned);
    view! {
        <div>
            <a class="meta" href=href>{label}</a>
            {score}
            {comment.map(|text| view! { <p class="muted">{text}</p> })}
        </div>
    }
    .into_any()
}

fn scored(page: Page, score: Score<'_>) -> AnyView {
    view! { <p>{score_view(page, score)}</p> }.into_any()
}

//! What the customer said about a ticket when surveys asked.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::access::Action;
use shared::live::LiveEvent;
use shared::query::{Archived, Filter, ListQuery, Op};
use shared::types::{SURVEY, SURVEY_RESPONSE, score_range};
use shared::{Row, i18n};
use uuid::Uuid;

use super::Ticket;
use crate::api::records::list_records;
use crate::context::{Page, t};
use crate::live::Live;

/// Most responses that are shown.
const SHOWN: u32 = 3;

/// A response, and what its survey measures; not known of a survey that cannot be read.
type Said = (Row, Option<String>);

pub(super) fn opinions(ticket: Ticket) -> AnyView {
    let (page, id) = (ticket.desk.page, ticket.id);
    let satisfaction = Memo::new(move |_| ticket.record.row.with(|row| row.integer("satisfaction")));
    let said = RwSignal::new(Vec::<Said>::new());
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
            satisfaction.get().map(|score| score_view(page, Some("csat"), score)).into_iter().collect()
        } else {
            said.iter().map(|(row, kind)| opinion(page, row, kind.as_deref())).collect()
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
async fn read(ticket: Uuid) -> Option<Vec<Said>> {
    let filter = Some(Filter::field("ticket_id", Op::Eq, ticket.to_string()));
    let query = ListQuery { filter, limit: SHOWN, ..ListQuery::default() };
    let rows = list_records(SURVEY_RESPONSE.name.into(), query).await.ok()?.rows;
    if rows.is_empty() {
        return Some(Vec::new());
    }
    let ids: Vec<String> = rows.iter().filter_map(|row| row.text("survey_id").map(str::to_owned)).collect();
    let filter = Some(Filter::field("id", Op::In, ids));
    let query = ListQuery { filter, archived: Archived::With, ..ListQuery::default() };
    let surveys = list_records(SURVEY.name.into(), query).await.map(|page| page.rows).unwrap_or_default();
    let with_kind = |row: Row| {
        let survey = surveys.iter().find(|survey| Some(survey.id) == row.reference("survey_id"));
        let kind = survey.and_then(|survey| survey.text("kind").map(str::to_owned));
        (row, kind)
    };
    Some(rows.into_iter().map(with_kind).collect())
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
fn opinion(page: Page, row: &Row, kind: Option<&str>) -> AnyView {
    let label = match kind {
        Some(kind) => i18n::choice_label(page.locale.get(), &SURVEY, "kind", kind),
        None => page.text("survey_response._one"),
    };
    let href = format!("/{}/{}", SURVEY_RESPONSE.plural, row.id);
    let score = row.integer("score").map(|score| score_view(page, kind, score));
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

/// Stars for satisfaction, else the score and the highest that there is.
fn score_view(page: Page, kind: Option<&str>, score: i64) -> AnyView {
    if kind == Some("csat") {
        let stars = "★".repeat(usize::try_from(score.clamp(0, 5)).unwrap_or_default());
        let label = page.text_with("ui.input.stars", &[("n", &score.to_string())]);
        return view! { <p><span role="img" aria-label=label>{stars}</span></p> }.into_any();
    }
    let text = kind.and_then(score_range).map_or_else(|| score.to_string(), |(_, high)| format!("{score}/{high}"));
    view! { <p class="num">{text}</p> }.into_any()
}

//! Answers to the further questions of a survey: all of one customer, and the latest in words.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::Row;
use shared::live::LiveEvent;
use shared::query::{Filter, ListQuery, Op};
use shared::survey::{Answered, answered, question_label};
use shared::types::{SURVEY, SURVEY_RESPONSE, Survey, SurveyResponse};
use uuid::Uuid;

use crate::api::records::{get_record, list_records};
use crate::context::{Page, t};
use crate::live::Live;

/// Most answers in words that are shown of a question.
const SHOWN: usize = 10;
/// Responses that they are taken from: not everybody answers every question.
const LATEST: u32 = 50;

/// The answers of a response with their questions, kept current; nothing without any.
pub fn answers(id: Uuid) -> AnyView {
    let page = Page::take();
    let found = RwSignal::new(None::<(Row, Option<Row>)>);
    // What fails is told by the page itself, which reads the same record.
    let load = move || {
        spawn_local(async move {
            let Ok(detail) = get_record(SURVEY_RESPONSE.name.to_owned(), id).await else { return };
            let survey = match detail.row.reference("survey_id") {
                Some(survey) => get_record(SURVEY.name.to_owned(), survey).await.ok(),
                None => None,
            };
            drop(found.try_set(Some((detail.row, survey.map(|survey| survey.row)))));
        });
    };
    Live::take().listen(move |event| match event {
        LiveEvent::Changed { row, .. } if row.id == id => load(),
        LiveEvent::Refresh { record_type } if record_type == SURVEY_RESPONSE.name => load(),
        LiveEvent::Reset => load(),
        _ => {}
    });
    load();
    let shown = move || {
        let locale = page.locale.get();
        let (row, survey) = found.get()?;
        let survey = survey.as_ref().map(|row| Survey(&row.values));
        let lines = answered(SurveyResponse(&row.values).answers(), survey.as_ref(), locale);
        (!lines.is_empty()).then(|| list(page, lines))
    };
    shown.into_any()
}

fn list(page: Page, lines: Vec<Answered>) -> AnyView {
    let line = |Answered { question, answer, .. }: Answered| {
        let question = question.unwrap_or_else(|| page.text("survey_response.question_gone"));
        view! { <div><dt class="meta">{question}</dt><dd>{answer}</dd></div> }
    };
    view! {
        <section class="panel stack survey-answers">
            <h2 class="section-title">{t("survey_response.answers")}</h2>
            <dl class="stack">{lines.into_iter().map(line).collect_view()}</dl>
        </section>
    }
    .into_any()
}

/// The latest responses that answer further questions. None where they cannot be read: the results stand without.
pub(super) async fn latest(survey: Uuid) -> Vec<Row> {
    let of_survey = Filter::field("survey_id", Op::Eq, survey.to_string());
    let filter = Filter::All(vec![of_survey, Filter::field("answers", Op::Present, Value::Null)]);
    let query = ListQuery { filter: Some(filter), limit: LATEST, ..ListQuery::default() };
    list_records(SURVEY_RESPONSE.name.to_owned(), query).await.map(|page| page.rows).unwrap_or_default()
}

/// The latest answers to a question that is answered in words, each with a link to the whole response.
pub(super) fn written(question: &Value, latest: &[Row], other: bool) -> Option<AnyView> {
    question.get("kind").filter(|kind| *kind == "text")?;
    let key = question.get("key")?.as_str()?;
    let line = |row: &Row| {
        let text = row.value("answers").get(key)?.as_str()?.to_owned();
        let href = format!("/{}/{}", SURVEY_RESPONSE.plural, row.id);
        let title = text.clone();
        Some(view! { <li><a class="related-item" href=href title=title><span class="truncate">{text}</span></a></li> })
    };
    let lines: Vec<_> = latest.iter().filter_map(line).take(SHOWN).collect();
    let label = question_label(question, other).filter(|_| !lines.is_empty())?;
    Some(view! { <h3 class="section-title">{label}</h3> <ul class="related">{lines}</ul> }.into_any())
}

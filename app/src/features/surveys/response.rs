//! Answers to the further questions of a survey: all of one customer, and the latest in words.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::Row;
use shared::live::LiveEvent;
use shared::query::{Filter, ListQuery, Op};
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
        let locale = page.locale.get().code();
        let (row, survey) = found.get()?;
        let survey = survey.as_ref().map(|row| Survey(&row.values));
        let lines = told(SurveyResponse(&row.values).answers(), survey.as_ref(), locale);
        (!lines.is_empty()).then(|| list(page, lines))
    };
    shown.into_any()
}

fn list(page: Page, lines: Vec<(Option<String>, String)>) -> AnyView {
    let line = |(question, answer): (Option<String>, String)| {
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

/// Each answer with its question, in the reader's language if the survey has it: in the order of the questions, then those
/// whose question was taken out.
fn told(answers: &Value, survey: Option<&Survey<'_>>, locale: &str) -> Vec<(Option<String>, String)> {
    let asked = survey.and_then(|survey| survey.questions().as_array().cloned()).unwrap_or_default();
    let other = survey.is_some_and(|survey| survey.locale() != Some(locale));
    let given = answers.as_object();
    let known = asked.iter().filter_map(|question| {
        let answer = given?.get(question.get("key")?.as_str()?)?;
        Some((label(question, other), words(question, answer, other)))
    });
    let is_gone = |key: &str| asked.iter().all(|question| question.get("key").and_then(Value::as_str) != Some(key));
    let gone = given.into_iter().flatten().filter(|(key, _)| is_gone(key)).map(|(_, answer)| (None, plain(answer)));
    known.chain(gone).collect()
}

/// A further question, in the words of the survey's other language, if there are any.
pub(super) fn label(question: &Value, other: bool) -> Option<String> {
    let text = |name: &str| question.get(name)?.as_str().map(str::to_owned);
    text("other_label").filter(|_| other).or_else(|| text("label"))
}

/// An answer; a choice in the words of the survey's other language, if there are any.
fn words(question: &Value, answer: &Value, other: bool) -> String {
    let translated = || {
        let at = question.get("choices")?.as_array()?.iter().position(|choice| choice == answer)?;
        question.get("other_choices")?.as_array()?.get(at)?.as_str().map(str::to_owned)
    };
    other.then(translated).flatten().unwrap_or_else(|| plain(answer))
}

fn plain(answer: &Value) -> String {
    answer.as_str().map_or_else(|| answer.to_string(), str::to_owned)
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
    let label = label(question, other).filter(|_| !lines.is_empty())?;
    Some(view! { <h3 class="section-title">{label}</h3> <ul class="related">{lines}</ul> }.into_any())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_are_told_with_their_questions_in_the_readers_language() {
        let which = json!({"key": "b", "label": "哪个？", "other_label": "Which?", "kind": "choice",
            "choices": ["红", "蓝"], "other_choices": ["Red", "Blue"]});
        let why = json!({"key": "a", "label": "为什么？", "kind": "text"});
        let survey = json!({"locale": "zh-CN", "questions": [which, why]});
        let survey = survey.as_object().unwrap();
        let answers = json!({"a": "快", "b": "蓝", "z": 4});
        let told = |locale: &str| -> Vec<String> {
            let lines = told(&answers, Some(&Survey(survey)), locale).into_iter();
            lines.map(|(question, answer)| format!("{} {answer}", question.unwrap_or_default())).collect()
        };
        assert_eq!(told("zh-CN"), ["哪个？ 蓝", "为什么？ 快", " 4"]);
        assert_eq!(told("en"), ["Which? Blue", "为什么？ 快", " 4"]);
        assert!(super::told(&Value::Null, Some(&Survey(survey)), "en").is_empty());
    }
}

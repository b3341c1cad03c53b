//! What customers answered to a survey, as its changes tell it: with the questions, in the reader's language.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::RecordDef;
use shared::survey::{Answered, answered};
use shared::types::{SURVEY, SURVEY_RESPONSE, Survey};

use super::change::Line;
use super::feed::Feed;
use crate::api::records::get_record;

/// Whether a field keeps answers to further questions.
pub(super) fn holds_answers(def: &RecordDef, field: &str) -> bool {
    def.name == SURVEY_RESPONSE.name && field == "answers"
}

/// Fetches the questions, where a timeline tells of answers to them.
pub(super) fn fetch_questions(feed: Feed) {
    if feed.record_type != SURVEY_RESPONSE.name {
        return;
    }
    // Not a resource: the page would wait for it.
    Effect::new(move |_| {
        spawn_local(async move {
            let Ok(response) = get_record(SURVEY_RESPONSE.name.to_owned(), feed.id).await else { return };
            let Some(survey) = response.row.reference("survey_id") else { return };
            if let Ok(survey) = get_record(SURVEY.name.to_owned(), survey).await {
                drop(feed.survey.try_set(Some(survey.row)));
            }
        });
    });
}

/// A line for each answer that became another one; tracked.
pub(super) fn lines(feed: Feed, before: &Value, after: &Value) -> Vec<Line> {
    let locale = feed.page.locale.get();
    let (before, after, known) = feed.survey.with(|row| {
        let survey = row.as_ref().map(|row| Survey(&row.values));
        let told = |side: &Value| answered(side, survey.as_ref(), locale);
        (told(before), told(after), survey.is_some())
    });
    let unknown = if known { "survey_response.question_gone" } else { "survey_response.answers" };
    differing(before, after)
        .map(|(question, before, after)| Line {
            label: Some(question.unwrap_or_else(|| feed.page.text(unknown))),
            before,
            after,
        })
        .collect()
}

/// Questions that are answered in another way than before, with both answers.
fn differing(
    before: Vec<Answered>,
    after: Vec<Answered>,
) -> impl Iterator<Item = (Option<String>, Option<String>, Option<String>)> {
    let answer = |all: &[Answered], key: &str| all.iter().find(|one| one.key == key).map(|one| one.answer.clone());
    let gone = before.iter().filter(|one| answer(&after, &one.key).is_none()).cloned();
    let all: Vec<Answered> = after.iter().cloned().chain(gone).collect();
    all.into_iter().filter_map(move |one| {
        let (was, is) = (answer(&before, &one.key), answer(&after, &one.key));
        (was != is).then_some((one.question, was, is))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_answers_that_became_others_are_told() {
        let answer = |key: &str, answer: &str| Answered {
            key: key.to_owned(),
            question: Some(key.to_uppercase()),
            answer: answer.to_owned(),
        };
        let before = vec![answer("a", "slow"), answer("b", "red"), answer("c", "gone")];
        let after = vec![answer("a", "fast"), answer("b", "red"), answer("d", "new")];
        let told: Vec<String> = differing(before, after)
            .map(|(question, was, is)| [question, was, is].map(|part| part.unwrap_or_else(|| "–".into())).join(" "))
            .collect();
        assert_eq!(told, ["A slow fast", "D – new", "C gone –"]);
    }
}

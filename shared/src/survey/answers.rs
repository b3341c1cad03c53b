//! Answers to further questions in words.

use serde_json::Value;

use crate::types::Survey;

/// An answer with its question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// By which it is kept.
    pub key: String,
    /// What was asked; nothing is known of a question that was taken out.
    pub question: Option<String>,
    /// What was answered.
    pub answer: String,
}

/// Each answer with its question, in the reader's language if the survey has it: in the order of the questions, then those
/// whose question was taken out.
pub fn answered(answers: &Value, survey: Option<&Survey<'_>>, locale: &str) -> Vec<Answered> {
    let asked = survey.and_then(|survey| survey.questions().as_array().cloned()).unwrap_or_default();
    let other = survey.is_some_and(|survey| survey.locale() != Some(locale));
    let given = answers.as_object();
    let known = asked.iter().filter_map(|question| {
        let key = question.get("key")?.as_str()?.to_owned();
        let answer = words(question, given?.get(&key)?, other);
        Some(Answered { key, question: question_label(question, other), answer })
    });
    let is_gone = |key: &str| asked.iter().all(|question| question.get("key").and_then(Value::as_str) != Some(key));
    let gone = given.into_iter().flatten().filter(|(key, _)| is_gone(key));
    let gone = gone.map(|(key, answer)| Answered { key: key.clone(), question: None, answer: plain(answer) });
    known.chain(gone).collect()
}

/// A further question, in the words of the survey's other language, if there are any.
pub fn question_label(question: &Value, other: bool) -> Option<String> {
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
            let lines = answered(&answers, Some(&Survey(survey)), locale).into_iter();
            lines.map(|one| format!("{} {} {}", one.key, one.question.unwrap_or_default(), one.answer)).collect()
        };
        assert_eq!(told("zh-CN"), ["b 哪个？ 蓝", "a 为什么？ 快", "z  4"]);
        assert_eq!(told("en"), ["b Which? Blue", "a 为什么？ 快", "z  4"]);
        assert!(answered(&Value::Null, Some(&Survey(survey)), "en").is_empty());
    }
}

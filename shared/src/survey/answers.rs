//! Answers to further questions in words.

use serde_json::Value;

use crate::i18n::{Locale, translate};
use crate::types::Survey;

/// What a question for yes or no offers: as it is kept, and the key of its text.
pub const YES_NO: [(&str, &str); 2] = [("yes", "ui.word.yes"), ("no", "ui.word.no")];

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
pub fn answered(answers: &Value, survey: Option<&Survey<'_>>, locale: Locale) -> Vec<Answered> {
    let asked = survey.and_then(|survey| survey.questions().as_array().cloned()).unwrap_or_default();
    let other = survey.is_some_and(|survey| survey.locale() != Some(locale.code()));
    let given = answers.as_object();
    let known = asked.iter().filter_map(|question| {
        let key = question.get("key")?.as_str()?.to_owned();
        let answer = words(question, given?.get(&key)?, (other, locale));
        Some(Answered { key, question: question_label(question, other), answer })
    });
    let is_gone = |key: &str| asked.iter().all(|question| question.get("key").and_then(Value::as_str) != Some(key));
    let gone = given.into_iter().flatten().filter(|(key, _)| is_gone(key));
    let gone = gone.map(|(key, answer)| {
        let answer = words(&Value::Null, answer, (other, locale));
        Answered { key: key.clone(), question: None, answer }
    });
    known.chain(gone).collect()
}

/// Most of the answers that are told in brief, in characters.
const BRIEF: usize = 80;

/// What was answered, as it is kept and as far as it fits into a line: for where the questions are not at hand.
pub fn in_brief(answers: &Value, locale: Locale) -> String {
    let all = answered(answers, None, locale).into_iter().map(|one| one.answer);
    let all = all.filter(|answer| !answer.trim().is_empty()).collect::<Vec<_>>().join(" · ");
    let mut line = all.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(BRIEF) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// A further question, in the words of the survey's other language, if there are any.
pub fn question_label(question: &Value, other: bool) -> Option<String> {
    let text = |name: &str| question.get(name)?.as_str().map(str::to_owned);
    text("other_label").filter(|_| other).or_else(|| text("label"))
}

/// What may be chosen for a further question, as it is kept and as it is read, the best score first; nothing where it is answered
/// in words.
pub fn offered(question: &Value, other: bool, locale: Locale) -> Vec<(String, String)> {
    let lines = |name: &str| -> Vec<String> {
        let lines = question.get(name).and_then(Value::as_array).into_iter().flatten();
        lines.filter_map(|line| line.as_str().map(str::to_owned)).collect()
    };
    match question.get("kind").and_then(Value::as_str) {
        Some("score") => (1..=5).rev().map(|score: u8| (score.to_string(), score.to_string())).collect(),
        Some("yes_no") => YES_NO.iter().map(|(code, key)| ((*code).to_owned(), translate(locale, key, &[]))).collect(),
        Some("choice" | "several") => {
            let words = if other { lines("other_choices") } else { Vec::new() };
            let choices = lines("choices").into_iter().enumerate();
            choices.map(|(at, code)| (code.clone(), words.get(at).cloned().unwrap_or(code))).collect()
        }
        _ => Vec::new(),
    }
}

/// An answer as it is read: what was chosen in the words of the survey's other language, if there are any.
fn words(question: &Value, answer: &Value, (other, locale): (bool, Locale)) -> String {
    let offered = offered(question, other, locale);
    let one = |answer: &Value| {
        let found = offered.iter().find(|(code, _)| answer == code.as_str());
        found.map_or_else(|| plain(answer), |(_, text)| text.clone())
    };
    match answer {
        // Choices may have commas of their own.
        Value::Array(chosen) => {
            let chosen: Vec<String> = chosen.iter().map(one).collect();
            chosen.join(if locale == Locale::ZhCn { "；" } else { "; " })
        }
        answer => one(answer),
    }
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
        let all = json!({"key": "c", "label": "哪些？", "other_label": "Which ones?", "kind": "several",
            "choices": ["大", "小", "圆"], "other_choices": ["Large", "Small", "Round"]});
        let again = json!({"key": "d", "label": "还会吗？", "other_label": "Again?", "kind": "yes_no"});
        let survey = json!({"locale": "zh-CN", "questions": [which, why, all, again]});
        let survey = survey.as_object().unwrap();
        let answers = json!({"a": "快", "b": "蓝", "c": ["大", "圆"], "d": "no", "y": ["方"], "z": 4});
        let told = |locale: Locale| -> Vec<String> {
            let lines = answered(&answers, Some(&Survey(survey)), locale).into_iter();
            lines.map(|one| format!("{} {} {}", one.key, one.question.unwrap_or_default(), one.answer)).collect()
        };
        let chinese = ["b 哪个？ 蓝", "a 为什么？ 快", "c 哪些？ 大；圆", "d 还会吗？ 否", "y  方", "z  4"];
        let english = ["b Which? Blue", "a 为什么？ 快", "c Which ones? Large; Round", "d Again? No", "y  方", "z  4"];
        assert_eq!(told(Locale::ZhCn), chinese);
        assert_eq!(told(Locale::En), english);
        assert!(answered(&Value::Null, Some(&Survey(survey)), Locale::En).is_empty());
    }

    #[test]
    fn answers_are_told_in_a_line_without_their_questions() {
        let answers = json!({"a": "fast\nand kind", "b": ["大", "圆"], "c": 4, "d": " "});
        assert_eq!(in_brief(&answers, Locale::ZhCn), "fast and kind · 大；圆 · 4");
        let long = in_brief(&json!({"a": "长".repeat(100)}), Locale::En);
        assert_eq!((long.chars().count(), long.ends_with('…')), (81, true));
        assert_eq!(in_brief(&Value::Null, Locale::En), "");
    }
}

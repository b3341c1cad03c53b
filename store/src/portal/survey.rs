//! Surveys as customers see them, and answers as they give them.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::repeat;
use std::mem::swap;

use serde_json::{Value, json};
use shared::i18n::Locale;
use shared::survey::YES_NO;
use shared::types::score_range;
use shared::{Error, FieldError, Result};
use sqlx::FromRow;
use uuid::Uuid;

/// Longest answer in words, in characters.
pub const LONGEST_ANSWER: usize = 5_000;
/// Code of the error that a survey of free questions was sent with nothing in it; it concerns no single field. Its text
/// is one of the public pages alone.
pub const NOTHING_ANSWERED: &str = "nothing_answered";
/// Scores of further questions.
const SCORES: std::ops::RangeInclusive<i64> = 1..=5;

/// A further question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its identifier among the answers.
    pub key: String,
    /// What is asked.
    pub label: String,
    /// `text`, `score`, `yes_no`, `choice` or `several`.
    pub kind: String,
    /// What a choice offers.
    pub choices: Vec<Choice>,
    /// It has to be answered.
    pub required: bool,
    other_label: Option<String>,
}

/// One of the answers that a question offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// As it is kept and counted: in the survey's own language, whichever it was read in.
    pub code: String,
    /// As it is read.
    pub text: String,
    other: Option<String>,
}

/// What stands in the other language.
#[derive(Clone, Debug)]
pub(super) struct Other {
    question: String,
    thanks: Option<String>,
    /// There are thanks in it; without them those of the survey's own language stay.
    thanks_too: bool,
}

/// A survey that somebody is asked to answer.
#[derive(Clone, Debug)]
pub struct AskedSurvey {
    /// The survey.
    pub id: Uuid,
    /// What is measured: `csat`, `nps`, `ces` or `custom`.
    pub kind: String,
    /// Language of the texts.
    pub locale: Locale,
    /// The main question.
    pub question: String,
    /// Further ones.
    pub questions: Vec<Question>,
    /// What they read after answering.
    pub thanks: Option<String>,
    /// Number and subject of the ticket it is about.
    pub ticket: Option<(String, String)>,
    /// What was answered before.
    pub answered: Option<Answers>,
    /// What was answered before says more than a score, or is no press of just now: another press alone does not change it.
    pub settled: bool,
    /// Answers are still taken.
    pub open: bool,
    pub(super) other: Option<Other>,
}

impl AskedSurvey {
    /// The same in a language, if somebody wrote it in that. What lacks there stays as it is.
    #[must_use]
    pub fn read_in(mut self, locale: Locale) -> Self {
        if locale == self.locale {
            return self;
        }
        let Some(other) = &mut self.other else { return self };
        swap(&mut self.question, &mut other.question);
        if other.thanks_too {
            swap(&mut self.thanks, &mut other.thanks);
        }
        self.questions.iter_mut().for_each(Question::turn_over);
        self.locale = locale;
        self
    }

    /// The languages that it can be read in.
    pub fn languages(&self) -> Vec<Locale> {
        if self.other.is_some() { Locale::ALL.to_vec() } else { vec![self.locale] }
    }

    /// Lowest and highest score of the main question, if it has one.
    pub fn scores(&self) -> Option<(i64, i64)> {
        score_range(&self.kind)
    }
}

/// What somebody answers, as they typed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// The score.
    pub score: Option<i64>,
    /// In their own words.
    pub comment: String,
    /// Answers to further questions by key; of several choices each in a line of its own.
    pub answers: BTreeMap<String, String>,
}

/// What is read of a survey.
#[derive(FromRow)]
pub(super) struct SurveyRow {
    id: Uuid,
    kind: String,
    locale: String,
    question: String,
    questions: Option<Value>,
    thanks: Option<String>,
    other_question: Option<String>,
    other_thanks: Option<String>,
}

/// The columns of [`SurveyRow`].
pub(super) const COLUMNS: &str =
    "s.id, s.kind, s.locale, s.question, s.questions, s.thanks, s.other_question, s.other_thanks";

impl SurveyRow {
    pub(super) fn asked(self) -> AskedSurvey {
        let Self { id, kind, locale, question, questions, thanks, other_question, other_thanks } = self;
        let listed = questions.as_ref().and_then(Value::as_array).into_iter().flatten();
        AskedSurvey {
            id,
            kind,
            locale: Locale::parse(&locale).unwrap_or_default(),
            question,
            questions: listed.filter_map(Question::read).collect(),
            thanks,
            ticket: None,
            answered: None,
            settled: false,
            open: true,
            other: other_question.map(|question| Other {
                question,
                thanks_too: other_thanks.is_some(),
                thanks: other_thanks,
            }),
        }
    }
}

impl Question {
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name)?.as_str().map(str::to_owned);
        let lines = |name: &str| {
            let lines = value.get(name).and_then(Value::as_array).into_iter().flatten();
            lines.filter_map(|line| line.as_str().map(str::to_owned)).collect::<Vec<_>>()
        };
        let other = lines("other_choices").into_iter().map(Some).chain(repeat(None));
        let choices = lines("choices").into_iter().zip(other);
        Some(Self {
            key: text("key")?,
            label: text("label")?,
            kind: text("kind")?,
            choices: choices.map(|(code, other)| Choice { text: code.clone(), code, other }).collect(),
            required: value.get("required").and_then(Value::as_bool).unwrap_or(false),
            other_label: text("other_label"),
        })
    }

    /// Takes the words of the other language, as far as there are any.
    fn turn_over(&mut self) {
        for choice in &mut self.choices {
            turn(&mut choice.text, &mut choice.other);
        }
        turn(&mut self.label, &mut self.other_label);
    }

    /// The answer as it is kept, if it is one of those that there are.
    fn kept(&self, answer: &str) -> Option<Value> {
        let fits = match self.kind.as_str() {
            "several" => return self.chosen(answer),
            "choice" => self.choices.iter().any(|choice| choice.code == answer),
            "yes_no" => YES_NO.iter().any(|(code, _)| *code == answer),
            "score" => answer.parse().is_ok_and(|score: i64| SCORES.contains(&score)),
            _ => true,
        };
        fits.then(|| answer.into())
    }

    /// All choices that stand in a line of the answer, in the order in which they are offered.
    fn chosen(&self, answer: &str) -> Option<Value> {
        let lines: BTreeSet<&str> = answer.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let codes = self.choices.iter().map(|choice| choice.code.as_str());
        let chosen: Vec<&str> = codes.filter(|code| lines.contains(code)).collect();
        (chosen.len() == lines.len()).then(|| chosen.into())
    }
}

/// Exchanges words for those of the other language, if there are any.
fn turn(own: &mut String, other: &mut Option<String>) {
    if let Some(other) = other {
        swap(own, other);
    }
}

fn too_long(text: &str) -> bool {
    text.chars().count() > LONGEST_ANSWER
}

impl Answers {
    /// Whether something was written, and not only chosen.
    pub fn has_words(&self, survey: &AskedSurvey) -> bool {
        let asked = survey.questions.iter().filter(|question| question.kind == "text");
        let written = asked.filter_map(|question| self.answers.get(&question.key));
        written.chain([&self.comment]).any(|text| !text.trim().is_empty())
    }

    /// The fields of the response they become.
    pub(super) fn checked(&self, survey: &AskedSurvey) -> Result<Value> {
        let mut errors = Vec::new();
        match (survey.scores(), self.score) {
            (Some(_), None) => errors.push(FieldError::new("score", "required")),
            (Some((low, high)), Some(score)) if !(low..=high).contains(&score) => {
                errors.push(FieldError::new("score", "out_of_range").with("min", low).with("max", high));
            }
            _ => {}
        }
        if too_long(&self.comment) {
            errors.push(FieldError::new("comment", "too_long").with("max", LONGEST_ANSWER));
        }
        let answers = self.checked_further(survey, &mut errors);
        // There is no score to insist on: what is sent empty would count as an answer.
        let says_nothing = survey.scores().is_none() && answers.is_empty() && self.comment.trim().is_empty();
        if errors.is_empty() && says_nothing {
            errors.push(FieldError::new("", NOTHING_ANSWERED));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid { fields: errors });
        }
        let score = survey.scores().and(self.score);
        let answers = if answers.is_empty() { Value::Null } else { answers.into() };
        Ok(json!({"score": score, "comment": self.comment, "answers": answers}))
    }

    /// The answers to further questions by key.
    fn checked_further(&self, survey: &AskedSurvey, errors: &mut Vec<FieldError>) -> serde_json::Map<String, Value> {
        let mut answers = serde_json::Map::new();
        for question in &survey.questions {
            let field = format!("answers.{}", question.key);
            match self.answers.get(&question.key).map(|answer| answer.trim()).filter(|answer| !answer.is_empty()) {
                None if question.required => errors.push(FieldError::new(field, "required")),
                None => {}
                Some(answer) if question.kind == "text" && too_long(answer) => {
                    errors.push(FieldError::new(field, "too_long").with("max", LONGEST_ANSWER));
                }
                Some(answer) => match question.kept(answer) {
                    Some(kept) => drop(answers.insert(question.key.clone(), kept)),
                    None => errors.push(FieldError::new(field, "choice")),
                },
            }
        }
        answers
    }

    /// What was kept of earlier ones.
    pub(super) fn read(score: Option<i64>, comment: Option<String>, answers: Option<&Value>) -> Self {
        let answers = answers.and_then(Value::as_object).into_iter().flatten();
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Array(chosen) => chosen.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
            other => other.to_string(),
        };
        Self {
            score,
            comment: comment.unwrap_or_default(),
            answers: answers.map(|(key, value)| (key.clone(), text(value))).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(kind: &str) -> AskedSurvey {
        let questions = json!([
            {"key": "speed", "label": "Fast?", "other_label": "快吗？", "kind": "choice", "choices": ["yes", "no"],
             "other_choices": ["是", "否"], "required": true},
            {"key": "ease", "label": "Easy?", "kind": "score"},
        ]);
        let row = SurveyRow {
            id: Uuid::nil(),
            kind: kind.into(),
            locale: "en".into(),
            question: "How was it?".into(),
            questions: Some(questions),
            thanks: Some("Thanks".into()),
            other_question: Some("怎么样？".into()),
            other_thanks: None,
        };
        row.asked()
    }

    fn refused(kind: &str, score: Option<i64>, answers: &[(&str, &str)]) -> Vec<String> {
        let answers = answers.iter().map(|(key, answer)| ((*key).to_owned(), (*answer).to_owned())).collect();
        match (Answers { score, answers, ..Answers::default() }).checked(&survey(kind)) {
            Ok(_) => Vec::new(),
            Err(Error::Invalid { fields }) => fields.into_iter().map(|error| error.field).collect(),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn answers_fit_the_questions() {
        assert!(refused("csat", Some(5), &[("speed", "yes"), ("ease", "3")]).is_empty());
        assert!(refused("custom", None, &[("speed", "no")]).is_empty());
        assert_eq!(refused("csat", Some(6), &[("speed", "yes")]), ["score"]);
        assert_eq!(
            refused("nps", None, &[("speed", "maybe"), ("ease", "9")]),
            ["score", "answers.speed", "answers.ease"]
        );
        assert_eq!(refused("ces", Some(7), &[]), ["answers.speed"]);
    }

    #[test]
    fn all_that_apply_and_yes_or_no_are_kept_as_they_are_offered() {
        let mut asked = survey("csat").read_in(Locale::ZhCn);
        asked.questions[0].kind = "several".into();
        asked.questions[1].kind = "yes_no".into();
        let kept = |speed: &str, ease: &str| {
            let answers = [("speed", speed), ("ease", ease)].map(|(key, text)| (key.to_owned(), text.to_owned()));
            let given = Answers { score: Some(4), answers: answers.into(), ..Answers::default() };
            given.checked(&asked).map(|fields| fields["answers"].clone())
        };
        let both = json!({"speed": ["yes", "no"], "ease": "no"});
        assert_eq!(kept("no\r\nyes\r\nno", "no"), Ok(both.clone()));
        assert_eq!(kept("no", ""), Ok(json!({"speed": ["no"]})));
        assert_eq!(kept(" \n", "no"), Err(Error::invalid("answers.speed", "required")));
        assert_eq!(kept("no\nmaybe", "no"), Err(Error::invalid("answers.speed", "choice")));
        assert_eq!(kept("no", "是"), Err(Error::invalid("answers.ease", "choice")));
        assert_eq!(Answers::read(None, None, Some(&both)).answers["speed"], "yes\nno", "ticked again on the page");
    }

    #[test]
    fn a_survey_is_read_in_either_language_and_answered_in_one() {
        let chinese = survey("csat").read_in(Locale::ZhCn);
        let read = |survey: &AskedSurvey| {
            let [speed, ease] = &survey.questions[..] else { panic!("two questions") };
            let texts = [&survey.question, &speed.label, &speed.choices[1].text, &ease.label].map(Clone::clone);
            (survey.locale, texts, survey.thanks.clone())
        };
        let thanks = Some("Thanks".to_owned());
        let written = ["怎么样？", "快吗？", "否", "Easy?"].map(str::to_owned);
        assert_eq!(read(&chinese), (Locale::ZhCn, written, thanks.clone()));
        let answers: BTreeMap<_, _> = [("speed".to_owned(), "no".to_owned())].into();
        let given = Answers { score: Some(4), answers, ..Answers::default() };
        assert_eq!(given.checked(&chinese).unwrap()["answers"], json!({"speed": "no"}));
        let written = ["How was it?", "Fast?", "no", "Easy?"].map(str::to_owned);
        assert_eq!(read(&chinese.read_in(Locale::En)), (Locale::En, written, thanks));
        let english = AskedSurvey { other: None, ..survey("csat") };
        assert_eq!((english.languages(), survey("csat").languages().len()), (vec![Locale::En], 2));
        assert_eq!(english.read_in(Locale::ZhCn).locale, Locale::En, "nobody wrote it in Chinese");
    }

    #[test]
    fn choosing_is_not_writing() {
        let mut asked = survey("csat");
        let answers = [("ease".to_owned(), "3".to_owned())].into();
        let chosen = Answers { score: Some(4), answers, ..Answers::default() };
        assert!(!chosen.has_words(&asked));
        assert!(Answers { comment: "Well".into(), ..chosen.clone() }.has_words(&asked));
        asked.questions[1].kind = "text".into();
        assert!(chosen.has_words(&asked));
    }

    #[test]
    fn free_questions_want_one_answer_at_least() {
        let mut free = survey("custom");
        free.questions.retain(|question| !question.required);
        let nothing = Answers { comment: " \n".into(), ..Answers::default() };
        assert_eq!(nothing.checked(&free), Err(Error::invalid("", NOTHING_ANSWERED)));
        let words = Answers { comment: "Gladly".into(), ..Answers::default() };
        assert!(words.checked(&free).is_ok());
        let ease = Answers { answers: [("ease".to_owned(), "3".to_owned())].into(), ..Answers::default() };
        assert!(ease.checked(&free).is_ok());
        let scored = AskedSurvey { kind: "csat".into(), ..free };
        assert!(Answers { score: Some(4), ..Answers::default() }.checked(&scored).is_ok());
    }
}

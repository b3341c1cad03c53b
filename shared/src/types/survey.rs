//! Survey 满意度调查 and response 调查反馈: what customers say they think.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use crate::error::FieldError;
use crate::record::{Draft, FieldDef, Ownership, Part, declare::record, kinds};

/// Kinds of surveys: satisfaction 1–5, recommendation 0–10, effort 1–7, free questions.
pub const SURVEY_KINDS: &[&str] = &["csat", "nps", "ces", "custom"];

/// Lowest and highest score of a kind; none of free questions.
pub fn score_range(kind: &str) -> Option<(i64, i64)> {
    match kind {
        "csat" => Some((1, 5)),
        "nps" => Some((0, 10)),
        "ces" => Some((1, 7)),
        _ => None,
    }
}

/// How a further question is answered: in words, with a score from 1 to 5, with yes or no, with one of the choices, or with all of
/// them that apply.
const QUESTION_KINDS: &[&str] = &["text", "score", "yes_no", "choice", "several"];

/// Kinds of questions that offer choices.
const CHOOSING: &[&str] = &["choice", "several"];

/// A further question.
const QUESTION: &[Part] = &[
    // Answers are kept by it; who asks need not think of one.
    Part::of(FieldDef::new("key", kinds::text(40)).internal()),
    Part::of(FieldDef::new("label", kinds::text(300)).required()),
    Part::of(FieldDef::new("other_label", kinds::text(300))),
    Part::of(FieldDef::new("kind", kinds::choice(QUESTION_KINDS)).required().default("text")),
    // A choice is kept as it is written here, whichever language it was read in: so the answers are counted together.
    Part::of(FieldDef::new("choices", kinds::lines(200)).required()).when("kind", CHOOSING),
    Part::of(FieldDef::new("other_choices", kinds::lines(200))).when("kind", CHOOSING),
    Part::of(FieldDef::new("required", kinds::boolean())),
];

record! {
    /// Questions to customers, on a public page.
    pub SURVEY, Survey {
        name: "survey", plural: "surveys", icon: "smile", title: "name",
        /// Name shown to colleagues.
        name: text(120).required().unique().search().list();
        /// The same in the language that is not the organisation's own.
        other_name: text(120).search();
        /// What is measured.
        kind: choice(SURVEY_KINDS).required().default("csat").list();
        /// The language that its texts are in; those called other are in the other one.
        locale: choice(&["zh-CN", "en"]).required().default("zh-CN").list();
        /// The main question, as customers read it.
        question: text(300).required().list();
        /// The same in the other language; with it the survey is asked in both.
        other_question: text(300);
        /// Further questions: `[{"key": "speed", "label": "…", "kind": "text|score|yes_no|choice|several", "choices": […],
        /// "required": true}]`, in the other language `other_label` and `other_choices`.
        questions: sequence(QUESTION).group("questions");
        /// What they read after answering.
        thanks: text(300);
        /// The same in the other language.
        other_thanks: text(300);
        /// Sent when a ticket is closed, to customers of a language that it is asked in: one letter for each ticket. Whom nobody
        /// asked for a recommendation within 90 days is asked for that, else surveys about the ticket take turns.
        on_close: boolean().list();
        /// Answers are taken.
        active: boolean().default("true").list();
        /// Anybody with its address may answer.
        public: boolean().list();
    }
    with { ownership: Ownership::Organisation }
    rules survey_rules
}

record! {
    /// What one customer answered.
    pub SURVEY_RESPONSE, SurveyResponse {
        name: "survey_response", plural: "survey_responses", icon: "message-square-heart", title: "comment",
        /// The survey.
        survey_id: reference("survey").required().list();
        /// What its survey measures: on what scale the score is.
        kind: choice(SURVEY_KINDS).computed();
        /// The score; its range follows from the survey's kind.
        score: integer(0, 10).list();
        /// In their own words.
        comment: long_text().search().list().personal();
        /// Answers to further questions by key.
        answers: json().personal();
        /// The ticket it is about.
        ticket_id: reference("ticket").list();
        /// The customer.
        customer_id: reference("customer").list();
        /// The contact.
        contact_id: reference("contact");
        /// The agent it is about.
        agent_id: reference("user").list();
        /// The queue it is about.
        queue_id: reference("queue").list();
        /// When they answered.
        answered_at: datetime().list();
    }
    with {
        through: &["ticket_id", "customer_id"], within: &["ticket_id"], needs: &["survey_id", "ticket_id"], timeline: true
    }
    rules response_rules
}

/// What an answer without a comment is called by, the first that says something.
pub(super) const CALLED_BY: &[&str] = &["score", "answers", "answered_at", "created_at"];

/// A team's answers are those about the tickets that are its own, as reports have it.
pub(super) const LISTED_BY: &[&str] = &["ticket_id.team_id"];

/// Most further questions of a survey.
const QUESTIONS: usize = 50;

fn survey_rules(draft: &mut Draft<'_>) {
    // Scores of one kind mean nothing on the scale of another.
    if draft.before.is_some() && draft.changed("kind") {
        draft.error("kind", "fixed");
    }
    asks_something(draft);
    asks_in_both(draft);
    if !draft.changed("questions") {
        return;
    }
    let before = draft.before.map(|row| row.value("questions").clone()).unwrap_or_default();
    match draft.after.get("questions").cloned().unwrap_or_default() {
        Value::Null => {}
        Value::Array(all) if all.len() > QUESTIONS => {
            draft.errors.push(FieldError::new("questions", "too_many").with("max", QUESTIONS));
        }
        Value::Array(all) => match with_keys(all, &before) {
            Ok(all) => {
                draft.errors.extend(all.iter().enumerate().filter_map(|(at, question)| wrong_choices(at, question)));
                draft.set("questions", all);
            }
            Err(at) => draft.error(&format!("questions.{at}"), "question_twice"),
        },
        _ => draft.error("questions", "object"),
    }
}

/// A survey of free questions that is in use has at least one. Those that were kept without one before stay as they are until
/// one of these fields changes.
fn asks_something(draft: &mut Draft<'_>) {
    let touched = ["kind", "questions", "active"].iter().any(|field| draft.changed(field));
    let survey = Survey(draft.after);
    let asks_nothing = survey.kind() == Some("custom") && survey.active() && !draft.has("questions");
    if touched && asks_nothing {
        draft.error("questions", "required");
    }
}

/// What stands in the other language is read by nobody unless the main question does, too: without that the survey is asked in one
/// language alone. Those that were kept so before stay as they are until one of these fields changes.
fn asks_in_both(draft: &mut Draft<'_>) {
    let touched = ["questions", "other_question", "other_thanks"].iter().any(|field| draft.changed(field));
    if !touched || draft.has("other_question") {
        return;
    }
    let Some(field) = other_words(draft) else { return };
    if draft.changed("other_question") {
        draft.error("other_question", "required");
    } else {
        draft.error(&field, "other_question_first");
    }
}

/// The field of the first words in the other language besides the main question.
fn other_words(draft: &Draft<'_>) -> Option<String> {
    let questions = draft.after.get("questions").and_then(Value::as_array).into_iter().flatten();
    let of_question = |(at, question): (usize, &Value)| {
        let is_said = |name: &&str| question.get(*name).is_some_and(|words| !words.is_null());
        let name = ["other_label", "other_choices"].into_iter().find(is_said)?;
        Some(format!("questions.{at}.{name}"))
    };
    let found = questions.enumerate().find_map(of_question);
    found.or_else(|| draft.has("other_thanks").then(|| "other_thanks".to_owned()))
}

/// The error of a question that offers a choice more than once, since results count by the choice's text, or not each of them in
/// the other language.
fn wrong_choices(at: usize, question: &Value) -> Option<FieldError> {
    question.get("kind").and_then(Value::as_str).filter(|kind| CHOOSING.contains(kind))?;
    let twice = |name: &str| {
        let mut seen = BTreeSet::new();
        let choices = question.get(name)?.as_array()?;
        let twice = choices.iter().filter_map(Value::as_str).find(|choice| !seen.insert(choice.trim()))?;
        Some(FieldError::new(format!("questions.{at}.{name}"), "choice_twice").with("choice", twice.trim()))
    };
    let count = |name: &str| Some(question.get(name)?.as_array()?.len());
    let fewer = || {
        let own = count("choices").filter(|own| count("other_choices").is_some_and(|other| other != *own))?;
        Some(FieldError::new(format!("questions.{at}.other_choices"), "choices_differ").with("n", own))
    };
    twice("choices").or_else(|| twice("other_choices")).or_else(fewer)
}

/// Gives each question that has none a key of its own, by which its answers are kept: one that no question ever had, for
/// answers outlive their question. What is answered in another way from now on is another question. The position of one
/// whose key another one has is an error.
fn with_keys(mut all: Vec<Value>, before: &Value) -> Result<Vec<Value>, usize> {
    let part = |question: &Value, name: &str| question.get(name).and_then(Value::as_str).map(str::to_owned);
    let other_kind = |question: &Value| {
        let same = |old: &&Value| part(old, "key") == part(question, "key");
        let old = before.as_array().into_iter().flatten().find(same);
        old.is_some_and(|old| part(old, "kind") != part(question, "kind"))
    };
    let mut known: BTreeSet<String> = BTreeSet::new();
    for (at, question) in all.iter_mut().enumerate() {
        let key = part(question, "key").filter(|_| !other_kind(question)).unwrap_or_else(|| Uuid::now_v7().to_string());
        if !known.insert(key.clone()) {
            return Err(at);
        }
        // Others are refused already.
        if let Some(question) = question.as_object_mut() {
            question.insert("key".to_owned(), key.into());
        }
    }
    Ok(all)
}

fn response_rules(draft: &mut Draft<'_>) {
    if let Some(ticket) = draft.related_row("ticket_id").cloned() {
        for (own, theirs) in [
            ("customer_id", "customer_id"),
            ("contact_id", "contact_id"),
            ("queue_id", "queue_id"),
            ("agent_id", "owner_id"),
        ] {
            if let Some(id) = ticket.reference(theirs).filter(|_| !draft.has(own)) {
                draft.set(own, id.to_string());
            }
        }
    }
    if let Some(kind) = draft.related_row("survey_id").and_then(|survey| survey.text("kind")).map(str::to_owned) {
        draft.set("kind", kind);
    }
    let answer = SurveyResponse(draft.after);
    if let (Some((low, high)), Some(score)) = (answer.kind().and_then(score_range), answer.score())
        && !(low..=high).contains(&score)
    {
        draft.errors.push(FieldError::new("score", "out_of_range").with("min", low).with("max", high));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::Row;
    use crate::format::Zone;
    use crate::record::{Values, validate};

    /// What is wrong with a survey after a change, by field and code.
    fn refused(before: Option<Value>, patch: Value) -> Vec<(String, String)> {
        let values = |fields: Value| -> Values { fields.as_object().unwrap().clone() };
        let before = before.map(|fields| Row { id: Uuid::nil(), version: 1, values: values(fields) });
        let mut after = before.as_ref().map(|row| row.values.clone()).unwrap_or_default();
        let patched: Vec<String> = values(patch.clone()).keys().cloned().collect();
        after.extend(values(patch));
        let mut draft = Draft {
            before: before.as_ref(),
            after: &mut after,
            now: "2026-11-28T08:00:00Z".parse().unwrap(),
            zone: &Zone::utc(),
            related: &BTreeMap::new(),
            errors: Vec::new(),
        };
        validate(&SURVEY, &mut draft, &patched, &[]);
        std::mem::take(&mut draft.errors).into_iter().map(|error| (error.field, error.code)).collect()
    }

    fn survey(kind: &str, active: bool, questions: Value) -> Value {
        json!({"name": "A", "kind": kind, "locale": "en", "question": "Well?", "active": active, "questions": questions})
    }

    #[test]
    fn a_question_offers_each_choice_once() {
        for kind in ["choice", "several"] {
            let asking = |choices: Value| {
                let why = json!({"label": "Why?", "kind": "text"});
                survey("csat", true, json!([why, {"label": "Which?", "kind": kind, "choices": choices}]))
            };
            let told = |code: &str| [("questions.1.choices".to_owned(), code.to_owned())];
            assert!(refused(None, asking(json!(["Red", "Blue"]))).is_empty());
            assert_eq!(refused(None, asking(json!(["Red", "Blue", " Red "]))), told("choice_twice"));
            assert_eq!(refused(None, asking(json!([" "]))), told("required"));
        }
        let again = json!([{"label": "Again?", "kind": "yes_no"}]);
        assert!(refused(None, survey("csat", true, again)).is_empty(), "yes and no are all there is");
    }

    #[test]
    fn words_in_the_other_language_need_the_main_question_in_it() {
        let told = |field: &str, code: &str| [(field.to_owned(), code.to_owned())];
        let how = json!({"label": "How?", "other_label": "怎么？", "kind": "text"});
        let both = json!([{"label": "Why?", "kind": "text"}, how]);
        let unread = survey("csat", true, both);
        let first = "other_question_first";
        assert_eq!(refused(None, unread.clone()), told("questions.1.other_label", first));
        let thanks = json!({"other_thanks": "谢谢"});
        assert_eq!(refused(Some(survey("csat", true, json!(null))), thanks), told("other_thanks", first));
        assert!(refused(Some(unread.clone()), json!({"name": "B"})).is_empty(), "kept before there was this rule");
        let mut read = unread;
        read["other_question"] = "怎么样？".into();
        assert!(refused(None, read.clone()).is_empty());
        assert_eq!(refused(Some(read), json!({"other_question": null})), told("other_question", "required"));
    }

    #[test]
    fn the_other_language_has_each_choice_too_or_none() {
        let asking = |other: Value| {
            let which =
                json!({"label": "Which?", "kind": "choice", "choices": ["Red", "Blue"], "other_choices": other});
            let mut asked = survey("csat", true, json!([which]));
            asked["other_question"] = "怎么样？".into();
            asked
        };
        let told = |code: &str| [("questions.0.other_choices".to_owned(), code.to_owned())];
        assert!(refused(None, asking(json!(["红", "蓝"]))).is_empty() && refused(None, asking(json!(null))).is_empty());
        assert_eq!(refused(None, asking(json!(["红"]))), told("choices_differ"));
        assert_eq!(refused(None, asking(json!(["红", "红"]))), told("choice_twice"));
    }

    #[test]
    fn a_survey_of_free_questions_is_in_use_once_it_has_one() {
        let told = [("questions".to_owned(), "required".to_owned())];
        let why = json!([{"label": "Why?", "kind": "text"}]);
        assert_eq!(refused(None, survey("custom", true, Value::Null)), told);
        assert_eq!(refused(None, survey("custom", true, json!([]))), told);
        assert!(refused(None, survey("custom", false, Value::Null)).is_empty());
        assert!(refused(None, survey("custom", true, why.clone())).is_empty());
        assert!(refused(None, survey("csat", true, Value::Null)).is_empty(), "its score is a question");
        assert_eq!(refused(Some(survey("custom", false, Value::Null)), json!({"active": true})), told);
        assert_eq!(refused(Some(survey("custom", true, why)), json!({"questions": null})), told);
        let older = survey("custom", true, Value::Null);
        assert!(refused(Some(older), json!({"name": "B"})).is_empty(), "kept before there was this rule");
    }

    #[test]
    fn an_answer_keeps_what_its_survey_measures() {
        let asked = |kind: &str| {
            let values = survey(kind, true, Value::Null).as_object().unwrap().clone();
            Row { id: Uuid::from_u128(7), version: 1, values }
        };
        for (kind, wrong) in [("nps", 0), ("csat", 1), ("custom", 0)] {
            let survey = asked(kind);
            let mut after = json!({"survey_id": survey.id, "score": 9}).as_object().unwrap().clone();
            let related = BTreeMap::from([(survey.id, survey)]);
            let mut draft = Draft {
                before: None,
                after: &mut after,
                now: "2026-11-28T08:00:00Z".parse().unwrap(),
                zone: &Zone::utc(),
                related: &related,
                errors: Vec::new(),
            };
            response_rules(&mut draft);
            assert_eq!(draft.errors.len(), wrong, "nine on the scale of {kind}");
            assert_eq!(SurveyResponse(&after).kind(), Some(kind));
        }
    }

    #[test]
    fn a_question_that_is_answered_in_another_way_is_another_one() {
        let first = with_keys(
            vec![json!({"label": "Why?", "kind": "text"}), json!({"label": "Which?", "kind": "text"})],
            &Value::Null,
        );
        let first = first.unwrap();
        let mut edited = first.clone();
        edited[1]["label"] = "Which one?".into();
        edited[0]["kind"] = "score".into();
        let second = with_keys(edited, &first.clone().into()).unwrap();
        assert_eq!(second[1]["key"], first[1]["key"], "asked in other words");
        assert_ne!(second[0]["key"], first[0]["key"]);
    }

    #[test]
    fn no_two_questions_have_one_key() {
        let question = json!({"key": "a", "label": "A", "kind": "text"});
        assert_eq!(with_keys(vec![question.clone(), question], &Value::Null), Err(1));
    }
}

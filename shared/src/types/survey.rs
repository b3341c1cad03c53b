//! Survey 满意度调查 and response 调查反馈: what customers say they think.

use std::collections::BTreeSet;

use serde_json::Value;

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

/// How a further question is answered: in words, with a score from 1 to 5, or with one of the choices.
const QUESTION_KINDS: &[&str] = &["text", "score", "choice"];

/// A further question.
const QUESTION: &[Part] = &[
    // Answers are kept by it; who asks need not think of one.
    Part::of(FieldDef::new("key", kinds::text(40)).internal()),
    Part::of(FieldDef::new("label", kinds::text(300)).required()),
    Part::of(FieldDef::new("kind", kinds::choice(QUESTION_KINDS)).required().default("text")),
    Part::of(FieldDef::new("choices", kinds::tags()).required()).when("kind", &["choice"]),
    Part::of(FieldDef::new("required", kinds::boolean())),
];

record! {
    /// Questions to customers, on a public page.
    pub SURVEY, Survey {
        name: "survey", plural: "surveys", icon: "smile", title: "name",
        /// Name shown to colleagues.
        name: text(120).required().unique().search().list();
        /// What is measured.
        kind: choice(SURVEY_KINDS).required().default("csat").list();
        /// Its language.
        locale: choice(&["zh-CN", "en"]).required().default("zh-CN").list();
        /// The main question, as customers read it.
        question: text(300).required().list();
        /// Further questions: `[{"key": "speed", "label": "…", "kind": "text|choice|score", "choices": […], "required": true}]`.
        questions: sequence(QUESTION).group("questions");
        /// What they read after answering.
        thanks: text(300);
        /// Sent when a ticket is closed, to customers of that language.
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
        /// The score; its range follows from the survey's kind.
        score: integer(0, 10).list();
        /// In their own words.
        comment: long_text().search().list().personal();
        /// Answers to further questions by key.
        answers: json();
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
    with { through: &["ticket_id", "customer_id"], needs: &["survey_id", "ticket_id"], timeline: true }
    rules response_rules
}

/// Most further questions of a survey.
const QUESTIONS: usize = 50;

fn survey_rules(draft: &mut Draft<'_>) {
    match draft.after.get("questions").cloned().unwrap_or_default() {
        Value::Null => {}
        Value::Array(all) if all.len() > QUESTIONS => {
            draft.errors.push(FieldError::new("questions", "too_many").with("max", QUESTIONS));
        }
        Value::Array(all) => match with_keys(all) {
            Ok(all) => draft.set("questions", all),
            Err(at) => draft.error(&format!("questions.{at}.key"), "twice"),
        },
        _ => draft.error("questions", "object"),
    }
}

/// Gives each question that has none a key of its own, by which its answers are kept; the position of one whose key another
/// one has is an error.
fn with_keys(mut all: Vec<Value>) -> Result<Vec<Value>, usize> {
    let key = |question: &Value| question.get("key").and_then(Value::as_str).map(str::to_owned);
    let mut known: BTreeSet<String> = BTreeSet::new();
    for (at, question) in all.iter().enumerate() {
        if key(question).is_some_and(|key| !known.insert(key)) {
            return Err(at);
        }
    }
    for question in all.iter_mut().filter_map(Value::as_object_mut).filter(|question| !question.contains_key("key")) {
        let free = (1..).map(|n| format!("q{n}")).find(|key| !known.contains(key)).unwrap_or_default();
        known.insert(free.clone());
        question.insert("key".to_owned(), free.into());
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
    let range = draft.related_row("survey_id").and_then(|survey| score_range(survey.text("kind").unwrap_or_default()));
    if let (Some((low, high)), Some(score)) = (range, SurveyResponse(draft.after).score())
        && !(low..=high).contains(&score)
    {
        draft.errors.push(FieldError::new("score", "out_of_range").with("min", low).with("max", high));
    }
}

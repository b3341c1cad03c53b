//! What is measured.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Span;
use crate::access::{Action, Actor};
use crate::query::{Filter, Op};
use crate::record::RecordDef;
use crate::types::{SURVEY, SURVEY_RESPONSE, TICKET, TICKET_MESSAGE, unsettled_statuses};

/// What can be counted. Days are those where the reader is; a ticket is in the period by the time that is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Volume: tickets that came in in the period (`received_at`).
    Received,
    /// Tickets that are not solved or closed now, whatever the period; snoozed ones among them.
    Open,
    /// Of the open ones, those with a clock of their service level that ran out.
    Overdue,
    /// Tickets that their agent took or was given in the period (`assigned_at`) and still has.
    Taken,
    /// Tickets with their first public reply by an agent in the period (`first_answered_at`).
    Answered,
    /// Tickets whose last solution lies in the period (`solved_at`), closed ones among them. Those opened again since are not.
    Solved,
    /// Of the solved ones, those with a service level: what attainment is a share of.
    Promised,
    /// Of those, the ones of which no clock ran out.
    Kept,
    /// Of those, the ones of which some clock ran out.
    Missed,
    /// Tickets whose first solution lies in the period (`first_solved_at`), also those opened again since: what the reopen
    /// rate is a share of.
    FirstSolved,
    /// Of those, the ones that were opened again since, within the period or after it.
    Reopened,
    /// Of the solved ones, those about which the customer answered the satisfaction survey.
    Rated,
    /// Of those, the ones with four or five stars.
    Satisfied,
    /// Public replies by agents that were sent in the period: messages, not tickets.
    Replies,
    /// Answers that say how likely somebody recommends us (NPS) and were given in the period: answers, not tickets, of which
    /// some are about none.
    NpsAnswers,
    /// Of those, nine and ten.
    Promoters,
    /// Of those, zero to six.
    Detractors,
}

/// How long what can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timed {
    /// Of the answered tickets: from when they came in to the first public reply by an agent, around the clock.
    FirstResponse,
    /// The same in the working time of the service level, where one promised a first reply.
    FirstResponseWorked,
    /// Of the solved tickets: from when they came in to their last solution, around the clock.
    Resolution,
    /// The same in the working time of the service level without pauses, where one promised a solution.
    ResolutionWorked,
}

impl Timed {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::FirstResponse, Self::FirstResponseWorked, Self::Resolution, Self::ResolutionWorked];

    /// The tickets that it is of.
    pub fn of(self) -> Measure {
        match self {
            Self::FirstResponse | Self::FirstResponseWorked => Measure::Answered,
            Self::Resolution | Self::ResolutionWorked => Measure::Solved,
        }
    }
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Received,
        Self::Open,
        Self::Overdue,
        Self::Taken,
        Self::Answered,
        Self::Solved,
        Self::Promised,
        Self::Kept,
        Self::Missed,
        Self::FirstSolved,
        Self::Reopened,
        Self::Rated,
        Self::Satisfied,
        Self::Replies,
        Self::NpsAnswers,
        Self::Promoters,
        Self::Detractors,
    ];

    /// Identifier in labels and styles.
    pub fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Taken => "taken",
            Self::Answered => "answered",
            Self::Solved => "solved",
            Self::Promised => "promised",
            Self::Kept => "kept",
            Self::Missed => "missed",
            Self::FirstSolved => "first_solved",
            Self::Reopened => "reopened",
            Self::Rated => "rated",
            Self::Satisfied => "satisfied",
            Self::Replies => "replies",
            Self::NpsAnswers => "nps_answers",
            Self::Promoters => "promoters",
            Self::Detractors => "detractors",
        }
    }

    /// The measure whose tickets it is a part of; itself if of none.
    pub fn basis(self) -> Self {
        match self {
            Self::Overdue => Self::Open,
            Self::Promised | Self::Kept | Self::Missed | Self::Rated | Self::Satisfied => Self::Solved,
            Self::Reopened => Self::FirstSolved,
            Self::Promoters | Self::Detractors => Self::NpsAnswers,
            own => own,
        }
    }

    /// The type of the records that it counts.
    pub fn counts(self) -> &'static RecordDef {
        match self.basis() {
            Self::Replies => &TICKET_MESSAGE,
            Self::NpsAnswers => &SURVEY_RESPONSE,
            _ => &TICKET,
        }
    }

    /// A condition on tickets, as what it counts has it.
    pub fn about(self, condition: &Filter) -> Filter {
        match self.basis() {
            Self::Replies => within_tickets(condition),
            Self::NpsAnswers => within_answers(condition),
            _ => condition.clone(),
        }
    }

    /// Those that are parts of this one.
    pub fn parts(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |part| *part != self && part.basis() == self)
    }

    /// What they need besides to be of this part of its basis.
    pub fn narrower(self) -> Vec<Filter> {
        let states = |codes: &[&str]| Filter::field("sla_state", Op::In, json!(codes));
        match self {
            Self::Overdue | Self::Missed => vec![states(&["missed"])],
            Self::Promised => vec![states(&["met", "missed"])],
            Self::Kept => vec![states(&["met"])],
            Self::Reopened => vec![Filter::field("reopened", Op::Gte, 1)],
            Self::Rated => vec![Filter::field("satisfaction", Op::Present, Value::Null)],
            Self::Satisfied => vec![Filter::field("satisfaction", Op::Gte, 4)],
            Self::Promoters => vec![Filter::field("score", Op::Gte, 9)],
            Self::Detractors => vec![Filter::field("score", Op::Lte, 6)],
            _ => Vec::new(),
        }
    }

    /// The tickets it counts; for replies the messages, as [`replies`] has them, and the answers where it counts those.
    pub fn conditions(self, span: Span) -> Vec<Filter> {
        let mut all = match self.basis() {
            Self::Open => vec![unsettled()],
            Self::Received => within("received_at", span),
            Self::Taken => {
                let has = Filter::field("owner_id", Op::Present, Value::Null);
                [has].into_iter().chain(within("assigned_at", span)).collect()
            }
            Self::Answered => within("first_answered_at", span),
            Self::FirstSolved => within("first_solved_at", span),
            Self::Replies => replies(span),
            Self::NpsAnswers => recommendations(span),
            _ => within("solved_at", span),
        };
        all.extend(self.narrower());
        all
    }

    /// The tickets that were open when a period ended: they had come in, and were solved neither before nor are they by now.
    /// One that was opened again counts as open from when it came in until it was solved last.
    pub fn backlog(span: Span) -> Vec<Filter> {
        let until = span.until.to_string();
        let since = Filter::field("solved_at", Op::Gte, until.clone());
        vec![Filter::field("received_at", Op::Lt, until), Filter::Any(vec![unsettled(), since])]
    }

    /// Whether somebody may see all that it depends on.
    pub fn is_open_to(self, actor: &Actor) -> bool {
        if self.basis() == Self::NpsAnswers {
            return sees_recommendations(actor);
        }
        let span = Span { from: chrono::NaiveDate::MIN, until: chrono::NaiveDate::MIN };
        let conditions = if self == Self::Replies { Vec::new() } else { self.conditions(span) };
        let mut fields = Vec::new();
        conditions.iter().for_each(|condition| named(condition, &mut fields));
        fields.iter().all(|name| TICKET.field(name).is_some_and(|field| actor.sees(&TICKET, field)))
    }
}

/// Tickets that are not solved or closed.
fn unsettled() -> Filter {
    Filter::field("status", Op::In, json!(unsettled_statuses()))
}

/// The days of a span, where the reader is.
fn within(field: &str, span: Span) -> Vec<Filter> {
    vec![Filter::field(field, Op::Gte, span.from.to_string()), Filter::field(field, Op::Lt, span.until.to_string())]
}

/// Messages to customers that were sent in a period.
pub fn replies(span: Span) -> Vec<Filter> {
    let kind = Filter::field("kind", Op::Eq, "reply");
    let direction = Filter::field("direction", Op::Eq, "outbound");
    [kind, direction].into_iter().chain(within("said_at", span)).collect()
}

/// Answers about recommending us that were given in a period.
fn recommendations(span: Span) -> Vec<Filter> {
    let kind = Filter::field("survey_id.kind", Op::Eq, "nps");
    let score = Filter::field("score", Op::Present, Value::Null);
    [kind, score].into_iter().chain(within("answered_at", span)).collect()
}

fn sees_recommendations(actor: &Actor) -> bool {
    let sees = |def: &RecordDef, name: &str| def.field(name).is_some_and(|field| actor.sees(def, field));
    let own = ["survey_id", "score", "answered_at"].into_iter().all(|name| sees(&SURVEY_RESPONSE, name));
    own && sees(&SURVEY, "kind") && [&SURVEY, &SURVEY_RESPONSE].iter().all(|def| actor.may(def, Action::Read))
}

/// The same condition for what refers to tickets, such as their messages.
pub fn within_tickets(condition: &Filter) -> Filter {
    renamed(condition, &|field| format!("ticket_id.{field}"))
}

/// The same condition for answers to surveys.
fn within_answers(condition: &Filter) -> Filter {
    renamed(condition, &answer_path)
}

/// How an answer to a survey names a field of tickets. What it keeps itself is asked of it: an answer without a ticket may have a
/// customer, and the agent is whom it is about, not who has the ticket now.
pub fn answer_path(path: &str) -> String {
    let (own, further) = path.split_once('.').map_or((path, None), |(own, further)| (own, Some(further)));
    let kept = match own {
        "owner_id" => "agent_id",
        "queue_id" | "customer_id" | "contact_id" => own,
        _ => return format!("ticket_id.{path}"),
    };
    further.map_or_else(|| kept.to_owned(), |further| format!("{kept}.{further}"))
}

/// The same condition on fields of other names.
fn renamed(condition: &Filter, name: &dyn Fn(&str) -> String) -> Filter {
    let all = |parts: &[Filter]| parts.iter().map(|part| renamed(part, name)).collect();
    match condition {
        Filter::All(parts) => Filter::All(all(parts)),
        Filter::Any(parts) => Filter::Any(all(parts)),
        Filter::Not(part) => Filter::Not(Box::new(renamed(part, name))),
        Filter::Field { field, op, value } => Filter::Field { field: name(field), op: *op, value: value.clone() },
    }
}

/// The fields that a condition names.
fn named<'f>(condition: &'f Filter, fields: &mut Vec<&'f str>) {
    match condition {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().for_each(|part| named(part, fields)),
        Filter::Not(part) => named(part, fields),
        Filter::Field { field, .. } => fields.push(field),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn span() -> Span {
        Span { from: "2026-11-01".parse().unwrap(), until: "2026-12-01".parse().unwrap() }
    }

    #[test]
    fn parts_are_narrower_than_what_they_are_parts_of() {
        for measure in Measure::ALL.into_iter().filter(|measure| measure.basis() != *measure) {
            let (own, basis) = (measure.conditions(span()), measure.basis().conditions(span()));
            assert!(own.starts_with(&basis) && own.len() > basis.len(), "{measure:?}");
            assert_eq!(measure.basis().basis(), measure.basis());
        }
        let parts: Vec<Measure> = Measure::FirstSolved.parts().collect();
        assert_eq!(parts, [Measure::Reopened]);
    }

    #[test]
    fn codes_are_those_of_the_wire() {
        for measure in Measure::ALL {
            assert_eq!(json!(measure), measure.code());
        }
    }

    #[test]
    fn conditions_name_fields_that_tickets_have() {
        let admin = Actor::administrator(Uuid::nil(), Uuid::nil());
        assert!(Measure::ALL.into_iter().all(|measure| measure.is_open_to(&admin)));
    }

    #[test]
    fn messages_are_asked_about_their_tickets() {
        let own = Filter::Not(Box::new(Filter::Any(vec![Filter::field("customer_id.industry", Op::Eq, "retail")])));
        let theirs = Filter::field("ticket_id.customer_id.industry", Op::Eq, "retail");
        assert_eq!(within_tickets(&own), Filter::Not(Box::new(Filter::Any(vec![theirs]))));
    }

    #[test]
    fn answers_are_asked_for_what_they_keep_and_their_tickets_for_the_rest() {
        let paths = ["owner_id", "customer_id.industry", "queue_id", "team_id", "tags"].map(answer_path);
        assert_eq!(paths, ["agent_id", "customer_id.industry", "queue_id", "ticket_id.team_id", "ticket_id.tags"]);
        let counted = Measure::ALL.into_iter().filter(|measure| measure.counts().name == SURVEY_RESPONSE.name);
        let own = [Measure::NpsAnswers, Measure::Promoters, Measure::Detractors];
        assert_eq!(counted.collect::<Vec<_>>(), own);
    }
}

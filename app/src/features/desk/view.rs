//! The views of the desk, and which tickets each of them has.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::Row;
use shared::query::{Filter, Op};
use shared::types::unsettled_statuses;
use uuid::Uuid;

use super::blocked::is_open;
use super::order::Order;

/// Of tickets that press.
const PRESSING: &[&str] = &["at_risk", "missed"];
/// Whenever it is asked: a view is saved with it.
const NOW: &str = "@now";

/// Which tickets are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum View {
    /// One's own.
    #[default]
    Mine,
    /// Those of one's team, whoever works them.
    Team,
    /// Nobody's.
    Unassigned,
    /// At risk or overdue.
    Pressing,
    /// Those that one wants to know of, whoever works them.
    Watching,
    /// Put off, the next one to come back first. Nobody works these now: of the other views only that of those that one wants to
    /// know of has them, too.
    Snoozed,
    /// All with which there is something to do.
    Open,
    /// Solved lately.
    Solved,
    /// Those of a queue.
    Queue(Uuid),
    /// Those of a saved view.
    Saved(Uuid),
}

impl View {
    /// The views that everybody has, with their icons.
    pub(super) const FIXED: [(Self, &'static str); 8] = [
        (Self::Mine, "user"),
        (Self::Team, "users"),
        (Self::Unassigned, "hand"),
        (Self::Pressing, "alarm-clock"),
        (Self::Watching, "eye"),
        (Self::Snoozed, "clock"),
        (Self::Open, "inbox"),
        (Self::Solved, "circle-check"),
    ];

    /// How the address names it.
    pub(super) fn code(self) -> String {
        match self {
            Self::Mine => "mine".into(),
            Self::Team => "team".into(),
            Self::Unassigned => "unassigned".into(),
            Self::Pressing => "pressing".into(),
            Self::Watching => "watching".into(),
            Self::Snoozed => "snoozed".into(),
            Self::Open => "open".into(),
            Self::Solved => "solved".into(),
            Self::Queue(id) => format!("queue-{id}"),
            Self::Saved(id) => format!("saved-{id}"),
        }
    }

    /// The view of such a name; one's own tickets for a name that means nothing.
    pub(super) fn parse(code: &str) -> Self {
        let id = |lead: &str| code.strip_prefix(lead).and_then(|id| id.parse().ok());
        let fixed = Self::FIXED.into_iter().map(|(view, _)| view).find(|view| view.code() == code);
        fixed.or(id("queue-").map(Self::Queue)).or(id("saved-").map(Self::Saved)).unwrap_or_default()
    }

    /// Whether a ticket belongs here now; `None` where only the server knows.
    pub(super) fn takes(self, row: &Row, (me, team): (Uuid, Option<Uuid>), now: DateTime<Utc>) -> Option<bool> {
        if row.text("archived_at").is_some() {
            return Some(false);
        }
        let unsettled = is_open(row);
        let snoozed = row.datetime("snoozed_until").is_some_and(|until| until > now);
        let waits = unsettled && !snoozed;
        Some(match self {
            Self::Mine => waits && row.reference("owner_id") == Some(me),
            Self::Team => waits && team.is_some() && row.reference("team_id") == team,
            Self::Unassigned => waits && row.reference("owner_id").is_none(),
            Self::Pressing => waits && is_pressing(row, now),
            Self::Watching => unsettled && shared::record::ids(&row.values, "watcher_ids").contains(&me),
            Self::Snoozed => unsettled && snoozed,
            Self::Open => waits,
            Self::Solved => !unsettled,
            Self::Queue(id) => waits && row.reference("queue_id") == Some(id),
            Self::Saved(_) => return None,
        })
    }

    /// Its conditions. Saved views bring their own.
    pub(super) fn conditions(self) -> Vec<Filter> {
        let one_of = |codes: &[&str]| Filter::field("status", Op::In, json!(codes));
        let unsettled = || one_of(&unsettled_statuses());
        let awake = || {
            Filter::Any(vec![
                Filter::field("snoozed_until", Op::Empty, Value::Null),
                Filter::field("snoozed_until", Op::Lte, NOW),
            ])
        };
        let waits = |more: Vec<Filter>| [unsettled(), awake()].into_iter().chain(more).collect::<Vec<_>>();
        match self {
            Self::Mine => waits(vec![Filter::field("owner_id", Op::Eq, "@me")]),
            Self::Team => waits(vec![Filter::field("team_id", Op::Eq, "@my_team")]),
            Self::Unassigned => waits(vec![Filter::field("owner_id", Op::Empty, Value::Null)]),
            Self::Pressing => waits(vec![Filter::Any(vec![
                Filter::field("sla_state", Op::In, json!(PRESSING)),
                Filter::field("due_at", Op::Lte, NOW),
            ])]),
            Self::Watching => vec![unsettled(), Filter::field("watcher_ids", Op::Contains, "@me")],
            Self::Snoozed => vec![unsettled(), Filter::field("snoozed_until", Op::Gt, NOW)],
            Self::Open => waits(Vec::new()),
            Self::Solved => vec![one_of(&["solved", "closed"])],
            Self::Queue(id) => waits(vec![Filter::field("queue_id", Op::Eq, id.to_string())]),
            Self::Saved(_) => Vec::new(),
        }
    }

    /// The order that it usually has.
    pub(super) fn order(self) -> Order {
        match self {
            Self::Solved => Order::Solved,
            Self::Snoozed => Order::Back,
            _ => Order::Urgency,
        }
    }
}

fn is_pressing(row: &Row, now: DateTime<Utc>) -> bool {
    row.text("sla_state").is_some_and(|state| PRESSING.contains(&state))
        || row.datetime("due_at").is_some_and(|due| due <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: Value) -> Row {
        let values = fields.as_object().cloned().unwrap_or_default();
        Row { id: Uuid::from_u128(7), version: 1, values }
    }

    #[test]
    fn views_survive_the_address() {
        let id = Uuid::from_u128(9);
        let all = View::FIXED.into_iter().map(|(view, _)| view).chain([View::Queue(id), View::Saved(id)]);
        for view in all {
            assert_eq!(View::parse(&view.code()), view);
        }
        assert_eq!(View::parse("queue-x"), View::Mine);
    }

    #[test]
    fn a_ticket_goes_where_it_belongs() {
        let (me, team) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let now = "2026-11-21T08:00:00Z".parse().unwrap();
        let takes = |view: View, fields: Value| view.takes(&row(fields), (me, Some(team)), now).unwrap();
        let mine = json!({"status": "open", "owner_id": me.to_string()});
        assert!(takes(View::Mine, mine.clone()) && takes(View::Open, mine.clone()) && !takes(View::Unassigned, mine));
        let ours = json!({"status": "new", "team_id": team.to_string()});
        assert!(takes(View::Team, ours.clone()) && takes(View::Unassigned, ours));
        let theirs = json!({"status": "new", "team_id": me.to_string()});
        assert!(!takes(View::Team, theirs.clone()));
        assert!(!View::Team.takes(&row(theirs), (me, None), now).unwrap());
        let late = json!({"status": "new", "due_at": "2026-11-21T07:00:00Z"});
        assert!(takes(View::Pressing, late.clone()) && takes(View::Unassigned, late));
        let asleep = json!({"status": "open", "owner_id": me.to_string(), "snoozed_until": "2026-11-22T07:00:00Z"});
        assert!(takes(View::Snoozed, asleep.clone()));
        assert!(!takes(View::Mine, asleep.clone()) && !takes(View::Open, asleep), "nobody works it now");
        assert!(takes(View::Solved, json!({"status": "closed"})));
        let watched = |status: &str| json!({"status": status, "watcher_ids": [team.to_string(), me.to_string()]});
        assert!(takes(View::Watching, watched("open")) && !takes(View::Watching, watched("solved")));
        assert!(!takes(View::Watching, json!({"status": "open", "owner_id": me.to_string()})));
    }
}

//! In which order the tickets of a view stand, and at which place each of them.

use serde::{Deserialize, Serialize};
use shared::Row;
use shared::desk::URGENCY;
use shared::query::Sort;
use shared::types::PRIORITIES;

/// An order of tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Order {
    /// What is due first.
    Urgency,
    /// The most urgent first.
    Priority,
    /// What came in last.
    Newest,
    /// What came in first.
    Oldest,
    /// The customer whose last message is the oldest.
    Waiting,
    /// What was solved last.
    Solved,
    /// What was put off and comes back first.
    Back,
}

impl Order {
    const ALL: [Self; 7] =
        [Self::Urgency, Self::Priority, Self::Newest, Self::Oldest, Self::Waiting, Self::Solved, Self::Back];

    /// How addresses name it, as those of other lists do: by its field, behind a minus sign where the largest come first.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Urgency => URGENCY,
            Self::Priority => "-priority",
            Self::Newest => "-received_at",
            Self::Oldest => "received_at",
            Self::Waiting => "customer_wrote_at",
            Self::Solved => "-solved_at",
            Self::Back => "snoozed_until",
        }
    }

    /// The order of such a name.
    pub(super) fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.code() == code)
    }

    /// The order by which a list was sorted, if it is one of these.
    pub(super) fn of(sort: &Sort) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.sort() == *sort)
    }

    /// The same as lists are asked for.
    pub(super) fn sort(self) -> Sort {
        let code = self.code();
        match code.strip_prefix('-') {
            Some(field) => Sort { field: field.to_owned(), descending: true },
            None => Sort { field: code.to_owned(), descending: false },
        }
    }

    /// Its label.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Urgency => "desk.order.urgency",
            Self::Priority => "desk.order.priority",
            Self::Newest => "desk.order.newest",
            Self::Oldest => "desk.order.oldest",
            Self::Waiting => "desk.order.waiting",
            Self::Solved => "desk.order.solved",
            Self::Back => "desk.order.back",
        }
    }

    /// What one may choose where this is the usual order: of what is solved nothing is due.
    pub(super) fn offered(self) -> Vec<Self> {
        let usual = [Self::Urgency, Self::Priority, Self::Newest, Self::Oldest, Self::Waiting];
        let others = usual.into_iter().filter(|order| *order != self);
        let others = others.filter(|order| self != Self::Solved || *order != Self::Urgency);
        [self].into_iter().chain(others).collect()
    }
}

/// A place in the order of a listing, as the server has it: rows without a value stand last, equal ones by their ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(bool, i64, u128);

impl Place {
    /// Where a ticket stands.
    pub(super) fn of(sort: &Sort, row: &Row) -> Self {
        let value = match sort.field.as_str() {
            "priority" => rank(row),
            field => row.datetime(field).map(|at| at.timestamp_micros()),
        };
        let (known, id) = (value.unwrap_or_default(), row.id.as_u128());
        let (value_first, id_first) = if sort.descending { (-known, !id) } else { (known, id) };
        Self(value.is_none(), value_first, id_first)
    }
}

/// How urgent it is, weakest first.
fn rank(row: &Row) -> Option<i64> {
    let code = row.text("priority")?;
    PRIORITIES.iter().zip(0..).find(|(priority, _)| **priority == code).map(|(_, rank)| rank)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;

    fn place(order: Order, id: u128, fields: Value) -> Place {
        let values = fields.as_object().cloned().unwrap();
        Place::of(&order.sort(), &Row { id: Uuid::from_u128(id), version: 1, values })
    }

    #[test]
    fn orders_survive_the_address_and_saved_views() {
        for order in Order::ALL {
            assert_eq!(Order::parse(order.code()), Some(order));
            assert_eq!(Order::of(&order.sort()), Some(order));
        }
        assert_eq!(Order::parse("-due_at"), None);
        assert_eq!(Order::of(&Sort { field: "subject".into(), descending: false }), None);
    }

    #[test]
    fn the_usual_order_is_offered_first_and_each_once() {
        assert_eq!(Order::Urgency.offered().len(), 5);
        assert_eq!(Order::Solved.offered()[..2], [Order::Solved, Order::Priority]);
        assert_eq!(Order::Back.offered()[..2], [Order::Back, Order::Urgency]);
        assert_eq!(Order::Oldest.offered()[..2], [Order::Oldest, Order::Urgency]);
    }

    #[test]
    fn tickets_stand_as_the_server_lists_them() {
        let due = |at: &str| place(Order::Urgency, 7, json!({"due_at": at}));
        assert!(due("2026-11-21T07:00:00Z") < due("2026-11-21T07:00:00.5Z"));
        assert!(due("2026-11-21T07:00:00Z") < place(Order::Urgency, 1, json!({})), "what is not due stands last");
        let solved = |at: &str| place(Order::Solved, 7, json!({"solved_at": at}));
        assert!(solved("2026-11-22T07:00:00Z") < solved("2026-11-21T07:00:00Z"));
        assert!(solved("2026-11-22T07:00:00Z") < place(Order::Solved, 9, json!({})));
        let priority = |code: &str| place(Order::Priority, 7, json!({"priority": code}));
        assert!(priority("urgent") < priority("high") && priority("high") < priority("normal"));
        let same = |order: Order, id: u128| place(order, id, json!({"priority": "low"}));
        assert!(same(Order::Priority, 2) < same(Order::Priority, 1), "turned around as a whole");
        assert!(same(Order::Oldest, 1) < same(Order::Oldest, 2));
    }
}

//! By what tickets are grouped.

use serde_json::Value;

use crate::access::{Action, Actor};
use crate::query::{Filter, Op};
use crate::record::{FieldDef, Kind, RecordDef};
use crate::types::{CUSTOMER, TICKET};

/// Those people group by most, in this order; the others come after them.
const USUAL: &[&str] =
    &["queue_id", "priority", "kind", "channel", "category_id", "owner_id", "team_id", "customer_id.category", "tags"];
/// Those that say what is measured anyway, or something about single tickets.
const LEFT_OUT: &[&str] = &["due_clock", "parent_id", "duplicate_of_id", "created_by", "updated_by"];

/// A field by whose values tickets are grouped: their own, or one of their customer.
#[derive(Clone, Copy, Debug)]
pub struct Dimension {
    /// The type that the field belongs to.
    pub def: &'static RecordDef,
    /// The field.
    pub field: &'static FieldDef,
    /// The field of the ticket that leads there, if it is another record's.
    pub via: Option<&'static str>,
}

/// Everything that tickets can be grouped by.
pub fn dimensions() -> impl Iterator<Item = Dimension> {
    let own = TICKET.all_fields().filter(|field| groups(field) && !LEFT_OUT.contains(&field.name));
    let own = own.map(|field| Dimension { def: &TICKET, field, via: None });
    let theirs = CUSTOMER.fields.iter().filter(|field| matches!(field.kind, Kind::Choice(_)));
    own.chain(theirs.map(|field| Dimension { def: &CUSTOMER, field, via: Some("customer_id") }))
}

fn groups(field: &FieldDef) -> bool {
    !field.internal && matches!(field.kind, Kind::Choice(_) | Kind::Reference(_) | Kind::Tags)
}

/// The one of a path.
pub fn dimension(path: &str) -> Option<Dimension> {
    dimensions().find(|dimension| dimension.path() == path)
}

/// Those whose values somebody may see, the usual ones first.
pub fn offered(actor: &Actor) -> Vec<Dimension> {
    let mut all: Vec<Dimension> = dimensions().filter(|dimension| dimension.is_open_to(actor)).collect();
    all.sort_by_key(|dimension| {
        let path = dimension.path();
        USUAL.iter().position(|usual| *usual == path).unwrap_or(USUAL.len())
    });
    all
}

impl Dimension {
    /// How filters and addresses name it.
    pub fn path(&self) -> String {
        self.via.map_or_else(|| self.field.name.to_owned(), |via| format!("{via}.{}", self.field.name))
    }

    /// Whether somebody may see its values.
    pub fn is_open_to(&self, actor: &Actor) -> bool {
        let via = self.via.is_none_or(|via| {
            TICKET.field(via).is_some_and(|field| actor.sees(&TICKET, field)) && actor.may(self.def, Action::Read)
        });
        via && actor.sees(self.def, self.field)
    }

    /// Whether a ticket may have several of its values.
    pub fn is_list(&self) -> bool {
        self.field.kind == Kind::Tags
    }

    /// The type of the records that its values are, if they are.
    pub fn target(&self) -> Option<&'static str> {
        match self.field.kind {
            Kind::Reference(target) => Some(target),
            _ => None,
        }
    }

    /// The condition of tickets with this value, or without any.
    pub fn condition(&self, key: Option<&str>) -> Filter {
        match key {
            None => Filter::field(&self.path(), Op::Empty, Value::Null),
            Some(key) if self.is_list() => Filter::field(&self.path(), Op::Contains, key),
            Some(key) => Filter::field(&self.path(), Op::Eq, key),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn choices_references_and_tags_group_the_usual_ones_first() {
        let paths: Vec<String> =
            offered(&Actor::administrator(Uuid::nil(), Uuid::nil())).iter().map(Dimension::path).collect();
        assert_eq!(paths[..USUAL.len()], *USUAL);
        assert!(paths.contains(&"sla_policy_id".to_owned()) && paths.contains(&"customer_id.industry".to_owned()));
        assert!(
            !paths.iter().any(|path| ["subject", "received_at", "watcher_ids", "due_clock"].contains(&path.as_str()))
        );
        assert!(dimension("customer_id.name").is_none() && dimension("clocks").is_none());
    }

    #[test]
    fn a_group_is_what_the_list_filters_by() {
        let of = |path: &str, key: Option<&str>| dimension(path).unwrap().condition(key);
        assert_eq!(of("priority", Some("high")), Filter::field("priority", Op::Eq, "high"));
        assert_eq!(of("tags", Some("vip")), Filter::field("tags", Op::Contains, "vip"));
        assert_eq!(of("customer_id.category", None), Filter::field("customer_id.category", Op::Empty, Value::Null));
    }
}

//! By what records are listed on the pages of others.

use super::{FieldDef, Kind, RecordDef};
use crate::access::{Action, Actor};
use crate::types::{by_name, listed_by};

/// The field, or the path over references, by which records of `def` belong to those of `target` and are listed on their pages; the
/// first one where there are several. None where the actor may not follow it.
pub fn listed_with(def: &'static RecordDef, target: &RecordDef, actor: &Actor) -> Option<&'static str> {
    let own = def.fields.iter().filter(|field| !field.internal).map(|field| field.name);
    let leads_there = |path: &&str| {
        let end = steps(def, path).last().map(|(_, field)| field.kind);
        matches!(end, Some(Kind::Reference(name)) if name == target.name)
    };
    let path = own.chain(listed_by(def).iter().copied()).find(leads_there)?;
    let may_follow =
        |(def, field): &(&'static RecordDef, &'static FieldDef)| actor.may(def, Action::Read) && actor.sees(def, field);
    steps(def, path).iter().all(may_follow).then_some(path)
}

/// The fields of a path, each with its type; none where one of them is unknown.
fn steps(def: &'static RecordDef, path: &str) -> Vec<(&'static RecordDef, &'static FieldDef)> {
    let mut found = Vec::new();
    let mut at = Some(def);
    for name in path.split('.') {
        let Some((def, field)) = at.and_then(|def| Some((def, def.field(name)?))) else { return Vec::new() };
        at = match field.kind {
            Kind::Reference(target) => by_name(target),
            _ => None,
        };
        found.push((def, field));
    }
    found
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::access::FieldAccess;
    use crate::types::{CUSTOMER, QUEUE, REGISTRY, SURVEY_RESPONSE, TEAM, TICKET, USER};

    #[test]
    fn answers_are_listed_with_tickets_customers_agents_and_teams() {
        let admin = Actor::administrator(Uuid::nil(), Uuid::nil());
        let by = |target: &RecordDef| listed_with(&SURVEY_RESPONSE, target, &admin);
        let paths = [&TICKET, &CUSTOMER, &USER, &TEAM].map(by);
        assert_eq!(paths, ["ticket_id", "customer_id", "agent_id", "ticket_id.team_id"].map(Some));
        assert_eq!(listed_with(&QUEUE, &TEAM, &admin), Some("served_by_id"));
        assert_eq!(listed_with(&TICKET, &TEAM, &admin), None, "whose it is, is nothing that it says of itself");
        for def in REGISTRY {
            assert!(listed_by(def).iter().all(|path| !steps(def, path).is_empty()), "{}", def.name);
        }
    }

    #[test]
    fn nobody_is_led_over_what_they_may_not_see() {
        let mut actor = Actor::administrator(Uuid::nil(), Uuid::nil());
        actor.grants.admin = false;
        for name in ["survey_response", "ticket"] {
            assert_eq!(listed_with(&SURVEY_RESPONSE, &TEAM, &actor), None, "not before {name} may be read");
            let reads = crate::access::TypeRights { read: crate::access::Level::All, ..Default::default() };
            actor.grants.types.insert(name.to_owned(), reads);
        }
        assert_eq!(listed_with(&SURVEY_RESPONSE, &TEAM, &actor), Some("ticket_id.team_id"));
        actor.grants.fields.insert("ticket.team_id".to_owned(), FieldAccess::Hidden);
        assert_eq!(listed_with(&SURVEY_RESPONSE, &TEAM, &actor), None);
    }
}

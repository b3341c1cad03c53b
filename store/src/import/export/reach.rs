//! What somebody could take out of a list when a file was made, to be compared with what they may now.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shared::RecordDef;
use shared::access::{Action, Actor, FieldAccess, Level};
use shared::record::CUSTOM;
use uuid::Uuid;

use crate::columns::target;

/// The rights that decide what is in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Reach {
    /// Of the type itself.
    export: Level,
    /// Of the type, and of those through which its records are read or which they are parts of.
    read: BTreeMap<String, Level>,
    /// Whose records levels below all mean.
    team: Option<Uuid>,
    below: BTreeSet<Uuid>,
    /// Fields of the type, `custom` for those of the organisation, and types whose titles are written instead of ids.
    seen: BTreeSet<String>,
}

impl Reach {
    pub(super) fn of(actor: &Actor, def: &'static RecordDef) -> Self {
        let mut read = BTreeMap::new();
        readable(actor, def, &mut read);
        let fields = def.all_fields().filter(|field| actor.sees(def, field)).map(|field| field.name.to_owned());
        let custom = (actor.field_access(def, CUSTOM) > FieldAccess::Hidden).then(|| CUSTOM.to_owned());
        let titles = def.all_fields().filter_map(target).filter(|target| actor.sees_title(target));
        let seen = fields.chain(custom).chain(titles.map(|target| format!("{}.{}", target.name, target.title)));
        Self {
            export: actor.level(def, Action::Export),
            read,
            team: actor.team_id,
            below: actor.teams_below.iter().copied().collect(),
            seen: seen.collect(),
        }
    }

    /// Whether everything that could be taken out then can be now.
    pub(super) fn covers(&self, then: &Self) -> bool {
        let holds = |now: Level, before: Level| match before {
            Level::None | Level::Own | Level::All => now >= before,
            Level::Team => now == Level::All || now >= before && self.team == then.team,
            Level::TeamBelow => {
                now == Level::All || now >= before && self.team == then.team && self.below.is_superset(&then.below)
            }
        };
        let reads =
            then.read.iter().all(|(name, before)| holds(self.read.get(name).copied().unwrap_or_default(), *before));
        holds(self.export, then.export) && reads && self.seen.is_superset(&then.seen)
    }
}

/// Reading is inherited through references, and ends at some.
fn readable(actor: &Actor, def: &'static RecordDef, all: &mut BTreeMap<String, Level>) {
    if all.insert(def.name.to_owned(), actor.level(def, Action::Read)).is_none() {
        def.through
            .iter()
            .chain(def.within)
            .filter_map(|name| def.field(name).and_then(target))
            .for_each(|parent| readable(actor, parent, all));
    }
}

#[cfg(test)]
mod tests {
    use shared::access::{Grants, TypeRights};
    use shared::types::{CONTACT, CUSTOMER};

    use super::*;

    fn actor(read: Level, export: Level) -> Actor {
        let rights = TypeRights { read, export, ..TypeRights::default() };
        let types = [CUSTOMER.name, CONTACT.name].map(|name| (name.to_owned(), rights)).into();
        let mut actor = Actor::administrator(Uuid::nil(), Uuid::nil());
        actor.grants = Grants { types, ..Grants::default() };
        actor.team_id = Some(Uuid::from_u128(1));
        actor.teams_below = vec![Uuid::from_u128(1), Uuid::from_u128(2)];
        actor
    }

    fn covers(now: &Actor, then: &Actor) -> bool {
        Reach::of(now, &CONTACT).covers(&Reach::of(then, &CONTACT))
    }

    #[test]
    fn a_file_is_for_who_may_take_out_as_much_as_it_holds() {
        let team = actor(Level::TeamBelow, Level::TeamBelow);
        assert!(covers(&team, &team) && covers(&actor(Level::All, Level::All), &team));
        assert!(!covers(&actor(Level::Team, Level::TeamBelow), &team), "reads less");
        assert!(!covers(&actor(Level::TeamBelow, Level::Own), &team), "takes out less");
        let elsewhere = Actor { team_id: Some(Uuid::from_u128(9)), ..team.clone() };
        assert!(!covers(&elsewhere, &team), "of another team");
        assert!(covers(&elsewhere, &actor(Level::Own, Level::Own)), "what is one's own stays so");
        let fewer = Actor { teams_below: vec![Uuid::from_u128(1)], ..team.clone() };
        assert!(!covers(&fewer, &team) && covers(&team, &fewer));
    }

    #[test]
    fn a_field_hidden_since_is_hidden_in_the_file_too() {
        let then = actor(Level::All, Level::All);
        for field in ["contact.phones", "contact.custom", "customer.name"] {
            let mut now = then.clone();
            now.grants.fields.insert(field.to_owned(), FieldAccess::Hidden);
            assert!(!covers(&now, &then), "{field}");
            assert!(covers(&then, &now), "{field}");
        }
    }

    #[test]
    fn what_is_read_through_customers_depends_on_them() {
        let then = actor(Level::Own, Level::Own);
        let mut now = then.clone();
        now.grants.types.remove(CUSTOMER.name);
        assert!(!covers(&now, &then));
    }
}

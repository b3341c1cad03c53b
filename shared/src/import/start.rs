//! Where new records begin when nothing says where: deals in the first open stage of the first pipeline.

use serde::{Deserialize, Serialize};

use crate::record::{FieldDef, Kind, RecordDef};

/// What new records begin in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The field that says so.
    pub field: String,
    /// What it says, such as a stage.
    pub title: String,
    /// What that is a part of, such as its pipeline.
    pub within: String,
}

/// The reference that places the records of a type in one of several steps.
#[derive(Clone, Copy, Debug)]
pub struct Placing {
    /// The field.
    pub field: &'static FieldDef,
    /// What it refers to.
    pub step: &'static RecordDef,
    /// The field, of both types, that says what the step is a part of.
    pub part_of: &'static str,
    /// What it is a part of.
    pub whole: &'static RecordDef,
}

/// How records of a type are placed: they must be in a step, steps come in an order, and so does what those are parts of. Where
/// nothing says in which step a record is, it is in the first one.
pub fn placing(def: &RecordDef) -> Option<Placing> {
    let mut must_be = def.fields.iter().filter(|field| field.required && field.default.is_none());
    must_be.find_map(|field| placed_by(def, field))
}

fn placed_by(def: &RecordDef, field: &'static FieldDef) -> Option<Placing> {
    let step = ordered(field.kind)?;
    let is_shared = |own: &&FieldDef| def.field(own.name).is_some_and(|other| other.kind == own.kind);
    let part_of = step.fields.iter().filter(|own| own.required).find(is_shared)?;
    Some(Placing { field, step, part_of: part_of.name, whole: ordered(part_of.kind)? })
}

/// What a reference leads to, if that has an order.
fn ordered(kind: Kind) -> Option<&'static RecordDef> {
    let Kind::Reference(name) = kind else { return None };
    crate::types::by_name(name).filter(|def| def.field("position").is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{OPPORTUNITY, REGISTRY};

    #[test]
    fn deals_alone_are_placed_in_steps() {
        let placing = placing(&OPPORTUNITY).unwrap();
        assert_eq!((placing.field.name, placing.step.name), ("stage_id", "stage"));
        assert_eq!((placing.part_of, placing.whole.name), ("pipeline_id", "pipeline"));
        let placed: Vec<&str> =
            REGISTRY.iter().filter(|def| super::placing(def).is_some()).map(|def| def.name).collect();
        assert_eq!(placed, [OPPORTUNITY.name]);
    }
}

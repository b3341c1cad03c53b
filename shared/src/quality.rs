//! How well kept the records of a type are.

use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::query::{Filter, Op};
use crate::record::{FieldDef, RecordDef};

/// Name under which filters ask for records that nothing happened with, for at least so many days: nobody changed them,
/// there was no follow-up, none is planned, no deal is open.
pub const QUIET: &str = "quiet";
/// Most days that can be asked for.
pub const LONGEST: i64 = 3_650;
/// Most records whose duplicates are looked for without being asked: comparing them takes memory.
pub const MOST_COMPARED: i64 = 300_000;

/// Figures of a type's records, as far as the reader may see them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quality {
    /// How many there are, archived ones left out.
    pub total: i64,
    /// How many have each of the fields that a complete record has.
    pub filled: Vec<(String, i64)>,
    /// How many have a phone number or e-mail address that does not work.
    pub not_working: i64,
}

impl Quality {
    /// How complete the records are on average, 0 to 100; all there is without records or fields.
    pub fn share(&self) -> i64 {
        let wanted = self.total * i64::try_from(self.filled.len()).unwrap_or(0);
        let filled: i64 = self.filled.iter().map(|(_, count)| count).sum();
        (filled * 100).checked_div(wanted).unwrap_or(100)
    }
}

/// Whether there is something to say about a type's records.
pub fn is_told_of(def: &RecordDef) -> bool {
    !def.admin && (def.is_reachable() || def.fields.iter().any(|field| field.wanted))
}

/// The fields that a complete record has and the actor may see.
pub fn complete_fields(def: &'static RecordDef, actor: &Actor) -> Vec<&'static FieldDef> {
    def.fields.iter().filter(|field| (field.required || field.wanted) && actor.sees(def, field)).collect()
}

/// Records that nothing happened with for so many days.
pub fn quiet_for(days: i64) -> Filter {
    Filter::field(QUIET, Op::Gte, days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::REGISTRY;

    #[test]
    fn types_with_channels_or_wanted_fields_are_told_of() {
        let names: Vec<&str> = REGISTRY.iter().filter(|def| is_told_of(def)).map(|def| def.name).collect();
        assert_eq!(names, ["customer", "contact", "opportunity", "lead"]);
    }

    #[test]
    fn completeness_is_what_is_filled_of_what_is_wanted() {
        let of = |total, filled: &[i64]| Quality {
            total,
            filled: filled.iter().map(|count| (String::new(), *count)).collect(),
            not_working: 0,
        };
        assert_eq!(of(10, &[10, 5]).share(), 75);
        assert_eq!(of(0, &[0]).share(), 100);
        assert_eq!(of(3, &[2]).share(), 66);
    }
}

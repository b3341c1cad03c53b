//! What an answer without value means for the rows that it is about.

use super::start::placing;
use crate::record::Kind;

/// What rows get whose text an answer says to leave out; of several the last of these counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Without {
    /// The field stays empty.
    Nothing,
    /// New records get the field's usual value, the code of a choice.
    Usual(&'static str),
    /// The step that the record is in says it, else new records are in the first: the pipeline of a deal.
    Follows,
    /// New records begin in the first step: deals in the first stage.
    Begins,
    /// They are refused: the field must have a value. There is no such answer.
    Refused,
}

impl Without {
    /// Of a text that stands in these fields, each as `<type>.<field>`.
    pub fn of(places: &[String]) -> Self {
        places.iter().filter_map(|place| in_field(place)).max().unwrap_or(Self::Nothing)
    }
}

fn in_field(place: &str) -> Option<Without> {
    let (name, field) = place.split_once('.')?;
    let def = crate::types::by_name(name)?;
    let field = def.field(field)?;
    let placing = placing(def);
    let is_placed_by = |name: &str| field.name == name;
    Some(match field.default {
        // Of several values the others stay.
        _ if !field.required || matches!(field.kind, Kind::References(_) | Kind::MultiChoice(_)) => Without::Nothing,
        Some(usual) => Without::Usual(usual),
        None if placing.is_some_and(|placing| is_placed_by(placing.field.name)) => Without::Begins,
        None if placing.is_some_and(|placing| is_placed_by(placing.part_of)) => Without::Follows,
        None => Without::Refused,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(places: &[&str]) -> Without {
        Without::of(&places.iter().map(|place| (*place).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn required_fields_are_left_empty_only_where_something_takes_the_place_of_a_value() {
        for (place, without) in [
            ("customer.industry", Without::Nothing),
            ("contact.customer_id", Without::Nothing),
            ("opportunity.owner_id", Without::Nothing),
            ("opportunity.stage_id", Without::Begins),
            ("opportunity.pipeline_id", Without::Follows),
            ("stage.outcome", Without::Usual("open")),
            ("stage.pipeline_id", Without::Refused),
            ("ticket_status.category", Without::Refused),
            ("nothing.at_all", Without::Nothing),
        ] {
            assert_eq!(of(&[place]), without, "{place}");
        }
        assert_eq!(of(&["opportunity.pipeline_id", "stage.pipeline_id"]), Without::Refused);
        assert_eq!(of(&[]), Without::Nothing);
    }
}

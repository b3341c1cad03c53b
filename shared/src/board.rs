//! The board: a pipeline's columns, each with totals and a window of cards.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::query::{Filter, Titles};
use crate::record::Row;

/// Cards loaded per column at first and with each scroll.
pub const WINDOW: u32 = 30;

/// What the board shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BoardQuery {
    /// The pipeline; the first one when absent.
    pub pipeline_id: Option<Uuid>,
    /// Only opportunities that match.
    pub filter: Option<Filter>,
    /// Further conditions that all hold, as the address has them: a list of filters in JSON. A browser passes them on unread,
    /// since what reads filters weighs on its first load.
    pub further: Option<String>,
    /// Words to find.
    pub search: Option<String>,
}

impl BoardQuery {
    /// The same with all conditions in its filter.
    ///
    /// # Errors
    /// `Invalid` for further conditions that can't be read.
    pub fn whole(&self) -> Result<Self> {
        let Some(further) = &self.further else { return Ok(self.clone()) };
        let further: Vec<Filter> = serde_json::from_str(further).map_err(|_| Error::invalid("filter", "filter"))?;
        let own = match self.filter.clone() {
            Some(Filter::All(parts)) => parts,
            own => own.into_iter().collect(),
        };
        let all: Vec<Filter> = own.into_iter().chain(further).collect();
        Ok(Self { filter: (!all.is_empty()).then_some(Filter::All(all)), further: None, ..self.clone() })
    }
}

/// Totals of a column over all its cards that match, in the pipeline's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// Number of cards.
    pub count: i64,
    /// Sum of the amounts.
    pub sum: Decimal,
    /// Sum of amount × probability.
    pub weighted: Decimal,
}

/// A column with its first cards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// The stage.
    pub stage: Row,
    /// Totals over all cards.
    pub totals: Totals,
    /// The cards in the window, in rank order.
    pub cards: Vec<Row>,
    /// Cursor for the next cards, if there are more.
    pub next: Option<String>,
}

/// An opened board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// The pipeline shown.
    pub pipeline: Row,
    /// All pipelines, for switching.
    pub pipelines: Vec<Row>,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Titles of customers, owners and so on.
    pub titles: Titles,
    /// Position in the event log.
    pub live: String,
}

/// More cards of one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cards {
    /// The cards, in rank order.
    pub cards: Vec<Row>,
    /// Titles of what they refer to.
    pub titles: Titles,
    /// Cursor for the next cards.
    pub next: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Op;

    #[test]
    fn further_conditions_hold_besides_the_filter() {
        let of = |name: &str| Filter::field(name, Op::Present, true);
        let asked = |filter: Option<Filter>, further: &str| {
            BoardQuery { filter, further: Some(further.to_owned()), ..BoardQuery::default() }.whole()
        };
        let further = serde_json::to_string(&[of("a"), Filter::Any(vec![of("b"), of("c")])]).unwrap();
        let read = [of("a"), Filter::Any(vec![of("b"), of("c")])];
        for own in [None, Some(of("d")), Some(Filter::All(vec![of("d"), of("e")]))] {
            let parts = match own.clone() {
                Some(Filter::All(parts)) => parts,
                own => own.into_iter().collect(),
            };
            let whole = asked(own, &further).unwrap();
            assert_eq!(whole.filter, Some(Filter::All(parts.into_iter().chain(read.clone()).collect())));
            assert_eq!(whole.further, None);
        }
        // Nothing asked is nothing to look for: a board without a filter isn't summed.
        assert_eq!(asked(None, "[]").unwrap(), BoardQuery::default());
        for broken in ["", "[broken", "{}", "[1]"] {
            assert_eq!(asked(Some(of("a")), broken).unwrap_err(), Error::invalid("filter", "filter"), "{broken}");
        }
    }
}

//! The board: a pipeline's columns, each with totals and a window of cards.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    /// Words to find.
    pub search: Option<String>,
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

//! Brings files in: read, map, match, ask, preview, run in chunks, undo.
//!
//! Nothing here writes records: a run is a row of commands through [`crate::Store::apply`].

mod cells;
mod check;
mod clock;
mod dates;
mod export;
mod files;
mod formula;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod hold;
mod layout;
mod lookup;
mod near;
mod plan;
mod preset;
mod refusals;
mod remembered;
mod run;
mod runs;
mod spelling;
mod starts;
mod suggest;
mod table;
mod values;

pub(crate) use export::Words;
pub use export::{Export, Kept, Noted};
pub(crate) use files::{Told, says};
pub(crate) use formula::harmless;
pub(crate) use remembered::forget_words;

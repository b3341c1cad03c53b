//! Scoped reads: lists, details, boards, timelines, search.

mod about;
mod audit;
mod board;
mod cursor;
mod detail;
mod filter;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod list;
mod near;
mod past;
mod search;
mod tallies;
mod timeline;
mod titles;

pub(crate) use self::search::titles_near;

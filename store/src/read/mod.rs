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
mod quality;
mod quiet;
mod search;
pub(crate) mod tallies;
mod timeline;
mod titles;

pub(crate) use self::quiet::push_quiet;
pub(crate) use self::search::titles_near;

//! Scoped reads: lists, details, boards, timelines, search.

mod about;
mod audit;
mod audit_file;
mod audit_words;
mod board;
mod calendar;
mod change_sets;
mod changes;
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
mod visits;

pub use self::about::AboutFile;
pub use self::audit_file::AuditFile;
pub(crate) use self::change_sets::want;
pub(crate) use self::filter::push_filter;
pub(crate) use self::list::push_from;
pub(crate) use self::near::loosened;
pub(crate) use self::quiet::push_quiet;
pub(crate) use self::search::{is_guarded, push_own, titles_near};
pub(crate) use self::titles::{Wanted, titles, titles_of, titles_then};

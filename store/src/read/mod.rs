//! Scoped reads: lists, details, boards, timelines, search.

mod about;
mod audit;
mod audit_file;
mod board;
mod calendar;
mod cursor;
mod detail;
mod filter;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod list;
mod near;
mod past;
mod search;
mod tallies;
mod timeline;
mod titles;

pub use audit_file::AuditFile;

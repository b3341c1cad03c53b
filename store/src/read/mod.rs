//! Scoped reads: lists, details, boards, timelines, search.

mod board;
mod cursor;
mod detail;
mod filter;
mod list;
mod search;
mod timeline;
mod titles;

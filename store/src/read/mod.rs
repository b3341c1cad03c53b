//! Scoped reads: lists, details, boards, timelines, search.

mod audit;
mod board;
mod cursor;
mod detail;
mod filter;
mod list;
mod search;
mod tallies;
mod timeline;
mod titles;

//! The store against a real Postgres. One program: each further one would be linked, and most of the store generated, anew.

#![expect(clippy::unwrap_used, reason = "a test that cannot arrange its case has failed")]

mod access;
mod auth;
mod board;
mod calendar;
mod desk;
mod desk_clocks;
mod desk_steps;
mod duplicates;
mod erase;
mod exports;
mod files;
mod filters;
mod import;
mod import_exports;
mod import_previews;
mod import_remembered;
mod kernel;
mod live;
mod locks;
mod mail;
mod migrate;
mod names;
mod parts;
mod portal;
mod quality;
mod report;
mod search;
mod split;
mod support;
mod undo;
mod undo_runs;

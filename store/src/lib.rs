//! Postgres only: the write path, scoped reads, search, the live log and sign-in.
//!
//! Every public function takes the acting user first and applies their scope in SQL; nothing outside `write` may
//! change record tables (the database role that may is taken only there).

pub mod auth;
mod charset;
mod columns;
mod desk;
pub mod duplicates;
mod error;
pub mod files;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod import;
mod intake;
mod live;
mod locks;
pub mod mail;
mod migrate;
mod pool;
pub mod portal;
pub mod post;
mod read;
mod readings;
mod resume;
mod scope;
mod statistics;
mod telling;
mod upkeep;
mod write;

pub use desk::MentionMail;
pub use error::{StartError, internal};
pub use import::{Export, Kept, Noted};
pub use live::{Delivery, LiveHub, Subscription, Told};
pub use migrate::{migrate, migrate_by};
pub use pool::Store;
pub use read::{AboutFile, AuditFile};
pub use write::{Belonging, MAX_BATCH, pinyin_tokens};

//! The domain of Guanxi: record declarations, values, validation, rules, access and events.
//!
//! Pure: no web framework, no database, no I/O. Compiles for the server and for the browser, so the
//! same validation runs on both sides.

pub mod access;
pub mod audit;
pub mod board;
pub mod calendar;
pub mod cause;
pub mod command;
pub mod conversion;
pub mod desk;
pub mod duplicates;
pub mod error;
pub mod export;
pub mod format;
pub mod history;
pub mod i18n;
pub mod import;
pub mod live;
pub mod period;
pub mod planning;
pub mod post;
pub mod quality;
pub mod query;
pub mod rank;
pub mod record;
pub mod report;
pub mod session;
pub mod sla;
pub mod survey;
pub mod tidy;
pub mod timeline;
pub mod types;

pub use error::{Error, FieldError, Result};
pub use record::{FieldDef, Kind, RecordDef, Row, Values};

//! What the fuzz targets (`fuzz/`) reach that is nobody else's business.

use shared::access::Actor;
use shared::import::{Reading, Step};
use shared::query::Filter;
use shared::{RecordDef, Result};

use crate::import::fuzzing as import;
use crate::mail::fuzzing as mail;
use crate::read::fuzzing as read;

/// The condition that a filter becomes.
///
/// # Errors
/// As every list does for what doesn't fit.
pub fn filter_sql(actor: &Actor, def: &'static RecordDef, filter: &Filter) -> Result<String> {
    read::filter_sql(actor, def, filter)
}

/// Reads every kind of cursor.
pub fn cursors(text: &str) {
    read::cursors(text);
}

/// Reads a file as the import does; the columns that it would suggest to a type.
///
/// # Errors
/// As an upload.
pub fn file(bytes: &[u8], reading: &Reading, def: &'static RecordDef) -> Result<Step> {
    import::file(bytes, reading, def)
}

/// Reads a letter, and looks whether what is made of it holds what is promised.
pub fn letter(raw: &[u8]) {
    mail::letter(raw);
}

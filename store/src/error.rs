//! Errors of the store: what callers are told, and what only the log learns.

use shared::Error;
use uuid::Uuid;

/// Why the store could not be opened; one clear sentence each.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No server answers, or it refuses.
    #[error("Cannot reach Postgres: {0}. Check DATABASE_URL and that the server runs.")]
    Unreachable(String),
    /// The named database does not exist.
    #[error("The database of DATABASE_URL does not exist on that Postgres. Create it first (createdb).")]
    NoDatabase,
    /// User name or password is wrong.
    #[error("Postgres refused the user name or password of DATABASE_URL.")]
    Refused,
    /// The user may not create what Guanxi needs.
    #[error(
        "The database user lacks rights ({0}). Guanxi needs a user that owns the database and may create roles (CREATEROLE)."
    )]
    MissingRights(String),
    /// Postgres is older than 15.
    #[error("Postgres {0} is too old: Guanxi needs 15 or newer.")]
    TooOld(String),
    /// The database holds migrations this program does not know.
    #[error("The database was set up by a newer Guanxi or by another program: {0}.")]
    Foreign(String),
    /// Files have no place.
    #[error("The place of files can't be used: {0}. Check GUANXI_FILES_URL and the AWS_ variables.")]
    Files(String),
    /// An archive of files is none, or can't be written or read.
    #[error("The archive of uploaded files can't be used: {0}.")]
    Archive(String),
    /// Anything else while setting up.
    #[error("Setting up the database failed: {0}")]
    Other(String),
}

impl From<sqlx::Error> for StartError {
    fn from(error: sqlx::Error) -> Self {
        let Some(db) = error.as_database_error() else { return Self::Unreachable(error.to_string()) };
        match db.code().as_deref() {
            Some("3D000") => Self::NoDatabase,
            Some("28P01" | "28000") => Self::Refused,
            Some("42501") => Self::MissingRights(db.message().to_owned()),
            _ => Self::Other(db.message().to_owned()),
        }
    }
}

/// Logs a fault with a fresh reference and gives the error that may be sent.
pub fn internal(fault: impl std::fmt::Display) -> Error {
    let reference = Uuid::now_v7().simple().to_string();
    tracing::error!(%reference, %fault, "internal error");
    Error::Internal { reference }
}

/// What a failed statement means to the caller: constraint names tell the field, the rest is our fault.
pub(crate) fn from_sqlx(error: sqlx::Error) -> Error {
    if is_unreachable(&error) {
        tracing::warn!(%error, "Postgres can't be reached");
        return Error::Offline;
    }
    let Some(db) = error.as_database_error() else { return internal(error) };
    let constraint = db.constraint().unwrap_or_default();
    match db.code().as_deref() {
        Some("23505") => Error::invalid(&key_of(constraint, db.table()), "taken"),
        // The first is what Postgres 18 and later say.
        Some("23001") => Error::invalid("", "referenced"),
        Some("23503") if db.message().starts_with("update or delete") => Error::invalid("", "referenced"),
        Some("23503") => Error::invalid(&field_of(constraint, db.table(), "_fkey"), "reference"),
        Some("23514") => Error::invalid(&field_of(constraint, db.table(), "_check"), "out_of_range"),
        // Characters that no text or JSON column can hold; values of fields were normalised before.
        Some("22021" | "22P05") => Error::invalid("", "malformed"),
        // Deadlock, serialisation failure, or others held for too long what was waited for: the caller may simply try again.
        Some("40P01" | "40001" | "55P03") => Error::RateLimited { retry_after: 1 },
        _ => internal(error),
    }
}

/// Whether Postgres is gone, ending, starting, out of connections, memory or disk, not the leader any more, or took too long: the statement may simply be tried again.
fn is_unreachable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        other => other.as_database_error().and_then(|db| db.code()).is_some_and(|code| {
            ["08", "57P", "57014", "25P03", "25006", "53"].iter().any(|class| code.starts_with(class))
        }),
    }
}

/// The field of a unique constraint; `products_pkey` → `id`, which is what tells records apart.
fn key_of(constraint: &str, table: Option<&str>) -> String {
    if constraint.ends_with("_pkey") { "id".to_owned() } else { field_of(constraint, table, "_key") }
}

/// `products_number_key` → `number`: constraints are named after table and column.
fn field_of(constraint: &str, table: Option<&str>, suffix: &str) -> String {
    let name = constraint.strip_suffix(suffix).unwrap_or(constraint);
    table.and_then(|t| name.strip_prefix(t)?.strip_prefix('_')).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_tell_the_field() {
        assert_eq!(key_of("products_number_key", Some("products")), "number");
        assert_eq!(key_of("survey_responses_pkey", Some("survey_responses")), "id");
        assert_eq!(field_of("tickets_queue_id_fkey", Some("tickets"), "_fkey"), "queue_id");
    }
}

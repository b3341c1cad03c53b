//! Postgres' errors at start-up, as one sentence for the operator.

use crate::failure::Failure;
use sqlx::{Error, error::DatabaseError, migrate::MigrateError, postgres::PgConnectOptions};
use std::io::ErrorKind;

/// Where the server is, for messages; without the password.
pub(super) fn place(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

/// Says why the database can't be used.
pub(super) fn explain(error: &Error, options: &PgConnectOptions) -> Failure {
    let place = place(options);
    let sentence = match error {
        Error::Io(error) => format!("Postgres can't be reached at {place}: {}; check DATABASE_URL.", io_reason(error)),
        Error::PoolTimedOut => format!("Postgres at {place} doesn't answer; check DATABASE_URL."),
        Error::Tls(error) => format!("Postgres at {place} can't be reached over TLS: {error}."),
        Error::Database(error) => return explain_refusal(error.as_ref(), options),
        other => format!("Postgres at {place} can't be used: {other}."),
    };
    Failure::new(sentence)
}

fn io_reason(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
        ErrorKind::NotFound => "there is no such socket".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string().trim_end_matches('.').to_owned(),
    }
}

fn explain_refusal(error: &dyn DatabaseError, options: &PgConnectOptions) -> Failure {
    let place = place(options);
    let user = options.get_username();
    let database = options.get_database().unwrap_or(user);
    Failure::new(match error.code().as_deref() {
        Some("28P01" | "28000") => {
            format!("Postgres at {place} refuses the sign-in of {user}; check the name and password in DATABASE_URL.")
        }
        Some("3D000") => {
            format!("Postgres at {place} has no database {database}; create it, or name another in DATABASE_URL.")
        }
        Some("42501") => format!(
            "The role {user} may not do this in the database {database}: {}; let it own the database.",
            error.message()
        ),
        Some("53300") => format!("Postgres at {place} has no free connection."),
        Some("53100") => format!("The disk of Postgres at {place} is full."),
        Some("57P03") => format!("Postgres at {place} is starting or stopping; try again in a moment."),
        _ => format!("Postgres at {place} says: {}.", error.message()),
    })
}

/// Says why the schema can't be brought to this version.
pub(super) fn explain_migration(error: &MigrateError, options: &PgConnectOptions) -> Failure {
    let database = options.get_database().unwrap_or(options.get_username());
    match error {
        MigrateError::Execute(error) => explain(error, options),
        MigrateError::ExecuteMigration(error, version) => {
            let refusal = error.as_database_error().filter(|error| error.code().as_deref() == Some("42501"));
            refusal.map_or_else(
                || Failure::new(format!("Migration {version} of the database {database} failed: {error}.")),
                |refusal| explain_refusal(refusal, options),
            )
        }
        MigrateError::VersionMissing(version) => Failure::new(format!(
            "The database {database} has migration {version}, which this guanxi doesn't know; it belongs to a newer version."
        )),
        MigrateError::VersionMismatch(version) => Failure::new(format!(
            "Migration {version} of the database {database} is not the one this guanxi knows; it belongs to a different build."
        )),
        other => Failure::new(format!("The database {database} can't be migrated: {other}.")),
    }
}

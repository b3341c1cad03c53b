//! Brings a database to this program's schema.

use std::time::{Duration, Instant};

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection};

use crate::error::StartError;

/// How long a migration, and all that queue behind it, wait for a table. Less than Postgres' `deadlock_timeout` (1 s): of
/// two who wait for each other's tables the migration gives way, and nobody's write is refused for it.
const LOCK: Duration = Duration::from_millis(500);
/// Until it is tried again: others get their turn.
const PAUSE: Duration = Duration::from_millis(500);
/// After this a table that is never free is an error.
const PATIENCE: Duration = Duration::from_secs(900);

/// Checks the server, runs the migrations as the user of `url`, and prepares the coming months' partitions.
///
/// # Errors
/// [`StartError`], one clear sentence for each thing that can be wrong.
pub async fn migrate(url: &str) -> Result<(), StartError> {
    migrate_by(url, &sqlx::migrate!("../migrations")).await
}

/// The same with other migrations than the program's own, for tests of what newer ones will do.
///
/// A migration that can't have a table within [`LOCK`] lets go of all it has and tries again: whoever wants the table
/// after it would wait for it, and so for whatever it waits for.
///
/// # Errors
/// [`StartError`], as for [`migrate`].
pub async fn migrate_by(url: &str, migrations: &Migrator) -> Result<(), StartError> {
    let options: PgConnectOptions = url.parse()?;
    let mut connection = PgConnection::connect_with(&options).await?;
    let (version,): (i32,) =
        sqlx::query_as("select current_setting('server_version_num')::int").fetch_one(&mut connection).await?;
    if version < 150_000 {
        return Err(StartError::TooOld((version / 10_000).to_string()));
    }
    sqlx::raw_sql(AssertSqlSafe(format!("set lock_timeout = '{}ms'", LOCK.as_millis())))
        .execute(&mut connection)
        .await?;
    let until = Instant::now() + PATIENCE;
    while let Err(error) = run(&mut connection, migrations).await {
        if !is_busy(&error) || Instant::now() > until {
            return Err(explain(error));
        }
        tracing::warn!("a table is in use; the migration is tried again");
        // What failed may have left its lock on the migrations behind.
        sqlx::query("select pg_advisory_unlock_all()").execute(&mut connection).await?;
        tokio::time::sleep(PAUSE).await;
    }
    connection.close().await?;
    Ok(())
}

async fn run(connection: &mut PgConnection, migrations: &Migrator) -> Result<(), MigrateError> {
    migrations.run(&mut *connection).await?;
    sqlx::query("select guanxi_partitions()").execute(connection).await?;
    Ok(())
}

/// Whether a lock wasn't to be had, or others waited for each other.
fn is_busy(error: &MigrateError) -> bool {
    let (MigrateError::ExecuteMigration(error, _) | MigrateError::Execute(error)) = error else { return false };
    let code = error.as_database_error().and_then(|db| db.code());
    matches!(code.as_deref(), Some("55P03" | "40P01"))
}

fn explain(error: MigrateError) -> StartError {
    match error {
        MigrateError::VersionMissing(version) => StartError::Foreign(format!("migration {version} is unknown here")),
        MigrateError::VersionMismatch(version) => StartError::Foreign(format!("migration {version} differs")),
        MigrateError::ExecuteMigration(error, _) | MigrateError::Execute(error) => error.into(),
        other => StartError::Other(other.to_string()),
    }
}

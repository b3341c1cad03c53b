//! Brings a database to this program's schema.

use std::time::{Duration, Instant};

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection};

use crate::error::StartError;
use crate::pool::GATE;

/// How long a migration, and all that queue behind it, wait for a table. Less than Postgres' `deadlock_timeout` (1 s): of
/// two who wait for each other's tables the migration gives way, and nobody's write is refused for it.
const LOCK: Duration = Duration::from_millis(500);
/// How long at most those who want to write wait until those who write already are done; afterwards they have as long a turn.
const GATE_WAIT: Duration = Duration::from_secs(2);
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
/// after it would wait for it, and so for whatever it waits for. Of two who wait for each other it would always be the one to
/// let go, and never be done where many write; so it first waits, holding nothing, until nobody does.
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
    let until = Instant::now() + PATIENCE;
    let mut wait = LOCK;
    while let Err(error) = run(&mut connection, migrations, wait).await {
        if !is_busy(&error) || Instant::now() > until {
            return Err(explain(error));
        }
        tracing::warn!("a table is in use; the migration is tried again");
        // The gate, and what failed may have left its lock on the migrations behind.
        sqlx::query("select pg_advisory_unlock_all()").execute(&mut connection).await?;
        tokio::time::sleep(PAUSE.max(wait)).await;
        wait = (wait * 2).min(GATE_WAIT);
    }
    connection.close().await?;
    Ok(())
}

async fn run(connection: &mut PgConnection, migrations: &Migrator, wait: Duration) -> Result<(), MigrateError> {
    if !is_current(connection, migrations).await {
        close_gate(connection, wait).await?;
    }
    wait_for_locks(connection, LOCK).await?;
    migrations.run(&mut *connection).await?;
    sqlx::query("select guanxi_partitions()").execute(connection).await?;
    Ok(())
}

/// Whether there is nothing to do. Of a database without migrations nothing is known.
async fn is_current(connection: &mut PgConnection, migrations: &Migrator) -> bool {
    let versions: Vec<i64> = migrations.iter().map(|migration| migration.version).collect();
    let known = "select count(*) from _sqlx_migrations where success and version = any($1)";
    let done: Result<i64, _> = sqlx::query_scalar(known).bind(&versions).fetch_one(connection).await;
    done.is_ok_and(|done| usize::try_from(done) == Ok(versions.len()))
}

/// Waits until nobody writes, and lets nobody begin to. Whoever writes for longer than that is not waited for: they may not even be at
/// the tables in question.
async fn close_gate(connection: &mut PgConnection, wait: Duration) -> Result<(), MigrateError> {
    wait_for_locks(connection, wait).await?;
    match sqlx::query("select pg_advisory_lock($1)").bind(GATE).execute(connection).await {
        Err(error) if is_locked(&error) => Ok(()),
        done => Ok(done.map(drop)?),
    }
}

async fn wait_for_locks(connection: &mut PgConnection, wait: Duration) -> Result<(), sqlx::Error> {
    let sql = format!("set lock_timeout = '{}ms'", wait.as_millis());
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
}

/// Whether a lock wasn't to be had, or others waited for each other.
fn is_busy(error: &MigrateError) -> bool {
    let (MigrateError::ExecuteMigration(error, _) | MigrateError::Execute(error)) = error else { return false };
    is_locked(error)
}

fn is_locked(error: &sqlx::Error) -> bool {
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

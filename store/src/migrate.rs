//! Brings a database to this program's schema.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, migrate::MigrateError};

use crate::error::StartError;

/// Checks the server, runs the migrations as the user of `url`, and prepares the coming months' partitions.
///
/// # Errors
/// [`StartError`], one clear sentence for each thing that can be wrong.
pub async fn migrate(url: &str) -> Result<(), StartError> {
    let options: PgConnectOptions = url.parse()?;
    let mut connection = PgConnection::connect_with(&options).await?;
    let (version,): (i32,) =
        sqlx::query_as("select current_setting('server_version_num')::int").fetch_one(&mut connection).await?;
    if version < 150_000 {
        return Err(StartError::TooOld((version / 10_000).to_string()));
    }
    sqlx::migrate!("../migrations").run(&mut connection).await.map_err(explain)?;
    sqlx::query("select guanxi_partitions()").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

fn explain(error: MigrateError) -> StartError {
    match error {
        MigrateError::VersionMissing(version) => StartError::Foreign(format!("migration {version} is unknown here")),
        MigrateError::VersionMismatch(version) => StartError::Foreign(format!("migration {version} differs")),
        MigrateError::ExecuteMigration(error, _) | MigrateError::Execute(error) => error.into(),
        other => StartError::Other(other.to_string()),
    }
}

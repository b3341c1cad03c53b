//! The database behind every command: the operator's Postgres or the embedded one, checked and migrated.

mod explain;

use crate::{
    config::Config,
    embedded_postgres::{EmbeddedPostgres, binaries::OLDEST_MAJOR},
    failure::Failure,
};
use explain::explain;
use sqlx::{
    ConnectOptions, Connection, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::Duration;
use tokio::{task::spawn_blocking, time::timeout};

/// The schema this binary works with.
static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// How long an unreachable host may take to be called unreachable.
const PATIENCE_TO_CONNECT: Duration = Duration::from_secs(10);

/// Connections of one node; the embedded cluster allows 200.
const POOL_SIZE: u32 = 32;

/// An opened database. Close it: that is what stops an embedded Postgres.
#[derive(Debug)]
pub(crate) struct Database {
    url: String,
    options: PgConnectOptions,
    embedded: Option<EmbeddedPostgres>,
}

impl Database {
    /// Opens the database for a server, which is the only one on its data folder.
    pub(crate) async fn open_for_server(config: &Config) -> Result<Self, Failure> {
        Self::open(config, EmbeddedPostgres::open_alone).await
    }

    /// Opens the database for a command, beside a running server if there is one.
    pub(crate) async fn open_for_command(config: &Config) -> Result<Self, Failure> {
        Self::open(config, EmbeddedPostgres::open_shared).await
    }

    async fn open(
        config: &Config,
        open_embedded: fn(&std::path::Path) -> Result<EmbeddedPostgres, Failure>,
    ) -> Result<Self, Failure> {
        let (url, embedded) = match config.database_url() {
            Some(url) => (url.to_owned(), None),
            None => {
                let data = config.data_folder()?;
                let embedded = blocking(move || open_embedded(&data)).await?;
                (embedded.url().to_owned(), Some(embedded))
            }
        };
        let options = parse(&url)?;
        let database = Self { url, options, embedded };
        match database.check_server().await {
            Ok(()) => Ok(database),
            Err(failure) => {
                // The reason to give up matters more than a Postgres that doesn't stop as well.
                let _ = database.close().await;
                Err(failure)
            }
        }
    }

    /// The owner's URL, password included: for Postgres' own tools, never for a log.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// One connection decides whether the server can be used: a pool would keep trying for
    /// half a minute where nothing listens.
    async fn check_server(&self) -> Result<(), Failure> {
        let connecting = timeout(PATIENCE_TO_CONNECT, self.options.connect()).await;
        let mut connection = connecting
            .map_err(|_| Failure::new(format!("Postgres at {} doesn't answer; check DATABASE_URL.", self.place())))?
            .map_err(|error| explain(&error, &self.options))?;
        let version: i32 = sqlx::query_scalar("SELECT current_setting('server_version_num')::int4")
            .fetch_one(&mut connection)
            .await
            .map_err(|error| explain(&error, &self.options))?;
        let _ = connection.close().await;
        let oldest = i32::try_from(OLDEST_MAJOR).unwrap_or(i32::MAX);
        if version / 10_000 >= oldest {
            return Ok(());
        }
        Err(Failure::new(format!(
            "Postgres at {} is version {}; guanxi needs {OLDEST_MAJOR} or newer.",
            self.place(),
            version / 10_000
        )))
    }

    /// A pool of connections as the database's owner.
    pub(crate) fn pool(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(POOL_SIZE)
            .acquire_timeout(PATIENCE_TO_CONNECT)
            .connect_lazy_with(self.options.clone())
    }

    /// Brings the schema to this binary's version.
    pub(crate) async fn migrate(&self, pool: &PgPool) -> Result<(), Failure> {
        MIGRATIONS.run(pool).await.map_err(|error| explain::explain_migration(&error, &self.options))
    }

    /// Closes the database; a command's own failure is worth more than one from closing.
    pub(crate) async fn close_after<T>(self, result: Result<T, Failure>) -> Result<T, Failure> {
        let closed = self.close().await;
        let value = result?;
        closed.map(|()| value)
    }

    async fn close(self) -> Result<(), Failure> {
        match self.embedded {
            Some(embedded) => blocking(move || embedded.close()).await,
            None => Ok(()),
        }
    }

    fn place(&self) -> String {
        explain::place(&self.options)
    }
}

/// Whether the database answers and has this binary's schema.
pub(crate) async fn is_ready(pool: &PgPool) -> bool {
    let applied = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success");
    applied.fetch_one(pool).await.is_ok_and(|version: i64| version >= newest_version())
}

/// The newest schema version this binary knows.
pub(crate) fn newest_version() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

fn parse(url: &str) -> Result<PgConnectOptions, Failure> {
    let scheme_fits = url.starts_with("postgres://") || url.starts_with("postgresql://");
    let parsed = if scheme_fits { url.parse::<PgConnectOptions>().ok() } else { None };
    parsed.map(|options| options.application_name("guanxi")).ok_or_else(|| {
        Failure::new("DATABASE_URL is not a Postgres address like postgres://user:password@host:5432/database.")
    })
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    spawn_blocking(work).await.unwrap_or_else(|_| Err(Failure::new("The embedded Postgres couldn't be handled.")))
}

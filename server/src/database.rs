//! The database behind every command: the operator's Postgres or the embedded one.

use crate::{config::Config, embedded_postgres::EmbeddedPostgres, failure::Failure};
use sqlx::{Connection, PgConnection};
use std::{path::Path, time::Duration};
use store::{StartError, Store, files::Files};
use tokio::{task::spawn_blocking, time::timeout};

/// How long a host that doesn't answer may take to be called unreachable.
const PATIENCE_TO_CONNECT: Duration = Duration::from_secs(10);

/// Connections of one node; the embedded cluster allows 200.
const CONNECTIONS: u32 = 32;

/// An opened database. Close it: that is what stops an embedded Postgres.
#[derive(Debug)]
pub(crate) struct Database {
    url: String,
    files: Files,
    embedded: Option<EmbeddedPostgres>,
}

impl Database {
    /// Opens the database for a server, which must be the only one on its data folder.
    pub(crate) async fn open_for_server(config: &Config) -> Result<Self, Failure> {
        Self::open(config, EmbeddedPostgres::open_alone).await
    }

    /// Opens the database for a command, beside a running server if there is one.
    pub(crate) async fn open_for_command(config: &Config) -> Result<Self, Failure> {
        Self::open(config, EmbeddedPostgres::open_shared).await
    }

    async fn open(
        config: &Config,
        open_embedded: fn(&Path) -> Result<EmbeddedPostgres, Failure>,
    ) -> Result<Self, Failure> {
        let files = config.files()?;
        if let Some(url) = config.database_url() {
            return Ok(Self { url: checked(url)?, files, embedded: None });
        }
        let data = config.data_folder()?;
        let embedded = blocking(move || open_embedded(&data)).await?;
        Ok(Self { url: embedded.url().to_owned(), files, embedded: Some(embedded) })
    }

    /// The owner's URL, password included: for Postgres' own tools, never for a log.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where uploaded files lie.
    pub(crate) fn files(&self) -> &Files {
        &self.files
    }

    /// One connection as the owner. Unlike a pool, it doesn't keep trying where nothing listens.
    pub(crate) async fn connect_as_owner(&self) -> Result<PgConnection, Failure> {
        let connecting = timeout(PATIENCE_TO_CONNECT, PgConnection::connect(&self.url)).await;
        let connected = connecting.map_err(|_| Failure::new("Postgres doesn't answer; check DATABASE_URL."))?;
        connected.map_err(|error| StartError::from(error).into())
    }

    /// Brings the schema to this version.
    pub(crate) async fn migrate(&self) -> Result<(), Failure> {
        // Migrating has no time limit, so whether anybody answers is found out before.
        let _ = self.connect_as_owner().await?.close().await;
        Ok(store::migrate(&self.url).await?)
    }

    /// Opens the migrated database for the server's work.
    pub(crate) async fn store(&self) -> Result<Store, Failure> {
        Ok(Store::connect(&self.url, CONNECTIONS).await?.with_files(self.files.clone()))
    }

    /// Closes the database and passes the result on; a command's own failure is worth more to
    /// know than one from closing.
    pub(crate) async fn close_after<T>(self, result: Result<T, Failure>) -> Result<T, Failure> {
        let closed = match self.embedded {
            Some(embedded) => blocking(move || embedded.close()).await,
            None => Ok(()),
        };
        let value = result?;
        closed.map(|()| value)
    }
}

fn checked(url: &str) -> Result<String, Failure> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(url.to_owned());
    }
    Err(Failure::new("DATABASE_URL is not a Postgres address like postgres://user:password@host:5432/database."))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    spawn_blocking(work).await.unwrap_or_else(|_| Err(Failure::new("The embedded Postgres couldn't be handled.")))
}

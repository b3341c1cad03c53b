//! Connections, and transactions that carry their organisation.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use shared::Result;
use shared::access::Actor;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgPool, Postgres};
use tokio::sync::watch;
use uuid::Uuid;

use crate::auth::KnownSessions;
use crate::error::{StartError, from_sqlx, internal};
use crate::files::Files;
use crate::live::LiveHub;
use crate::portal::Seals;

/// Of every connection: the unprivileged role, and an end to what would hold locks or the processor for ever, such as the
/// transaction of a server that stopped in its tracks.
const SETTINGS: &str =
    "set role guanxi_app; set statement_timeout = '60s'; set idle_in_transaction_session_timeout = '60s'";

/// A connection that was used so recently is not asked whether it still lives.
const TRUSTED: Duration = Duration::from_millis(500);

/// How long a node that ends waits for its work in the background to be let go of.
const LET_GO: Duration = Duration::from_secs(5);

/// Handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) pool: PgPool,
    pub(crate) hub: LiveHub,
    pub(crate) known: KnownSessions,
    pub(crate) files: Files,
    pub(crate) seals: Seals,
    /// Whether this node is about to end; receivers have something to do first.
    pub(crate) ending: Arc<watch::Sender<bool>>,
}

/// Database roles; the session's own user owns the tables and is used by migrations only.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DbRole {
    /// Reads record tables of one organisation.
    Reader,
    /// Also writes them; taken by the write path only.
    Writer,
    /// Sign-in: credentials, sessions, tokens.
    Auth,
}

impl DbRole {
    fn name(self) -> &'static str {
        match self {
            Self::Reader => "guanxi_app",
            Self::Writer => "guanxi_writer",
            Self::Auth => "guanxi_auth",
        }
    }
}

/// A transaction bound to one organisation and one database role.
pub(crate) struct Tx {
    pub(crate) inner: sqlx::Transaction<'static, Postgres>,
    /// The organisation that row-level security lets through.
    pub org_id: Uuid,
    /// Of which types it changed records, if it writes no events: see [`crate::live::be_quiet`].
    pub(crate) quiet: Option<BTreeSet<&'static str>>,
}

impl Store {
    /// Opens a pool of at most `connections` connections as the unprivileged application role.
    ///
    /// # Errors
    /// [`StartError`] when Postgres cannot be reached or lacks the roles (run [`crate::migrate`] first).
    pub async fn connect(url: &str, connections: u32) -> std::result::Result<Self, StartError> {
        let options: PgConnectOptions = url.parse()?;
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(20))
            // Asking a connection each time whether it still lives would double the round trips of what takes one.
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    if meta.idle_for > TRUSTED {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::raw_sql(SETTINGS).execute(&mut *connection).await?;
                    Ok(())
                })
            })
            .connect_with(options)
            .await?;
        let hub = LiveHub::start(pool.clone());
        let (known, files, seals) = (KnownSessions::default(), Files::default(), Seals::default());
        Ok(Self { pool, hub, known, files, seals, ending: Arc::new(watch::Sender::new(false)) })
    }

    /// The same store, with a place for the bytes of attachments; without one there are none.
    #[must_use]
    pub fn with_files(self, files: Files) -> Self {
        Self { files, ..self }
    }

    /// Where the bytes of attachments lie.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Whether the database answers; for readiness checks.
    pub async fn is_ready(&self) -> bool {
        sqlx::query("select 1").execute(&self.pool).await.is_ok()
    }

    /// The node's live hub.
    pub fn live(&self) -> &LiveHub {
        &self.hub
    }

    /// Closes all connections. Undos in the background are let go of before, so that another node may begin them at once.
    pub async fn close(&self) {
        self.ending.send_replace(true);
        let _ = tokio::time::timeout(LET_GO, self.ending.closed()).await;
        self.pool.close().await;
    }

    pub(crate) async fn begin(&self, org_id: Uuid, role: DbRole) -> Result<Tx> {
        begin(&self.pool, org_id, role).await
    }

    /// A transaction for reading within the actor's organisation.
    pub(crate) async fn reading(&self, actor: &Actor) -> Result<Tx> {
        self.begin(actor.org_id, DbRole::Reader).await
    }

    /// The same, for statements that take longer to plan than to execute and whose plan doesn't depend on what is bound: each
    /// connection plans them once.
    pub(crate) async fn reading_planned(&self, actor: &Actor) -> Result<Tx> {
        begin_in(&self.pool, Some(actor.org_id), DbRole::Reader, Planning::Once).await
    }
}

/// Key of the advisory lock that whoever writes shares, and that a migration has for itself: it would wait for their tables one
/// after the other, each time for somebody who waits for one that it has already.
pub(crate) const GATE: i64 = 0x6775_616e_7869;

/// Opens a transaction bound to an organisation and a database role.
pub(crate) async fn begin(pool: &PgPool, org_id: Uuid, role: DbRole) -> Result<Tx> {
    begin_in(pool, Some(org_id), role, Planning::Anew).await
}

/// Opens a transaction that looks for whose a secret is, before the organisation is known.
pub(crate) async fn begin_anywhere(pool: &PgPool) -> Result<Tx> {
    begin_in(pool, None, DbRole::Auth, Planning::Anew).await
}

/// How the statements of a transaction are planned.
enum Planning {
    /// As Postgres sees fit: for what is bound, or once.
    Anew,
    /// Once for each connection, whatever is bound.
    Once,
}

/// In one round trip. Neither the id of an organisation nor the name of a role can hold a quote. Should a setting fail,
/// Postgres refuses everything else in the transaction.
async fn begin_in(pool: &PgPool, org: Option<Uuid>, role: DbRole, planning: Planning) -> Result<Tx> {
    let gate = match role {
        DbRole::Writer => format!("select pg_advisory_xact_lock_shared({GATE});"),
        DbRole::Reader | DbRole::Auth => String::new(),
    };
    let planning = match planning {
        Planning::Anew => "",
        Planning::Once => "set local plan_cache_mode = force_generic_plan;",
    };
    let (bound, role) = (org.map(|id| id.to_string()).unwrap_or_default(), role.name());
    let sql = format!("begin; {gate} {planning} set local guanxi.org = '{bound}'; set local role {role}");
    let pool = pool.clone();
    // In a task of its own, which ends even if the caller goes away meanwhile: sqlx forgets a transaction that was left
    // while it began, and the connection would go back into the pool within it, role and all.
    let begun = tokio::spawn(async move { pool.begin_with(AssertSqlSafe(sql)).await }).await;
    let inner = begun.map_err(internal)?.map_err(from_sqlx)?;
    Ok(Tx { inner, org_id: org.unwrap_or_default(), quiet: None })
}

impl Tx {
    /// Begins a part that can fail without the whole; to be ended by [`Tx::end_part`], as are those within it before.
    pub(crate) async fn begin_part(&mut self) -> Result<()> {
        sqlx::query("savepoint part").execute(&mut *self.inner).await.map_err(from_sqlx)?;
        Ok(())
    }

    /// Ends the part: its changes stay, or are as if they had never been, and what it locked is free again.
    pub(crate) async fn end_part(&mut self, stays: bool) -> Result<()> {
        if !stays {
            sqlx::query("rollback to savepoint part").execute(&mut *self.inner).await.map_err(from_sqlx)?;
        }
        // Else it would be the one that the next to end goes back to.
        sqlx::query("release savepoint part").execute(&mut *self.inner).await.map_err(from_sqlx)?;
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<()> {
        self.inner.commit().await.map_err(from_sqlx)
    }
}

//! A database of its own for every test, cloned from a template that is migrated once.

#[allow(dead_code, reason = "the server's tests use this file too and make no records")]
pub(crate) mod sample;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use store::Store;
use store::files::Files;
use uuid::Uuid;

const DEFAULT_URL: &str = "postgres://postgres@localhost:5499/postgres?host=/tmp";
/// Held while the template is made: tests run in many processes.
const TEMPLATE_LOCK: i64 = 0x0067_7561_6e78_6901;

/// A store on an empty, migrated database. The database is dropped with it.
pub(crate) struct TestStore {
    /// The store as the server uses it.
    pub(crate) store: Store,
    /// The owner of the tables, whom no row-level security holds back: to arrange and to look behind the store.
    pub(crate) owner: PgPool,
    /// The database, for further stores as other server nodes have them.
    pub(crate) url: String,
    name: String,
}

/// A new store; its database server is `TEST_DATABASE_URL`.
pub(crate) async fn store() -> TestStore {
    let name = format!("guanxi_test_{}", Uuid::now_v7().simple());
    let mut server = PgConnection::connect(&server_url()).await.expect("a Postgres at TEST_DATABASE_URL");
    let template = template(&mut server).await;
    run(&mut server, format!("create database {name} template {template}")).await;
    server.close().await.expect("closing");
    let url = with_database(&name);
    TestStore {
        store: Store::connect(&url, 6).await.expect("a store on the new database").with_files(Files::memory()),
        owner: PgPool::connect_lazy(&url).expect("an address"),
        url,
        name,
    }
}

/// Where tests make their databases.
fn server_url() -> String {
    std::env::var("TEST_DATABASE_URL").unwrap_or_else(|_| DEFAULT_URL.to_owned())
}

/// The same server, another database.
fn with_database(name: &str) -> String {
    let url = server_url();
    let (place, options) = url.split_once('?').map_or((url.as_str(), None), |(place, options)| (place, Some(options)));
    let authority = place.find("://").map_or(0, |at| at + 3);
    let end = place[authority..].find('/').map_or(place.len(), |at| authority + at);
    let options = options.map(|o| format!("?{o}")).unwrap_or_default();
    format!("{}/{name}{options}", &place[..end])
}

/// Named after the content of the migrations, so that it is made anew when they change.
async fn template(server: &mut PgConnection) -> String {
    let name = format!("guanxi_template_{:016x}", migrations_hash());
    run(server, format!("select pg_advisory_lock({TEMPLATE_LOCK})")).await;
    let found: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&name)
        .fetch_one(&mut *server)
        .await
        .expect("looking for the template");
    if !found {
        // Under another name until it is complete.
        let unfinished = format!("{name}_new");
        run(server, format!("drop database if exists {unfinished} with (force)")).await;
        run(server, format!("create database {unfinished} template template0 encoding 'UTF8'")).await;
        store::migrate(&with_database(&unfinished)).await.expect("migrations");
        run(server, format!("alter database {unfinished} rename to {name}")).await;
    }
    run(server, format!("select pg_advisory_unlock({TEMPLATE_LOCK})")).await;
    name
}

fn migrations_hash() -> u64 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("migrations").map(|f| f.expect("a file").path()).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        std::fs::read(file).expect("a migration").hash(&mut hasher);
    }
    hasher.finish()
}

async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql.clone()))
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

impl Drop for TestStore {
    fn drop(&mut self) {
        let sql = format!("drop database if exists {} with (force)", self.name);
        // The test's own runtime cannot be waited for here.
        let cleanup = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut server = PgConnection::connect(&server_url()).await?;
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut server).await
            })?;
            Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
        });
        if !matches!(cleanup.join(), Ok(Ok(()))) {
            eprintln!("the test database {} was left behind", self.name);
        }
    }
}

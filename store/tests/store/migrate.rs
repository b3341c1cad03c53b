//! Newer schemas coming to a database in use.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Duration;

use shared::types::CUSTOMER;
use sqlx::Connection;
use sqlx::migrate::Migrator;

use crate::support::sample::World;

/// A folder with one migration; gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn with(sql: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("guanxi-migrations-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("9999_test.sql"), sql).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

#[tokio::test]
async fn a_migration_that_waits_for_a_table_makes_nobody_else_wait_for_it() {
    let world = World::new().await;
    let folder = Folder::with("alter table customers add column later text");
    let mut newer = Migrator::new(folder.0.clone()).await.unwrap();
    newer.set_ignore_missing(true);

    // Somebody reads for long, such as a backup.
    let mut reader = sqlx::PgConnection::connect(&world.test.url).await.unwrap();
    let mut reading = reader.begin().await.unwrap();
    sqlx::query("select count(*) from customers").execute(&mut *reading).await.unwrap();
    let is_over = Cell::new(false);
    let migration = async {
        store::migrate_by(&world.test.url, &newer).await.unwrap();
        is_over.set(true);
    };
    let waiting = "select exists (select from pg_locks where not granted and mode = 'AccessExclusiveLock'
                   and database = (select oid from pg_database where datname = current_database()))";
    let writing = async {
        while !sqlx::query_scalar::<_, bool>(waiting).fetch_one(&world.test.owner).await.unwrap() {
            tokio::task::yield_now().await;
        }
        let made = tokio::time::timeout(Duration::from_secs(20), world.make(&CUSTOMER, 1)).await;
        made.expect("a write got its turn while the migration waits");
        assert!(!is_over.get());
        reading.rollback().await.unwrap();
    };
    tokio::join!(migration, writing);
    sqlx::query("select later from customers").execute(&world.test.owner).await.unwrap();
}

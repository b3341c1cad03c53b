//! The private cluster's life, with real clusters in temporary folders.

use super::EmbeddedPostgres;
use sqlx::{Connection, PgConnection};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A data folder of its own that is gone after the test.
struct DataFolder(PathBuf);

impl DataFolder {
    fn new() -> Self {
        Self::below(&std::env::temp_dir())
    }

    fn below(parent: &Path) -> Self {
        Self(parent.join(format!("guanxi-unit-{}", uuid::Uuid::now_v7())))
    }

    fn open(&self) -> EmbeddedPostgres {
        EmbeddedPostgres::open_alone(&self.0).unwrap()
    }

    fn pid(&self) -> String {
        let text = fs::read_to_string(self.0.join("postgres/cluster/postmaster.pid")).unwrap();
        text.lines().next().unwrap().to_owned()
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn ask(postgres: &EmbeddedPostgres, question: &'static str) -> String {
    let mut connection = PgConnection::connect(postgres.url()).await.unwrap();
    sqlx::query_scalar(question).fetch_one(&mut connection).await.unwrap()
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let data = DataFolder::new();
    let first = data.open();
    let mut connection = PgConnection::connect(first.url()).await.unwrap();
    sqlx::query("CREATE TABLE kept AS SELECT '关系' AS word").execute(&mut connection).await.unwrap();
    first.close().unwrap();
    let second = data.open();
    assert_eq!(ask(&second, "SELECT word FROM kept").await, "关系");
    second.close().unwrap();
}

#[tokio::test]
async fn chinese_is_text_to_postgres() {
    let data = DataFolder::new();
    let postgres = data.open();
    assert_eq!(
        ask(&postgres, "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()")
            .await,
        "UTF8"
    );
    // Under the C character type this matches nothing, and trigram search finds no Chinese.
    assert_eq!(ask(&postgres, "SELECT ('客户' ~ '^[[:alpha:]]+$')::text").await, "true");
    assert_eq!(ask(&postgres, "SELECT current_setting('fsync')").await, "on");
    postgres.close().unwrap();
}

#[tokio::test]
async fn only_who_has_the_password_gets_in_and_only_from_this_machine() {
    let data = DataFolder::new();
    let postgres = data.open();
    assert_eq!(ask(&postgres, "SELECT current_setting('listen_addresses')").await, "");
    let guessed = postgres.url().replace("postgres://guanxi:", "postgres://guanxi:wrong");
    assert!(PgConnection::connect(&guessed).await.is_err());
    postgres.close().unwrap();
}

#[test]
fn a_second_server_is_refused_in_one_sentence() {
    let data = DataFolder::new();
    let first = data.open();
    let refusal = EmbeddedPostgres::open_alone(&data.0).unwrap_err().to_string();
    assert!(refusal.starts_with("Another guanxi (process "), "{refusal}");
    first.close().unwrap();
}

#[test]
fn a_command_works_beside_the_server_and_leaves_it_running() {
    let data = DataFolder::new();
    let server = data.open();
    let command = EmbeddedPostgres::open_shared(&data.0).unwrap();
    assert_eq!(command.url(), server.url());
    command.close().unwrap();
    assert!(!data.pid().is_empty());
    server.close().unwrap();
}

#[tokio::test]
async fn a_postgres_that_outlived_its_server_is_taken_over() {
    let data = DataFolder::new();
    let killed = data.open();
    let pid = data.pid();
    // Dropping without closing is what a kill leaves: the lock is free, Postgres runs.
    drop(killed);
    let next = data.open();
    assert_eq!(data.pid(), pid);
    assert_eq!(ask(&next, "SELECT 'works'").await, "works");
    next.close().unwrap();
}

#[test]
fn a_stale_pid_file_with_the_number_of_another_process_is_no_obstacle() {
    let data = DataFolder::new();
    data.open().close().unwrap();
    let cluster = data.0.join("postgres/cluster").canonicalize().unwrap();
    let stale = format!("{}\n{}\n0\n5432\n/tmp\n\n0\nready\n", std::process::id(), cluster.display());
    fs::write(cluster.join("postmaster.pid"), stale).unwrap();
    data.open().close().unwrap();
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_works() {
    let parent = std::env::temp_dir().join("long-".repeat(20));
    fs::create_dir_all(&parent).unwrap();
    let data = DataFolder::below(&parent);
    let postgres = data.open();
    assert_eq!(ask(&postgres, "SELECT 'works'").await, "works");
    postgres.close().unwrap();
}

#[test]
fn an_interrupted_making_of_the_cluster_is_repeated() {
    let data = DataFolder::new();
    data.open().close().unwrap();
    let home = data.0.join("postgres");
    fs::rename(home.join("cluster"), home.join("cluster.new")).unwrap();
    data.open().close().unwrap();
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let file = DataFolder::new();
    fs::write(&file.0, "a file").unwrap();
    let refusal = EmbeddedPostgres::open_alone(&file.0.join("data")).unwrap_err().to_string();
    assert!(refusal.contains("guanxi-unit-") && refusal.ends_with("can be written."), "{refusal}");
    fs::remove_file(&file.0).unwrap();
}

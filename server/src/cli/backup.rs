//! `guanxi backup`

use super::postgres_tool;
use crate::{config::Config, database::Database, failure::Failure};
use chrono::Utc;
use clap::Args;
use std::{
    fs::{self, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// File to write; guanxi-<date>-<time>.dump in the current folder if left out.
    file: Option<PathBuf>,
}

/// Writes the database to one file in Postgres' custom format, consistent as of its start, while
/// the server keeps running.
pub(crate) async fn run(arguments: Arguments, config: &Config) -> Result<(), Failure> {
    let file = arguments.file.unwrap_or_else(|| Utc::now().format("guanxi-%Y%m%d-%H%M%S.dump").to_string().into());
    if file.exists() {
        return Err(Failure::new(format!("{} exists already; name another file.", file.display())));
    }
    let unfinished = file.with_added_extension("part");
    make_private(&unfinished).map_err(|error| unwritable(&file, &error))?;
    let written = dump(&unfinished, config).await;
    let finished = written.and_then(|()| fs::rename(&unfinished, &file).map_err(|error| unwritable(&file, &error)));
    if finished.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    finished?;
    println!("The backup is in {}.", file.display());
    Ok(())
}

async fn dump(file: &Path, config: &Config) -> Result<(), Failure> {
    let database = Database::open_for_command(config).await?;
    let result = async {
        let mut pg_dump = postgres_tool::command("pg_dump", database.url())?;
        // The live log is ordered by this Postgres' transaction numbers, which mean nothing in
        // another one; browsers take a fresh snapshot instead.
        pg_dump.args(["--exclude-table-data", "events*"]);
        pg_dump.args(["--format", "custom", "--file"]).arg(file);
        postgres_tool::finish(pg_dump, "The backup").await.map(drop)
    };
    let result = result.await;
    database.close_after(result).await
}

/// Makes the file before anything is written into it: a backup holds everybody's data.
fn make_private(file: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file).map(drop)
}

fn unwritable(file: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("The backup can't be written to {}: {error}.", file.display()))
}

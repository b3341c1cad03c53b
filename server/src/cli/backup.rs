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

    /// Leave uploaded files out, where the bucket that they lie in has backups of its own.
    #[arg(long)]
    without_files: bool,
}

/// Where a backup's uploaded files are: beside it.
pub(super) fn files_of(backup: &Path) -> PathBuf {
    backup.with_added_extension("files.tar")
}

/// Writes the database to one file in Postgres' custom format, consistent as of its start, while
/// the server keeps running; and then uploaded files into an archive beside it. What the database
/// tells of is among them, because files outlive their records.
pub(crate) async fn run(arguments: Arguments, config: &Config) -> Result<(), Failure> {
    let file = arguments.file.unwrap_or_else(|| Utc::now().format("guanxi-%Y%m%d-%H%M%S.dump").to_string().into());
    if file.exists() || files_of(&file).exists() {
        return Err(Failure::new(format!("{} exists already; name another file.", file.display())));
    }
    let [unfinished, unfinished_files] = [&file, &files_of(&file)].map(|file| file.with_added_extension("part"));
    make_private(&unfinished).map_err(|error| unwritable(&file, &error))?;
    let written = write(&unfinished, (!arguments.without_files).then_some(&unfinished_files), config).await;
    let finished = written.and_then(|count| {
        if count > 0 {
            fs::rename(&unfinished_files, files_of(&file)).map_err(|error| unwritable(&file, &error))?;
        }
        fs::rename(&unfinished, &file).map_err(|error| unwritable(&file, &error))?;
        Ok(count)
    });
    if finished.is_err() {
        let _ = (fs::remove_file(&unfinished), fs::remove_file(&unfinished_files));
    }
    match finished? {
        0 => println!("The backup is in {}.", file.display()),
        _ => println!("The backup is in {} and {}.", file.display(), files_of(&file).display()),
    }
    Ok(())
}

/// Writes the database and then the files; says how many of them there are.
async fn write(file: &Path, files: Option<&PathBuf>, config: &Config) -> Result<u64, Failure> {
    let database = Database::open_for_command(config).await?;
    let result = async {
        let mut pg_dump = postgres_tool::command("pg_dump", database.url())?;
        // The live log is ordered by this Postgres' transaction numbers, which mean nothing in
        // another one; browsers take a fresh snapshot instead.
        pg_dump.args(["--exclude-table-data", "events*", "--exclude-table-data", "quiet_transactions"]);
        pg_dump.args(["--format", "custom", "--file"]).arg(file);
        postgres_tool::finish(pg_dump, "The backup").await?;
        match files {
            Some(files) => Ok(database.files().archive(files).await?),
            None => Ok(0),
        }
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

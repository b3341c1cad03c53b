//! Running Postgres' own programs on the database of a URL.

use crate::{embedded_postgres::binaries::Binaries, failure::Failure};
use percent_encoding::percent_decode_str;
use std::process::{Output, Stdio};
use tokio::process::Command;
use url::Url;

/// A command such as `pg_dump` that will connect to the URL. The password goes through the
/// environment, because a command line is shown to everybody on the machine.
pub(crate) fn command(program: &str, database_url: &str) -> Result<Command, Failure> {
    let mut command = without_database(program)?;
    let mut address = Url::parse(database_url).map_err(|_| {
        Failure::new("DATABASE_URL is not a Postgres address like postgres://user:password@host:5432/database.")
    })?;
    if let Some(password) = address.password() {
        command.env("PGPASSWORD", percent_decode_str(password).decode_utf8_lossy().as_ref());
        // Only a URL without a host refuses this, and it could not have had a password.
        let _ = address.set_password(None);
    }
    command.args(["--dbname", address.as_str()]);
    Ok(command)
}

/// Runs it to its end; what it complained about last becomes the sentence.
pub(crate) async fn finish(mut command: Command, purpose: &str) -> Result<Output, Failure> {
    let output = command.output().await.map_err(|error| Failure::new(format!("{purpose} failed: {error}.")))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let reason = said.lines().find(|line| line.contains("error:")).or_else(|| said.lines().next_back());
    Err(Failure::new(format!("{purpose} failed: {}.", reason.unwrap_or("it gave no reason").trim_end_matches('.'))))
}

/// A command that only reads or writes files.
pub(crate) fn without_database(program: &str) -> Result<Command, Failure> {
    let mut command = Command::new(Binaries::find_client(program)?);
    command.env("LC_ALL", "C").stdin(Stdio::null());
    Ok(command)
}

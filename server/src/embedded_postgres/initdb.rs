//! Making the private cluster, once.

use super::{
    account::Account,
    binaries::Binaries,
    layout::{Layout, unusable},
};
use crate::failure::Failure;
use std::{
    fs::{self, OpenOptions},
    io::{Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    process::{Command, Stdio},
};

/// The role that owns the database, and the database's name.
pub(crate) const OWNER: &str = "guanxi";

/// Character classes must be Unicode's: under plain `C`, pg_trgm finds no trigrams in Chinese.
const CHARACTER_LOCALES: [&str; 3] = ["C.UTF-8", "C.utf8", "en_US.UTF-8"];

/// Makes the cluster if there is none yet; an interrupted attempt is cleared away first.
pub(crate) fn ensure(layout: &Layout, account: &Account, binaries: &Binaries) -> Result<(), Failure> {
    if layout.cluster().join("PG_VERSION").exists() {
        return Ok(());
    }
    tracing::info!("making a Postgres cluster in {}", layout.cluster().display());
    write_password(layout, account)?;
    initialise(layout, account, binaries)?;
    let unfinished = layout.unfinished_cluster();
    create_database(&unfinished, account, binaries)?;
    fs::rename(&unfinished, layout.cluster()).map_err(|error| unusable(&unfinished, &error))
}

fn write_password(layout: &Layout, account: &Account) -> Result<(), Failure> {
    let path = layout.password_file();
    let written = random_password().and_then(|password| {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        file.write_all(password.as_bytes())
    });
    written.map_err(|error| unusable(&path, &error))?;
    account.own(&path)
}

/// 32 hexadecimal digits from the kernel: safe in a URL and out of guessing's reach.
fn random_password() -> std::io::Result<String> {
    let mut bytes = [0u8; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn initialise(layout: &Layout, account: &Account, binaries: &Binaries) -> Result<(), Failure> {
    let folder = layout.unfinished_cluster();
    let mut complaint = String::new();
    for locale in CHARACTER_LOCALES {
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| unusable(&folder, &error))?;
        }
        let mut initdb = account.command(binaries.program("initdb"));
        initdb.arg("--pgdata").arg(&folder).arg("--pwfile").arg(layout.password_file());
        initdb.args(["--username", OWNER, "--auth", "scram-sha-256", "--encoding", "UTF8"]);
        initdb.args(["--locale", "C", &format!("--lc-ctype={locale}"), "--data-checksums"]);
        match finish(initdb) {
            Ok(()) => return Ok(()),
            Err(reason) => complaint = reason,
        }
    }
    Err(Failure::new(format!("Postgres can't make its cluster: {complaint}.")))
}

/// Creates the database in single-user mode: no server has to run, and nothing has to connect.
fn create_database(cluster: &Path, account: &Account, binaries: &Binaries) -> Result<(), Failure> {
    let include = OpenOptions::new().append(true).open(cluster.join("postgresql.conf"));
    let included = include.and_then(|mut file| file.write_all(b"\ninclude_if_exists = 'guanxi.conf'\n"));
    included.map_err(|error| unusable(cluster, &error))?;
    let mut postgres = account.command(binaries.program("postgres"));
    postgres.args(["--single", "-D"]).arg(cluster).arg("postgres").stdin(Stdio::piped());
    postgres.stdout(Stdio::null()).stderr(Stdio::piped());
    let created = postgres.spawn().and_then(|mut child| {
        if let Some(mut input) = child.stdin.take() {
            writeln!(input, "CREATE DATABASE {OWNER}")?;
        }
        child.wait_with_output()
    });
    match created {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(Failure::new(format!("Postgres can't create the database: {}.", last_line(&output.stderr)))),
        Err(error) => Err(Failure::new(format!("Postgres can't be run: {error}."))),
    }
}

/// Runs a Postgres tool to its end; what it said last is the reason if it failed.
pub(crate) fn finish(mut command: Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(last_line(&output.stderr)) }
}

/// The last line that says something, without the program's name and without a full stop. Lines
/// that only advise are passed over.
fn last_line(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let telling = |line: &&str| {
        let advice = ["HINT:", "DETAIL:", "Examine the log output", "initdb: removing", "initdb: hint"];
        !line.trim().is_empty() && !advice.iter().any(|start| line.trim().starts_with(start))
    };
    let line = text.lines().rfind(telling).unwrap_or("it gave no reason").trim();
    line.trim_end_matches('.').to_owned()
}

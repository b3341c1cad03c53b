//! Finding the Postgres programs on this machine.

use crate::failure::Failure;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The oldest Postgres that guanxi works with.
const OLDEST_MAJOR: u32 = 15;

/// One installation: the folder of its programs and its major version.
#[derive(Clone, Debug)]
pub(crate) struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// The newest usable installation with a server in it, or the one a cluster was made with.
    pub(crate) fn find(cluster_major: Option<u32>) -> Result<Self, Failure> {
        let found = installations("postgres");
        match cluster_major {
            Some(major) => found.into_iter().find(|one| one.major == major).ok_or_else(|| {
                Failure::new(format!(
                    "The data folder was made by Postgres {major}, which is not installed any more; install it, or restore a backup into a new data folder."
                ))
            }),
            None => newest(found).ok_or_else(|| {
                Failure::new(format!(
                    "No Postgres {OLDEST_MAJOR} or newer was found to run the database with; install it (Debian: apt-get install postgresql), or set DATABASE_URL."
                ))
            }),
        }
    }

    /// The newest installation that has a client program such as `pg_dump`; a newer client reads
    /// an older server, not the other way round.
    pub(crate) fn find_client(program: &str) -> Result<PathBuf, Failure> {
        let found = newest(installations(program));
        found.map(|one| one.program(program)).ok_or_else(|| {
            Failure::new(format!(
                "{program} {OLDEST_MAJOR} or newer was not found; install it (Debian: apt-get install postgresql-client)."
            ))
        })
    }

    /// The path of one of its programs.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

fn newest(found: Vec<Binaries>) -> Option<Binaries> {
    // Reversed, because of equals `max_by_key` takes the last and the folders are listed best first.
    found.into_iter().rev().filter(|one| one.major >= OLDEST_MAJOR).max_by_key(|one| one.major)
}

fn installations(program: &str) -> Vec<Binaries> {
    let candidates = folders().into_iter().filter(|folder| folder.join(program).is_file());
    candidates.filter_map(|folder| major_of(&folder.join(program)).map(|major| Binaries { folder, major })).collect()
}

/// Where installations live: the operator's choice, Debian's versions, the search path, and what
/// set-up fetched where no package could be installed.
fn folders() -> Vec<PathBuf> {
    if let Some(chosen) = std::env::var_os("GUANXI_POSTGRES_BIN").filter(|value| !value.is_empty()) {
        return vec![PathBuf::from(chosen)];
    }
    let mut folders = Vec::new();
    for root in ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/pgsql"] {
        let versions = std::fs::read_dir(root).into_iter().flatten().flatten();
        folders.extend(versions.map(|version| version.path().join("bin")));
    }
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    // target/debug/guanxi finds target/tools/postgres/bin.
    let executable = std::env::current_exe().ok();
    let target = executable.as_deref().and_then(Path::parent).and_then(Path::parent);
    folders.extend(target.map(|target| target.join("tools/postgres/bin")));
    folders
}

/// Reads "15" out of `postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)`.
fn major_of(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").current_dir("/").output().ok()?;
    parse_major(&String::from_utf8_lossy(&output.stdout))
}

fn parse_major(version: &str) -> Option<u32> {
    let number = version.split("(PostgreSQL)").nth(1)?.trim_start();
    number.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::parse_major;

    #[test]
    fn the_major_version_is_read_from_release_and_beta_banners() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("pg_dump (PostgreSQL) 18beta2"), Some(18));
        assert_eq!(parse_major("something else"), None);
    }
}

//! The Postgres that guanxi brings along: a private cluster in the data folder, reachable through
//! a socket only its user can open, started and stopped with the server. Used when there is no
//! `DATABASE_URL`. Everything here blocks; call it from a blocking task.

mod account;
pub(crate) mod binaries;
mod initdb;
mod layout;
mod lock;
mod postmaster;
mod settings;

use crate::failure::Failure;
use account::Account;
use binaries::Binaries;
use layout::{Layout, unusable};
use lock::DataLock;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::{
    fs,
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, Instant},
};

/// A running private cluster.
#[derive(Debug)]
pub(crate) struct EmbeddedPostgres {
    url: String,
    /// Present when this process is in charge of the cluster, and then also stops it.
    charge: Option<Charge>,
}

#[derive(Debug)]
struct Charge {
    cluster: PathBuf,
    account: Account,
    binaries: Binaries,
    _lock: DataLock,
}

impl EmbeddedPostgres {
    /// Opens the data folder for a server, which must be its only one.
    pub(crate) fn open_alone(data: &Path) -> Result<Self, Failure> {
        DataLock::try_take(data)?.map_or_else(|| Err(DataLock::in_use(data)), |lock| Self::take_charge(data, lock))
    }

    /// Opens the data folder for a command such as `backup`, beside a running server if there is one.
    pub(crate) fn open_shared(data: &Path) -> Result<Self, Failure> {
        match DataLock::try_take(data)? {
            Some(lock) => Self::take_charge(data, lock),
            None => Self::join(data),
        }
    }

    fn take_charge(data: &Path, lock: DataLock) -> Result<Self, Failure> {
        let account = Account::choose(&Layout::home_in(data))?;
        let layout = Layout::prepare(data, &account)?;
        let binaries = Binaries::find(cluster_major(&layout.cluster()))?;
        initdb::ensure(&layout, &account, &binaries)?;
        let socket_folder = postmaster::ensure_running(&layout, &account, &binaries)?;
        let url = owner_url(&layout.password_file(), &socket_folder)?;
        let charge = Charge { cluster: layout.cluster(), account, binaries, _lock: lock };
        Ok(Self { url, charge: Some(charge) })
    }

    /// Uses the cluster of the server that holds the data folder, once it is up.
    fn join(data: &Path) -> Result<Self, Failure> {
        let home = Layout::home_in(data);
        let patience = Instant::now() + Duration::from_secs(30);
        loop {
            let home = home.canonicalize().unwrap_or_else(|_| home.clone());
            if let Some(running) = postmaster::running(&home.join("cluster")) {
                let url = owner_url(&home.join("password"), &running.socket_folder)?;
                return Ok(Self { url, charge: None });
            }
            if Instant::now() > patience {
                return Err(DataLock::in_use(data));
            }
            sleep(Duration::from_millis(100));
        }
    }

    /// The database's URL for its owner, password included: never log it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Stops the cluster if this process is in charge of it.
    pub(crate) fn close(self) -> Result<(), Failure> {
        self.charge.map_or(Ok(()), |charge| postmaster::stop(&charge.cluster, &charge.account, &charge.binaries))
    }
}

/// The major version that made the cluster, if there is one.
fn cluster_major(cluster: &Path) -> Option<u32> {
    fs::read_to_string(cluster.join("PG_VERSION")).ok()?.trim().parse().ok()
}

fn owner_url(password_file: &Path, socket_folder: &Path) -> Result<String, Failure> {
    let password = fs::read_to_string(password_file).map_err(|error| unusable(password_file, &error))?;
    let socket_folder = socket_folder.display().to_string();
    let host = utf8_percent_encode(&socket_folder, NON_ALPHANUMERIC);
    Ok(format!("postgres://{owner}:{password}@localhost:5432/{owner}?host={host}", owner = initdb::OWNER))
}

#[cfg(test)]
mod tests;

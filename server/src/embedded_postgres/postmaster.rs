//! Starting, finding and stopping the cluster's server process.

use super::{
    account::Account,
    binaries::Binaries,
    initdb::finish,
    layout::{Layout, unusable},
    settings,
};
use crate::failure::Failure;
use std::{
    fs,
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, Instant},
};

/// A crash with much to replay takes long to recover from; giving up earlier would help nobody.
const SECONDS_TO_START: &str = "600";
const SECONDS_TO_STOP: &str = "60";

/// What `postmaster.pid` says about a server that really runs on this cluster.
pub(crate) struct Running {
    pid: u32,
    /// The folder that its socket is in.
    pub(crate) socket_folder: PathBuf,
    ready: bool,
}

/// The server that runs on the cluster, whoever started it: after `kill -9` of guanxi its Postgres
/// lives on.
pub(crate) fn running(cluster: &Path) -> Option<Running> {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let mut lines = text.lines();
    let pid = lines.next()?.trim().parse().ok()?;
    let socket_folder = PathBuf::from(lines.nth(3)?.trim());
    let status = lines.nth(2).unwrap_or_default().trim();
    works_in(pid, cluster).then_some(Running { pid, socket_folder, ready: status == "ready" })
}

/// Whether the process is this cluster's server and not another that was given the same number
/// since: a postmaster's working directory is its cluster.
fn works_in(pid: u32, cluster: &Path) -> bool {
    let process = PathBuf::from(format!("/proc/{pid}"));
    if Path::new("/proc/self").exists() {
        return fs::read_link(process.join("cwd")).is_ok_and(|folder| folder == cluster);
    }
    // Without /proc (macOS), a live process with that number has to do.
    let signed = i32::try_from(pid).ok();
    signed.is_some_and(|pid| nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), None).is_ok())
}

/// Makes sure that the cluster's server runs, and returns the folder of its socket.
pub(crate) fn ensure_running(layout: &Layout, account: &Account, binaries: &Binaries) -> Result<PathBuf, Failure> {
    let cluster = layout.cluster();
    if let Some(found) = settled(&cluster) {
        tracing::info!("taking over the running Postgres (process {})", found.pid);
        return Ok(found.socket_folder);
    }
    let socket_folder = layout.socket_folder(account)?;
    clear_after_crash(&cluster, &socket_folder)?;
    write_settings(&cluster, &socket_folder, account)?;
    start(layout, account, binaries)?;
    Ok(socket_folder)
}

/// Waits for a server that is starting or stopping to come to one of its ends.
fn settled(cluster: &Path) -> Option<Running> {
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        let found = running(cluster)?;
        if found.ready || Instant::now() > patience {
            return Some(found);
        }
        sleep(Duration::from_millis(50));
    }
}

/// Removes the lock files of a server that was killed. Postgres would take them for a live one's
/// if the number now belongs to any process of its user, as after a restart of a container, or to
/// one that nobody has reaped. They may only go once really nothing works on the cluster.
fn clear_after_crash(cluster: &Path, socket_folder: &Path) -> Result<(), Failure> {
    let Some(mut leftovers) = processes_in(cluster) else { return Ok(()) };
    // Processes of a killed postmaster need a moment to notice that it is gone.
    let patience = Instant::now() + Duration::from_secs(10);
    while leftovers > 0 && Instant::now() < patience {
        sleep(Duration::from_millis(50));
        leftovers = processes_in(cluster).unwrap_or(0);
    }
    if leftovers > 0 {
        return Err(Failure::new(format!(
            "{leftovers} processes of an earlier Postgres still work in {}; stop them.",
            cluster.display()
        )));
    }
    for lock in [cluster.join("postmaster.pid"), socket_folder.join(".s.PGSQL.5432.lock")] {
        // Mostly there is none.
        let _ = fs::remove_file(lock);
    }
    Ok(())
}

/// How many processes work in the cluster's folder, as every one of Postgres does; `None` where
/// the system has no /proc to tell.
fn processes_in(cluster: &Path) -> Option<usize> {
    let processes = fs::read_dir("/proc").ok().filter(|_| Path::new("/proc/self/cwd").exists())?;
    let folders = processes.flatten().filter_map(|process| fs::read_link(process.path().join("cwd")).ok());
    Some(folders.filter(|folder| folder == cluster).count())
}

fn write_settings(cluster: &Path, socket_folder: &Path, account: &Account) -> Result<(), Failure> {
    let path = cluster.join("guanxi.conf");
    fs::write(&path, settings::text(socket_folder)).map_err(|error| unusable(&path, &error))?;
    account.own(&path)
}

fn start(layout: &Layout, account: &Account, binaries: &Binaries) -> Result<(), Failure> {
    // The log says why this start failed, not why an earlier one did.
    let _ = fs::remove_file(layout.start_log());
    let mut pg_ctl = account.command(binaries.program("pg_ctl"));
    pg_ctl.args(["start", "--wait", "--silent", "--timeout", SECONDS_TO_START]);
    pg_ctl.arg("--pgdata").arg(layout.cluster()).arg("--log").arg(layout.start_log());
    finish(pg_ctl).map_err(|reason| {
        let log = layout.cluster().join("log");
        let reason = fatal_line(&layout.start_log()).or_else(|| fatal_line(&newest_file(&log)?)).unwrap_or(reason);
        Failure::new(format!("Postgres didn't start: {reason}; its log is in {}.", log.display()))
    })
}

/// Why Postgres gave up, according to a log.
fn fatal_line(log: &Path) -> Option<String> {
    let text = fs::read_to_string(log).ok()?;
    text.lines().rev().find_map(|line| line.split_once("FATAL:")).map(|(_, reason)| reason.trim().to_owned())
}

fn newest_file(folder: &Path) -> Option<PathBuf> {
    let files = fs::read_dir(folder).ok()?.flatten();
    files.max_by_key(|file| file.metadata().and_then(|data| data.modified()).ok()).map(|file| file.path())
}

/// Stops the server: running transactions are rolled back, everything committed is on disk.
pub(crate) fn stop(cluster: &Path, account: &Account, binaries: &Binaries) -> Result<(), Failure> {
    let mut pg_ctl = account.command(binaries.program("pg_ctl"));
    pg_ctl.args(["stop", "--wait", "--silent", "--mode", "fast", "--timeout", SECONDS_TO_STOP]);
    pg_ctl.arg("--pgdata").arg(cluster);
    match finish(pg_ctl) {
        Err(reason) if running(cluster).is_some() => Err(Failure::new(format!("Postgres didn't stop: {reason}."))),
        _ => Ok(()),
    }
}

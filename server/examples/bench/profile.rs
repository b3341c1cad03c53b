//! What the server does meanwhile, sampled by perf: `PROFILE` names the folder that its recordings go to.

use std::path::PathBuf;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::Command;

use crate::harness::Outcome;

/// Whether anything is to be sampled.
pub(crate) fn is_wanted() -> bool {
    std::env::var_os("PROFILE").is_some()
}

/// Does the work; with `PROFILE`, samples the server while it does.
pub(crate) async fn sampled<T>(server: Pid, name: &str, work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let Ok(folder) = std::env::var("PROFILE") else { return work.await };
    let mut perf = Command::new("perf")
        .args(["record", "--quiet", "--freq=499", "--call-graph=dwarf,32768", "--pid", &server.to_string(), "--output"])
        .arg(PathBuf::from(folder).join(format!("{name}.perf")))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let done = work.await;
    kill(Pid::from_raw(i32::try_from(perf.id().ok_or("perf ended")?)?), Signal::SIGINT)?;
    perf.wait().await?;
    done
}

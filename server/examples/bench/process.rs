//! The server under measurement: started, watched, and stopped.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::Outcome;
use crate::client::Client;

/// How long a server may take to be ready.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running `guanxi serve`.
pub(crate) struct Server {
    child: Child,
    /// `host:port`.
    pub(crate) host: String,
    /// From the start of the process to its first answer, ms.
    pub(crate) started_in: f64,
}

impl Server {
    /// Starts the program named by `GUANXI_BENCH_PROGRAM` on `DATABASE_URL`.
    pub(crate) async fn start() -> Outcome<Self> {
        let host = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.to_string();
        let begin = Instant::now();
        let child = Command::new(program()?)
            .arg("serve")
            .env("GUANXI_ADDR", &host)
            .env("GUANXI_LOG", "warn")
            .kill_on_drop(true)
            .spawn()?;
        let mut server = Self { child, host, started_in: 0.0 };
        server.wait_until_ready(begin + PATIENCE).await?;
        server.started_in = begin.elapsed().as_secs_f64() * 1_000.0;
        Ok(server)
    }

    async fn wait_until_ready(&mut self, until: Instant) -> Outcome<()> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the server ended: {status}").into());
            }
            let is_up = TcpStream::connect(&self.host).await.is_ok();
            if is_up && Client::connect(&self.host).await?.get("/readyz").await.is_ok() {
                return Ok(());
            }
            if Instant::now() > until {
                return Err("the server was not ready in time".into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Memory that the server holds now, MiB.
    pub(crate) fn memory(&self) -> Outcome<f64> {
        let id = self.child.id().ok_or("the server ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kilobytes: f64 = resident.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes / 1_024.0)
    }

    /// Stops it as Ctrl-C would.
    pub(crate) async fn stop(mut self) -> Outcome<()> {
        if let Some(id) = self.child.id() {
            let id = nix::unistd::Pid::from_raw(i32::try_from(id)?);
            nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM)?;
        }
        self.child.wait().await?;
        Ok(())
    }
}

/// The program that is measured.
pub(crate) fn program() -> Outcome<PathBuf> {
    Ok(PathBuf::from(std::env::var("GUANXI_BENCH_PROGRAM")?))
}

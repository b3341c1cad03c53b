//! The server: started, watched, and ended in several ways.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use super::Outcome;
use super::client::Client;

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
    /// Starts the program on a database and waits until it is ready. What it logs is added to the file, if one is named.
    pub(crate) async fn start(host: String, database: &str, log: Option<&Path>) -> Outcome<Self> {
        Self::start_with(host, database, log, Vec::new()).await
    }

    /// The same, with more in its environment.
    pub(crate) async fn start_with(
        host: String,
        database: &str,
        log: Option<&Path>,
        environment: Vec<(&'static str, String)>,
    ) -> Outcome<Self> {
        let begin = Instant::now();
        let log = match log {
            Some(path) => Stdio::from(std::fs::File::options().create(true).append(true).open(path)?),
            None => Stdio::inherit(),
        };
        let child = Command::new(program()?)
            .arg("serve")
            .env("DATABASE_URL", database)
            .env("GUANXI_ADDR", &host)
            .env("GUANXI_LOG", "warn")
            .envs(environment)
            .stdout(Stdio::null())
            .stderr(log)
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

    /// Process id.
    pub(crate) fn id(&self) -> Outcome<Pid> {
        Ok(Pid::from_raw(i32::try_from(self.child.id().ok_or("the server ended")?)?))
    }

    /// Stops it as Ctrl-C would.
    pub(crate) async fn stop(mut self) -> Outcome<()> {
        kill(self.id()?, Signal::SIGTERM)?;
        self.child.wait().await?;
        Ok(())
    }
}

/// An address of this machine that nobody listens on.
pub(crate) async fn free_address() -> Outcome<String> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?.to_string())
}

/// The database under test: `DATABASE_URL`, as the tables' owner.
pub(crate) fn database() -> Outcome<String> {
    Ok(std::env::var("DATABASE_URL")?)
}

/// The program under test, named by `GUANXI_PROGRAM`.
pub(crate) fn program() -> Outcome<PathBuf> {
    Ok(PathBuf::from(std::env::var("GUANXI_PROGRAM")?))
}

//! What is tortured: two servers on one Postgres, each behind a proxy, and an organisation.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection};
use tokio::process::Command;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::desk;
use crate::harness::Outcome;
use crate::harness::client::Client;
use crate::harness::process::{Server, database, free_address, program};
use crate::pretend::{POSTGRES, Pretence};
use crate::proxy::Proxy;

/// Servers on the one Postgres.
pub(crate) const NODES: usize = 2;
/// How long anything may take to come back.
const PATIENCE: Duration = Duration::from_secs(60);
/// How wrong a clock may be, seconds.
const HOURS: i64 = 2 * 3_600;

/// What newer versions do to tables that are in use: columns, indexes, values of all rows.
const MIGRATION: &str = "
    alter table customers add column if not exists torture text;
    alter table opportunities add column if not exists torture bigint not null default 0;
    create index if not exists opportunities_torture_idx on opportunities (org_id, torture);
    update opportunities set torture = 1;
    alter table audit_entries add column if not exists torture text;";

/// In whose name a client acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Administrator,
    /// The n-th agent of the service desk.
    Agent(usize),
}

/// One server and the way to it.
struct Node {
    /// `None` while it is down.
    server: Mutex<Option<Server>>,
    address: String,
    proxy: Proxy,
}

/// Everything under torture.
pub(crate) struct World {
    nodes: Vec<Node>,
    /// Signed in as the administrator.
    session: Client,
    /// Open stages of the pipeline.
    pub(crate) stages: Vec<Uuid>,
    /// The service desk with its agents, who are signed in too.
    pub(crate) desk: desk::Desk,
    known: std::sync::Mutex<Vec<(&'static str, Uuid)>>,
    acknowledged: std::sync::Mutex<Vec<Uuid>>,
    said: std::sync::Mutex<BTreeMap<Uuid, Uuid>>,
    /// Data of the throw-away Postgres; `None` for one that others look after.
    cluster: Option<PathBuf>,
    pretence: Option<Pretence>,
    over: AtomicBool,
    log: PathBuf,
}

impl World {
    /// Starts the servers and founds the organisation.
    pub(crate) async fn found() -> Outcome<Self> {
        let cluster = std::env::var("TEST_POSTGRES").ok().map(|folder| PathBuf::from(folder).join("cluster"));
        let log = PathBuf::from(std::env::var("TORTURE_LOG")?);
        let mut nodes = Vec::new();
        for n in 0..NODES {
            let address = free_address().await?;
            let server = start(n, &address, &log).await?;
            let proxy = Proxy::to(address.clone()).await?;
            nodes.push(Node { server: Mutex::new(Some(server)), address, proxy });
        }
        let mut session = Client::connect(&nodes[0].proxy.host).await?;
        let organisation = json!({"org_name": "Torture", "name": "Admin", "email": "admin@torture.test",
                                  "password": "no one else signs in here", "locale": "zh-CN",
                                  "timezone": "Asia/Shanghai", "currency": "CNY"});
        session.call("set_up", &json!({"organisation": organisation})).await?;
        let board = session.json("open_board", &json!({"query": {}})).await?;
        let columns = board["columns"].as_array().ok_or("no columns")?;
        let open = columns.iter().filter(|column| column["stage"]["outcome"] == "open");
        let stages = open.map(|column| column["stage"]["id"].as_str().unwrap_or_default().parse());
        let stages = stages.collect::<Result<_, _>>()?;
        let desk = desk::Desk::open(&mut session).await?;
        let (known, acknowledged, said) = Default::default();
        Ok(Self {
            nodes,
            session,
            stages,
            desk,
            known,
            acknowledged,
            said,
            cluster,
            pretence: Pretence::begin()?,
            over: AtomicBool::new(false),
            log,
        })
    }

    /// Whether clients are to stop writing.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// From now on they are.
    pub(crate) fn end_writing(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Records that some client made, by type: what all may change.
    pub(crate) fn known(&self) -> std::sync::MutexGuard<'_, Vec<(&'static str, Uuid)>> {
        self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Those of a type.
    pub(crate) fn all_known(&self, record_type: &str) -> Vec<Uuid> {
        self.known().iter().filter(|(of, _)| *of == record_type).map(|(_, id)| *id).collect()
    }

    /// Change sets that some client was told are done.
    pub(crate) fn acknowledged(&self) -> std::sync::MutexGuard<'_, Vec<Uuid>> {
        self.acknowledged.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The last message of each ticket that some client was told of.
    pub(crate) fn said(&self) -> std::sync::MutexGuard<'_, BTreeMap<Uuid, Uuid>> {
        self.said.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A connection of the administrator to one of the servers, through its proxy.
    pub(crate) async fn connect(&self, n: usize) -> Outcome<Client> {
        self.connect_as(Who::Administrator, n).await
    }

    /// A connection of somebody's.
    pub(crate) async fn connect_as(&self, who: Who, n: usize) -> Outcome<Client> {
        let session = match who {
            Who::Administrator => &self.session,
            Who::Agent(agent) => &self.desk.agents[agent].session,
        };
        session.moved_to(self.proxy(n)).await
    }

    /// The way to a server that is cut now and then.
    pub(crate) fn proxy(&self, n: usize) -> &str {
        &self.nodes[n % NODES].proxy.host
    }

    /// Where a server listens itself.
    pub(crate) fn address(&self, n: usize) -> &str {
        &self.nodes[n % NODES].address
    }

    /// The administrator's session.
    pub(crate) fn cookie(&self) -> &str {
        self.session.cookie()
    }

    /// Ends all connections of a server.
    pub(crate) fn cut(&self, n: usize) {
        self.nodes[n % NODES].proxy.cut();
    }

    /// `kill -9`, and a new start.
    pub(crate) async fn crash(&self, n: usize) -> Outcome<()> {
        let node = &self.nodes[n % NODES];
        let mut server = node.server.lock().await;
        if let Some(running) = server.take() {
            kill(running.id()?, Signal::SIGKILL)?;
            drop(running);
        }
        // Until the old socket is free and Postgres takes connections again.
        let until = Instant::now() + PATIENCE;
        loop {
            match start(n % NODES, &node.address, &self.log).await {
                Ok(started) => break *server = Some(started),
                Err(error) if Instant::now() > until => return Err(error),
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
        Ok(())
    }

    /// Stops a server in its tracks for a while.
    pub(crate) async fn freeze(&self, n: usize, length: Duration) -> Outcome<()> {
        let server = self.nodes[n % NODES].server.lock().await;
        let Some(running) = &*server else { return Ok(()) };
        still(running.id()?, length).await
    }

    /// Kills all of Postgres and starts it again; with `TORTURE_CRASH`, that command brings it down and another one up.
    pub(crate) async fn crash_postgres(&self) -> Outcome<()> {
        let Some(cluster) = &self.cluster else {
            let status = Command::new("bash").args(["-c", &std::env::var("TORTURE_CRASH")?]).status().await?;
            return if status.success() { Ok(()) } else { Err("the command of TORTURE_CRASH failed".into()) };
        };
        kill(postmaster(cluster)?, Signal::SIGKILL)?;
        revive_postgres().await
    }

    /// Lets no file of Postgres' grow for a while. If that ended Postgres, it is started again, as its keepers would.
    pub(crate) async fn fill_disk(&self, length: Duration) -> Outcome<()> {
        let Some(pretence) = &self.pretence else { return Ok(()) };
        pretence.fill_disk(true)?;
        tokio::time::sleep(length).await;
        pretence.fill_disk(false)?;
        revive_postgres().await
    }

    /// Sets the clock of Postgres or of a server wrong by some hours at most, or right.
    pub(crate) fn set_clock(&self, rng: &mut fastrand::Rng) -> Outcome<()> {
        let Some(pretence) = &self.pretence else { return Ok(()) };
        let whose = rng.usize(POSTGRES..=POSTGRES + NODES);
        pretence.set_clock(whose, if rng.bool() { 0 } else { rng.i64(-HOURS..HOURS) })
    }

    /// Sets all clocks right.
    pub(crate) fn right_clocks(&self) -> Outcome<()> {
        let Some(pretence) = &self.pretence else { return Ok(()) };
        (POSTGRES..=POSTGRES + NODES).try_for_each(|whose| pretence.set_clock(whose, 0))
    }

    /// Ends half of the connections to Postgres and takes those and all that are left; holds them for a while.
    pub(crate) async fn exhaust(&self, length: Duration) -> Outcome<()> {
        let Ok(mut first) = owner().await else { return Ok(()) };
        let sql = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                   where backend_type = 'client backend' and pid <> pg_backend_pid() and pid % 2 = 0";
        drop(sqlx::query(sql).execute(&mut first).await);
        let mut taken = vec![first];
        while let Ok(another) = owner().await {
            taken.push(another);
        }
        tokio::time::sleep(length).await;
        Ok(())
    }

    /// Brings a newer schema to the database, as the next version of the program would while this one runs; then it is as
    /// if it had never been, for servers that are killed later know nothing of it.
    pub(crate) async fn migrate(&self) -> Outcome<()> {
        let folder = self.log.with_file_name("migrations");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("9999_torture.sql"), MIGRATION)?;
        let mut newer = Migrator::new(folder).await?;
        newer.set_ignore_missing(true);
        store::migrate_by(&database()?, &newer).await?;
        sqlx::query("delete from _sqlx_migrations where version = 9999").execute(&mut owner().await?).await?;
        Ok(())
    }

    /// Kills the process of one connection to Postgres, which then ends all others and recovers.
    pub(crate) async fn crash_backend(&self, rng: &mut fastrand::Rng) -> Outcome<()> {
        let Some(backend) = self.a_backend(rng).await else { return Ok(()) };
        Ok(kill(backend, Signal::SIGKILL)?)
    }

    /// Stops the process of one connection for a while, with whatever locks it holds.
    pub(crate) async fn freeze_backend(&self, rng: &mut fastrand::Rng, length: Duration) -> Outcome<()> {
        let Some(backend) = self.a_backend(rng).await else { return Ok(()) };
        still(backend, length).await
    }

    async fn a_backend(&self, rng: &mut fastrand::Rng) -> Option<Pid> {
        let mut owner = owner().await.ok()?;
        let sql = "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()";
        let backends: Vec<i32> = sqlx::query_scalar(sql).fetch_all(&mut owner).await.ok()?;
        rng.choice(backends).map(Pid::from_raw)
    }

    /// Whether the processes of Postgres are this run's own, to do with as it likes.
    pub(crate) fn owns_postgres(&self) -> bool {
        self.cluster.is_some()
    }

    /// Waits until Postgres and both servers answer again.
    pub(crate) async fn heal(&self) -> Outcome<()> {
        let until = Instant::now() + PATIENCE;
        for n in 0..NODES {
            while owner().await.is_err() || !self.is_ready(n).await {
                if Instant::now() > until {
                    return Err(format!("server {n} doesn't come back by itself").into());
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    }

    async fn is_ready(&self, n: usize) -> bool {
        match self.connect(n).await {
            Ok(mut client) => client.get("/readyz").await.is_ok(),
            Err(_) => false,
        }
    }

    /// All records of a type as the administrator reads them now from a server.
    pub(crate) async fn read(&self, n: usize, record_type: &str) -> Outcome<Vec<Value>> {
        self.read_as(Who::Administrator, n, record_type).await
    }

    /// All records of a type as somebody reads them now from a server.
    pub(crate) async fn read_as(&self, who: Who, n: usize, record_type: &str) -> Outcome<Vec<Value>> {
        read(&mut self.connect_as(who, n).await?, record_type).await
    }

    /// Writes a backup, whatever else is going on; what had been acknowledged by then must be in it.
    pub(crate) async fn back_up(&self) -> Outcome<Backup> {
        let earlier = self.acknowledged().clone();
        let file = self.log.with_file_name("backup.dump");
        drop(std::fs::remove_file(&file));
        drop(std::fs::remove_file(file.with_added_extension("files.tar")));
        run("backup", &file, &database()?).await?;
        Ok(Backup { file, earlier })
    }

    /// A server on a backup restored into a database of its own, and a client of it.
    pub(crate) async fn restore(&self, backup: &Backup) -> Outcome<(Server, Client, String)> {
        let url = database()?.replace("/guanxi?", "/guanxi_restored?");
        sqlx::query("create database guanxi_restored").execute(&mut owner().await?).await?;
        run("restore", &backup.file, &url).await?;
        let server = Server::start(free_address().await?, &url, Some(&self.log)).await?;
        let client = self.session.moved_to(&server.host).await?;
        Ok((server, client, url))
    }

    /// Keeps a text beside the servers' log.
    pub(crate) fn note(&self, name: &str, text: &str) -> Outcome<PathBuf> {
        let file = self.log.with_file_name(name);
        std::fs::write(&file, text)?;
        Ok(file)
    }

    /// Stops everything; says what the logs complain of.
    pub(crate) async fn stop(&self) -> Outcome<Vec<String>> {
        let mut flaws = Vec::new();
        for (n, node) in self.nodes.iter().enumerate() {
            match node.server.lock().await.take() {
                Some(server) => server.stop().await.unwrap_or_else(|error| flaws.push(format!("server {n}: {error}"))),
                None => flaws.push(format!("server {n} is down")),
            }
        }
        let log = std::fs::read_to_string(&self.log)?;
        let panics = log.lines().filter(|line| line.contains("panicked"));
        flaws.extend(panics.map(|line| format!("a server panicked: {line}")));
        Ok(flaws)
    }
}

/// A backup, and the change sets that must be in it.
pub(crate) struct Backup {
    file: PathBuf,
    pub(crate) earlier: Vec<Uuid>,
}

async fn run(command: &str, file: &Path, database: &str) -> Outcome<()> {
    let status = Command::new(program()?).arg(command).arg(file).env("DATABASE_URL", database).status().await?;
    if status.success() { Ok(()) } else { Err(format!("guanxi {command} failed").into()) }
}

/// All records of a type as a client reads them now.
pub(crate) async fn read(client: &mut Client, record_type: &str) -> Outcome<Vec<Value>> {
    let (mut rows, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let query = json!({"limit": 200, "cursor": cursor, "archived": "with"});
        let mut page = client.json("list_records", &json!({"record_type": record_type, "query": query})).await?;
        rows.extend(page["rows"].as_array_mut().map(std::mem::take).unwrap_or_default());
        cursor = page["next"].take();
        if cursor.is_null() {
            return Ok(rows);
        }
    }
}

/// A server that can be lied to.
async fn start(node: usize, address: &str, log: &Path) -> Outcome<Server> {
    Server::start_with(address.to_owned(), &database()?, Some(log), Pretence::environment(node)).await
}

/// Starts Postgres until it takes connections. Whether the command that starts it is content says nothing: it holds one whose
/// clock is wrong for an older one, and fails as long as what a killed one had started hasn't noticed, or one recovers.
async fn revive_postgres() -> Outcome<()> {
    let script = "source scripts/test-postgres.sh; PGCTLTIMEOUT=10 launch_test_postgres";
    let until = Instant::now() + PATIENCE;
    while owner().await.is_err() {
        if Instant::now() > until {
            return Err("Postgres doesn't start again".into());
        }
        Command::new("bash").args(["-c", script]).kill_on_drop(true).status().await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

fn postmaster(cluster: &Path) -> Outcome<Pid> {
    let file = std::fs::read_to_string(cluster.join("postmaster.pid"))?;
    Ok(Pid::from_raw(file.lines().next().ok_or("no postmaster")?.trim().parse()?))
}

async fn still(process: Pid, length: Duration) -> Outcome<()> {
    kill(process, Signal::SIGSTOP)?;
    tokio::time::sleep(length).await;
    // It may have been killed meanwhile, as everything else.
    kill(process, Signal::SIGCONT)
        .or_else(|error| if error == nix::errno::Errno::ESRCH { Ok(()) } else { Err(error) })?;
    Ok(())
}

/// A connection as the tables' owner, whom nothing is hidden from.
pub(crate) async fn owner() -> Outcome<PgConnection> {
    Ok(PgConnection::connect(&database()?).await?)
}

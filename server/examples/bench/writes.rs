//! Writing: cards moved and tickets answered over HTTP, with sign-in, access, validation, audit and event, against pgbench
//! running the statements of a move or an answer in the same transactions.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::process::Command;
use tokio::task::JoinSet;

use crate::data::{Size, World, move_deal};
use crate::desk::{self, OPEN};
use crate::figures::{Aim, Figures, Line};
use crate::harness::Outcome;
use crate::harness::client::Client;

/// How many write at once.
const CLIENTS: [usize; 3] = [1, 8, 32];
/// Turns of each, Guanxi and pgbench alternating.
const ROUNDS: usize = 3;
/// Length of a turn, s.
const TURN: u64 = 5;

/// What is written again and again.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// A card goes to another stage.
    Move,
    /// A ticket is answered.
    Reply,
}

impl Act {
    fn what(self) -> &'static str {
        match self {
            Self::Move => "card moves",
            Self::Reply => "answers to tickets",
        }
    }

    /// How many records there are for it.
    fn records(self, size: Size) -> i64 {
        match self {
            Self::Move => size.deals,
            Self::Reply => size.tickets / OPEN,
        }
    }

    fn statements(self, world: &World, records: i64) -> String {
        match self {
            Self::Move => statements(world, records),
            Self::Reply => desk::statements(world, records),
        }
    }

    /// Does it with the n-th record, for the so many-th time.
    async fn carry_out(self, client: &mut Client, n: i64, turn: usize, stages: &[uuid::Uuid]) -> Outcome<()> {
        match self {
            Self::Move => move_deal(client, n, stages[turn % stages.len()]).await,
            Self::Reply => desk::reply(client, n).await,
        }
    }
}

/// So many of each per second. Without pgbench on this machine there is no baseline, which the line then shows.
pub(crate) async fn lines(world: &mut World, size: Size, programs: &Path, folder: &Path) -> Outcome<Vec<Line>> {
    let mut lines = Vec::new();
    for act in [Act::Move, Act::Reply] {
        lines.extend(lines_of(act, world, size, programs, folder).await?);
    }
    Ok(lines)
}

async fn lines_of(act: Act, world: &World, size: Size, programs: &Path, folder: &Path) -> Outcome<Vec<Line>> {
    let records = act.records(size);
    let pgbench = programs.join("pgbench");
    let pgbench = pgbench.is_file().then_some(pgbench);
    let script = folder.join(format!("{act:?}.sql"));
    std::fs::write(&script, act.statements(world, records))?;
    let mut lines = Vec::new();
    for clients in CLIENTS {
        let (mut guanxi, mut bare) = (Figures::default(), Figures::default());
        for _ in 0..ROUNDS {
            guanxi.add(written(act, world, records, clients).await?);
            if let Some(pgbench) = &pgbench {
                bare.add(bare_writes(pgbench, &script, clients).await?);
            }
        }
        lines.push(Line {
            group: "write",
            what: format!("{} by {clients}", act.what()),
            unit: "1/s".into(),
            guanxi,
            baseline: pgbench.is_some().then_some(bare),
            aim: Aim::AtLeast(0.6),
        });
    }
    Ok(lines)
}

/// How long a move takes one who does nothing else, ms, with so much there.
pub(crate) async fn pace(world: &World, size: Size) -> Outcome<Figures> {
    let mut pace = Figures::default();
    for _ in 0..ROUNDS {
        pace.add(1_000.0 / written(Act::Move, world, size.deals, 1).await?);
    }
    Ok(pace)
}

/// That pace with all the data, over the same with a hundredth of it.
pub(crate) fn growth(paces: &[Figures]) -> Option<Line> {
    let (few, all) = (paces.first()?, paces.last()?);
    Some(Line {
        group: "growth",
        what: "a card move, 100 % over 1 %".into(),
        unit: "ms".into(),
        guanxi: all.clone(),
        baseline: Some(few.clone()),
        aim: Aim::AtMost(1.3),
    })
}

/// So many connections write for a turn, each its own records.
async fn written(act: Act, world: &World, records: i64, clients: usize) -> Outcome<f64> {
    let mut running = JoinSet::new();
    let begin = Instant::now();
    let until = begin + Duration::from_secs(TURN);
    for client in 0..clients {
        let (connection, stages) = (world.client.moved_to(&world.client.host).await?, world.stages.clone());
        let own = (1..=records).skip(client).step_by(clients);
        running
            .spawn(async move { go_on(act, connection, own, &stages, until).await.map_err(|error| error.to_string()) });
    }
    let mut written = 0;
    while let Some(done) = running.join_next().await {
        written += done??;
    }
    Ok(f64::from(written) / begin.elapsed().as_secs_f64())
}

async fn go_on(
    act: Act,
    mut client: Client,
    records: impl Iterator<Item = i64> + Clone,
    stages: &[uuid::Uuid],
    until: Instant,
) -> Outcome<u32> {
    let mut written = 0;
    for n in records.cycle() {
        if Instant::now() >= until {
            break;
        }
        act.carry_out(&mut client, n, written as usize, stages).await?;
        written += 1;
    }
    Ok(written)
}

/// What a move asks of Postgres, as `log_statement = all` shows it: whose session it is; then
/// the card locked, its new neighbour, stage and pipeline, the row, the change set, audit entry and event.
fn statements(world: &World, deals: i64) -> String {
    let (org, pipeline) = (world.org, world.pipeline);
    let stages = world.stages.iter().enumerate();
    let cases: Vec<String> = stages.map(|(at, stage)| format!("when {at} then '{stage}'::uuid")).collect();
    let stage = format!("(case :stage::int {} end)", cases.join(" "));
    let deal = "('0190000d-0000-7000-8000-' || lpad(to_hex(:deal::bigint), 12, '0'))::uuid";
    format!(
        "\\set deal random(1, {deals})
\\set stage random(0, {last})
select * from guanxi_session_mark((select token_hash from sessions limit 1));
begin; set local guanxi.org = '{org}'; set local role guanxi_writer;
select * from opportunities where org_id = '{org}' and id = any (array[{deal}]) order by id for update;
select rank from opportunities where org_id = '{org}' and stage_id = {stage} and archived_at is null and rank is not null order by rank, id limit 1;
select * from stages where org_id = '{org}' and id = {stage};
select * from pipelines where org_id = '{org}' and id = '{pipeline}';
update opportunities set version = version + 1, stage_id = {stage}, rank = 'A' || :deal::text, probability = 30, stage_changed_at = now(), updated_at = now()
 where org_id = '{org}' and id = {deal};
with opened as (insert into change_sets (org_id, id, actor_id, source) values ('{org}', gen_random_uuid(), '{org}', 'web')),
 entry as (select {deal} as id), audited as (
 insert into audit_entries (org_id, change_set, record_type, record_id, version, action, source, title, changes)
 select '{org}', id, 'opportunity', id, 2, 'update', 'web', 'Deal', '{{\"rank\": [\"a\", \"b\"], \"stage_id\": [\"a\", \"b\"], \"probability\": [10, 30]}}' from entry)
insert into events (org_id, record_type, record_id, version) select '{org}', 'opportunity', id, 2 from entry;
commit;
",
        last = world.stages.len() - 1
    )
}

async fn bare_writes(pgbench: &PathBuf, script: &Path, clients: usize) -> Outcome<f64> {
    let url = std::env::var("DATABASE_URL")?;
    let run = Command::new(pgbench)
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=1"])
        .arg(format!("--client={clients}"))
        .arg(format!("--time={TURN}"))
        .arg("--file")
        .arg(script)
        .arg(url)
        .output()
        .await?;
    let text = String::from_utf8_lossy(&run.stdout);
    let tps = text.lines().find_map(|line| line.strip_prefix("tps = ")).and_then(|rest| rest.split(' ').next());
    let tps = tps.and_then(|tps| tps.parse().ok());
    tps.ok_or_else(|| format!("pgbench: {}", String::from_utf8_lossy(&run.stderr)).into())
}

//! `make bench`: where Guanxi stands against bare Postgres doing the same in the same run.
//!
//! Ratios of medians, with spreads, never single times. `scripts/bench.sh` gives it a throw-away Postgres
//! (`DATABASE_URL`, owner rights), the server's program (`GUANXI_PROGRAM`) and `SCALE`: `small` (the default) has a
//! tenth of `full`, which is 1,000,000 customers, 100,000 open deals, 1,000,000 activities and 10,000 open tickets of 100,000. `ONLY=read,write` leaves
//! out the other groups, `PROFILE=folder` has the server sampled at some of it. The report goes to the file named by the first argument.

mod browser;
mod data;
mod desk;
mod duplicates;
mod figures;
mod files;
#[path = "../harness/mod.rs"]
mod harness;
mod live;
mod profile;
mod reads;
mod writes;

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Instant;

use data::{Size, World};
use figures::{Aim, Figures, Line};
use harness::Outcome;
use harness::process::{Server, database, free_address, program};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let report = PathBuf::from(std::env::args().nth(1).ok_or("Where is the report to go?")?);
    let folder = report.parent().ok_or("The report needs a folder.")?.to_owned();
    let programs = PathBuf::from(std::env::var("POSTGRES_PROGRAMS").unwrap_or_default());
    let (scale, size, streams) = scale()?;
    let mut lines = Measured::default();

    let first = Server::start(free_address().await?, &database()?, None).await?;
    let mut world = World::found(&first.host, &database()?).await?;
    let (mut measured, mut paces) = (Vec::new(), Vec::new());
    for share in reads::SHARES {
        let begin = Instant::now();
        let part = size.percent(share);
        world.fill(part).await?;
        eprintln!("{share} % of the data ({} customers) after {:.0} s", part.customers, begin.elapsed().as_secs_f64());
        if wanted("read") {
            measured.push(reads::measure(&mut world).await?);
        }
        if wanted("write") && share != reads::SHARES[1] {
            paces.push(writes::pace(&world, part).await?);
        }
    }
    lines.add(reads::lines(measured));
    lines.add(Vec::from_iter(writes::growth(&paces)));
    if profile::is_wanted() {
        profile::sampled(first.id()?, "board", reads::open_boards(&mut world)).await?;
    }
    if wanted("write") {
        let measured = writes::lines(&mut world, size, &programs, &folder);
        lines.add(profile::sampled(first.id()?, "write", measured).await?);
    }
    if wanted("files") {
        lines.add(files::lines(&mut world, &first.host, usize::try_from(size.customers / 10)?, &folder).await?);
    }
    if wanted("duplicates") {
        // The server ended a connection that was idle for as long as the files took.
        world.client = world.client.moved_to(&first.host).await?;
        lines.add(duplicates::lines(&mut world, size.customers).await?);
    }
    let loaded = memory(&first)?;
    first.stop().await?;

    // Started anew: what the writers left in memory is not the streams'.
    let second = Server::start(free_address().await?, &database()?, None).await?;
    lines.add(server_lines(&second, loaded)?);
    if wanted("live") {
        world.client = world.client.moved_to(&second.host).await?;
        lines.add(live::lines(&mut world, &second, &streams).await?);
    }
    // Last: what it does to the data is measured by nobody else.
    if wanted("browser") {
        world.client = world.client.moved_to(&second.host).await?;
        lines.add(browser::lines(&mut world, size).await?);
    }
    second.stop().await?;
    tell(&report, scale, &lines.0)
}

/// What was measured so far; told at once as well, because a run that is broken off has measured something too.
#[derive(Default)]
struct Measured(Vec<Line>);

impl Measured {
    fn add(&mut self, lines: Vec<Line>) {
        lines.iter().for_each(|line| eprintln!("{}", line.text()));
        self.0.extend(lines);
    }
}

fn scale() -> Outcome<(&'static str, Size, Vec<usize>)> {
    let full = Size { customers: 1_000_000, deals: 100_000, activities: 1_000_000, tickets: 100_000 };
    match std::env::var("SCALE").as_deref() {
        Ok("full") => Ok(("full", full, vec![10, 1_000, 10_000])),
        Ok("small") | Err(_) => Ok(("small", full.percent(10), vec![10, 1_000])),
        Ok(other) => Err(format!("SCALE is small or full, not {other}.").into()),
    }
}

/// Whether a group of measurements is asked for.
fn wanted(group: &str) -> bool {
    let only = std::env::var("ONLY").unwrap_or_default();
    only.is_empty() || only.split(',').any(|one| one == group)
}

/// Memory that the server holds now, MiB.
pub(crate) fn memory(server: &Server) -> Outcome<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id()?))?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    let kilobytes: f64 = resident.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1_024.0)
}

/// How the process itself does.
fn server_lines(server: &Server, loaded: f64) -> Outcome<Vec<Line>> {
    let size = std::fs::metadata(program()?)?.len() as f64 / 1024.0 / 1024.0;
    let line = |what: &str, unit: &'static str, figure| Line {
        group: "server",
        what: what.to_owned(),
        unit: Cow::Borrowed(unit),
        guanxi: Figures::from_iter([figure]),
        baseline: None,
        aim: Aim::Known,
    };
    Ok(vec![
        line("from its start to its first answer", "ms", server.started_in),
        line("memory when idle", "MiB", memory(server)?),
        line("memory after the writes", "MiB", loaded),
        line("size of the program", "MiB", size),
    ])
}

fn tell(report: &PathBuf, scale: &str, lines: &[Line]) -> Outcome<()> {
    println!("median (p10–p90), baseline of the same run, ratio, aim; scale {scale}");
    lines.iter().for_each(|line| println!("{}", line.text()));
    let missed = lines.iter().filter(|line| !line.is_met()).count();
    println!("{} lines, {missed} missed their aim", lines.len());
    let lines: Vec<_> = lines.iter().map(Line::json).collect();
    std::fs::write(report, serde_json::to_vec_pretty(&json!({"scale": scale, "lines": lines}))?)?;
    Ok(())
}

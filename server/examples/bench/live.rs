//! Live: from commit to the client, with few and many streams, against a bare LISTEN/NOTIFY round trip.

use std::time::Instant;

use sqlx::postgres::PgListener;
use sqlx::{Connection, PgConnection};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::data::{World, move_deal};
use crate::figures::{Aim, Figures, Line};
use crate::harness::Outcome;
use crate::harness::process::{Server, database};

/// Moves that are timed.
const MOVES: i64 = 100;

/// Delay of every move at every stream, and the memory that streams take.
pub(crate) async fn lines(world: &mut World, server: &Server, streams: &[usize]) -> Outcome<Vec<Line>> {
    let bare = notifications().await?;
    let mut lines = Vec::new();
    let before = crate::memory(server)?;
    let (heard, mut hears) = mpsc::unbounded_channel();
    let mut open = 0;
    for &wanted in streams {
        for _ in open..wanted {
            let stream = world.client.stream("/api/v1/events").await?;
            tokio::spawn(listen(stream, heard.clone()));
        }
        open = wanted;
        let delays = delays(world, &mut hears, wanted).await?;
        let p99 = |figures: &Figures| Figures::from_iter([figures.quantile(0.99)]);
        let line = |what, guanxi, baseline, aim| Line {
            group: "live",
            what,
            unit: "ms".into(),
            guanxi,
            baseline: Some(baseline),
            aim,
        };
        lines.push(line(format!("commit to {wanted} clients, p50"), delays.clone(), bare.clone(), Aim::Known));
        lines.push(line(format!("commit to {wanted} clients, p99"), p99(&delays), p99(&bare), Aim::AtMost(3.0)));
        let each = (crate::memory(server)? - before) * 1_024.0 / wanted as f64;
        lines.push(Line {
            group: "live",
            what: format!("memory of each of {wanted} streams"),
            unit: "kB".into(),
            guanxi: Figures::from_iter([each]),
            baseline: None,
            aim: if wanted >= 1_000 { Aim::AtMost(16.0) } else { Aim::Known },
        });
    }
    Ok(lines)
}

/// Says when it heard of which version of which deal.
async fn listen(stream: BufReader<TcpStream>, heard: mpsc::UnboundedSender<(u64, Instant)>) {
    let mut lines = stream.lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let at = Instant::now();
        // A plain search: with thousands of streams the reader must not be what is slow.
        let Some((_, rest)) = line.split_once("\"row\":{\"id\":\"0190000d-0000-7000-8000-") else { continue };
        let Ok(deal) = u64::from_str_radix(&rest[..12.min(rest.len())], 16) else { continue };
        if heard.send((deal, at)).is_err() {
            return;
        }
    }
}

/// Moves one card after the other and waits until every stream has told of it.
async fn delays(
    world: &mut World,
    hears: &mut mpsc::UnboundedReceiver<(u64, Instant)>,
    streams: usize,
) -> Outcome<Figures> {
    let mut delays = Vec::new();
    for n in 0..MOVES {
        let (deal, stage) = (1 + n, world.stages[n as usize % world.stages.len()]);
        move_deal(&mut world.client, deal, stage).await?;
        // The answer comes right after the commit.
        let committed = Instant::now();
        let mut missing = streams;
        while missing > 0 {
            let (heard_of, at) = hears.recv().await.ok_or("all streams ended")?;
            if i64::try_from(heard_of)? == deal {
                delays.push(at.saturating_duration_since(committed).as_secs_f64() * 1_000.0);
                missing -= 1;
            }
        }
    }
    Ok(delays.into_iter().collect())
}

/// What Postgres itself needs from a commit with `NOTIFY` to the listener.
async fn notifications() -> Outcome<Figures> {
    let url = database()?;
    let mut listener = PgListener::connect(&url).await?;
    listener.listen("bench").await?;
    let mut sender = PgConnection::connect(&url).await?;
    let mut times = Figures::default();
    for _ in 0..MOVES {
        let begin = Instant::now();
        sqlx::query("select pg_notify('bench', '')").execute(&mut sender).await?;
        listener.recv().await?;
        times.add(begin.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(times)
}

//! Live: from commit to the client, with few and many streams, against a bare LISTEN/NOTIFY round trip.

use std::time::Instant;

use sqlx::postgres::PgListener;
use sqlx::{Connection, PgConnection};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::data::{World, id, move_deal};
use crate::desk;
use crate::figures::{Aim, Figures, Line};
use crate::harness::Outcome;
use crate::harness::process::{Server, database};

/// Changes that are timed.
const CHANGES: i64 = 100;

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
        let delays = told(world, &mut hears, wanted, Changed::Deal).await?;
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
        if wanted == streams[0] {
            let tickets = told(world, &mut hears, wanted, Changed::Ticket).await?;
            let what = format!("an update of a ticket to {wanted} agents, p50");
            lines.push(line(what, tickets.clone(), bare.clone(), Aim::Known));
            let what = format!("an update of a ticket to {wanted} agents, p99");
            lines.push(line(what, p99(&tickets), p99(&bare), Aim::AtMost(3.0)));
        }
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

/// What is changed to see when streams tell of it.
#[derive(Clone, Copy)]
enum Changed {
    Deal,
    Ticket,
}

impl Changed {
    /// Changes the n-th one; gives its id.
    async fn change(self, world: &mut World, n: i64) -> Outcome<Uuid> {
        match self {
            Self::Deal => {
                let stage = world.stages[n as usize % world.stages.len()];
                move_deal(&mut world.client, n, stage).await?;
                Ok(id('d', n))
            }
            Self::Ticket => {
                desk::update(&mut world.client, n).await?;
                Ok(desk::open_ticket(n))
            }
        }
    }
}

/// Says when it heard of which record.
async fn listen(stream: BufReader<TcpStream>, heard: mpsc::UnboundedSender<(Uuid, Instant)>) {
    let mut lines = stream.lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let at = Instant::now();
        // A plain search: with thousands of streams the reader must not be what is slow.
        let Some((_, rest)) = line.split_once("\"row\":{\"id\":\"") else { continue };
        let Some(Ok(changed)) = rest.get(..36).map(str::parse) else { continue };
        if heard.send((changed, at)).is_err() {
            return;
        }
    }
}

/// Changes one record after the other and waits until every stream has told of it.
async fn told(
    world: &mut World,
    hears: &mut mpsc::UnboundedReceiver<(Uuid, Instant)>,
    streams: usize,
    what: Changed,
) -> Outcome<Figures> {
    let mut delays = Vec::new();
    for n in 1..=CHANGES {
        let changed = what.change(world, n).await?;
        // The answer comes right after the commit.
        let committed = Instant::now();
        let mut missing = streams;
        while missing > 0 {
            let (heard_of, at) = hears.recv().await.ok_or("all streams ended")?;
            if heard_of == changed {
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
    for _ in 0..CHANGES {
        let begin = Instant::now();
        sqlx::query("select pg_notify('bench', '')").execute(&mut sender).await?;
        listener.recv().await?;
        times.add(begin.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(times)
}

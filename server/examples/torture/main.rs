//! `make torture`: many clients change records over HTTP while servers, Postgres and connections are killed, frozen and
//! cut; afterwards everything must add up.
//!
//! `scripts/torture.sh` gives it a throw-away Postgres (`DATABASE_URL`, owner rights), the server's program
//! (`GUANXI_PROGRAM`), `SEED` (printed, so that what went wrong can be tried again) and `DURATION`, seconds of trouble. The seed
//! decides what every client asks for and when what breaks; how the answers interleave is up to the machine.

mod bulk;
mod clients;
mod desk;
mod faults;
mod follower;
#[path = "../harness/mod.rs"]
mod harness;
mod pretend;
mod proxy;
mod replay;
mod rude;
mod verdict;
mod world;

use std::sync::Arc;
use std::time::{Duration, Instant};

use clients::Attempt;
use harness::Outcome;
use tokio::task::JoinSet;
use world::{Who, World};

/// Clients that write at once, besides the agents of the desk.
const CLIENTS: u64 = 10;
/// Flaws that are printed; the others are in a file.
const SHOWN: usize = 20;
/// Connections that only wait, unless `IDLE` says otherwise.
const IDLE: usize = 500;
/// Customers of the import, unless `ROWS` says otherwise.
const ROWS: usize = 20_000;
/// Streams that are followed.
const FOLLOWERS: u64 = 6;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let seed = number("SEED", fastrand::u64(..));
    let trouble = number("DURATION", 120);
    println!(
        "seed {seed}, {trouble} s of trouble, {CLIENTS} clients and {} agents, {FOLLOWERS} streams, {} servers",
        desk::AGENTS,
        world::NODES
    );
    let world = Arc::new(World::found().await?);

    let half = Duration::from_secs(trouble / 2);
    let somebody = |n: u64| if n % 3 == 2 { Who::Agent(n as usize % desk::AGENTS) } else { Who::Administrator };
    let followers: Vec<_> =
        (0..FOLLOWERS).map(|n| follower::Follower::start(&world, somebody(n), seed ^ n << 32)).collect();
    let mut writing = JoinSet::new();
    let writers = (0..CLIENTS).map(|_| Who::Administrator).chain((0..desk::AGENTS).map(Who::Agent));
    for (n, who) in (0..).zip(writers) {
        writing.spawn(clients::write(Arc::clone(&world), who, fastrand::Rng::with_seed(seed.wrapping_add(n))));
    }
    let mut visiting = JoinSet::new();
    for n in 0..desk::VISITORS {
        let rng = fastrand::Rng::with_seed(seed.rotate_left(21).wrapping_add(n as u64));
        visiting.spawn(desk::visitor::visit(Arc::clone(&world), n, rng));
    }
    let rows = number("ROWS", ROWS);
    let bulk = tokio::spawn(bulk::come_and_go(Arc::clone(&world), rows));
    let rude = fastrand::Rng::with_seed(seed.rotate_left(7));
    let rude = tokio::spawn(rude::bother(Arc::clone(&world), rude, Instant::now() + 2 * half, number("IDLE", IDLE)));
    let mut rng = fastrand::Rng::with_seed(!seed);
    let mut broken = faults::make(&world, &mut rng, Instant::now() + half).await?;
    // In the middle, while everybody writes.
    world.heal().await?;
    let backup = world.back_up().await?;
    let begin = Instant::now();
    world.migrate().await?;
    println!("a migration under load took {:.1} s", begin.elapsed().as_secs_f64());
    for (what, times) in faults::make(&world, &mut rng, Instant::now() + half).await? {
        *broken.entry(what).or_default() += times;
    }
    for (what, times) in broken {
        println!("{what}: {times} times");
    }
    world.heal().await?;
    world.right_clocks()?;
    // Its undo meets nothing but the writers, who go on until it is over.
    let bulk = bulk.await??;
    world.end_writing();
    println!(
        "{rows} customers imported in {:.1} s through all of it, undone in {:.1} s",
        bulk.imported_in, bulk.undone_in
    );
    let mut attempts: Vec<Attempt> = Vec::new();
    while let Some(written) = writing.join_next().await {
        attempts.extend(written??);
    }
    println!("{}", clients::summary(&attempts));
    let mut visits = Vec::new();
    while let Some(visit) = visiting.join_next().await {
        visits.push(visit??);
    }
    let rude = rude.await??;
    println!("{} bad requests, {} connections that only waited", rude.sent, rude.held);

    let mut flaws = rude.flaws;
    flaws.extend(bulk.flaws);
    flaws.extend(verdict::of(&world, &attempts, &visits).await?);
    for (n, follower) in followers.into_iter().enumerate() {
        flaws.extend(follower.compare(&world).await?.into_iter().map(|flaw| format!("stream {n}: {flaw}")));
    }
    flaws.extend(verdict::of_backup(&world, &backup, &attempts).await?);
    flaws.extend(world.stop().await?);
    flaws.iter().take(SHOWN).for_each(|flaw| println!("FLAW {flaw}"));
    let all = world.note("flaws.txt", &flaws.join("\n"))?;
    println!("{} flaws, all in {}; seed {seed}", flaws.len(), all.display());
    if flaws.is_empty() { Ok(()) } else { Err("not everything adds up".into()) }
}

/// A number from the environment.
fn number<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

//! `make torture`: many clients change records over HTTP while servers, Postgres and connections are killed, frozen and
//! cut; afterwards everything must add up.
//!
//! `scripts/torture.sh` gives it a throw-away Postgres (`DATABASE_URL`, owner rights), the server's program
//! (`GUANXI_PROGRAM`), `SEED` (printed, so that what went wrong can be tried again) and `SECONDS` of trouble. The seed
//! decides what every client asks for and when what breaks; how the answers interleave is up to the machine.

mod clients;
mod faults;
mod follower;
#[path = "../harness/mod.rs"]
mod harness;
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
use world::World;

/// Clients that write at once.
const CLIENTS: u64 = 10;
/// Flaws that are printed; the others are in a file.
const SHOWN: usize = 20;
/// Connections that only wait, unless `IDLE` says otherwise.
const IDLE: usize = 500;
/// Streams that are followed.
const FOLLOWERS: u64 = 6;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    let trouble: u64 = std::env::var("DURATION").ok().and_then(|text| text.parse().ok()).unwrap_or(120);
    println!("seed {seed}, {trouble} s of trouble, {CLIENTS} clients, {FOLLOWERS} streams, {} servers", world::NODES);
    let world = Arc::new(World::found().await?);

    let (half, until) = (Duration::from_secs(trouble / 2), Instant::now() + Duration::from_secs(trouble));
    let followers: Vec<_> = (0..FOLLOWERS).map(|n| follower::Follower::start(&world, seed ^ n << 32)).collect();
    let mut writing = JoinSet::new();
    for n in 0..CLIENTS {
        writing.spawn(clients::write(Arc::clone(&world), fastrand::Rng::with_seed(seed.wrapping_add(n)), until));
    }
    let idle = std::env::var("IDLE").ok().and_then(|idle| idle.parse().ok()).unwrap_or(IDLE);
    let rude = fastrand::Rng::with_seed(seed.rotate_left(7));
    let rude = tokio::spawn(rude::bother(Arc::clone(&world), rude, until, idle));
    let mut rng = fastrand::Rng::with_seed(!seed);
    let before = faults::make(&world, &mut rng, until - half).await?;
    // In the middle, while everybody writes.
    world.heal().await?;
    let backup = world.back_up().await?;
    let after = faults::make(&world, &mut rng, until).await?;
    for (what, times) in &after {
        println!("{what}: {} times", times + before.get(what).unwrap_or(&0));
    }
    world.heal().await?;
    let mut attempts: Vec<Attempt> = Vec::new();
    while let Some(written) = writing.join_next().await {
        attempts.extend(written??);
    }
    println!("{}", clients::summary(&attempts));
    let rude = rude.await??;
    println!("{} bad requests, {} connections that only waited", rude.sent, rude.held);

    let mut flaws = rude.flaws;
    flaws.extend(verdict::of(&world, &attempts).await?);
    for (n, follower) in followers.into_iter().enumerate() {
        flaws.extend(follower.compare(&world).await?.into_iter().map(|flaw| format!("stream {n}: {flaw}")));
    }
    flaws.extend(verdict::of_backup(&world, &backup).await?);
    flaws.extend(world.stop().await?);
    flaws.iter().take(SHOWN).for_each(|flaw| println!("FLAW {flaw}"));
    let all = world.note("flaws.txt", &flaws.join("\n"))?;
    println!("{} flaws, all in {}; seed {seed}", flaws.len(), all.display());
    if flaws.is_empty() { Ok(()) } else { Err("not everything adds up".into()) }
}

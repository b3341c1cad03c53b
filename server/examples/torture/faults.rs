//! What is broken, and when.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::harness::Outcome;
use crate::world::{NODES, World};

/// What was broken, how often each.
pub(crate) type Broken = BTreeMap<&'static str, u32>;

/// Breaks one thing after the other until then.
pub(crate) async fn make(world: &World, rng: &mut Rng, until: Instant) -> Outcome<Broken> {
    let mut done = Broken::new();
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(rng.u64(200..3_000))).await;
        let (node, length) = (rng.usize(..NODES), Duration::from_millis(rng.u64(200..2_500)));
        let what = match rng.u32(..100) {
            0..30 => {
                world.cut(node);
                "connections cut"
            }
            30..45 => {
                world.crash(node).await?;
                "server killed"
            }
            45..57 => {
                world.freeze(node, length).await?;
                "server frozen"
            }
            57..65 if world.owns_postgres() => {
                world.crash_backend(rng).await?;
                "Postgres process killed"
            }
            65..75 if world.owns_postgres() => {
                world.freeze_backend(rng, length).await?;
                "Postgres process frozen"
            }
            75..82 if world.owns_postgres() => {
                world.fill_disk(length).await?;
                "disk full"
            }
            82..89 if world.owns_postgres() => {
                world.set_clock(rng)?;
                "clock set"
            }
            89..94 if world.owns_postgres() => {
                world.exhaust(length).await?;
                "Postgres out of connections"
            }
            _ => {
                world.crash_postgres().await?;
                "Postgres killed"
            }
        };
        *done.entry(what).or_default() += 1;
    }
    Ok(done)
}

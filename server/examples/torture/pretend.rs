//! A full disk and wrong clocks, as `pretend.c` makes Postgres and the servers see them.

use std::fs::File;
use std::os::unix::fs::FileExt;

use crate::harness::Outcome;

/// Place of Postgres' clock; those of the servers follow.
pub(crate) const POSTGRES: usize = 1;

/// What is pretended, in the file that all of them look into.
pub(crate) struct Pretence(File);

impl Pretence {
    /// Nothing yet. `None` where Postgres wasn't started to be lied to.
    pub(crate) fn begin() -> Outcome<Option<Self>> {
        let Ok(path) = std::env::var("PRETEND_FILE") else { return Ok(None) };
        Ok(Some(Self(File::options().write(true).open(path)?)))
    }

    /// What a server has to be started with.
    pub(crate) fn environment(node: usize) -> Vec<(&'static str, String)> {
        match std::env::var("TEST_POSTGRES_PRELOAD") {
            Ok(library) => {
                vec![("LD_PRELOAD", library), ("PRETEND_SLOT", (POSTGRES + 1 + node).to_string())]
            }
            Err(_) => Vec::new(),
        }
    }

    /// From now on no file of Postgres' can grow, or can again.
    pub(crate) fn fill_disk(&self, is_full: bool) -> Outcome<()> {
        self.tell(0, i64::from(is_full))
    }

    /// The clock of Postgres or, after that, of a server is wrong by so many seconds from now on.
    pub(crate) fn set_clock(&self, whose: usize, seconds: i64) -> Outcome<()> {
        self.tell(whose, seconds)
    }

    fn tell(&self, place: usize, number: i64) -> Outcome<()> {
        Ok(self.0.write_all_at(&number.to_ne_bytes(), place as u64 * 8)?)
    }
}

//! Chance that falls the same way each time, so that two demos of one day are alike.

/// SplitMix64 (Steele, Lea and Flood 2014).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.next() % high.abs_diff(low).saturating_add(1)).unwrap_or(0)
    }

    /// True in `percent` of 100 cases.
    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of a list, which must not be empty.
    pub(super) fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        let last = i64::try_from(list.len()).unwrap_or(1) - 1;
        &list[usize::try_from(self.between(0, last.max(0))).unwrap_or(0)]
    }
}

//! A rank between two others is there whenever they are in order, and lies between them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::rank::{between, midpoint, spread};

fuzz_target!(|input: (Option<&str>, Option<&str>, u8)| {
    let (low, high, count) = input;
    for rank in [between(low, high), midpoint(low, high)] {
        assert!(!rank.is_empty());
    }
    assert_eq!(spread(low, high, count.into()).len(), usize::from(count));
    // Ranks as they are made here: digits only, none ends in 0.
    let is_rank =
        |rank: &str| !rank.is_empty() && rank.bytes().all(|b| b.is_ascii_alphanumeric()) && !rank.ends_with('0');
    if ![low, high].into_iter().flatten().all(is_rank) || low.zip(high).is_some_and(|(low, high)| low >= high) {
        return;
    }
    let ranks = [vec![between(low, high)], vec![midpoint(low, high)], spread(low, high, count.into())];
    for rank in ranks.iter().flatten() {
        assert!(is_rank(rank), "{rank}");
        assert!(
            low.is_none_or(|low| low < rank.as_str()) && high.is_none_or(|high| rank.as_str() < high),
            "{low:?} {rank} {high:?}"
        );
    }
    assert!(ranks[2].is_sorted(), "{:?}", ranks[2]);
});

//! Shared manual order: bounded strings that sort between their neighbours.
//!
//! A rank is a string over `0-9A-Za-z` (byte order) that does not end in `0`, so there is always room before it.
//! Equal ranks can arise from simultaneous drags; ties are broken by record id. Ranks longer than [`LONG`] tell
//! the store to spread the column again.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Ranks longer than this are spread anew.
pub const LONG: usize = 48;

/// Where a record is to go within its column, as callers say it.
///
/// Serialised into the rank field of a change: `"top"`, `"bottom"`, `"after:<id>"`, `"before:<id>"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before all others.
    Top,
    /// After all others.
    Bottom,
    /// Right after a record.
    After(uuid::Uuid),
    /// Right before a record.
    Before(uuid::Uuid),
}

impl Place {
    /// Reads a place; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "top" => Some(Self::Top),
            "bottom" => Some(Self::Bottom),
            _ => match text.split_once(':')? {
                ("after", id) => Some(Self::After(id.parse().ok()?)),
                ("before", id) => Some(Self::Before(id.parse().ok()?)),
                _ => None,
            },
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Top => f.write_str("top"),
            Self::Bottom => f.write_str("bottom"),
            Self::After(id) => write!(f, "after:{id}"),
            Self::Before(id) => write!(f, "before:{id}"),
        }
    }
}

fn digit(byte: u8) -> usize {
    DIGITS.iter().position(|d| *d == byte).unwrap_or(0)
}

/// A rank strictly between `low` and `high`; `None` stands for the open end.
///
/// When `low >= high` (two ranks that tied), the result sorts right after `low`.
pub fn between(low: Option<&str>, high: Option<&str>) -> String {
    let low = low.unwrap_or("").as_bytes();
    let mut high = high.map(str::as_bytes).filter(|h| *h > low);
    let mut rank = Vec::new();
    for place in 0.. {
        let floor = low.get(place).map_or(0, |b| digit(*b));
        let ceiling = match high {
            Some(h) => h.get(place).map_or(0, |b| digit(*b)),
            None => DIGITS.len(),
        };
        if ceiling > floor + 1 {
            rank.push(DIGITS[usize::midpoint(floor, ceiling)]);
            break;
        }
        rank.push(DIGITS[floor]);
        if ceiling > floor {
            high = None;
        }
    }
    String::from_utf8(rank).unwrap_or_default()
}

/// `count` ranks in order, evenly spread between `low` and `high`.
pub fn spread(low: Option<&str>, high: Option<&str>, count: usize) -> Vec<String> {
    let mut ranks = vec![String::new(); count];
    fill(&mut ranks, low, high);
    ranks
}

fn fill(ranks: &mut [String], low: Option<&str>, high: Option<&str>) {
    if ranks.is_empty() {
        return;
    }
    let half = ranks.len() / 2;
    let (before, rest) = ranks.split_at_mut(half);
    let (here, after) = rest.split_at_mut(1);
    here[0] = between(low, high);
    fill(before, low, Some(&here[0]));
    fill(after, Some(&here[0]), high);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_between_any_two_ranks() {
        let (mut low, mut high) = (between(None, None), between(Some(&between(None, None)), None));
        for turn in 0..200 {
            let rank = between(Some(&low), Some(&high));
            assert!(low < rank && rank < high, "{low} {rank} {high}");
            assert!(!rank.ends_with('0'));
            if turn % 2 == 0 { low = rank } else { high = rank }
        }
    }

    #[test]
    fn moving_to_the_top_again_and_again_stays_short_enough_to_notice() {
        let mut top = between(None, None);
        for _ in 0..100 {
            let next = between(None, Some(&top));
            assert!(next < top);
            top = next;
        }
        assert!(top.len() < LONG);
    }

    #[test]
    fn a_spread_is_ordered_short_and_between() {
        let ranks = spread(Some("A"), Some("B"), 10_000);
        assert!(ranks.windows(2).all(|w| w[0] < w[1]));
        assert!(ranks.iter().all(|r| "A" < r.as_str() && r.as_str() < "B" && r.len() <= 6));
    }

    #[test]
    fn tied_neighbours_do_not_break_anything() {
        assert!(between(Some("V"), Some("V")).as_str() > "V");
    }

    #[test]
    fn places_survive_the_wire() {
        for place in
            [Place::Top, Place::Bottom, Place::After(uuid::Uuid::from_u128(7)), Place::Before(uuid::Uuid::from_u128(8))]
        {
            assert_eq!(Place::parse(&place.to_string()), Some(place));
        }
        assert_eq!(Place::parse("after:x"), None);
    }
}

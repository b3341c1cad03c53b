//! Shared manual order: bounded strings that sort between their neighbours.
//!
//! A rank is a string over `0-9A-Za-z` (byte order) that does not end in `0`, so there is always room before it.
//! Equal ranks can arise from simultaneous drags; ties are broken by record id. Ranks longer than [`LONG`] tell
//! the store to spread what lies around them again.

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

/// Leading digits that count the steps at an open end: 62⁸ of them are never used up.
const STEPS: u32 = 8;

/// A rank strictly between `low` and `high`; `None` stands for the open end, where ranks stay as short as they are however
/// often something is put there.
///
/// When `low >= high` (two ranks that tied), the result sorts right after `low`.
pub fn between(low: Option<&str>, high: Option<&str>) -> String {
    match (low, high) {
        (None, Some(high)) => step(high, -1),
        (Some(low), None) => step(low, 1),
        _ => None,
    }
    .unwrap_or_else(|| midpoint(low, high))
}

/// The rank so many steps from another one; `None` where the steps end.
fn step(from: &str, by: i64) -> Option<String> {
    let base = DIGITS.len() as u64;
    let digits = from.bytes().map(|byte| digit(byte) as u64).chain(std::iter::repeat(0));
    let number = digits.take(STEPS as usize).fold(0, |number, digit| number * base + digit);
    let stepped = number.checked_add_signed(by).filter(|stepped| (1..base.pow(STEPS)).contains(stepped))?;
    let places = (0..STEPS).rev().map(|place| stepped / base.pow(place) % base);
    let rank: String = places.filter_map(|digit| Some(char::from(DIGITS[usize::try_from(digit).ok()?]))).collect();
    // No rank ends in 0, so that there is always room before it.
    Some(rank.trim_end_matches('0').to_owned())
}

/// In the middle, as far as the digits' steps allow. At an open end ranks grow with each use: [`between`] doesn't let them.
pub fn midpoint(low: Option<&str>, high: Option<&str>) -> String {
    let low = low.unwrap_or("").as_bytes();
    let mut high = high.map(str::as_bytes).filter(|h| *h > low);
    let mut rank = Vec::new();
    for place in 0.. {
        let floor = low.get(place).map_or(0, |b| digit(*b));
        let ceiling = match high {
            // A rank that ends in 0, as none does that was made here, may leave no room: then it is no limit.
            Some(h) => h.get(place).map_or(DIGITS.len(), |b| digit(*b)),
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
    let far = i64::try_from(count).unwrap_or(i64::MAX).saturating_add(1);
    let floor = high.filter(|_| low.is_none()).and_then(|high| step(high, -far));
    let ceiling = low.filter(|_| high.is_none()).and_then(|low| step(low, far));
    let mut ranks = vec![String::new(); count];
    fill(&mut ranks, low.or(floor.as_deref()), high.or(ceiling.as_deref()));
    ranks
}

fn fill(ranks: &mut [String], low: Option<&str>, high: Option<&str>) {
    if ranks.is_empty() {
        return;
    }
    let half = ranks.len() / 2;
    let (before, rest) = ranks.split_at_mut(half);
    let (here, after) = rest.split_at_mut(1);
    here[0] = midpoint(low, high);
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
    fn moving_to_an_end_again_and_again_keeps_ranks_short() {
        let mut top = between(None, None);
        let mut bottom = top.clone();
        for _ in 0..100_000 {
            let (above, below) = (between(None, Some(&top)), between(Some(&bottom), None));
            assert!(above < top && bottom < below, "{above} {top} {bottom} {below}");
            assert!(above.len() <= 8 && below.len() <= 8 && !above.ends_with('0') && !below.ends_with('0'));
            (top, bottom) = (above, below);
        }
    }

    #[test]
    fn there_is_room_where_the_steps_end() {
        for end in ["00000001", "000000001", "1", "00000000zz"] {
            let above = between(None, Some(end));
            assert!(above.as_str() < end && !above.ends_with('0') && !above.is_empty(), "{above} {end}");
        }
        for end in ["zzzzzzzz", "zzzzzzzzz", "z"] {
            assert!(between(Some(end), None).as_str() > end, "{end}");
        }
    }

    #[test]
    fn many_at_an_end_stay_close_to_it() {
        let mut top = "V".to_owned();
        for _ in 0..1_000 {
            let ranks = spread(None, Some(&top), 500);
            assert!(ranks.windows(2).all(|w| w[0] < w[1]) && ranks[499] < top);
            assert!(ranks.iter().all(|rank| rank.len() <= 10), "{:?}", ranks.iter().max_by_key(|rank| rank.len()));
            top.clone_from(&ranks[0]);
        }
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

//! Phones and e-mail addresses that may be others mistyped: worth a look while somebody types, but no sign in bulk.

use strsim::damerau_levenshtein;

use super::features::Features;
use super::slips::exactly;

/// Fewest characters among which two that changed places, or one that is missing, are a slip.
const LEAST: usize = 7;
/// Fewest digits of a phone that is looked for by its parts.
const DIGITS: usize = 10;
/// Longest part before the @ whose letters are turned.
const LONGEST: usize = 30;

/// In what two records agree but for a slip.
pub(super) fn near(a: &Features, b: &Features) -> Vec<&'static str> {
    let any = |a: &[String], b: &[String], is_near: fn(&str, &str) -> bool| {
        a.iter().any(|one| b.iter().any(|other| is_near(one, other)))
    };
    let mut about = Vec::new();
    if any(&a.phones, &b.phones, is_near_phone) {
        about.push("phones");
    }
    if any(&a.emails, &b.emails, is_near_address) {
        about.push("emails");
    }
    about
}

/// Two digits changed places, or one is missing. Another digit makes another phone, often the neighbour's.
fn is_near_phone(a: &str, b: &str) -> bool {
    is_swapped(a, b)
        || a.len().abs_diff(b.len()) == 1 && a.len().min(b.len()) >= LEAST && damerau_levenshtein(a, b) == 1
}

/// Two letters changed places, or what it ends in is another.
fn is_near_address(a: &str, b: &str) -> bool {
    let begin =
        |address: &str| address.rsplit_once('.').map(|(begin, _)| begin.to_owned()).filter(|it| it.contains('@'));
    is_swapped(a, b) || a != b && begin(a).is_some() && begin(a) == begin(b)
}

fn is_swapped(a: &str, b: &str) -> bool {
    let sorted = |text: &str| {
        let mut chars: Vec<char> = text.chars().collect();
        chars.sort_unstable();
        chars
    };
    a.len() >= LEAST && a != b && sorted(a) == sorted(b) && damerau_levenshtein(a, b) == 1
}

/// `tsquery` texts for phones that are this one but for a slip: it is in their begin, in their middle, or in their end. The
/// index has the ends of phones from each digit on. Each is asked by itself: many phones begin alike, and they are not to
/// crowd out those that end so.
pub(super) fn phone(digits: &str) -> Option<[String; 3]> {
    let is_plain = digits.len() >= DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| {
        let (begin, end) = (|n: usize| &digits[..n], |n: usize| &digits[digits.len() - n..]);
        [format!("'{}'", end(6)), format!("'{}':* & '{}'", begin(4), end(4)), format!("'{}':*", begin(6))]
    })
}

/// A `tsquery` text for addresses in which two neighbours before the @ changed places.
pub(super) fn swapped(email: &str) -> Option<String> {
    let (local, domain) = email.split_once('@')?;
    let chars: Vec<char> = local.chars().take(LONGEST + 1).collect();
    if chars.len() > LONGEST {
        return None;
    }
    let turned = |at: usize| {
        let mut chars = chars.clone();
        chars.swap(at, at + 1);
        exactly(&format!("{}@{domain}", chars.into_iter().collect::<String>())).map(|words| format!("({words})"))
    };
    let is_other = |at: &usize| chars[*at] != chars[at + 1];
    let ways: Vec<String> = (0..chars.len().saturating_sub(1)).filter(is_other).filter_map(turned).collect();
    (!ways.is_empty()).then(|| ways.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_hand_are_near_and_neighbours_are_not() {
        for (a, b) in [("13700019876", "13700091876"), ("13700019876", "1370001987"), ("13700019876", "3700019876")] {
            assert!(is_near_phone(a, b) && is_near_phone(b, a), "{a} {b}");
        }
        for (a, b) in [("13700019876", "13700019877"), ("13700019876", "13700019876"), ("13700019876", "13700098761")] {
            assert!(!is_near_phone(a, b), "{a} {b}");
        }
        for (a, b) in [("wang.wei@yunfan.cn", "wagn.wei@yunfan.cn"), ("wei@yunfan.com", "wei@yunfan.cn")] {
            assert!(is_near_address(a, b), "{a} {b}");
        }
        for (a, b) in [("li@acme.com", "lin@acme.com"), ("a@yunfan.cn", "b@yunfan.cn"), ("a", "b")] {
            assert!(!is_near_address(a, b), "{a} {b}");
        }
    }

    #[test]
    fn they_are_looked_for_by_what_is_the_same() {
        assert_eq!(phone("13700019876").unwrap(), ["'019876'", "'1370':* & '9876'", "'137000':*"]);
        assert!(phone("1370001").is_none());
        assert_eq!(swapped("ab@x.cn").unwrap(), "('ba' & 'x' & 'cn')");
        assert!(swapped("aa@x.cn").is_none() && swapped("x").is_none());
    }
}

//! What a searched list begins with: the records that are called as the words say.

use std::cmp::Reverse;

use shared::query::Hit;
use shared::types::by_name;
use uuid::Uuid;

use super::rank::{Fit, fit};
use crate::write::left_after;

/// Those of the hits that are called so: just so, then what begins so, then what has the words elsewhere in its title; the newest
/// of equals first, as in the rest of the list.
pub(super) fn in_order(hits: &[Hit], words: &str) -> Vec<Uuid> {
    let words = words.trim().to_lowercase();
    let mut called: Vec<_> = hits.iter().filter_map(|hit| Some((place(hit, &words)?, Reverse(hit.id)))).collect();
    called.sort_unstable();
    called.into_iter().map(|(_, Reverse(id))| id).collect()
}

/// Before which others a hit stands; nothing for one that only speaks of the words.
fn place(hit: &Hit, words: &str) -> Option<u8> {
    match (left_after(&hit.title, words), fit(by_name(&hit.record_type), hit, words)) {
        (Some(0), _) | (_, Fit::Exact) => Some(0),
        (Some(_), Fit::Words) => Some(1),
        (Some(_), _) => Some(2),
        (None, Fit::Words) => Some(3),
        (None, Fit::Initials | Fit::Called) => Some(4),
        (None, Fit::Mentions) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(titles: &[&str], words: &str) -> Vec<String> {
        let hit = |title: &&str| Hit {
            record_type: "customer".to_owned(),
            id: Uuid::now_v7(),
            title: (*title).to_owned(),
            subtitle: String::new(),
        };
        let hits: Vec<Hit> = titles.iter().map(hit).collect();
        let title = |id: Uuid| hits.iter().find(|hit| hit.id == id).map(|hit| hit.title.clone()).unwrap_or_default();
        in_order(&hits, words).into_iter().map(title).collect()
    }

    #[test]
    fn what_is_called_just_so_comes_before_what_begins_so_and_that_before_the_others() {
        let titles = ["云帆", "新云帆", "李娜", "云帆物流", "运城翻译", "云帆科技"];
        assert_eq!(order(&titles, "yunfan"), ["云帆", "云帆科技", "云帆物流", "新云帆"]);
        assert_eq!(order(&titles, " 云帆 "), ["云帆", "云帆科技", "云帆物流", "新云帆"]);
        assert_eq!(order(&titles, "yunf")[..3], ["云帆科技", "云帆物流", "云帆"]);
        let titles = ["Big Acme", "Acmeville", "Acme", "Acme roll-out"];
        assert_eq!(order(&titles, "acme"), ["Acme", "Acme roll-out", "Acmeville", "Big Acme"]);
        // A letter that is typed as a whole is one only by itself: with it begins how many other characters sound.
        let titles = ["M2 zh-d 网页打不开", "M2 zh-p 打印机不动"];
        assert_eq!(order(&titles, "M2 zh-d"), titles);
        assert_eq!(order(&["M2 zh-d 网页", "M2 zh-p", "M2 zh-d"], "m2 zh-d"), ["M2 zh-d", "M2 zh-d 网页"]);
    }
}

//! Change sets in words.

use shared::format::number;
use shared::history::{ChangeSet, Count};
use shared::i18n::{Locale, translate, type_label, type_label_many};
use shared::types::by_name;

/// What was done to how many records of which type.
pub(super) fn what(locale: Locale, set: &ChangeSet) -> String {
    let told: Vec<String> = set.counts.iter().map(|count| counted(locale, count, set.more)).collect();
    told.join(if locale == Locale::ZhCn { "，" } else { ", " })
}

fn counted(locale: Locale, count: &Count, more: bool) -> String {
    let types = match by_name(&count.record_type) {
        Some(def) if count.records == 1 => type_label(locale, def),
        Some(def) => type_label_many(locale, def),
        None if count.record_type.is_empty() => translate(locale, "admin.history.records", &[]),
        None => count.record_type.clone(),
    };
    // Within a sentence.
    let types = types.to_lowercase();
    let n = format!("{}{}", number(locale, count.records), if more { "+" } else { "" });
    translate(locale, &format!("admin.history.{}", count.action), &[("n", &n), ("types", &types)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_counted_by_type() {
        let count =
            |name: &str, action: &str, records| Count { record_type: name.into(), action: action.into(), records };
        assert_eq!(counted(Locale::En, &count("opportunity", "update", 3), false), "3 opportunities changed");
        assert_eq!(counted(Locale::En, &count("customer", "create", 1), false), "1 customer created");
        assert_eq!(counted(Locale::ZhCn, &count("customer", "create", 5_001), true), "新建 5,001+ 个客户");
        assert_eq!(counted(Locale::En, &count("", "create", 12_000), false), "12,000 records created");
    }
}

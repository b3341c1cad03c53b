//! Change sets in words.

use shared::format::{listed, number};
use shared::history::{ChangeSet, Concerned, Count};
use shared::i18n::{Locale, translate, type_label, type_label_many};
use shared::types::by_name;

use super::entry::is_undo;

/// What was done to how many records of which type.
pub(super) fn what(locale: Locale, set: &ChangeSet) -> String {
    let merged = set.into.as_ref().and_then(|into| merged(locale, set, into));
    // What is told of by its name is not counted once more.
    let is_told = |count: &&Count| {
        let of_merge = set.into.as_ref().is_some_and(|into| into.record_type == count.record_type);
        merged.is_some() && of_merge && (count.action == part_of(set).0 || count.records == 1)
    };
    let counts = set.counts.iter().filter(|count| !is_told(count)).map(|count| counted(locale, count, set.more));
    let told: Vec<String> = merged.iter().cloned().chain(counts).collect();
    told.join(if locale == Locale::ZhCn { "，" } else { ", " })
}

/// What is done to records that become part of another one, or part from it again, and what that is called.
fn part_of(set: &ChangeSet) -> (&'static str, &'static str) {
    if is_undo(set) { ("create", "admin.history.unmerged") } else { ("delete", "admin.history.merged") }
}

/// Which records became part of which, or did no more, as far as the reader may know what those are called.
fn merged(locale: Locale, set: &ChangeSet, into: &Concerned) -> Option<String> {
    let (action, key) = part_of(set);
    let gone = set.counts.iter().find(|count| count.action == action && count.record_type == into.record_type)?;
    let others = set.records.iter().filter(|record| record.record_type == into.record_type && record.id != into.id);
    let all = usize::try_from(gone.records).unwrap_or(usize::MAX);
    let mut names: Vec<&str> = others.take(all).map(|record| record.title.as_deref()).collect::<Option<_>>()?;
    if names.len() < all {
        names.push("…");
    }
    let names = listed(locale, &names);
    Some(translate(locale, key, &[("names", &names), ("into", into.title.as_deref()?)]))
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
    fn a_merge_is_told_by_names() {
        let customer = |title: &str| Concerned {
            record_type: "customer".into(),
            id: uuid::Uuid::now_v7(),
            title: Some(title.into()),
            there: true,
        };
        let count =
            |name: &str, action: &str, records| Count { record_type: name.into(), action: action.into(), records };
        let (gone, into) = (customer("Mb"), customer("Ma"));
        let mut set = ChangeSet {
            id: uuid::Uuid::now_v7(),
            at: chrono::DateTime::UNIX_EPOCH,
            who: None,
            source: "merge".into(),
            counts: vec![
                count("customer", "delete", 1),
                count("opportunity", "update", 2),
                count("customer", "update", 1),
            ],
            more: false,
            records: vec![gone, into.clone()],
            into: Some(into),
            import: None,
            state: shared::history::State::Undoable,
            kept: Vec::new(),
            kept_count: 0,
            undo: None,
        };
        assert_eq!(what(Locale::En, &set), "Mb merged into Ma, 2 opportunities changed");
        assert_eq!(what(Locale::ZhCn, &set), "“Mb”并入“Ma”，更新 2 个商机");
        set.source = "undo".into();
        set.counts[0].action = "create".into();
        assert_eq!(what(Locale::En, &set), "Merge of Mb into Ma undone, 2 opportunities changed");
        assert_eq!(what(Locale::ZhCn, &set), "撤销“Mb”并入“Ma”的合并，更新 2 个商机");
        set.source = "redo".into();
        set.counts[0].action = "delete".into();
        assert!(what(Locale::En, &set).starts_with("Mb merged into Ma"));
        set.records[0].title = None;
        assert!(what(Locale::En, &set).starts_with("1 customer deleted"));
    }

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

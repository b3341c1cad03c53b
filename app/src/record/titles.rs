//! What the records are called that values name, where nothing on the page has told it: such as those of a draft.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::query::{Archived, Filter, ListQuery, MAX_PAGE, Op, Titles};
use shared::record::{Values, named_by};
use shared::types::by_name;
use shared::{RecordDef, Row};
use uuid::Uuid;

use crate::api::records::{get_record, list_records};
use crate::context::Page;

/// Takes titles in. Whoever shows some is told only where these are news: thousands of events may name the same records.
pub(crate) fn learn_titles(known: RwSignal<Titles>, told: &Titles) {
    let is_news = |known: &Titles| told.iter().any(|(id, title)| known.get(id) != Some(title));
    if known.try_with_untracked(is_news) == Some(true) {
        known.update(|known| {
            for (id, title) in told {
                if known.get(id) != Some(title) {
                    known.insert(*id, title.clone());
                }
            }
        });
    }
}

/// Looks up the titles of records, each with the name of its type. Those that the reader may not see stay without one.
pub(super) fn look_up(page: Page, titles: RwSignal<Titles>, wanted: impl IntoIterator<Item = (&'static str, Uuid)>) {
    for (target, ids) in by_type(wanted) {
        spawn_local(async move {
            let mut found = called(page, target, &ids).await;
            // What was merged is called as that which it became.
            for id in ids.into_iter().filter(|id| !found.contains_key(id)).collect::<Vec<_>>() {
                if let (Some(def), Ok(detail)) = (by_name(target), get_record(target.to_owned(), id).await) {
                    found.insert(id, title(page, def, &detail.row));
                }
            }
            learn_titles(titles, &found);
        });
    }
}

/// Looks up the titles of all that the values of a record name, at whatever depth, and that have none yet.
pub(super) fn look_up_named(page: Page, titles: RwSignal<Titles>, def: &'static RecordDef, values: &Values) {
    let named = def.all_fields().flat_map(|field| named_by(field, values));
    let is_told = |id: &Uuid| titles.with_untracked(|titles| titles.contains_key(id));
    look_up(page, titles, named.filter(|(_, id)| !is_told(id)));
}

/// Records by the names of their types, each once.
pub(super) fn by_type(
    wanted: impl IntoIterator<Item = (&'static str, Uuid)>,
) -> BTreeMap<&'static str, BTreeSet<Uuid>> {
    let mut found: BTreeMap<&'static str, BTreeSet<Uuid>> = BTreeMap::new();
    for (target, id) in wanted {
        found.entry(target).or_default().insert(id);
    }
    found
}

/// What records of a type are called, as far as they may be read.
pub(super) async fn called(page: Page, target: &'static str, ids: &BTreeSet<Uuid>) -> Titles {
    let mut titles = Titles::new();
    let Some(def) = by_name(target) else { return titles };
    let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    for ids in ids.chunks(MAX_PAGE as usize) {
        let filter = Some(Filter::field("id", Op::In, ids));
        let query = ListQuery { filter, archived: Archived::With, limit: MAX_PAGE, ..ListQuery::default() };
        let found = list_records(target.to_owned(), query).await.map(|found| found.rows).unwrap_or_default();
        titles.extend(found.iter().map(|row| (row.id, title(page, def, row))));
    }
    titles
}

fn title(page: Page, def: &RecordDef, row: &Row) -> String {
    untrack(|| page.called(def, row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_several_times_is_asked_for_once() {
        let [one, other] = [1, 2].map(Uuid::from_u128);
        let wanted = by_type([("user", one), ("team", other), ("user", one), ("user", other)]);
        assert_eq!(wanted, BTreeMap::from([("team", BTreeSet::from([other])), ("user", BTreeSet::from([one, other]))]));
    }
}

//! Exports in words: which list, and which of its rows.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::export::Run;
use shared::i18n::{Locale, translate, type_label_many};
use shared::query::{Archived, Filter, Titles};
use shared::record::CustomField;
use shared::types::{by_name, by_plural};

use crate::api::records::custom_fields;
use crate::context::Page;
use crate::record::attribute::attributes;
use crate::record::list::{parts_in_words, records_in, subjects};
use crate::record::titles::{by_type, called};

/// Most records of a type that are called by their names.
const NAMED: usize = 100;

/// Filters, each with the type whose records it chooses.
type Filters = Vec<(&'static str, Filter)>;

/// What was looked up last: for these filters, in this language.
pub(super) type Asked = (Locale, Filters);

/// What filters name: user-defined fields by their type, and what records are called.
#[derive(Clone, Default)]
pub(super) struct Known {
    custom: BTreeMap<&'static str, Vec<CustomField>>,
    titles: Titles,
}

/// The filters of exports.
pub(super) fn filters(runs: &[Run]) -> Filters {
    runs.iter().filter_map(|run| Some((by_plural(&run.plural)?.name, run.query.filter.clone()?))).collect()
}

/// Looks up what the filters name that are asked about now.
pub(super) fn learn(page: Page, known: RwSignal<Option<Known>>, asked: StoredValue<Option<Asked>>) {
    let Some(wanted) = asked.get_value() else { return };
    spawn_local(async move {
        let found = look_up(page, &wanted.1).await;
        // Others may be asked about by now, or the page may have been left.
        if asked.try_with_value(|now| now.as_ref() == Some(&wanted)) == Some(true) {
            known.try_set(Some(found));
        }
    });
}

async fn look_up(page: Page, filters: &[(&'static str, Filter)]) -> Known {
    let mut known = Known::default();
    let mut wanted = Vec::new();
    for name in filters.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>() {
        let custom = custom_fields(name.to_owned()).await.unwrap_or_default();
        if let (Some(def), Some(actor)) = (by_name(name), page.actor()) {
            let about = subjects(&attributes(def, &custom, &actor), &actor);
            let of_type = filters.iter().filter(|(of, _)| *of == name);
            of_type.for_each(|(_, filter)| records_in(filter, &about, &mut wanted));
        }
        known.custom.insert(name, custom);
    }
    for (target, ids) in by_type(wanted) {
        let ids = ids.into_iter().take(NAMED).collect();
        known.titles.extend(called(page, target, &ids).await);
    }
    known
}

/// What was exported: the list, and what its rows are called or searched by.
pub(super) fn what(locale: Locale, run: &Run) -> String {
    let mut parts = vec![by_plural(&run.plural).map_or_else(|| run.plural.clone(), |def| type_label_many(locale, def))];
    parts.extend(run.name.clone());
    let words = run.query.search.as_deref().map(str::trim).filter(|words| !words.is_empty());
    parts.extend(words.map(|words| translate(locale, "exports.own.searched", &[("words", words)])));
    match run.query.archived {
        Archived::Without => {}
        Archived::Only => parts.push(translate(locale, "exports.own.archived", &[])),
        Archived::With => parts.push(translate(locale, "exports.own.with_archived", &[])),
    }
    parts.join(" · ")
}

/// What its filter asks for, if it has one; tracked.
pub(super) fn filtered(page: Page, run: &Run, known: &Known) -> Option<String> {
    let (def, actor, filter) = (by_plural(&run.plural)?, page.actor()?, run.query.filter.as_ref()?);
    let custom = known.custom.get(def.name).map(Vec::as_slice).unwrap_or_default();
    let about = subjects(&attributes(def, custom, &actor), &actor);
    let said = parts_in_words(page, &known.titles, &about, filter);
    (!said.is_empty()).then(|| page.text_with("exports.own.filtered", &[("filter", &said)]))
}

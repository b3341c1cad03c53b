//! The filters of a list, on another page about such records.

use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use shared::RecordDef;
use shared::i18n::Locale;
use shared::query::{Filter, Titles};
use shared::record::{CustomField, Kind};
use uuid::Uuid;

use super::address::{ListNav, ListState, Place};
use super::filter::{Conditions, condition_chips, condition_text};
use super::subject::{Subject, Subjects, at_path, subjects, subjects_of};
use crate::api::records::custom_fields_around;
use crate::context::Page;
use crate::record::attribute::attributes;
use crate::record::titles::look_up;

/// Chips of the filters in the address, and the way to a further one.
pub fn conditions(def: &'static RecordDef, place: Place, titles: RwSignal<Titles>) -> AnyView {
    let conditions = Conditions::of(Page::take(), titles, ListNav::at(def, Some(place)));
    view! { <div class="chips">{conditions_on(def, conditions)}</div> }.into_any()
}

/// Chips of conditions on records of a type, and the way to a further one.
pub fn conditions_on(def: &'static RecordDef, conditions: Conditions) -> AnyView {
    let around = LocalResource::new(move || custom_fields_around(def.name.to_owned()));
    let chips = move || {
        let around = around.get()?.unwrap_or_default();
        let about = StoredValue::new(subjects_of(def, &around, &conditions.page.actor()?));
        learn_titles(conditions, about);
        Some(condition_chips(conditions, about, |_| true))
    };
    chips.into_any()
}

/// Looks up what the records are called that conditions name, where nothing on the page has told it.
pub(super) fn learn_titles(conditions: Conditions, about: Subjects) {
    let titles = conditions.titles;
    Effect::new(move |before: Option<Locale>| {
        let locale = conditions.page.locale.get();
        // In another language they may be called otherwise.
        let same = before.is_none_or(|before| before == locale);
        let is_told = |id: &Uuid| same && titles.with_untracked(|titles| titles.contains_key(id));
        let mut wanted = Vec::new();
        conditions.all.with(|all| {
            about.with_value(|about| all.iter().for_each(|one| records_in(one, about, &mut wanted)));
        });
        wanted.retain(|(_, id)| !is_told(id));
        look_up(conditions.page, titles, wanted);
        locale
    });
}

/// A filter in words. The records that it names are looked up, and are called by their names from then on.
pub fn filter_words(
    page: Page,
    (def, custom): (&'static RecordDef, &[CustomField]),
    titles: RwSignal<Titles>,
    filter: Filter,
) -> AnyView {
    let about = page.actor().map(|actor| subjects(&attributes(def, custom, &actor), &actor)).unwrap_or_default();
    let mut wanted = Vec::new();
    records_in(&filter, &about, &mut wanted);
    Effect::new(move |_| {
        let is_told = |id: &Uuid| titles.with_untracked(|titles| titles.contains_key(id));
        look_up(page, titles, wanted.iter().copied().filter(|(_, id)| !is_told(id)));
    });
    let words = move || titles.with(|titles| parts_in_words(page, titles, &about, &filter));
    words.into_any()
}

/// The conditions of a filter in words, one after the other; tracked.
pub(in crate::record) fn parts_in_words(page: Page, titles: &Titles, about: &[Subject], filter: &Filter) -> String {
    let parts = match filter {
        Filter::All(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    parts.iter().map(|part| condition_text(page, titles, about, part)).collect::<Vec<_>>().join(" · ")
}

/// The records that a condition names, with their types.
pub(in crate::record) fn records_in(condition: &Filter, about: &[Subject], found: &mut Vec<(&'static str, Uuid)>) {
    match condition {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().for_each(|part| records_in(part, about, found)),
        Filter::Not(part) => records_in(part, about, found),
        Filter::Field { field, value, .. } => {
            let kind = at_path(about, field).map(|(_, attribute)| attribute.kind());
            let Some(Kind::Reference(target) | Kind::References(target)) = kind else { return };
            let one = value.as_str().into_iter();
            let several = value.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str);
            found.extend(one.chain(several).filter_map(|id| Some((target, id.parse().ok()?))));
        }
    }
}

/// The filters that an address holds.
pub fn address_conditions(params: &ParamsMap) -> Vec<Filter> {
    ListState::read(params).conditions
}

#[cfg(test)]
mod tests {
    use shared::access::Actor;
    use shared::query::Op;
    use shared::types::OPPORTUNITY;

    use super::*;

    #[test]
    fn records_that_conditions_name_are_found_wherever_they_stand() {
        let actor = Actor::administrator(Uuid::nil(), Uuid::nil());
        let about = subjects(&attributes(&OPPORTUNITY, &[], &actor), &actor);
        let id = |n: u128| Uuid::from_u128(n);
        let either = Filter::Any(vec![
            Filter::field("customer_id", Op::Eq, id(1).to_string()),
            Filter::Not(Box::new(Filter::field("product_ids", Op::Contains, id(2).to_string()))),
            Filter::field("customer_id.owner_id", Op::In, vec![id(3).to_string(), id(4).to_string()]),
            Filter::field("customer_id.team_id", Op::Eq, id(5).to_string()),
        ]);
        let mut found = Vec::new();
        for condition in [either, Filter::field("owner_id", Op::Eq, "@me"), Filter::field("name", Op::Eq, "x")] {
            records_in(&condition, &about, &mut found);
        }
        let expected = [("customer", id(1)), ("product", id(2)), ("user", id(3)), ("user", id(4)), ("team", id(5))];
        assert_eq!(found, expected);
    }
}

//! The filters of a list, on another page about such records.

use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use shared::RecordDef;
use shared::query::{Filter, Titles};

use super::address::{ListNav, ListState, Place};
use super::subject::subjects;
use super::toolbar::further_chips;
use super::{ListContext, columns};
use crate::api::records::custom_fields;
use crate::context::Page;
use crate::record::attribute::attributes;

/// Chips of the filters in the address, and the way to a further one.
pub fn conditions(def: &'static RecordDef, place: Place, titles: RwSignal<Titles>) -> AnyView {
    let page = Page::take();
    let context = ListContext {
        page,
        def,
        nav: ListNav::at(def, Some(place)),
        creating: RwSignal::new(false),
        total: RwSignal::new(None),
        columns: columns::stored(def),
        titles,
        may_create: false,
        given: RwSignal::new(shared::Values::new()),
        exporting: RwSignal::new(false),
        selecting: RwSignal::new(false),
        dates: StoredValue::new(Vec::new()),
        today: Memo::new(move |_| page.zone().day(page.now.get())),
        board: |_, _| String::new(),
    };
    let custom = LocalResource::new(move || custom_fields(def.name.to_owned()));
    let chips = move || {
        let custom = custom.get()?.unwrap_or_default();
        let actor = page.actor()?;
        let about = StoredValue::new(subjects(&attributes(def, &custom, &actor), &actor));
        Some(further_chips(context, about))
    };
    view! { <div class="chips">{chips}</div> }.into_any()
}

/// The filters that an address holds.
pub fn address_conditions(params: &ParamsMap) -> Vec<Filter> {
    ListState::read(params).conditions
}

//! The filters of a list, on another page about such records.

use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use shared::RecordDef;
use shared::query::{Filter, Titles};

use super::address::{ListNav, ListState, Place};
use super::filter::{Conditions, filter_dialog};
use super::subject::subjects;
use super::toolbar::further_chips;
use super::{ListContext, columns};
use crate::api::records::custom_fields;
use crate::context::{Page, t};
use crate::record::attribute::attributes;
use crate::ui::Icon;

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
        dates: StoredValue::new(Vec::new()),
        today: Memo::new(move |_| page.zone().day(page.now.get())),
        board: |_, _| String::new(),
    };
    let adding = RwSignal::new(false);
    let custom = LocalResource::new(move || custom_fields(def.name.to_owned()));
    let chips = move || {
        let custom = custom.get()?.unwrap_or_default();
        let actor = page.actor()?;
        let about = StoredValue::new(subjects(&attributes(def, &custom, &actor), &actor));
        Some(view! {
            {move || further_chips(context, about)}
            <button type="button" class="chip" data-add="" on:click=move |_| adding.set(true)>
                <Icon name="plus"/>
                <span>{t("list.filter.add")}</span>
            </button>
            {filter_dialog(Conditions::of(context), about, adding)}
        })
    };
    view! { <div class="chips">{chips}</div> }.into_any()
}

/// The filters that an address holds.
pub fn address_conditions(params: &ParamsMap) -> Vec<Filter> {
    ListState::read(params).conditions
}

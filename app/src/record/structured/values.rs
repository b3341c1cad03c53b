//! Values for some fields of other records: what a macro sets.

use leptos::prelude::*;
use serde_json::Value;
use shared::record::{Kind, Values, is_empty};
use shared::types::by_name;

use super::items::Items;
use super::{message, remove_label, settle};
use crate::context::{Page, t};
use crate::record::attribute::{Attribute, attributes};
use crate::record::editor::{Editing, editor};
use crate::ui::{Button, ButtonKind, Checkbox, Choice, Field, Select, Size};

/// A field with the value that it gets, and whether it is to have none.
type Setting = (String, RwSignal<Value>, RwSignal<bool>);

/// The value of a field for which nothing was chosen yet: it is asked for when one saves.
const NOT_CHOSEN: &str = "";

pub(super) fn values(editing: Editing, target: &'static str, names: &'static [&'static str]) -> AnyView {
    let page = Page::take();
    let (Some(def), Some(actor)) = (by_name(target), page.actor()) else { return ().into_any() };
    let known: Vec<Attribute> =
        attributes(def, &[], &actor).into_iter().filter(|a| names.contains(&a.name().as_str())).collect();
    let known = StoredValue::new(known);
    // In the order of the declaration, as it is said in words; then what one is not asked for.
    let read = move |value: &Value| {
        let place = |name: &str| known.with_value(|known| known.iter().position(|a| a.name() == name));
        let mut given: Vec<(&String, &Value)> = value.as_object().into_iter().flatten().collect();
        given.sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX));
        let setting = |(name, value): (&String, &Value)| {
            (name.clone(), RwSignal::new(value.clone()), RwSignal::new(value.is_null()))
        };
        given.into_iter().map(setting).collect()
    };
    let write = |all: Vec<Setting>| {
        let set = |(name, value, none): Setting| {
            let (value, none) = (value.get(), none.get());
            let set = match (is_empty(&value), none) {
                (false, _) => value,
                (true, true) => Value::Null,
                (true, false) => NOT_CHOSEN.into(),
            };
            (name, set)
        };
        let values: Values = all.into_iter().map(set).collect();
        if values.is_empty() { Value::Null } else { values.into() }
    };
    let items = Items::of(editing.id.clone(), editing.value, read, write);
    let field = editing.name();
    let one = move |(key, (name, value, none)): (usize, Setting)| {
        let attribute = known.with_value(|known| known.iter().find(|a| a.name() == name).cloned())?;
        let errors = editing.errors;
        let path = format!("{field}.{name}");
        let own = path.clone();
        Effect::new(move |before: Option<()>| {
            value.track();
            none.track();
            if before.is_some() {
                settle(errors, &own);
            }
        });
        let error = Signal::derive(move || message(page, errors, &path));
        let may_be_none = !attribute.required();
        let (label, id) = (attribute.label_signal(page), format!("{}-input", items.id(key)));
        let composed = matches!(attribute.kind(), Kind::MultiChoice(_) | Kind::Bool);
        let input = editor(Editing::new(page, attribute, value, id.clone(), editing.titles));
        let input = if composed { input } else { view! { <Field id label error>{input}</Field> }.into_any() };
        Some(view! {
            <div id=items.id(key) class="entry" data-part=name>
                <div class="entry-parts">
                    {input}
                    <Show when=move || may_be_none && value.with(is_empty)>
                        <Checkbox value=none on_change=move |on| none.set(on)>{t("structured.leave_empty")}</Checkbox>
                    </Show>
                </div>
                <div class="entry-tools">
                    <Button kind=ButtonKind::Ghost size=Size::Small icon="x" label=remove_label(page, label) on_click=move |_| items.remove(key)/>
                </div>
            </div>
        })
    };
    let one = StoredValue::new(one);
    view! {
        <div class="entries">
            <For each=move || items.all.get() key=|(key, _)| *key let:item>{one.with_value(|one| one(item))}</For>
            {adding(page, items, known)}
        </div>
    }
    .into_any()
}

/// Chooses a further field.
fn adding(page: Page, items: Items<Setting>, known: StoredValue<Vec<Attribute>>) -> AnyView {
    let chosen = RwSignal::new(String::new());
    let left = Signal::derive(move || {
        let taken: Vec<String> = items.all.with(|all| all.iter().map(|(_, (name, ..))| name.clone()).collect());
        let free = |a: &&Attribute| !taken.contains(&a.name());
        let choice = |a: &Attribute| Choice::new(a.name(), a.label(page.locale.get()));
        known.with_value(|known| known.iter().filter(free).map(choice).collect::<Vec<_>>())
    });
    let add = move |name: String| {
        if !name.is_empty() {
            items.add((name, RwSignal::new(Value::Null), RwSignal::new(false)));
            chosen.set(String::new());
        }
    };
    view! {
        <div id=items.adding()>
            <Show when=move || left.with(|left| !left.is_empty())>
                <Select value=chosen options=left label=t("structured.set_field") empty=t("structured.set_field") on_change=add/>
            </Show>
        </div>
    }
    .into_any()
}

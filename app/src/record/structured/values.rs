//! Values for some fields of other records: what a macro sets.

use leptos::prelude::*;
use serde_json::Value;
use shared::i18n;
use shared::record::{Kind, Values};
use shared::types::by_name;

use super::items::Items;
use crate::context::{Page, t};
use crate::record::attribute::{Attribute, attributes};
use crate::record::editor::{Editing, editor};
use crate::ui::{Button, ButtonKind, Choice, Field, Select, Size};

/// A field with the value that it gets.
type Setting = (String, RwSignal<Value>);

pub(super) fn values(editing: Editing, target: &'static str, names: &'static [&'static str]) -> AnyView {
    let page = Page::take();
    let (Some(def), Some(actor)) = (by_name(target), page.actor()) else { return ().into_any() };
    let known: Vec<Attribute> =
        attributes(def, &[], &actor).into_iter().filter(|a| names.contains(&a.name().as_str())).collect();
    let known = StoredValue::new(known);
    let read = |value: &Value| {
        let given = value.as_object().into_iter().flatten();
        given.map(|(name, value)| (name.clone(), RwSignal::new(value.clone()))).collect()
    };
    let write = |all: Vec<Setting>| {
        let values: Values = all.into_iter().map(|(name, value)| (name, value.get())).collect();
        if values.is_empty() { Value::Null } else { values.into() }
    };
    let items = Items::of(editing.value, read, write);
    let (field, prefix) = (editing.name(), editing.id.clone());
    let one = move |(key, (name, value)): (usize, Setting)| {
        let attribute = known.with_value(|known| known.iter().find(|a| a.name() == name).cloned())?;
        let errors = editing.errors;
        let path = format!("{field}.{name}");
        let error = Signal::derive(move || {
            let found = errors.with(|all| all.iter().find(|error| error.field == path).cloned());
            found.map(|error| i18n::field_error(page.locale.get(), &error))
        });
        let (label, id) = (attribute.label_signal(page), format!("{prefix}-{name}"));
        let composed = matches!(attribute.kind(), Kind::MultiChoice(_) | Kind::Bool);
        let input = editor(Editing::new(page, attribute, value, id.clone(), editing.titles));
        let input = if composed { input } else { view! { <Field id label error>{input}</Field> }.into_any() };
        Some(view! {
            <div class="entry" data-part=name>
                <div class="entry-parts">{input}</div>
                <div class="entry-tools">
                    <Button kind=ButtonKind::Ghost size=Size::Small icon="x" label=t("ui.action.remove") on_click=move |_| items.remove(key)/>
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
        let taken: Vec<String> = items.all.with(|all| all.iter().map(|(_, (name, _))| name.clone()).collect());
        let free = |a: &&Attribute| !taken.contains(&a.name());
        let choice = |a: &Attribute| Choice::new(a.name(), a.label(page.locale.get()));
        known.with_value(|known| known.iter().filter(free).map(choice).collect::<Vec<_>>())
    });
    let add = move |name: String| {
        if !name.is_empty() {
            items.add((name, RwSignal::new(Value::Null)));
            chosen.set(String::new());
        }
    };
    view! {
        <Show when=move || left.with(|left| !left.is_empty())>
            <Select value=chosen options=left label=t("structured.set_field") empty=t("structured.set_field") on_change=add/>
        </Show>
    }
    .into_any()
}

//! A list of entries, each with the inputs of its parts.

use leptos::prelude::*;
use serde_json::Value;
use shared::i18n;
use shared::record::{Kind, Part, Values, is_empty};

use super::items::Items;
use super::{message, message_within, remove_label, settle, told};
use crate::context::Page;
use crate::record::attribute::Attribute;
use crate::record::editor::{Editing, editor};
use crate::ui::{Button, ButtonKind, Checkbox, Field, Size};

/// An entry while it is edited.
#[derive(Clone)]
struct Entry {
    /// What each part holds.
    parts: Vec<(&'static Part, RwSignal<Value>)>,
    /// Parts that nobody is asked for.
    rest: Values,
}

impl Entry {
    fn new(parts: &'static [Part], values: &Values) -> Self {
        let asked = |part: &&Part| !part.field.internal;
        let signal =
            |part: &'static Part| (part, RwSignal::new(values.get(part.field.name).cloned().unwrap_or_default()));
        let kept = |name: &str| parts.iter().any(|part| !asked(&part) && part.field.name == name);
        let rest = values.iter().filter(|(name, _)| kept(name)).map(|(name, value)| (name.clone(), value.clone()));
        Self { parts: parts.iter().filter(asked).map(signal).collect(), rest: rest.collect() }
    }

    /// What it holds, without parts that entries like it do not have; tracked.
    fn values(&self) -> Values {
        let mut values = self.rest.clone();
        for (part, value) in &self.parts {
            let value = value.get();
            if !is_empty(&value) {
                values.insert(part.field.name.to_owned(), value);
            }
        }
        let whole = values.clone();
        self.parts.iter().filter(|(part, _)| !part.applies(&whole)).for_each(|(part, _)| {
            values.remove(part.field.name);
        });
        values
    }
}

/// What all entries of a field share.
#[derive(Clone)]
struct List {
    page: Page,
    editing: Editing,
    items: Items<Entry>,
    ordered: bool,
}

pub(super) fn entries(editing: Editing, parts: &'static [Part], ordered: bool) -> AnyView {
    let page = Page::take();
    let read = move |value: &Value| {
        let given = value.as_array().into_iter().flatten();
        given.map(|entry| Entry::new(parts, entry.as_object().unwrap_or(&Values::new()))).collect()
    };
    let write = |entries: Vec<Entry>| {
        let all: Vec<Value> = entries.iter().map(|entry| entry.values().into()).collect();
        if all.is_empty() { Value::Null } else { all.into() }
    };
    let items = Items::of(editing.id.clone(), editing.value, read, write);
    let (def, field) = (editing.attribute.def, editing.name());
    let add = move |_| {
        let mut values = Values::new();
        for part in parts {
            let attribute = Attribute::part(def, field, part);
            attribute.put(&mut values, attribute.default_value());
        }
        items.add(Entry::new(parts, &values));
    };
    let key = format!("{}.{field}._add", def.name);
    // What was wrong with an entry is told by its place, which is another one's now.
    let errors = editing.errors;
    let order = Memo::new(move |_| items.all.with(|all| all.iter().map(|(key, _)| *key).collect::<Vec<_>>()));
    Effect::new(move |before: Option<()>| {
        // A memo that nobody reads follows nothing.
        order.with(Vec::len);
        if before.is_some() {
            settle(errors, field);
        }
    });
    let list = List { page, editing, items, ordered };
    view! {
        <div class="entries">
            <For each=move || items.all.get() key=|(key, _)| *key let:item>{entry(&list, item)}</For>
            <div id=items.adding()>
                <Button size=Size::Small icon="plus" on_click=add>{move || page.text(&key)}</Button>
            </div>
        </div>
    }
    .into_any()
}

fn entry(list: &List, (key, entry): (usize, Entry)) -> AnyView {
    let (page, items, errors) = (list.page, list.items, list.editing.errors);
    let (def, field) = (list.editing.attribute.def, list.editing.name());
    let path = move || format!("{field}.{}", items.place(key));
    let label = Signal::derive(move || {
        let n = (items.place(key) + 1).to_string();
        format!("{} {n}", i18n::field_label(page.locale.get(), def, field))
    });
    let id = items.id(key);
    let whole = move || message(page, errors, &path());
    let own = entry.clone();
    let held = Memo::new(move |_| own.values());
    let shown: Vec<AnyView> = entry.parts.iter().map(|(part, value)| input(list, key, part, *value, held)).collect();
    view! {
        <div id=id class="entry" role="group" aria-label=label data-invalid=move || whole().is_some().then_some("")>
            <div class="entry-parts">{shown}</div>
            {tools(list, key, label)}
            {move || whole().map(told)}
        </div>
    }
    .into_any()
}

/// What can be done with an entry as a whole.
fn tools(list: &List, key: usize, name: Signal<String>) -> AnyView {
    let (page, items, ordered) = (list.page, list.items, list.ordered);
    let last = move || items.all.with(|all| all.last().map(|(key, _)| *key)) == Some(key);
    let first = Signal::derive(move || items.place(key) == 0);
    let shift = move |down: bool| {
        let (icon, label) = if down { ("chevron-down", "structured.down") } else { ("chevron-up", "structured.up") };
        let disabled = if down { Signal::derive(last) } else { first };
        view! {
            <Button
                kind=ButtonKind::Ghost
                size=Size::Small
                icon
                label=Signal::derive(move || page.text(label))
                disabled
                on_click=move |_| items.shift(key, down)
            />
        }
    };
    view! {
        <div class="entry-tools">
            {ordered.then(|| view! { {shift(false)} {shift(true)} })}
            <Button kind=ButtonKind::Ghost size=Size::Small icon="x" label=remove_label(page, name) on_click=move |_| items.remove(key)/>
        </div>
    }
    .into_any()
}

/// The input of a part, while the entry has it.
fn input(list: &List, key: usize, part: &'static Part, value: RwSignal<Value>, held: Memo<Values>) -> AnyView {
    let (page, items, errors) = (list.page, list.items, list.editing.errors);
    let field = list.editing.name();
    let attribute = Attribute::part(list.editing.attribute.def, field, part);
    let name = part.field.name;
    let path = move || format!("{field}.{}.{name}", items.place(key));
    let error = Signal::derive(move || message(page, errors, &path()));
    let applies = Memo::new(move |_| held.with(|held| part.applies(held)));
    Effect::new(move |before: Option<()>| {
        value.track();
        applies.get();
        if before.is_some() {
            settle(errors, &untrack(path));
        }
    });
    let id = format!("{}-{key}-{name}", list.editing.id);
    let (label, hint) = (attribute.label_signal(page), attribute.hint(page));
    let mut editing = Editing::new(page, attribute, value, id.clone(), list.editing.titles);
    editing.errors = errors;
    let editing = StoredValue::new(editing);
    let made = move || {
        if part.field.kind == Kind::Bool {
            let on = Signal::derive(move || value.with(|value| value.as_bool().unwrap_or_default()));
            return view! { <Checkbox value=on on_change=move |on| value.set(Value::Bool(on))>{label}</Checkbox> }
                .into_any();
        }
        // These have several inputs.
        let input = editor(editing.get_value());
        if matches!(part.field.kind, Kind::MultiChoice(_) | Kind::Json(_)) {
            let required = part.field.required.then_some("");
            let wrong = move || message_within(page, errors, &path());
            view! {
                <div class="field" role="group" aria-label=label data-required=required data-invalid=move || wrong().is_some().then_some("")>
                    <span class="field-label" aria-hidden="true">{label}</span>
                    {input}
                    {hint.map(|hint| view! { <p class="field-hint">{hint}</p> })}
                    {move || wrong().map(told)}
                </div>
            }
            .into_any()
        } else {
            view! { <Field id=id.clone() label hint error required=part.field.required>{input}</Field> }.into_any()
        }
    };
    view! { <Show when=move || applies.get()><div class="entry-part" data-part=name>{made()}</div></Show> }.into_any()
}

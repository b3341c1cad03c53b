//! What no column fills: required fields, and where new records begin then.

use leptos::prelude::*;
use shared::RecordDef;
use shared::format::listed;
use shared::i18n::field_label;
use shared::import::start::placing;
use shared::import::{Start, Step, fillable};

use super::wizard::Wizard;
use crate::ui::{Notice, Tone};

/// Required fields without a column, and where new records begin if no column says so.
#[component]
pub fn Missing(
    /// The wizard's state.
    wizard: Wizard,
    /// Position of the file.
    at: usize,
    /// What is made of it.
    def: &'static RecordDef,
) -> impl IntoView {
    // Nothing is missing that isn't known yet.
    let start = Signal::derive(move || wizard.starts.with(|known| known.get(def.name).cloned()));
    let missing = move || {
        let locale = wizard.page.locale.get();
        let may_begin = start.with(|known| !matches!(known, Some(None)));
        let names = wizard.step(at, |step| {
            let labels = required(def, step, may_begin).map(|name| field_label(locale, def, name));
            listed(locale, &labels.collect::<Vec<_>>())
        });
        let names = names.filter(|names| !names.is_empty())?;
        Some(wizard.page.text_with("import.mapping.required_missing", &[("fields", &names)]))
    };
    let begins = move || begins(wizard, at, def, &start.get()??);
    view! {
        {move || missing().map(|text| view! { <Notice tone=Tone::Warning text/> })}
        {move || begins().map(|text| view! { <Notice tone=Tone::Info text/> })}
    }
}

fn has(step: &Step, name: &str) -> bool {
    step.assignments.iter().any(|assignment| assignment.field == name)
}

/// Required fields that nothing fills. What a record is placed in follows from the step that it is in.
fn required(def: &'static RecordDef, step: &Step, may_begin: bool) -> impl Iterator<Item = &'static str> {
    let placing = placing(def);
    let follows = move |name: &str| {
        placing.is_some_and(|placing| name == placing.part_of || may_begin && name == placing.field.name)
    };
    let wanted = fillable(def).filter(|field| field.required && field.default.is_none());
    wanted.map(|field| field.name).filter(move |name| !has(step, name) && !follows(name))
}

/// Where new records begin, if nothing says where they are; reactive.
fn begins(wizard: Wizard, at: usize, def: &'static RecordDef, start: &Start) -> Option<String> {
    let placing = placing(def)?;
    let [is_placed, is_of_another] =
        wizard.step(at, |step| [placing.field.name, placing.part_of].map(|name| has(step, name)))?;
    if is_placed {
        return None;
    }
    let locale = wizard.page.locale.get();
    let field = field_label(locale, def, placing.field.name);
    Some(if is_of_another {
        let whole = field_label(locale, def, placing.part_of);
        wizard.page.text_with("import.mapping.begins_in_own", &[("field", &field), ("whole", &whole)])
    } else {
        let Start { title, within, .. } = start;
        wizard.page.text_with("import.mapping.begins", &[("field", &field), ("title", title), ("within", within)])
    })
}

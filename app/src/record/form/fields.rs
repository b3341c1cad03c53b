//! The inputs of a form, group by group.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::format::paired;
use shared::record::{CUSTOM, Kind, is_empty};
use shared::{FieldError, i18n};

use super::draft::restored;
use super::meant::meant_view;
use super::state::FormState;
use crate::record::attribute::{Attribute, CUSTOM_GROUP, as_asked, groups};
use crate::record::conflict::sides;
use crate::record::editor::{Editing, editor};
use crate::record::inline::later;
use crate::ui::{Field, Icon, Notice, Tone, is_save_chord};

/// The form with its messages.
pub(super) fn form(state: FormState, save: impl Fn() + Copy + Send + Sync + 'static) -> AnyView {
    // A turn later, when the input has handed over what was typed last.
    let save = later(save);
    let key = move |event: KeyboardEvent| {
        if is_save_chord(&event) {
            event.prevent_default();
            save();
        }
    };
    let groups = state.attributes.with_value(|all| groups(all));
    view! {
        <form class="form" novalidate on:submit=move |event| event.prevent_default() on:keydown=key>
            {notices(state)}
            {conflicts(state)}
            {groups.into_iter().map(|name| group(state, name)).collect_view()}
        </form>
    }
    .into_any()
}

fn notices(state: FormState) -> AnyView {
    let page = state.page;
    let trouble = move || {
        let errors = state.errors.get();
        if errors.is_empty() {
            return String::new();
        }
        // Those of a part stand beside it, within its field.
        let beside = |field: &str| {
            let whole = field.split_once('.').filter(|(whole, _)| *whole != CUSTOM).map_or(field, |(whole, _)| whole);
            state.value_named(whole).is_some()
        };
        let shown = |e: &&FieldError| !beside(&e.field);
        let whole: Vec<String> = errors
            .iter()
            .filter(shown)
            .map(|e| match e.field.as_str() {
                "" => i18n::field_error(page.locale.get(), e),
                field => {
                    let locale = page.locale.get();
                    paired(locale, &i18n::field_label(locale, state.def, field), &i18n::field_error(locale, e))
                }
            })
            .collect();
        let count = (errors.len() - whole.len()).to_string();
        let beside = page.text_with("ui.input.errors", &[("n", &count)]);
        let beside = if count == "0" { None } else { Some(beside) };
        beside.into_iter().chain(whole).collect::<Vec<_>>().join(" ")
    };
    let trouble = Memo::new(move |_| trouble());
    view! {
        {restored(state.restored, move || state.reset())}
        <Show when=move || trouble.with(|text| !text.is_empty())>
            <Notice tone=Tone::Danger text=trouble/>
        </Show>
    }
    .into_any()
}

/// Both values of every field that somebody else changed too.
fn conflicts(state: FormState) -> AnyView {
    let all = move || {
        let named = |field: String| {
            let attribute = state.attributes.with_value(|all| all.iter().find(|a| a.name() == field).cloned())?;
            let theirs = state.base.get_untracked()?.values;
            let mine = untrack(|| state.current());
            let value = attribute.value(&theirs).clone();
            let own = state.value(&attribute);
            let decided = move |take: bool| {
                if take {
                    own.set(value.clone());
                }
                state.conflict.update(|fields| fields.retain(|f| *f != field));
            };
            Some(sides(attribute, mine, theirs, state.titles, Callback::new(decided)))
        };
        state.conflict.get().into_iter().filter_map(named).collect_view()
    };
    view! { {all} }.into_any()
}

fn group(state: FormState, name: &'static str) -> AnyView {
    let page = state.page;
    let members = state
        .attributes
        .with_value(|all| as_asked(all.iter().filter(|a| a.group() == name && a.is_typed()).cloned().collect()));
    let heading = Signal::derive(move || i18n::group_label(page.locale.get(), state.def, name));
    // What the heading says need not stand below it once more.
    let only = if let [one] = members.as_slice() { Some(one.input_label(page)) } else { None };
    let alone = Memo::new(move |_| only.is_some_and(|label| label.get() == heading.get()));
    let alone = move || alone.get().then_some("");
    let filled = members.iter().any(|a| a.required() || state.value(a).with_untracked(|v| !is_empty(v)));
    let first = members.first().cloned();
    let applies = Memo::new(move |_| {
        let values = state.value_named("kind").map(|kind| ("kind".to_owned(), kind.get()));
        first.as_ref().is_none_or(|first| first.applies(&values.into_iter().collect()))
    });
    let folded = matches!(name, "more" | "links" | CUSTOM_GROUP) && !filled;
    let members = StoredValue::new(members);
    let inputs = move || members.with_value(|all| all.iter().filter_map(|a| input(state, a)).collect_view());
    let body = move || {
        if folded {
            view! { <details class="form-more"><summary>{heading}</summary><div class="form-group" data-alone=alone>{inputs()}</div></details> }
                .into_any()
        } else {
            view! { <fieldset class="form-group" data-alone=alone><legend>{heading}</legend>{inputs()}</fieldset> }
                .into_any()
        }
    };
    view! { <Show when=move || applies.get()>{body()}</Show> }.into_any()
}

/// One field with its label and message; a currency is asked for beside the amount it belongs to.
fn input(state: FormState, attribute: &Attribute) -> Option<AnyView> {
    let currency = state.value_named("currency");
    let kind = attribute.kind();
    let has_amount = state.attributes.with_value(|all| all.iter().any(|a| a.kind() == Kind::Money));
    if attribute.name() == "currency" && has_amount {
        return None;
    }
    let (name, page) = (attribute.name(), state.page);
    let value = state.value(attribute);
    let id = format!("form-{}-{}", state.def.name, name.replace('.', "-"));
    let mut editing = Editing::new(page, attribute.clone(), value, id.clone(), state.titles);
    editing.currency = currency;
    editing.record = state.base.with_untracked(|row| row.as_ref().map(|row| row.id));
    editing.errors = state.errors;
    if let Some(code) = state.start_text("currency") {
        editing.fixed_currency = code;
    }
    let own = name.clone();
    let error = Signal::derive(move || {
        let found = state.errors.with(|errors| errors.iter().find(|e| e.field == own).cloned());
        found.map(|e| i18n::field_error(page.locale.get(), &e))
    });
    Effect::new(move |before: Option<()>| {
        value.track();
        if before.is_some() {
            state.settle(&name);
        }
    });
    let (label, hint) = (attribute.input_label(page), attribute.hint(page));
    Some(match kind {
        Kind::Address | Kind::Social | Kind::MultiChoice(_) | Kind::Bool | Kind::Json(_) => {
            composed(label, hint, error, editor(editing))
        }
        Kind::Emails => view! {
            <Field id label hint error required=attribute.required()>
                {editor(editing)}
                {meant_view(state, value)}
            </Field>
        }
        .into_any(),
        _ => view! { <Field id label hint error required=attribute.required()>{editor(editing)}</Field> }.into_any(),
    })
}

/// The frame of what consists of several inputs, each with a name of its own.
fn composed(
    label: Signal<String>,
    hint: Option<Signal<String>>,
    error: Signal<Option<String>>,
    inputs: AnyView,
) -> AnyView {
    view! {
        <div class="field" role="group" aria-label=label data-invalid=move || error.with(Option::is_some).then_some("")>
            <span class="field-label" aria-hidden="true">{label}</span>
            {inputs}
            {hint.map(|hint| view! { <p class="field-hint">{hint}</p> })}
            {move || error.get().map(|error| view! {
                <p class="field-error"><Icon name="circle-alert"/><span>{error}</span></p>
            })}
        </div>
    }
    .into_any()
}

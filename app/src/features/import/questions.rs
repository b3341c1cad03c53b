//! Names that nearly match, or that several records have: one answer for all rows.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde_json::Value;
use shared::RecordDef;
use shared::format::listed;
use shared::i18n::{choice_label, field_label, type_label_many};
use shared::import::{Candidate, Decision, FileInfo, Question, Unknown, Without};
use shared::record::Kind;
use shared::types::by_name;
use uuid::Uuid;

use super::wizard::Wizard;
use crate::context::{Page, t};
use crate::record::record_input;
use crate::ui::{Button, Choice, Icon, Select};

/// Every question.
#[component]
pub fn Questions(
    /// The wizard's state.
    wizard: Wizard,
    /// What is to be answered.
    questions: Vec<Question>,
    /// How many come later, by what they are about.
    further: BTreeMap<String, u64>,
) -> impl IntoView {
    if questions.is_empty() {
        return ().into_any();
    }
    let page = wizard.page;
    let open = questions.iter().filter(|question| question.decision.is_none()).count();
    let count = open.to_string();
    let later = further.values().sum::<u64>();
    let all = missing(&questions).into_iter().map(|(target, names)| create_all(wizard, target, names)).collect_view();
    let asked = questions.into_iter().enumerate().map(|(at, question)| view! { <Asked wizard at question/> });
    let asked = asked.collect_view();
    view! {
        <section class="section">
            <h2 class="section-title">{t("import.near.title")}</h2>
            <p class="muted">{t("import.near.text")}</p>
            {all}
            <div>{asked}</div>
            {(open > 0).then(|| view! {
                <p class="meta">{move || page.text_with("import.near.open", &[("n", &count)])} " " {t("import.preview.open_questions")}</p>
            })}
            {(later > 0).then(|| view! {
                <p class="meta">{move || page.text_with("import.near.further", &[("n", &later.to_string())])}</p>
            })}
        </section>
    }
    .into_any()
}

/// Open questions about names that resemble nothing, and of which records can be made, by the type of those.
fn missing(questions: &[Question]) -> Vec<(&'static RecordDef, Vec<Unknown>)> {
    let mut missing: Vec<(&'static RecordDef, Vec<Unknown>)> = Vec::new();
    let is_missing = |question: &&Question| {
        question.decision.is_none() && question.may_create && !question.several && question.suggestions.is_empty()
    };
    for question in questions.iter().filter(is_missing) {
        let Some(def) = by_name(&question.unknown.target) else { continue };
        match missing.iter_mut().find(|(known, _)| known.name == def.name) {
            Some((_, names)) => names.push(question.unknown.clone()),
            None => missing.push((def, vec![question.unknown.clone()])),
        }
    }
    missing.retain(|(_, names)| names.len() > 1);
    missing
}

/// One answer for all listed names that resemble nothing.
fn create_all(wizard: Wizard, def: &'static RecordDef, names: Vec<Unknown>) -> AnyView {
    let page = wizard.page;
    let n = names.len().to_string();
    let words = Signal::derive(move || {
        page.text_with("import.near.create_all", &[("n", &n), ("type", &type_label_many(page.locale.get(), def))])
    });
    let create = move |_| wizard.answer_all(names.clone(), &Decision::Create);
    view! {
        <div class="row">
            <Button icon="plus" busy=wizard.busy on_click=create>{words}</Button>
            <span class="meta">{t("import.near.create_all_hint")}</span>
        </div>
    }
    .into_any()
}

/// One question with its possible answers.
#[component]
fn Asked(wizard: Wizard, at: usize, question: Question) -> impl IntoView {
    let page = wizard.page;
    let Question { unknown, fields, rows, several, unreadable, .. } = question.clone();
    let (count, is_answered) = (rows.to_string(), question.decision.is_some());
    let named = if unreadable.is_empty() { unknown.value } else { unreadable.join(" · ") };
    let place = move || place(wizard, &fields);
    let answers = answers(wizard, at, question);
    view! {
        <div class="near-match" data-answered=is_answered.then_some("")>
            <Icon name=if is_answered { "circle-check" } else { "circle-help" }/>
            <p>
                <code>{named}</code> " · " {move || page.text_with("import.preview.count", &[("n", &count)])}
                {several.then(|| view! { " · " {t("import.near.several")} })}
                {(!unreadable.is_empty()).then(|| view! { " · " {t("import.near.unreadable")} })}
                " " <span class="meta">{place}</span>
            </p>
            {answers}
        </div>
    }
}

/// What can be answered: what may be meant, a new record, nothing, or anything else that there is.
fn answers(wizard: Wizard, at: usize, question: Question) -> AnyView {
    let page = wizard.page;
    let without = without(page, &question);
    let Question { unknown, several, is_own, suggestions, options, may_create, made_in, decision, .. } = question;
    let answer = |words: Signal<String>, own: Decision| {
        let (unknown, chosen) = (unknown.clone(), decision.as_ref() == Some(&own));
        view! {
            <Button pressed=Signal::derive(move || chosen) busy=wizard.busy
                on_click=move |_| wizard.answer(unknown.clone(), own.clone())>{words}</Button>
        }
        .into_any()
    };
    let uses = suggestions.into_iter().map(|suggestion| {
        let (target, value) = (unknown.target.clone(), suggestion.value.clone());
        let words = Signal::derive(move || {
            let name = shown(page, &target, &value, &value);
            page.text_with("import.near.yes", &[("name", &name)])
        });
        answer(words, Decision::Use(suggestion.value))
    });
    let (value, is_placed) = (unknown.value.clone(), !made_in.is_empty());
    let create = Signal::derive(move || match is_own {
        true => page.text("import.near.create_own"),
        false if is_placed => page.text_with("import.near.create_in", &[("value", &value), ("within", &made_in)]),
        false => page.text_with("import.near.create", &[("value", &value)]),
    });
    let create = may_create.then(|| answer(create, Decision::Create));
    let without = without.map(|words| answer(words, Decision::Empty));
    let all = uses.chain(create).chain(without).collect_view();
    let choose = match by_name(&unknown.target).filter(|_| !several) {
        _ if !options.is_empty() => view! { <Options wizard unknown options several chosen=decision/> }.into_any(),
        // A new pipeline has no stages to choose from, and those of others are not meant.
        Some(def) if may_create && !is_placed && is_part(def) => ().into_any(),
        Some(def) => view! { <Lookup wizard at unknown def chosen=decision/> }.into_any(),
        None => ().into_any(),
    };
    view! { <div class="button-group">{all}{choose}</div> }.into_any()
}

/// What an answer without value is called, as far as there is such an answer: rows that must have a value get their usual one.
fn without(page: Page, question: &Question) -> Option<Signal<String>> {
    Some(match Without::of(&question.fields) {
        _ if question.is_own => t("import.near.leave_out"),
        _ if !question.unreadable.is_empty() => t("import.near.leave_unread"),
        Without::Nothing => t("import.near.leave_empty"),
        Without::Follows => t("import.near.leave_to_step"),
        Without::Begins => t("import.near.leave_at_first"),
        Without::Usual(code) => {
            let target = question.unknown.target.clone();
            Signal::derive(move || {
                page.text_with("import.near.leave_usual", &[("name", &shown(page, &target, code, code))])
            })
        }
        Without::Refused => return None,
    })
}

/// Whether records of a type are parts of others: where one can be made, the row says of which.
fn is_part(def: &RecordDef) -> bool {
    def.fields.iter().any(|field| field.required && matches!(field.kind, Kind::Reference(_)))
}

/// Any other record, where there are more than a list holds.
#[component]
fn Lookup(
    wizard: Wizard,
    at: usize,
    unknown: Unknown,
    def: &'static RecordDef,
    chosen: Option<Decision>,
) -> impl IntoView {
    let value = match chosen {
        Some(Decision::Use(id)) if Uuid::parse_str(&id).is_ok() => Value::from(id),
        _ => Value::Null,
    };
    let value = RwSignal::new(value);
    Effect::new(move |was: Option<Value>| {
        let now = value.get();
        match now.as_str() {
            _ if was.as_ref().is_none_or(|was| *was == now) => {}
            Some(id) => wizard.answer(unknown.clone(), Decision::Use(id.to_owned())),
            None => wizard.take_back(&unknown),
        }
        now
    });
    let input = record_input(def.name, value, format!("near-{at}"), wizard.titles, t("import.near.choose"));
    view! { <fieldset class="near-lookup" disabled=move || wizard.busy.get()>{input}</fieldset> }
}

/// All that can be meant, to choose one.
#[component]
fn Options(
    wizard: Wizard,
    unknown: Unknown,
    options: Vec<Candidate>,
    several: bool,
    chosen: Option<Decision>,
) -> impl IntoView {
    let page = wizard.page;
    let value = match chosen {
        Some(Decision::Use(value)) if options.iter().any(|option| option.value == value) => value,
        _ => String::new(),
    };
    let value = RwSignal::new(value);
    let target = unknown.target.clone();
    let choices = Signal::derive(move || {
        let choice = |option: &Candidate| Choice::new(option.value.clone(), option_label(page, &target, option));
        options.iter().map(choice).collect::<Vec<_>>()
    });
    let empty = t(if several { "import.near.which" } else { "import.near.choose" });
    let answer = move |value: String| {
        if !value.is_empty() {
            wizard.answer(unknown.clone(), Decision::Use(value));
        }
    };
    view! { <Select value options=choices empty label=empty disabled=wizard.busy on_change=answer/> }
}

fn option_label(page: Page, target: &str, option: &Candidate) -> String {
    let name = shown(page, target, &option.value, &option.title);
    if option.detail.is_empty() {
        return name;
    }
    page.text_with("import.near.option", &[("name", &name), ("detail", &option.detail)])
}

/// A record's title, or the label of a choice; reactive.
fn shown(page: Page, target: &str, value: &str, title: &str) -> String {
    let choice = target.split_once('.').and_then(|(name, field)| Some((by_name(name)?, field)));
    choice.map_or_else(|| title.to_owned(), |(def, field)| choice_label(page.locale.get(), def, field, value))
}

/// The fields that a text stands in, with their columns; reactive.
fn place(wizard: Wizard, fields: &[String]) -> String {
    let page = wizard.page;
    let one = |place: &String| {
        let (name, field) = place.split_once('.')?;
        let label = field_label(page.locale.get(), by_name(name)?, field);
        let columns = wizard.files.with_untracked(|files| columns(files, name, field));
        Some(match columns.is_empty() {
            true => label,
            false => {
                let columns = listed(page.locale.get(), &columns);
                page.text_with("import.near.column", &[("field", &label), ("columns", &columns)])
            }
        })
    };
    listed(page.locale.get(), &fields.iter().filter_map(one).collect::<Vec<_>>())
}

/// The columns that fill a field.
fn columns(files: &[FileInfo], record_type: &str, field: &str) -> Vec<String> {
    let steps = files.iter().flat_map(|file| &file.steps).filter(|step| step.record_type == record_type);
    let own = steps.flat_map(|step| &step.assignments).filter(|assignment| assignment.field == field);
    let mut columns: Vec<String> = own.flat_map(|assignment| assignment.from.columns()).map(str::to_owned).collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}

//! Which column goes where.

use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::RecordDef;
use shared::format::listed;
use shared::i18n::{Locale, translate, type_label_many};
use shared::import::{Assignment, Column, FileInfo, Format, Step};
use shared::types::by_name;

use super::column::called;
use super::columns::Columns;
use super::matching::Matching;
use super::reading::HowRead;
use super::wizard::{Stage, Wizard};
use crate::context::t;
use crate::ui::{Button, ButtonKind, Icon, Notice, Size, Tone};

/// The labels of what is read of cards.
const CARD_LABELS: [(&str, &str); 16] = [
    ("Kind", "customer.kind"),
    ("Name", "contact.name"),
    ("Company", "lead.company"),
    ("Department", "contact.department"),
    ("Job title", "contact.job_title"),
    ("Phones", "contact.phones"),
    ("E-mails", "contact.emails"),
    ("Street", "record.address.street"),
    ("City", "record.address.city"),
    ("Province", "record.address.province"),
    ("Postcode", "record.address.postcode"),
    ("Country", "record.address.country"),
    ("Website", "customer.website"),
    ("Birthday", "contact.birth_date"),
    ("Notes", "contact.description"),
    ("Tags", "contact.tags"),
];

/// All files with their columns.
#[component]
pub fn Mapping(
    /// The wizard's state.
    wizard: Wizard,
) -> impl IntoView {
    let ids = Memo::new(move |_| wizard.files.with(|files| files.iter().map(|file| file.id).collect::<Vec<_>>()));
    let again = move |_| {
        wizard.files.update(Vec::clear);
        wizard.answers.update(Vec::clear);
        wizard.stage.set(Stage::Choose);
    };
    let check = move |_| {
        if wizard.take_typed() {
            wizard.check();
        }
    };
    view! {
        <h2 class="section-title">{t("import.mapping.title")}</h2>
        {move || {
            let count = ids.with(Vec::len);
            wizard.read.track();
            (0..count).map(|at| view! { <FileMapping wizard at/> }).collect_view()
        }}
        <div class="button-group">
            <Button on_click=again>{t("import.file.other")}</Button>
            <span class="spacer"></span>
            <Button kind=ButtonKind::Primary busy=wizard.busy on_click=check>{t("import.next")}</Button>
        </div>
    }
}

/// One file: what was found in it, and its columns unless they are known.
#[component]
fn FileMapping(wizard: Wizard, at: usize) -> impl IntoView {
    let page = wizard.page;
    let Some(file) = wizard.files.with_untracked(|files| files.get(at).cloned()) else { return ().into_any() };
    let (rows, columns) = (file.rows.to_string(), file.columns.len().to_string());
    let name = file.name.clone();
    let read = move || page.text_with("import.file.read", &[("name", &name), ("rows", &rows), ("columns", &columns)]);
    let name = file.name.clone();
    let remove = Signal::derive(move || page.text_with("import.file.remove", &[("name", &name)]));
    let heading = file.name.clone();
    view! {
        <section class="panel stack" aria-label=heading>
            <div class="row">
                <Icon name="file-spreadsheet"/>
                <p>{read}</p>
                <span class="spacer"></span>
                <Button kind=ButtonKind::Ghost icon="x" label=remove on_click=move |_| wizard.remove(at)/>
            </div>
            <fieldset class="row" disabled=move || wizard.busy.get()><HowRead wizard at file=file.clone()/></fieldset>
            {if file.preset.is_some() {
                view! {
                    <fieldset class="import-columns" disabled=move || wizard.busy.get()><Known wizard at file/></fieldset>
                }
                .into_any()
            } else {
                view! { <Columns wizard at file/> }.into_any()
            }}
        </section>
    }
    .into_any()
}

/// A file whose layout is known.
#[component]
fn Known(wizard: Wizard, at: usize, file: FileInfo) -> impl IntoView {
    let page = wizard.page;
    let mut types: Vec<&'static RecordDef> = Vec::new();
    for def in file.steps.iter().filter_map(|step| by_name(&step.record_type)) {
        if !types.iter().any(|known| known.name == def.name) {
            types.push(def);
        }
    }
    let last = types.last().copied();
    let text = Signal::derive(move || {
        let locale = page.locale.get();
        let names: Vec<String> = types.iter().map(|def| type_label_many(locale, def)).collect();
        page.text_with("import.mapping.known", &[("types", &listed(locale, &names))])
    });
    let used: BTreeSet<String> = file.steps.iter().flat_map(Step::columns).map(str::to_owned).collect();
    // Cards have no columns that anybody has seen.
    let is_table = file.format != Format::Cards;
    let counts = |column: &Column| is_table || column.name != "Record" && !column.samples.is_empty();
    let unused = file.columns.into_iter().filter(counts).map(|column| column.name);
    let unused: Vec<String> = unused.filter(|name| !used.contains(name)).collect();
    let left = Signal::derive(move || {
        let locale = page.locale.get();
        let names: Vec<String> =
            unused.iter().map(|name| if is_table { name.clone() } else { of_card(locale, name) }).collect();
        let (n, columns) = (names.len().to_string(), listed(locale, &names));
        (!names.is_empty()).then(|| page.text_with("import.mapping.unused", &[("n", &n), ("columns", &columns)]))
    });
    let steps = StoredValue::new(file.steps);
    let filled = move || steps.with_value(|steps| steps.iter().map(|step| filled(wizard, step)).collect_view());
    view! {
        <Notice tone=Tone::Success text/>
        {is_table.then(|| view! { <details><summary>{t("import.mapping.used")}</summary>{filled}</details> })}
        {move || left.get().map(|text| view! { <p class="muted">{text}</p> })}
        {last.map(|def| view! { <Matching wizard at def/> })}
        <div><Button size=Size::Small on_click=move |_| wizard.by_hand(at)>{t("import.mapping.by_hand")}</Button></div>
    }
}

/// What people call what is read of a card, which the reader of cards calls so.
fn of_card(locale: Locale, name: &str) -> String {
    let known = CARD_LABELS.iter().find(|(own, _)| *own == name);
    known.map_or_else(|| name.to_owned(), |(_, label)| translate(locale, label, &[]))
}

/// The fields that a step fills, each with its columns; reactive.
fn filled(wizard: Wizard, step: &Step) -> AnyView {
    let Some(def) = by_name(&step.record_type) else { return ().into_any() };
    let locale = wizard.page.locale.get();
    let with_columns = step.assignments.iter().filter(|assignment| !assignment.from.columns().is_empty());
    let line = |assignment: &Assignment| {
        let columns = listed(locale, &assignment.from.columns());
        view! { <li>{columns} " → " {called(wizard, def, &assignment.field)}</li> }
    };
    view! {
        <p class="meta">{type_label_many(locale, def)}</p>
        <ul>{with_columns.map(line).collect_view()}</ul>
    }
    .into_any()
}

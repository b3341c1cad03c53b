//! Which column goes where.

use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::RecordDef;
use shared::access::Action;
use shared::i18n::{Locale, choice_label, field_label, translate, type_label_many};
use shared::import::mapping::parts;
use shared::import::units::FACTORS;
use shared::import::{Assignment, Column, DateOrder, FileInfo, Format, From, Step, fillable};
use shared::record::{Kind, custom_name};
use shared::types::{CUSTOM_FIELD, REGISTRY, by_name};

use super::matching::Matching;
use super::reading::HowRead;
use super::wizard::{Stage, Wizard};
use crate::context::{Page, t};
use crate::preferences::time_zones;
use crate::ui::{Button, ButtonKind, Choice, Field, Icon, Notice, Segmented, Select, Size, TextInput, Tone};

/// Words of a column that are shown with what they mean.
const WORDS: usize = 8;

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
            <Button kind=ButtonKind::Primary busy=wizard.busy on_click=move |_| wizard.check()>{t("import.next")}</Button>
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
            <div class="row"><HowRead wizard at file=file.clone()/></div>
            {if file.preset.is_some() {
                view! { <Known wizard at file/> }.into_any()
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
        page.text_with("import.mapping.known", &[("types", &names.join(", "))])
    });
    let used: BTreeSet<String> = file.steps.iter().flat_map(Step::columns).map(str::to_owned).collect();
    let unused: Vec<String> =
        file.columns.into_iter().map(|column| column.name).filter(|name| !used.contains(name)).collect();
    let left = Signal::derive(move || {
        let (n, columns) = (unused.len().to_string(), unused.join(", "));
        (!unused.is_empty()).then(|| page.text_with("import.mapping.unused", &[("n", &n), ("columns", &columns)]))
    });
    // Cards have no columns that anybody has seen.
    let is_table = file.format != Format::Cards;
    let steps = StoredValue::new(file.steps);
    let filled = move || steps.with_value(|steps| steps.iter().map(|step| filled(page, step)).collect_view());
    view! {
        <Notice tone=Tone::Success text/>
        {is_table.then(|| view! { <details><summary>{t("import.mapping.used")}</summary>{filled}</details> })}
        {move || left.get().map(|text| view! { <p class="muted">{text}</p> })}
        {last.map(|def| view! { <Matching wizard at def/> })}
        <div><Button size=Size::Small on_click=move |_| wizard.by_hand(at)>{t("import.mapping.by_hand")}</Button></div>
    }
}

/// The fields that a step fills, each with its columns; reactive.
fn filled(page: Page, step: &Step) -> AnyView {
    let Some(def) = by_name(&step.record_type) else { return ().into_any() };
    let locale = page.locale.get();
    let with_columns = step.assignments.iter().filter(|assignment| !assignment.from.columns().is_empty());
    let line = |assignment: &Assignment| {
        let columns = assignment.from.columns().join(", ");
        view! { <li>{columns} " → " {field_label(locale, def, &assignment.field)}</li> }
    };
    view! {
        <p class="meta">{type_label_many(locale, def)}</p>
        <ul>{with_columns.map(line).collect_view()}</ul>
    }
    .into_any()
}

/// Type, columns, fixed values and how existing records are recognised.
#[component]
fn Columns(wizard: Wizard, at: usize, file: FileInfo) -> impl IntoView {
    let page = wizard.page;
    let record_type = Memo::new(move |_| wizard.step(at, |step| step.record_type.clone()).unwrap_or_default());
    let def = Memo::new(move |_| by_name(&record_type.get()).map(|def| def.name));
    let chosen = RwSignal::new(record_type.get_untracked());
    let types = Signal::derive(move || {
        let actor = page.actor();
        let may = |def: &&&RecordDef| actor.as_ref().is_some_and(|actor| actor.may(def, Action::Import));
        let mut open: Vec<&RecordDef> = REGISTRY.iter().filter(may).copied().collect();
        // What is brought in every day before settings.
        open.sort_by_key(|def| (def.admin, !def.timeline));
        open.into_iter().map(|def| Choice::new(def.name, type_label_many(page.locale.get(), def))).collect::<Vec<_>>()
    });
    let columns = StoredValue::new(file.columns);
    // Companies of people, and the like.
    let first_made = move || {
        let locale = page.locale.get();
        let types = wizard.files.with(|files| {
            let (_, before) = files.get(at)?.steps.split_last()?;
            let mut types: Vec<&'static RecordDef> = Vec::new();
            for def in before.iter().filter_map(|step| by_name(&step.record_type)) {
                if !types.iter().any(|known| known.name == def.name) {
                    types.push(def);
                }
            }
            (!types.is_empty()).then_some(types)
        })?;
        let names: Vec<String> = types.iter().map(|def| type_label_many(locale, def)).collect();
        Some(page.text_with("import.mapping.first_made", &[("types", &names.join(", "))]))
    };
    view! {
        <Field id=format!("import-type-{at}") label=t("import.record_type")>
            <Select value=chosen options=types on_change=move |name| wizard.choose_type(at, name)/>
        </Field>
        {file.remembered.then(|| view! { <Notice tone=Tone::Info text=t("import.mapping.remembered")/> })}
        {move || first_made().map(|text| view! { <p class="meta">{text}</p> })}
        {move || {
            let Some(def) = def.get().and_then(by_name) else { return ().into_any() };
            wizard.learn_custom(def.name);
            let row = move |column: Column| view! { <ColumnRow wizard at def column/> };
            view! {
                <table class="map-table">
                    <thead>
                        <tr><th>{t("import.mapping.column")}</th><th aria-hidden="true"></th><th>{t("import.mapping.field")}</th></tr>
                    </thead>
                    <tbody>{columns.get_value().into_iter().map(row).collect_view()}</tbody>
                </table>
                <Missing wizard at def/>
                <Constants wizard at def/>
                <Matching wizard at def/>
            }
            .into_any()
        }}
    }
}

/// The fields to choose from.
fn field_choices(wizard: Wizard, def: &'static RecordDef) -> Signal<Vec<Choice>> {
    Signal::derive(move || {
        let locale = wizard.page.locale.get();
        let id = Choice::new("id", "ID");
        let fields = fillable(def).map(|field| Choice::new(field.name, field_label(locale, def, field.name)));
        let parts = parts(def).map(|part| Choice::new(part.clone(), part_label(locale, def, &part)));
        let custom = wizard.custom.with(|known| known.get(def.name).cloned()).unwrap_or_default();
        let custom = custom.into_iter().map(|field| Choice::new(custom_name(&field.key), field.label));
        fields.chain(parts).chain(custom).chain([id]).collect()
    })
}

/// A part of a field, such as the city of an address.
fn part_label(locale: Locale, def: &RecordDef, target: &str) -> String {
    let (field, part) = target.split_once('.').unwrap_or((target, ""));
    let key = if field == def.title { format!("import.name.{part}") } else { format!("record.address.{part}") };
    format!("{} · {}", field_label(locale, def, field), translate(locale, &key, &[]))
}

/// One column and its field.
#[component]
fn ColumnRow(wizard: Wizard, at: usize, def: &'static RecordDef, column: Column) -> impl IntoView {
    let name = StoredValue::new(column.name.clone());
    let target = move || wizard.step(at, |step| step.target_of(&name.read_value())).flatten().unwrap_or_default();
    let field = RwSignal::new(untrack(target));
    // Another column may take the field over.
    Effect::new(move |_| field.set(target()));
    let dates = column.dates;
    let assign = move |chosen: String| wizard.map(at, |step| step.lead(def, &name.read_value(), &chosen, dates));
    let companions = move || {
        let others = wizard.step(at, |step| step.companions(&name.read_value()).join(", "));
        others
            .filter(|others| !others.is_empty())
            .map(|columns| wizard.page.text_with("import.mapping.together", &[("columns", &columns)]))
    };
    let label = Signal::derive(move || name.get_value());
    let may_add = wizard.page.actor().is_some_and(|actor| actor.may(&CUSTOM_FIELD, Action::Create));
    let whole = column.clone();
    let add = move || {
        let column = whole.clone();
        (may_add && field.with(String::is_empty)).then(move || view! {
            <Button kind=ButtonKind::Ghost size=Size::Small icon="plus"
                on_click=move |_| wizard.add_field(at, def.name, column.clone())>{t("import.mapping.new_field")}</Button>
        })
    };
    let ordered = column.dates.map(|_| view! { <Order wizard at column=column.name.clone()/> });
    view! {
        <tr data-unmapped=move || field.with(String::is_empty).then_some("")>
            <td>{column.name}<p class="meta">{column.samples.join(" · ")}</p></td>
            <td><Icon name="arrow-right"/></td>
            <td>
                <Select value=field options=field_choices(wizard, def) empty=t("import.mapping.skip") label on_change=assign/>
                {move || companions().map(|text| view! { <p class="meta">{text}</p> })}
                {ordered}
                <Unit wizard at def column=name/>
                <Words wizard at def column=name/>
                <TimesIn wizard at def column=name/>
                {add}
            </td>
        </tr>
    }
}

/// What comes first in the days of a column.
#[component]
fn Order(wizard: Wizard, at: usize, column: String) -> impl IntoView {
    let column = StoredValue::new(column);
    let reads = move |a: &Assignment| a.from.columns().contains(&column.read_value().as_str());
    let of = move || wizard.step(at, |step| step.assignments.iter().find(|a| reads(a))?.dates).flatten();
    let value = Signal::derive(move || of().unwrap_or(DateOrder::DayFirst).code().to_owned());
    let page = wizard.page;
    let options = Signal::derive(move || {
        DateOrder::ALL
            .map(|order| Choice::new(order.code(), page.text(&format!("import.dates.{}", order.code()))))
            .to_vec()
    });
    let set = move |code: String| {
        wizard.map(at, |step| {
            for assignment in step.assignments.iter_mut().filter(|a| reads(a)) {
                assignment.dates = DateOrder::parse(&code);
            }
        });
    };
    view! {
        <Show when=move || of().is_some()>
            <Segmented value options label=t("import.mapping.dates") on_change=set/>
        </Show>
    }
}

/// What the numbers of a column are in; amounts are often given in thousands, in China in 万.
#[component]
fn Unit(wizard: Wizard, at: usize, def: &'static RecordDef, column: StoredValue<String>) -> impl IntoView {
    let page = wizard.page;
    let is_its = move |a: &Assignment| {
        matches!(&a.from, From::Column(name) if *name == *column.read_value())
            && def.field(&a.field).is_some_and(|field| field.kind.is_scaled())
    };
    let of = move || wizard.step(at, |step| step.assignments.iter().find(|a| is_its(a)).map(|a| a.times)).flatten();
    let value = Signal::derive(move || of().flatten().unwrap_or(1).to_string());
    let options = Signal::derive(move || {
        let label = |factor: &u64| Choice::new(factor.to_string(), page.text(&format!("import.unit.{factor}")));
        FACTORS.iter().map(label).collect::<Vec<_>>()
    });
    let chosen = RwSignal::new(String::new());
    Effect::new(move |_| chosen.set(value.get()));
    let set = move |factor: String| {
        wizard.map(at, |step| {
            for assignment in step.assignments.iter_mut().filter(|a| is_its(a)) {
                assignment.times = factor.parse().ok().filter(|factor| *factor > 1);
            }
        });
    };
    view! {
        <Show when=move || of().is_some()>
            <Select value=chosen options label=t("import.mapping.unit") on_change=set/>
        </Show>
    }
}

/// The time zone in which the times of a column are meant: that of who brings them in, unless they say another.
#[component]
fn TimesIn(wizard: Wizard, at: usize, def: &'static RecordDef, column: StoredValue<String>) -> impl IntoView {
    let page = wizard.page;
    let is_its = move |a: &Assignment| {
        a.from.columns().contains(&column.read_value().as_str())
            && def.field(&a.field).is_some_and(|field| field.kind == Kind::DateTime)
    };
    let of =
        move || wizard.step(at, |step| step.assignments.iter().find(|a| is_its(a)).map(|a| a.zone.clone())).flatten();
    let chosen = RwSignal::new(untrack(of).flatten().unwrap_or_default());
    Effect::new(move |_| chosen.set(of().flatten().unwrap_or_default()));
    let own = Signal::derive(move || page.text_with("import.mapping.zone_own", &[("zone", &page.zone().name)]));
    let options = Signal::derive(move || time_zones(&chosen.get()));
    let set = move |zone: String| {
        wizard.map(at, |step| {
            for assignment in step.assignments.iter_mut().filter(|a| is_its(a)) {
                assignment.zone = Some(zone.clone()).filter(|zone| !zone.is_empty());
            }
        });
    };
    view! {
        <Show when=move || of().is_some()>
            <p class="meta">{t("import.mapping.zone")}</p>
            <Select value=chosen options empty=own label=t("import.mapping.zone") on_change=set/>
        </Show>
    }
}

/// What the words of a column were said to mean, in this import or the last one of such a file; they can be asked about again.
#[component]
fn Words(wizard: Wizard, at: usize, def: &'static RecordDef, column: StoredValue<String>) -> impl IntoView {
    let page = wizard.page;
    let is_its = move |a: &Assignment| {
        matches!(&a.from, From::Column(name) if *name == *column.read_value()) && !a.values.is_empty()
    };
    let said = move || {
        let locale = page.locale.get();
        let words = wizard.step(at, |step| {
            let assignment = step.assignments.iter().find(|a| is_its(a))?;
            let meant = |code: &str| match code {
                "" => "–".to_owned(),
                code => choice_label(locale, def, &assignment.field, code),
            };
            let shown = assignment.values.iter().take(WORDS).map(|(word, code)| format!("{word} → {}", meant(code)));
            let more = (assignment.values.len() > WORDS).then(|| "…".to_owned());
            Some(shown.chain(more).collect::<Vec<_>>().join(" · "))
        });
        words.flatten()
    };
    let forget = move |_| {
        wizard.map(at, |step| step.assignments.iter_mut().filter(|a| is_its(a)).for_each(|a| a.values.clear()));
    };
    view! {
        <Show when=move || said().is_some()>
            <p class="meta">{move || said().unwrap_or_default()}</p>
            <Button kind=ButtonKind::Ghost size=Size::Small icon="x" on_click=forget>{t("import.mapping.ask_again")}</Button>
        </Show>
    }
}

/// Required fields without a column.
#[component]
fn Missing(wizard: Wizard, at: usize, def: &'static RecordDef) -> impl IntoView {
    let page = wizard.page;
    let missing = move || {
        let locale = page.locale.get();
        let names = wizard.step(at, |step| {
            let has = |name: &str| step.assignments.iter().any(|a| a.field == name);
            // The pipeline follows the stage.
            let wanted = fillable(def).filter(|f| f.required && f.default.is_none() && f.name != "pipeline_id");
            wanted.filter(|f| !has(f.name)).map(|f| field_label(locale, def, f.name)).collect::<Vec<_>>().join(", ")
        });
        let names = names.filter(|names| !names.is_empty())?;
        Some(page.text_with("import.mapping.required_missing", &[("fields", &names)]))
    };
    move || missing().map(|text| view! { <Notice tone=Tone::Warning text/> })
}

/// Values that are the same in every row.
#[component]
fn Constants(wizard: Wizard, at: usize, def: &'static RecordDef) -> impl IntoView {
    let page = wizard.page;
    let (field, value) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let constants = move || {
        let fixed = |a: &Assignment| match &a.from {
            From::Constant(text) => Some((a.field.clone(), text.clone())),
            _ => None,
        };
        let all = wizard.step(at, |step| step.assignments.iter().filter_map(fixed).collect::<Vec<_>>());
        all.unwrap_or_default()
    };
    let add = move |_| {
        let (name, text) = (field.get_untracked(), value.get_untracked());
        if !name.is_empty() && !text.trim().is_empty() {
            wizard.map(at, |step| {
                step.assignments.retain(|a| a.field != name);
                step.assignments.push(Assignment::constant(&name, text.trim()));
            });
            field.set(String::new());
            value.set(String::new());
        }
    };
    let shown = move |(name, text): (String, String)| {
        let label = field_label(page.locale.get(), def, &name);
        let remove = page.text_with("import.mapping.remove_constant", &[("field", &label)]);
        view! {
            <li class="row">
                <span>{label}": " <strong>{text}</strong></span>
                <Button kind=ButtonKind::Ghost size=Size::Small icon="x" label=Signal::derive(move || remove.clone())
                    on_click=move |_| wizard.map(at, |step| step.assignments.retain(|a| a.field != name))/>
            </li>
        }
    };
    view! {
        <details class="stack">
            <summary>{t("import.mapping.constants")}</summary>
            <ul class="stack">{move || constants().into_iter().map(shown).collect_view()}</ul>
            <div class="import-constant">
                <Select value=field options=field_choices(wizard, def) empty=t("import.mapping.constant_field") label=t("import.mapping.constant_field")/>
                <TextInput value label=t("import.mapping.constant_value") placeholder=t("import.mapping.constant_value")/>
                <Button icon="plus" on_click=add>{t("import.mapping.add_constant")}</Button>
            </div>
        </details>
    }
}

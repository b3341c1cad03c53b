//! What a file is a list of, and where its columns go.

use leptos::prelude::*;
use shared::RecordDef;
use shared::access::Action;
use shared::format::listed;
use shared::i18n::type_label_many;
use shared::import::{Column, FileInfo};
use shared::types::{REGISTRY, by_name};

use super::column::ColumnRow;
use super::constants::Constants;
use super::matching::Matching;
use super::missing::Missing;
use super::wizard::Wizard;
use crate::context::t;
use crate::ui::{Choice, Field, Notice, Select, Tone};

/// Type, columns, fixed values and how existing records are recognised.
#[component]
pub fn Columns(
    /// The wizard's state.
    wizard: Wizard,
    /// Position of the file.
    at: usize,
    /// The file.
    file: FileInfo,
) -> impl IntoView {
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
        Some(page.text_with("import.mapping.first_made", &[("types", &listed(locale, &names))]))
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
            wizard.learn_start(def);
            let row = move |column: Column| view! { <ColumnRow wizard at def column/> };
            // What is chosen while the mapping to another type is on its way would be lost with its arrival.
            view! {
                <fieldset class="import-columns" disabled=move || wizard.busy.get()>
                    <table class="map-table">
                        <thead>
                            <tr><th>{t("import.mapping.column")}</th><th aria-hidden="true"></th><th>{t("import.mapping.field")}</th></tr>
                        </thead>
                        <tbody>{columns.get_value().into_iter().map(row).collect_view()}</tbody>
                    </table>
                    <Missing wizard at def/>
                    <Constants wizard at def/>
                    <Matching wizard at def/>
                </fieldset>
            }
            .into_any()
        }}
    }
}

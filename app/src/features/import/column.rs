//! One column and the field that it fills.

use leptos::prelude::*;
use shared::RecordDef;
use shared::access::Action;
use shared::format::listed;
use shared::i18n::field_label;
use shared::import::label::target_label;
use shared::import::mapping::parts;
use shared::import::{Column, mappable};
use shared::record::custom_name;
use shared::types::CUSTOM_FIELD;

use super::meaning::{Order, TimesIn, Unit, Words};
use super::wizard::Wizard;
use crate::context::t;
use crate::ui::{Button, ButtonKind, Choice, Icon, Select, Size};

/// The fields to choose from.
pub(super) fn field_choices(wizard: Wizard, def: &'static RecordDef) -> Signal<Vec<Choice>> {
    Signal::derive(move || {
        let locale = wizard.page.locale.get();
        let id = Choice::new("id", "ID");
        let fields = mappable(def).map(|field| Choice::new(field.name, field_label(locale, def, field.name)));
        let parts = parts(def).map(|part| Choice::new(part.clone(), target_label(locale, def, &[], &part)));
        let custom = wizard.custom.with(|known| known.get(def.name).cloned()).unwrap_or_default();
        let custom = custom.into_iter().map(|field| Choice::new(custom_name(&field.key), field.label));
        fields.chain(parts).chain(custom).chain([id]).collect()
    })
}

/// What is called so that a column fills, those fields included that administrators added; reactive.
pub(super) fn called(wizard: Wizard, def: &RecordDef, target: &str) -> String {
    let locale = wizard.page.locale.get();
    wizard.custom.with(|known| {
        let custom = known.get(def.name).map(Vec::as_slice).unwrap_or_default();
        target_label(locale, def, custom, target)
    })
}

/// One column and its field.
#[component]
pub fn ColumnRow(
    /// The wizard's state.
    wizard: Wizard,
    /// Position of the file.
    at: usize,
    /// What is made of it.
    def: &'static RecordDef,
    /// The column.
    column: Column,
) -> impl IntoView {
    let name = StoredValue::new(column.name.clone());
    let target = move || wizard.step(at, |step| step.target_of(&name.read_value())).flatten().unwrap_or_default();
    let field = RwSignal::new(untrack(target));
    // Another column may take the field over.
    Effect::new(move |_| field.set(target()));
    let dates = column.dates;
    let assign = move |chosen: String| wizard.map(at, |step| step.lead(def, &name.read_value(), &chosen, dates));
    let companions = move || {
        let others = wizard.step(at, |step| listed(wizard.page.locale.get(), &step.companions(&name.read_value())));
        others
            .filter(|others| !others.is_empty())
            .map(|columns| wizard.page.text_with("import.mapping.together", &[("columns", &columns)]))
    };
    let also = move || {
        let targets = wizard.step(at, |step| step.targets_of(&name.read_value()).skip(1).collect::<Vec<_>>());
        let fields: Vec<String> = targets?.iter().map(|target| called(wizard, def, target)).collect();
        let fields = listed(wizard.page.locale.get(), &fields);
        (!fields.is_empty()).then(|| wizard.page.text_with("import.mapping.also", &[("fields", &fields)]))
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
    let ordered = column.dates.map(|_| view! { <Order wizard at column=name/> });
    view! {
        <tr data-unmapped=move || field.with(String::is_empty).then_some("")>
            <td>{column.name}<p class="meta">{column.samples.join(" · ")}</p></td>
            <td><Icon name="arrow-right"/></td>
            <td>
                <Select value=field options=field_choices(wizard, def) empty=t("import.mapping.skip") label on_change=assign/>
                {move || also().map(|text| view! { <p class="meta">{text}</p> })}
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

//! Values that are the same in every row.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::RecordDef;
use shared::format::paired;
use shared::i18n::translate;
use shared::import::{Assignment, From};
use uuid::Uuid;

use super::column::{called, field_choices};
use super::wizard::Wizard;
use crate::context::t;
use crate::ui::{Button, ButtonKind, Select, Size, TextInput};

impl Wizard {
    /// Makes a field the same in every row of a file.
    fn fix(self, at: usize, name: &str, text: &str) {
        self.map(at, |step| {
            step.assignments.retain(|a| a.field != name);
            step.assignments.push(Assignment::constant(name, text));
        });
    }

    /// Takes the fixed values that were typed and not added. Where nobody said for which field one is, that is asked, and
    /// `false` told.
    pub(super) fn take_typed(self) -> bool {
        let files: Vec<Uuid> = self.files.with_untracked(|files| files.iter().map(|file| file.id).collect());
        let typed = |(at, file): (usize, &Uuid)| {
            let (name, text) = self.typed.with_value(|all| all.get(file).cloned())?;
            (!text.is_empty()).then_some((at, name, text))
        };
        let typed: Vec<(usize, String, String)> = files.iter().enumerate().filter_map(typed).collect();
        if let Some((.., text)) = typed.iter().find(|(_, name, _)| name.is_empty()) {
            let locale = self.page.locale.get_untracked();
            self.error.set(Some(translate(locale, "import.mapping.constant_which", &[("value", text)])));
            return false;
        }
        typed.iter().for_each(|(at, name, text)| self.fix(*at, name, text));
        self.typed.update_value(BTreeMap::clear);
        true
    }
}

/// The fixed values of a file, and adding one.
#[component]
pub fn Constants(
    /// The wizard's state.
    wizard: Wizard,
    /// Position of the file.
    at: usize,
    /// What is made of it.
    def: &'static RecordDef,
) -> impl IntoView {
    let page = wizard.page;
    let (field, value) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let file = wizard.files.with_untracked(|files| files.get(at).map(|file| file.id)).unwrap_or_default();
    Effect::new(move |_| {
        let typed = (field.get(), value.get().trim().to_owned());
        wizard.typed.update_value(|all| drop(all.insert(file, typed)));
    });
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
            wizard.fix(at, &name, text.trim());
            field.set(String::new());
            value.set(String::new());
        }
    };
    let shown = move |(name, text): (String, String)| {
        let label = called(wizard, def, &name);
        let remove = page.text_with("import.mapping.remove_constant", &[("field", &label)]);
        view! {
            <li class="row">
                <span>{paired(page.locale.get(), &label, "")}<strong>{text}</strong></span>
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

//! How existing records are recognised and what happens to them.

use leptos::prelude::*;
use shared::RecordDef;
use shared::i18n::field_label;
use shared::import::{Existing, key_fields};

use super::wizard::Wizard;
use crate::context::{Page, t};
use crate::ui::{Choice, Field, Segmented, Select};

/// What can happen to records that exist already, with the labels that say so.
const POLICIES: [(Existing, &str); 3] = [
    (Existing::Update, "import.match.update"),
    (Existing::Fill, "import.match.fill"),
    (Existing::Skip, "import.match.skip"),
];

/// By what they are recognised, and what is done with them.
#[component]
pub fn Matching(
    /// The wizard's state.
    wizard: Wizard,
    /// Position of the file.
    at: usize,
    /// What is made of it.
    def: &'static RecordDef,
) -> impl IntoView {
    let page = wizard.page;
    let key = RwSignal::new(wizard.step(at, |step| step.key.clone()).flatten().unwrap_or_default());
    let keys = Signal::derive(move || choices(wizard, at, def));
    let policy = Signal::derive(move || wizard.step(at, |step| step.existing.code().to_owned()).unwrap_or_default());
    let policies =
        Signal::derive(move || POLICIES.map(|(policy, label)| Choice::new(policy.code(), page.text(label))).to_vec());
    let set_key = move |name: String| {
        wizard.map(at, |step| step.key = (!name.is_empty()).then_some(name));
    };
    let set_policy = move |code: String| {
        wizard.map(at, |step| step.existing = Existing::parse(&code).unwrap_or_default());
    };
    view! {
        <h3 class="section-title">{t("import.match.title")}</h3>
        <Field id=format!("import-key-{at}") label=t("import.match.by")>
            <Select value=key options=keys empty=t("import.match.none") on_change=set_key/>
        </Field>
        {move || otherwise(page, wizard, at, def).map(|text| view! { <p class="meta">{text}</p> })}
        <Show when=move || !key.with(|key| key.is_empty() || key == "id" || key == def.title)>
            <p class="meta">{t("import.match.whole")}</p>
        </Show>
        <Show when=move || !key.with(String::is_empty)>
            <Segmented value=policy options=policies label=t("import.match.title") on_change=set_policy/>
        </Show>
    }
}

/// The fields that tell records, as far as there are columns for them; reactive.
fn choices(wizard: Wizard, at: usize, def: &'static RecordDef) -> Vec<Choice> {
    let locale = wizard.page.locale.get();
    let found = wizard.step(at, |step| {
        let has = |name: &str| step.assignments.iter().any(|a| a.field == name);
        let fields = key_fields(def).filter(|field| has(field.name) || step.key.as_deref() == Some(field.name));
        let fields = fields.map(|field| Choice::new(field.name, field_label(locale, def, field.name)));
        fields.chain(has("id").then(|| Choice::new("id", "ID"))).collect()
    });
    found.unwrap_or_default()
}

/// What tells rows that lack the field; reactive.
fn otherwise(page: Page, wizard: Wizard, at: usize, def: &'static RecordDef) -> Option<String> {
    let locale = page.locale.get();
    let names = wizard.step(at, |step| step.keys(def).into_iter().map(|key| field_label(locale, def, key)).collect());
    let names: Vec<String> = names?;
    let [first, next] = names.as_slice() else { return None };
    Some(page.text_with("import.match.otherwise", &[("first", first), ("next", next)]))
}

//! What would happen: counts, problems, notices.

use leptos::prelude::*;
use shared::RecordDef;
use shared::format::{listed, number, paired};
use shared::i18n::{field_error, type_label_many};
use shared::import::{Preview, Rounded, StepPreview};
use shared::record::custom_key;
use shared::types::by_name;

use super::column::called;
use super::questions::Questions;
use super::rows::Rows;
use super::wizard::{Stage, Wizard};
use crate::context::t;
use crate::ui::{Badge, Button, ButtonKind, Notice, SkeletonRows, Tone};

/// The preview with its questions, and the button that starts the run.
#[component]
pub fn Check(
    /// The wizard's state.
    wizard: Wizard,
) -> impl IntoView {
    let page = wizard.page;
    let changes = move || wizard.preview.with(|preview| preview.as_ref().map_or(0, |preview| preview.changes));
    let start = move || {
        let n = number(page.locale.get(), i64::try_from(changes()).unwrap_or(i64::MAX));
        page.text_with("import.run.start", &[("n", &n)])
    };
    view! {
        {move || match wizard.preview.get() {
            None => view! { <p class="muted" role="status">{t("import.preview.checking")}</p><SkeletonRows/> }.into_any(),
            Some(preview) => {
                let nothing = nothing(&preview);
                view! {
                    <Questions wizard questions=preview.questions further=preview.further/>
                    <h2 class="section-title">{t("import.preview.title")}</h2>
                    {nothing.map(|(tone, key)| view! { <Notice tone text=t(key)/> })}
                    {preview.steps.into_iter().map(|step| view! { <Step wizard step/> }).collect_view()}
                }
                .into_any()
            }
        }}
        <div class="button-group">
            <Button on_click=move |_| wizard.stage.set(Stage::Map)>{t("import.back")}</Button>
            <span class="spacer"></span>
            <Button kind=ButtonKind::Primary busy=wizard.busy disabled=Signal::derive(move || changes() == 0)
                on_click=move |_| wizard.start()>{start}</Button>
        </div>
    }
}

/// Why there is nothing to start, once every question is answered.
fn nothing(preview: &Preview) -> Option<(Tone, &'static str)> {
    if preview.changes > 0 || !preview.questions.is_empty() {
        return None;
    }
    let count = |of: fn(&StepPreview) -> u64| preview.steps.iter().map(of).sum::<u64>();
    match (count(|step| step.failed), count(|step| step.unchanged)) {
        (0, _) => Some((Tone::Info, "import.preview.nothing")),
        (_, 0) => Some((Tone::Danger, "import.preview.all_failed")),
        _ => Some((Tone::Warning, "import.preview.rest_failed")),
    }
}

/// One record type: counts, problems, notices and rows.
#[component]
fn Step(wizard: Wizard, step: StepPreview) -> impl IntoView {
    let page = wizard.page;
    let Some(def) = by_name(&step.record_type) else { return ().into_any() };
    let problematic = step.problems.iter().map(|(error, _)| &error.field);
    if step.fields.iter().chain(problematic).any(|name| custom_key(name).is_some()) {
        // Files whose layout is known came here without anybody asking for them.
        wizard.learn_custom(def.name);
    }
    let counted = move |key: &'static str, n: u64, tone: Tone| {
        (n > 0).then(|| {
            let text = move || {
                let n = number(page.locale.get(), i64::try_from(n).unwrap_or(i64::MAX));
                page.text_with(key, &[("n", &n)])
            };
            view! { <Badge tone=tone>{text}</Badge> }
        })
    };
    let problems = step.problems.clone().into_iter().map(move |(error, rows)| {
        let text = move || {
            let locale = page.locale.get();
            let rows = page.text_with("import.preview.count", &[("n", &rows.to_string())]);
            let reason = field_error(locale, &error);
            let told = page.text_with("import.preview.problem", &[("reason", &reason), ("rows", &rows)]);
            // What a person may not do at all is about no field.
            match error.field.as_str() {
                "" => told,
                field => paired(locale, &called(wizard, def, field), &told),
            }
        };
        view! { <li>{text}</li> }
    });
    let problems = problems.collect_view();
    let has_problems = !step.problems.is_empty();
    let (repeated, lines) = (step.repeated, step.repeated_lines.clone());
    let repeats = move || {
        let named = listed(page.locale.get(), &lines.iter().map(u64::to_string).collect::<Vec<_>>());
        let named = if repeated > lines.len() as u64 { format!("{named} …") } else { named };
        page.text_with("import.preview.repeated", &[("n", &repeated.to_string()), ("lines", &named)])
    };
    let repeated = repeated > 0;
    view! {
        <section class="section">
            <h3 class="section-title">{move || type_label_many(page.locale.get(), def)}
                {counted("import.preview.create", step.created, Tone::Success)}
                {counted("import.preview.update", step.updated, Tone::Info)}
                {counted("import.preview.skip", step.unchanged, Tone::Neutral)}
                {counted("import.preview.left_out", step.left_out, Tone::Neutral)}
                {counted("import.preview.fail", step.failed, Tone::Danger)}
            </h3>
            {has_problems.then(|| view! { <ul>{problems}</ul> })}
            {step.rounded.clone().into_iter().map(|rounded| notice(wizard, def, rounded)).collect_view()}
            {repeated.then(|| view! { <p class="meta">{repeats}</p> })}
            <Rows wizard def step/>
        </section>
    }
    .into_any()
}

/// That numbers of a field lose decimals.
fn notice(wizard: Wizard, def: &'static RecordDef, rounded: Rounded) -> AnyView {
    let Rounded { field, decimals, values, given, kept } = rounded;
    let text = Signal::derive(move || {
        let n = number(wizard.page.locale.get(), i64::try_from(values).unwrap_or(i64::MAX));
        let (field, decimals) = (called(wizard, def, &field), decimals.to_string());
        let params = [("n", &n), ("field", &field), ("decimals", &decimals), ("given", &given), ("kept", &kept)];
        wizard.page.text_with("import.preview.rounded", &params.map(|(name, value)| (name, value.as_str())))
    });
    view! { <Notice tone=Tone::Info text/> }.into_any()
}

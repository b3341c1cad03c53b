//! Bringing files in: choose, match columns, check, run, and the history of what was brought in.

pub mod asking;
pub mod check;
pub mod choose;
pub mod column;
pub mod columns;
pub mod constants;
pub mod history;
pub mod mapping;
pub mod matching;
pub mod meaning;
pub mod missing;
mod over;
pub mod questions;
pub mod reading;
pub mod rows;
pub mod run;
pub mod suggesting;
pub mod undone;
pub mod wizard;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use uuid::Uuid;

use crate::context::{Page, PageTitle, t};
use crate::ui::{ErrorState, Notice, Tone};
use history::History;
use run::RunView;
use wizard::{Stage, Wizard};

/// Bringing files in; `?run=<id>` shows a run.
#[component]
pub fn ImportPage() -> impl IntoView {
    let page = Page::take();
    let may = page.actor().is_some_and(|actor| actor.may_import());
    let query = use_query_map();
    let run = Memo::new(move |_| query.with(|query| query.get("run")?.parse::<Uuid>().ok()));
    view! {
        <PageTitle text=t("import.title")/>
        <div class="page">
            <header class="page-head"><h1>{t("import.title")}</h1></header>
            <div class="page-body" data-width="narrow">
                {move || match run.get() {
                    _ if !may => {
                        view! { <ErrorState denied=true title=t("ui.state.no_access") text=t("error.forbidden")/> }.into_any()
                    }
                    Some(id) => view! { <RunView id/> }.into_any(),
                    None => view! { <Steps/> }.into_any(),
                }}
            </div>
        </div>
    }
}

/// The way from a file to a run.
#[component]
fn Steps() -> impl IntoView {
    let wizard = Wizard::new();
    let stage = wizard.stage;
    view! {
        <div class="stack" style="--gap: var(--s6)">
            <StepMarks stage/>
            {move || wizard.error.get().map(|error| view! { <Notice tone=Tone::Danger text=error/> })}
            {move || match stage.get() {
                Stage::Choose => view! { <choose::Choose wizard/><History/> }.into_any(),
                Stage::Map => view! { <mapping::Mapping wizard/> }.into_any(),
                Stage::Check => view! { <check::Check wizard/> }.into_any(),
            }}
        </div>
    }
}

/// Where one is on the way.
#[component]
fn StepMarks(stage: RwSignal<Stage>) -> impl IntoView {
    let mark = move |at: usize, own: Stage, key: &'static str| {
        view! {
            <li
                data-done=move || (stage.get() > own).then_some("")
                aria-current=move || (stage.get() == own).then_some("step")
            >
                <span class="step-mark">{at}</span>
                {t(key)}
            </li>
        }
    };
    view! {
        <ol class="steps" aria-label=t("import.steps")>
            {mark(1, Stage::Choose, "import.step.file")}
            {mark(2, Stage::Map, "import.step.mapping")}
            {mark(3, Stage::Check, "import.step.preview")}
            <li><span class="step-mark">"4"</span>{t("import.step.run")}</li>
        </ol>
    }
}

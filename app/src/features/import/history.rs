//! Earlier imports.

use leptos::prelude::*;
use shared::format::{number, relative};
use shared::import::{Run, Status};

use super::run::reason;
use crate::api::import::import_runs;
use crate::context::{Page, t};
use crate::ui::{Badge, SkeletonRows, Tone};

/// The latest runs with links to each.
#[component]
pub fn History() -> impl IntoView {
    let runs = Resource::new(|| (), |()| import_runs());
    view! {
        <section class="section">
            <h2 class="section-title">{t("import.history.title")}</h2>
            <Suspense fallback=|| view! { <SkeletonRows/> }>
                {move || Suspend::new(async move {
                    let runs = runs.await.unwrap_or_default();
                    if runs.is_empty() {
                        return view! { <p class="muted">{t("import.history.empty")}</p> }.into_any();
                    }
                    let rows = runs.into_iter().map(|run| view! { <Entry run/> }).collect_view();
                    view! { <ul class="import-history">{rows}</ul> }.into_any()
                })}
            </Suspense>
        </section>
    }
}

/// One run.
#[component]
fn Entry(run: Run) -> impl IntoView {
    let page = Page::take();
    let counts = [run.created, run.updated, run.unchanged, run.failed];
    let summary = move || {
        let shown = counts.map(|n| number(page.locale.get(), i64::try_from(n).unwrap_or(i64::MAX)));
        let [created, updated, skipped, failed] = &shown;
        let params = [("created", created.as_str()), ("updated", updated), ("skipped", skipped), ("failed", failed)];
        page.text_with("import.done.summary", &params)
    };
    let (who, at) = (run.actor_name.clone(), run.created_at);
    let by = move || {
        let when = relative(page.locale.get(), at, page.now.get());
        page.text_with("import.history.by", &[("who", &who), ("when", &when)])
    };
    let (tone, key) = match run.status {
        _ if run.undoing => (Tone::Info, "admin.history.undoing"),
        Status::Waiting => (Tone::Info, "import.status.waiting"),
        Status::Running => (Tone::Info, "import.status.running"),
        Status::Finished => (Tone::Success, "import.status.finished"),
        Status::Failed => (Tone::Danger, "import.status.failed"),
        Status::Cancelled => (Tone::Warning, "import.status.cancelled"),
        Status::Undone => (Tone::Neutral, "import.status.undone"),
    };
    let reason = reason(&run);
    view! {
        <li>
            <a href=format!("/import?run={}", run.id)>
                <span class="truncate">{run.title}</span>
                <Badge tone>{t(key)}</Badge>
                {match reason {
                    Some(text) => view! { <span class="meta">{text}</span> }.into_any(),
                    None => view! { <span class="meta">{summary}</span> }.into_any(),
                }}
                <span class="meta">{by}</span>
            </a>
        </li>
    }
}

//! What was done lately, one change set a line, and the way to undo it.

#![expect(unreachable_pub, reason = "the component macro makes what it writes public")]

mod entry;
mod log;
mod stays;
mod under_way;
mod undoing;
mod words;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::history::{ChangeSet, ChangeSetQuery, State};
use uuid::Uuid;

use crate::api::records::latest_changes;
use crate::context::{Page, PageTitle, t};
use crate::record::failed;
use crate::ui::{Button, Choice, EmptyState, Segmented, SkeletonRows};
use entry::entry;
use log::Log;
use undoing::UndoDialog;

/// The page at `/history`; with `?whose=everybody` an administrator sees everybody's at once.
#[component]
pub fn HistoryPage() -> impl IntoView {
    let is_admin = Page::take().actor().is_some_and(|actor| actor.grants.admin);
    let asked = use_query_map().with_untracked(|query| query.get("whose").as_deref() == Some("everybody"));
    let everybody = RwSignal::new(asked && is_admin);
    let loaded =
        Resource::new(move || everybody.get(), |everybody| latest_changes(ChangeSetQuery { everybody, cursor: None }));
    view! {
        <PageTitle text=t("ui.nav.history")/>
        <div class="page">
            <header class="page-head">
                <h1>{t("ui.nav.history")}</h1>
                <span class="spacer"></span>
                {is_admin.then(|| view! { <Whose everybody/> })}
            </header>
            <div class="page-body" data-width="narrow">
                <p class="muted">{t("admin.history.intro")}</p>
                <Transition fallback=|| view! { <SkeletonRows count=8/> }>
                    {move || loaded.get().map(|found| match found {
                        Ok(found) => list(Log::new(found, everybody.get_untracked())),
                        Err(fault) => failed(fault.0, move || loaded.refetch()),
                    })}
                </Transition>
            </div>
        </div>
    }
}

/// One's own, or everybody's.
#[component]
fn Whose(everybody: RwSignal<bool>) -> impl IntoView {
    let page = Page::take();
    let value = Signal::derive(move || if everybody.get() { "everybody" } else { "mine" }.to_owned());
    let options = Signal::derive(move || {
        [("mine", "ui.word.mine"), ("everybody", "ui.word.everyone")]
            .map(|(value, label)| Choice::new(value, page.text(label)))
            .to_vec()
    });
    let choose = move |chosen: String| everybody.set(chosen == "everybody");
    view! { <Segmented value options label=t("admin.history.whose") on_change=choose/> }
}

/// What of a set becomes other: whether it can be undone, what is left of its records, and what its undo left alone.
fn key(set: &ChangeSet) -> (Uuid, State, usize, i64) {
    (set.id, set.state, set.records.iter().filter(|record| record.there).count(), set.kept_count)
}

fn list(log: Log) -> AnyView {
    log.keep_looking();
    if log.sets.with_untracked(Vec::is_empty) {
        return view! { <EmptyState icon="undo-2" title=t("ui.state.empty") text=t("admin.history.empty")/> }
            .into_any();
    }
    view! {
        <ul class="history">
            <For each=move || log.sets.get() key=key let:set>
                {entry(log, set)}
            </For>
        </ul>
        <Show when=move || log.next.with(Option::is_some)>
            <p class="history-more">
                <Button busy=log.loading on_click=move |_| log.load_more()>{t("ui.action.load_more")}</Button>
            </p>
        </Show>
        <UndoDialog log/>
    }
    .into_any()
}

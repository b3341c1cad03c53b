//! The audit log: who changed what, when, from what to what.

#![expect(unreachable_pub, reason = "the component macro makes what it writes public")]

mod filters;

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::params::ParamsMap;
use serde_json::Value;
use shared::RecordDef;
use shared::audit::{AuditEntry, AuditPage, FILTER, ROWS, is_of_file, told_of_file};
use shared::format::{date_time, number};
use shared::i18n::{error_message, type_label};
use shared::query::Titles;
use shared::record::CustomFields;
use shared::timeline::change_pair;
use shared::types::by_name;
use uuid::Uuid;

use super::SectionHead;
use super::roster::Failed;
use crate::api::admin::audit;
use crate::context::{Page, t};
use crate::record::{Logged, filter_words, learn_titles};
use crate::ui::{Badge, Button, EmptyState, LinkButton, SkeletonRows, Toasts, Tone};
use filters::{FilterBar, Filters};

/// The log with its filters.
#[component]
pub fn AuditSection() -> impl IntoView {
    let page = Page::take();
    let filters = Filters::take();
    let loaded = Resource::new(move || filters.query(page, None), audit);
    // What is shown, as a file.
    let file = Signal::derive(move || {
        let mut params = ParamsMap::new();
        params.insert("query", serde_json::to_string(&filters.query(page, None)).unwrap_or_default());
        params.insert("labels", page.locale.get().code().to_owned());
        format!("/api/export/audit.csv{}", params.to_query_string())
    });
    view! {
        <SectionHead title=t("admin.audit.title")>
            <LinkButton href=file icon="download" file=true>{t("exports.csv")}</LinkButton>
        </SectionHead>
        <FilterBar filters/>
        <Transition fallback=|| view! { <SkeletonRows count=8/> }>
            {move || loaded.get().map(|result| match result {
                Ok(found) => view! { <Entries found filters/> }.into_any(),
                Err(fault) => view! { <Failed error=fault.0/> }.into_any(),
            })}
        </Transition>
    }
}

/// What entries refer to; cheap to copy.
#[derive(Clone, Copy)]
struct Known {
    titles: RwSignal<Titles>,
    custom: RwSignal<CustomFields>,
    gone: RwSignal<BTreeSet<Uuid>>,
}

#[component]
fn Entries(found: AuditPage, filters: Filters) -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    if found.entries.is_empty() {
        return view! { <EmptyState icon="history" title=t("ui.state.empty") text=t("admin.audit.empty")/> }.into_any();
    }
    let known = Known {
        titles: RwSignal::new(found.titles),
        custom: RwSignal::new(found.custom),
        gone: RwSignal::new(found.gone),
    };
    let (entries, next) = (RwSignal::new(found.entries), RwSignal::new(found.next));
    let more = move |_| {
        let query = untrack(|| filters.query(page, next.get()));
        spawn_local(async move {
            match audit(query).await {
                Ok(found) => {
                    learn_titles(known.titles, &found.titles);
                    known.custom.update(|custom| custom.extend(found.custom));
                    known.gone.update(|gone| gone.extend(found.gone));
                    entries.update(|entries| entries.extend(found.entries));
                    next.set(found.next);
                }
                Err(fault) => toasts.push(error_message(page.locale.get_untracked(), &fault.0), Tone::Danger, None),
            }
        });
    };
    view! {
        <ul class="admin-list audit">
            <For each=move || entries.get() key=|entry| entry.id let:entry>
                <Entry entry known/>
            </For>
        </ul>
        <Show when=move || next.with(Option::is_some)>
            <Button on_click=more>{t("ui.action.load_more")}</Button>
        </Show>
    }
    .into_any()
}

#[component]
fn Entry(entry: AuditEntry, known: Known) -> impl IntoView {
    let page = Page::take();
    let what = entry.action_key();
    let AuditEntry { at, actor_id, source, record_type, record_id, title, action, changes, .. } = entry;
    let def = by_name(&record_type);
    let who = move || match actor_id.filter(|id| !id.is_nil()) {
        Some(id) => {
            known.titles.with(|titles| titles.get(&id).cloned()).unwrap_or_else(|| page.text("ui.word.unknown"))
        }
        None => page.text("ui.word.system"),
    };
    // A file is no record that one could look at.
    let (is_record, is_deletion) = (!is_of_file(&action), action == "delete");
    let what = move || page.text(&what);
    let through = move || page.text(&format!("admin.audit.source.{source}"));
    let kind = move || match def {
        Some(def) => type_label(page.locale.get(), def),
        None if record_type == "audit_log" => page.text("admin.audit.title"),
        None => record_type.clone(),
    };
    let is_gone = known.gone.with_untracked(|gone| gone.contains(&record_id));
    let link = def.filter(|def| !def.admin && is_record && !is_gone).map(|def| format!("/{}/{record_id}", def.plural));
    // What has no title, an answer without a comment for instance, is named by its type.
    let named = kind.clone();
    let name = move || if title.trim().is_empty() { named() } else { title.clone() };
    let name = match link {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => view! { <b>{name}</b> }.into_any(),
    };
    let gone = is_gone.then(|| match is_deletion {
        // There it is brought back.
        true => view! { " "<a href="/history?whose=everybody">{t("ui.nav.history")}</a> }.into_any(),
        false => view! { " "<span class="meta">{t("admin.history.why.gone")}</span> }.into_any(),
    });
    let line = |(field, pair): (String, Value)| match is_record {
        true => view! { <Difference def field pair known/> }.into_any(),
        false => fact(def, field, &pair, known),
    };
    let lines = changes.into_iter().map(line).collect_view();
    view! {
        <li class="audit-entry">
            <p class="audit-head">
                <b>{who}</b>
                <Badge>{what}</Badge>
                <span>{kind}" "{name}{gone}</span>
                <span class="spacer"></span>
                <span class="meta">{through}" · "{move || date_time(page.locale.get(), at, &page.zone())}</span>
            </p>
            <dl class="audit-changes">{lines}</dl>
        </li>
    }
}

/// Something told of a file.
fn fact(def: Option<&'static RecordDef>, name: String, pair: &Value, known: Known) -> AnyView {
    let page = Page::take();
    let label = format!("admin.audit.{name}");
    let value = change_pair(pair).1.clone();
    let filter =
        def.filter(|_| name == FILTER).and_then(|def| Some((def, serde_json::from_value(value.clone()).ok()?)));
    let said = match filter {
        Some((def, filter)) => {
            let custom = known.custom.with_untracked(|custom| custom.get(def.name).cloned()).unwrap_or_default();
            filter_words(page, (def, &custom), known.titles, filter)
        }
        None => (move || fact_text(page, &name, &value)).into_any(),
    };
    view! { <div><dt>{move || page.text(&label)}</dt><dd>{said}</dd></div> }.into_any()
}

fn fact_text(page: Page, name: &str, value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    match told_of_file(name, text) {
        Some(key) => page.text(&key),
        None if name == ROWS => number(page.locale.get(), value.as_i64().unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// One field: before → after.
#[component]
fn Difference(def: Option<&'static RecordDef>, field: String, pair: Value, known: Known) -> impl IntoView {
    let page = Page::take();
    let field = StoredValue::new(known.custom.with_untracked(|custom| Logged::new(def, &field, custom)));
    let label = move || field.with_value(|field| field.label(page.locale.get()));
    let text = move |value: &Value| {
        let said = known.titles.with(|titles| field.with_value(|field| field.text(page, value, titles)));
        said.unwrap_or_else(|| page.text("ui.record.no_value"))
    };
    let (before, after) = change_pair(&pair);
    let (old, new) = (before.clone(), after.clone());
    view! {
        <div>
            <dt>{label}</dt>
            <dd>
                {(!before.is_null()).then(|| view! { <del>{move || text(&old)}</del>" → " })}
                <ins>{move || text(&new)}</ins>
            </dd>
        </div>
    }
}

//! The audit log: who changed what, when, from what to what.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::params::ParamsMap;
use serde_json::Value;
use shared::RecordDef;
use shared::audit::{AuditEntry, AuditPage, AuditQuery};
use shared::format::{date_time, from_local_input};
use shared::i18n::{error_message, field_label, type_label};
use shared::query::Titles;
use shared::record::{CustomField, CustomFields, custom_name};
use shared::timeline::change_pair;
use shared::types::{REGISTRY, by_name};

use super::SectionHead;
use super::edit::records_of;
use super::roster::Failed;
use crate::api::Fault;
use crate::api::admin::audit;
use crate::api::records::custom_fields;
use crate::context::{Page, t};
use crate::record::Logged;
use crate::ui::{
    Badge, Button, Choice, DateInput, EmptyState, LinkButton, Select, SkeletonRows, TextInput, Toasts, Tone,
};

/// What the filters hold.
#[derive(Clone, Copy)]
struct Filters {
    words: RwSignal<String>,
    user: RwSignal<String>,
    record_type: RwSignal<String>,
    field: RwSignal<String>,
    from: RwSignal<String>,
    to: RwSignal<String>,
}

impl Filters {
    fn query(self, page: Page, cursor: Option<String>) -> AuditQuery {
        let zone = page.zone();
        let midnight = |day: &str| from_local_input(&format!("{day}T00:00"), &zone);
        let after = |day: &str| Some(shared::record::day(day)?.succ_opt()?.to_string());
        AuditQuery {
            actor_id: self.user.get().parse().ok(),
            record_type: Some(self.record_type.get()).filter(|name| !name.is_empty()),
            field: Some(self.field.get()).filter(|name| !name.is_empty()),
            words: Some(self.words.get()).filter(|words| !words.trim().is_empty()),
            from: midnight(&self.from.get()),
            until: after(&self.to.get()).and_then(|day| midnight(&day)),
            cursor,
        }
    }
}

/// The log with its filters.
#[component]
pub fn AuditSection() -> impl IntoView {
    let page = Page::take();
    let empty = || RwSignal::new(String::new());
    let filters =
        Filters { words: empty(), user: empty(), record_type: empty(), field: empty(), from: empty(), to: empty() };
    let loaded = Resource::new(move || filters.query(page, None), audit);
    // What is shown, as a file.
    let file = Signal::derive(move || {
        let mut params = ParamsMap::new();
        params.insert("query", serde_json::to_string(&filters.query(page, None)).unwrap_or_default());
        format!("/api/export/audit.csv{}", params.to_query_string())
    });
    view! {
        <SectionHead title=t("admin.audit.title")>
            <LinkButton href=file icon="download" file=true>{t("list.export.csv")}</LinkButton>
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

#[component]
fn FilterBar(filters: Filters) -> impl IntoView {
    let page = Page::take();
    let typed = RwSignal::new(String::new());
    let types = Signal::derive(move || {
        let locale = page.locale.get();
        REGISTRY.iter().map(|def| Choice::new(def.name, type_label(locale, def))).collect::<Vec<_>>()
    });
    // Fields of the type that was chosen.
    let toasts = Toasts::take();
    let custom = LocalResource::new(move || {
        let chosen = filters.record_type.get();
        async move {
            let found = if chosen.is_empty() { Ok(Vec::new()) } else { custom_fields(chosen.clone()).await };
            let failed = |fault: Fault| {
                toasts.push(error_message(page.locale.get_untracked(), &fault.0), Tone::Danger, None);
            };
            (chosen, found.map_err(failed).unwrap_or_default())
        }
    });
    let fields = Signal::derive(move || {
        let locale = page.locale.get();
        let of = |def: &'static RecordDef| {
            def.all_fields()
                .filter(|field| !field.internal)
                .map(move |f| Choice::new(f.name, field_label(locale, def, f.name)))
        };
        let own = |field: CustomField| Choice::new(custom_name(&field.key), field.label);
        // Until those of the chosen type have come, it may be another's.
        let chosen = filters.record_type.get();
        let custom = custom.get().filter(|(of, _)| *of == chosen).map(|(_, fields)| fields).unwrap_or_default();
        by_name(&chosen).into_iter().flat_map(of).chain(custom.into_iter().map(own)).collect::<Vec<_>>()
    });
    view! {
        <div class="admin-filter">
            <TextInput value=typed kind="search" icon="search" label=t("admin.audit.record") placeholder=t("admin.audit.record") on_change=move |text: String| filters.words.set(text)/>
            <Select value=filters.user options=records_of("user") empty=t("admin.audit.who") label=t("admin.audit.who")/>
            <Select value=filters.record_type options=types empty=t("admin.roles.record_type") label=t("admin.roles.record_type") on_change=move |_| filters.field.set(String::new())/>
            <Show when=move || fields.with(|fields| !fields.is_empty())>
                <Select value=filters.field options=fields empty=t("list.filter.field") label=t("list.filter.field")/>
            </Show>
            <DateInput value=filters.from label=t("ui.word.from")/>
            <DateInput value=filters.to label=t("ui.word.to")/>
        </div>
    }
}

/// What entries refer to; cheap to copy.
#[derive(Clone, Copy)]
struct Known {
    titles: RwSignal<Titles>,
    custom: RwSignal<CustomFields>,
}

#[component]
fn Entries(found: AuditPage, filters: Filters) -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    if found.entries.is_empty() {
        return view! { <EmptyState icon="history" title=t("ui.state.empty") text=t("admin.audit.empty")/> }.into_any();
    }
    let known = Known { titles: RwSignal::new(found.titles), custom: RwSignal::new(found.custom) };
    let (entries, next) = (RwSignal::new(found.entries), RwSignal::new(found.next));
    let more = move |_| {
        let query = untrack(|| filters.query(page, next.get()));
        spawn_local(async move {
            match audit(query).await {
                Ok(found) => {
                    known.titles.update(|titles| titles.extend(found.titles));
                    known.custom.update(|custom| custom.extend(found.custom));
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
    let AuditEntry { at, actor_id, source, record_type, record_id, title, action, changes, .. } = entry;
    let def = by_name(&record_type);
    let who = move || match actor_id {
        Some(id) => {
            known.titles.with(|titles| titles.get(&id).cloned()).unwrap_or_else(|| page.text("ui.word.unknown"))
        }
        None => page.text("ui.word.system"),
    };
    // A file is no record that one could look at.
    let is_record = action != "export" && action != "download";
    let what = move || page.text(&format!("admin.audit.{action}"));
    let through = move || page.text(&format!("admin.audit.source.{source}"));
    let kind = move || match def {
        Some(def) => type_label(page.locale.get(), def),
        None if record_type == "audit_log" => page.text("admin.audit.title"),
        None => record_type.clone(),
    };
    let link = def.filter(|def| !def.admin && is_record).map(|def| format!("/{}/{record_id}", def.plural));
    // What has no title, an answer without a comment for instance, is named by its type.
    let named = kind.clone();
    let name = move || if title.trim().is_empty() { named() } else { title.clone() };
    let name = match link {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => view! { <b>{name}</b> }.into_any(),
    };
    let lines = changes.into_iter().map(|(field, pair)| view! { <Difference def field pair known/> }).collect_view();
    view! {
        <li class="audit-entry">
            <p class="audit-head">
                <b>{who}</b>
                <Badge>{what}</Badge>
                <span>{kind}" "{name}</span>
                <span class="spacer"></span>
                <span class="meta">{through}" · "{move || date_time(page.locale.get(), at, &page.zone())}</span>
            </p>
            <dl class="audit-changes">{lines}</dl>
        </li>
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

//! One record: what it is called, its facts by group, what belongs to it, and its timeline.

mod erase;
mod facts;
mod head;
mod related;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_params_map;
use shared::access::Action;
use shared::live::LiveEvent;
use shared::query::{Detail, Titles};
use shared::record::CustomField;
use shared::timeline::linked_by;
use shared::types::{by_name, by_plural};
use shared::{Error, FieldError, RecordDef, Row};
use uuid::Uuid;

use super::Slots;
use super::attachments::attachments;
use super::attribute::{Attribute, attributes};
use super::called::called;
use super::conflict::{Clash, clash_dialog};
use super::inline::{Put, Target};
use super::missing::{failed_saying, no_access, not_found, not_found_with};
use crate::api::records::{custom_fields, get_record};
use crate::context::{Page, t};
use crate::live::Live;
use crate::record::titles::learn_titles;
use crate::ui::{LinkButton, Notice, PeekPanel, SkeletonRows, Tone};

/// One record, named by the address (`/customers/<id>`).
#[component]
pub fn DetailPage(
    /// What features show on it.
    slots: Slots,
) -> impl IntoView {
    let params = use_params_map();
    let address = Memo::new(move |_| {
        params.with(|params| (params.get("plural").unwrap_or_default(), params.get("id").unwrap_or_default()))
    });
    move || {
        let (plural, id) = address.get();
        let (Some(def), Ok(id)) = (by_plural(&plural), id.parse::<Uuid>()) else { return not_found() };
        let moved = |def: &RecordDef, id: Uuid| view! { <Redirect path=format!("/{}/{id}", def.plural)/> }.into_any();
        let content = record_view(def, id, slots, RwSignal::new(String::new()), Some(moved));
        view! { <div class="page"><div class="page-body">{content}</div></div> }.into_any()
    }
}

/// A record beside a list or board: the same as its page, in one column.
#[component]
pub fn RecordPeek(
    /// Record type name.
    record_type: &'static str,
    /// The record.
    id: Uuid,
    /// What features show on it.
    slots: Slots,
    /// Runs when it should close.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let Some(def) = by_name(record_type) else { return ().into_any() };
    let title = RwSignal::new(String::new());
    view! {
        <PeekPanel
            title
            close=t("ui.action.close")
            on_close
            href=Signal::stored(format!("/{}/{id}", def.plural))
            open_label=t("ui.record.open_full")
        >
            {record_view(def, id, slots, title, None)}
        </PeekPanel>
    }
    .into_any()
}

/// A record as it is shown and edited on a page; cheap to copy.
#[derive(Clone, Copy)]
pub struct RecordContext {
    /// The page.
    pub page: Page,
    /// The record type.
    pub def: &'static RecordDef,
    /// The record as it is now.
    pub row: RwSignal<Row>,
    /// Titles of what it refers to.
    pub titles: RwSignal<Titles>,
    attributes: StoredValue<Vec<Attribute>>,
    /// The reader may change it.
    pub may_update: bool,
    may_delete: bool,
    /// It was deleted, or can no longer be seen.
    pub gone: RwSignal<bool>,
    clash: RwSignal<Option<Clash>>,
    refused: RwSignal<Option<(Uuid, FieldError)>>,
}

impl RecordContext {
    /// A record that was read, for a page of its own.
    pub fn new(def: &'static RecordDef, custom: &[CustomField], detail: &Detail) -> Self {
        let page = Page::take();
        let all = page.actor().map(|actor| attributes(def, custom, &actor)).unwrap_or_default();
        Self {
            page,
            def,
            row: RwSignal::new(detail.row.clone()),
            titles: RwSignal::new(detail.titles.clone()),
            attributes: StoredValue::new(all),
            may_update: detail.may_update,
            may_delete: detail.may_delete,
            gone: RwSignal::new(false),
            clash: RwSignal::new(None),
            refused: RwSignal::new(None),
        }
    }

    /// Its fields by group, each edited where it stands; without those that the page shows elsewhere.
    pub fn facts(self, without: &'static [&'static str]) -> AnyView {
        facts::facts(self, without)
    }

    /// A field, if the reader may see it.
    pub fn attribute(self, name: &str) -> Option<Attribute> {
        self.attributes.with_value(|all| all.iter().find(|attribute| attribute.name() == name).cloned())
    }

    /// Shows a new value at once and sends it; a refusal puts the old one back and says why.
    pub fn save(self, attribute: Attribute, value: serde_json::Value) {
        self.target().save(self.row.get_untracked(), attribute, value);
    }

    /// The dialog that asks when an edit met somebody else's.
    pub fn clash_dialog(self) -> AnyView {
        clash_dialog(self.clash, self.titles, self.target().put)
    }

    /// Applies what the live log tells; whether the page is to be loaded anew.
    pub fn follow(self, event: &LiveEvent) -> bool {
        let again = std::cell::Cell::new(false);
        let id = self.row.try_with_untracked(|row| row.id);
        if let Some(id) = id {
            follow(self, id, event, &|| again.set(true));
        }
        again.get()
    }

    /// Shows the record as it is now, unless a newer one is there.
    pub fn put(self, row: Row) {
        self.row.try_update(|shown| {
            if shown.version <= row.version {
                *shown = row;
            }
        });
    }

    /// Where edits go.
    fn target(self) -> Target {
        let put: Put = Arc::new(move |row| self.put(row));
        Target { page: self.page, put, titles: self.titles, clash: self.clash, refused: self.refused }
    }

    /// What the record is called; tracked.
    fn title(self) -> String {
        self.row.with(|row| called(self.page, self.def, row))
    }
}

/// What leads on to the record that a merged one became.
type Moved = fn(&RecordDef, Uuid) -> AnyView;

fn record_view(
    def: &'static RecordDef,
    id: Uuid,
    slots: Slots,
    title: RwSignal<String>,
    moved: Option<Moved>,
) -> AnyView {
    if !Page::take().actor().is_some_and(|actor| actor.may(def, Action::Read)) {
        return no_access();
    }
    let again = Trigger::new();
    (move || {
        again.track();
        let custom = Resource::new(|| (), move |()| custom_fields(def.name.to_owned()));
        // Blocking: whether there is such a record decides the status of the answer.
        let found = Resource::new_blocking(|| (), move |()| get_record(def.name.to_owned(), id));
        // Not in a closure: within a transition the server calls those several times, and the timeline, which loads
        // what it shows, would be left behind loading for a page that then waits for it for ever.
        let body = Suspend::new(async move {
            match found.await {
                Err(fault) => failed_saying(fault.0, Callback::new(move |()| again.notify()), refused),
                Ok(Detail { row, .. }) if row.id != id && moved.is_some() => {
                    moved.map(|moved| moved(def, row.id)).into_any()
                }
                Ok(detail) => {
                    let custom = custom.await.unwrap_or_default();
                    loaded(def, custom, detail, move || again.notify(), slots, title)
                }
            }
        });
        view! { <Transition fallback=|| view! { <SkeletonRows count=10/> }>{body}</Transition> }
    })
    .into_any()
}

/// What there is instead of a record; what one has deleted comes back from the history.
fn refused(error: Error) -> AnyView {
    match error {
        Error::NotFound => {
            let history = view! { <LinkButton href="/history" icon="undo-2">{t("ui.nav.history")}</LinkButton> };
            not_found_with(history.into_any())
        }
        _ => no_access(),
    }
}

fn loaded(
    def: &'static RecordDef,
    custom: Vec<CustomField>,
    detail: Detail,
    reload: impl Fn() + Send + Sync + 'static,
    slots: Slots,
    title: RwSignal<String>,
) -> AnyView {
    let id = detail.row.id;
    let context = RecordContext::new(def, &custom, &detail);
    let page = context.page;
    Live::take().follow(&detail.live, move |event| follow(context, id, event, &reload));
    Effect::new(move |_| title.set(context.title()));
    let put = context.target().put;
    // In one column the timeline comes after the fields: only the first of them stand before it, until asked for.
    // Where it tells of changes only, the fields are what one came for.
    let facts_first = linked_by(def.name).is_none();
    let folded = RwSignal::new(!facts_first);
    view! {
        <article class="record">
            {head::head(context, id, slots.acts)}
            <Show when=move || context.gone.get()>
                <Notice tone=Tone::Warning text=t("live.change.removed")/>
            </Show>
            <Show when=move || context.row.with(|row| row.text("archived_at").is_some())>
                <Notice text=t("ui.state.archived_banner")/>
            </Show>
            <div class="record-cols" data-facts=facts_first.then_some("")>
                <div class="record-main">{(slots.timeline)(def.name, id)}</div>
                <aside class="record-side" aria-label=t("ui.record.fields")>
                    <div class="record-facts" data-folded=move || folded.get().then_some("") on:focusin=move |_| folded.set(false)>
                        {facts::facts(context, &[])}
                        {attachments(def, id, context.may_update)}
                        {related::related(page, def, id)}
                    </div>
                    {(!facts_first).then(|| view! {
                        <button
                            type="button"
                            class="record-fold"
                            aria-expanded=move || (!folded.get()).to_string()
                            on:click=move |_| folded.update(|folded| *folded = !*folded)
                        >
                            {move || page.text(if folded.get() { "ui.action.show_more" } else { "ui.action.show_less" })}
                        </button>
                    })}
                </aside>
            </div>
        </article>
        {clash_dialog(context.clash, context.titles, put)}
    }
    .into_any()
}

fn follow(context: RecordContext, id: Uuid, event: &LiveEvent, reload: &impl Fn()) {
    match event {
        LiveEvent::Changed { row, titles, .. } if row.id == id => {
            learn_titles(context.titles, titles);
            // An undo may have brought it back.
            context.gone.try_set(false);
            let newer = context.row.try_with_untracked(|shown| shown.version < row.version);
            if newer == Some(true) {
                context.put(row.clone());
            }
        }
        LiveEvent::Removed { id: removed, .. } if *removed == id => drop(context.gone.try_set(true)),
        LiveEvent::Refresh { record_type } if record_type == context.def.name => reload(),
        LiveEvent::Reset => reload(),
        _ => {}
    }
}

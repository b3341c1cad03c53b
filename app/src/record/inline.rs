//! Editing one field where it is shown: saved on Enter or when left, dropped on Esc, shown at once.

use std::sync::Arc;
use std::time::Duration;

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement, Node};
use serde_json::Value;
use shared::command::{Change, Command, Outcome};
use shared::query::Titles;
use shared::record::{Kind, overlay};
use shared::{Error, FieldError, Row, Values, i18n};

use super::attribute::Attribute;
use super::conflict::Clash;
use super::editor::{Editing, editor};
use super::structured::structured_dialog;
use super::value::currency;
use crate::acting::{act, act_once_reached};
use crate::context::Page;
use crate::ui::is_save_chord;

/// Shows a row where it belongs, unless a newer one is there.
pub(super) type Put = Arc<dyn Fn(Row) + Send + Sync>;

/// Where an edit goes.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) page: Page,
    pub(super) put: Put,
    pub(super) titles: RwSignal<Titles>,
    pub(super) clash: RwSignal<Option<Clash>>,
    /// The message of the last refusal, with record and field.
    pub(super) refused: RwSignal<Option<(uuid::Uuid, FieldError)>>,
}

impl Target {
    /// Shows the new value at once and sends it, without connection as soon as there is one again; a refusal puts the old one back
    /// and says why.
    pub(super) fn save(&self, row: Row, attribute: Attribute, value: Value) {
        let target = self.clone();
        let patch = attribute.patch(value);
        let mut shown = row.clone();
        overlay(&mut shown.values, patch.clone());
        (self.put)(shown);
        let (command, hear) = self.change(&row, attribute, patch);
        act_once_reached(command, self.page.text_now("ui.toast.saved"), move |result| match hear(result) {
            Answer::Settled => {}
            Answer::Refused(fields) => {
                let id = row.id;
                (target.put)(row);
                target.refused.try_set(fields.into_iter().next().map(|error| (id, error)));
            }
            Answer::Failed => (target.put)(row),
        });
    }

    /// Sends a change of `row` and shows what it has become, or asks if somebody else was quicker.
    pub(super) fn send(
        &self,
        row: &Row,
        attribute: Attribute,
        patch: Values,
        on_answer: impl FnOnce(Answer) + 'static,
    ) {
        let (command, hear) = self.change(row, attribute, patch);
        act(command, self.page.text_now("ui.toast.saved"), move |result| on_answer(hear(result)));
    }

    /// The command that changes `row`, and what to do with its answer.
    fn change(
        &self,
        row: &Row,
        attribute: Attribute,
        patch: Values,
    ) -> (Command, impl FnOnce(Result<Outcome, Error>) -> Answer + use<>) {
        let target = self.clone();
        let change = Change::Update { id: row.id, version: Some(row.version), values: patch.clone() };
        let command = Command::one(attribute.def.name, change);
        let hear = move |result| match result {
            Ok(Outcome { rows, .. }) => {
                rows.into_iter().for_each(|row| (target.put)(row));
                Answer::Settled
            }
            Err(Error::Conflict { current, .. }) => {
                (target.put)((*current).clone());
                target.clash.try_set(Some(Clash { attribute, current: *current, patch }));
                Answer::Settled
            }
            Err(Error::Invalid { fields }) => Answer::Refused(fields),
            Err(_) => Answer::Failed,
        };
        (command, hear)
    }
}

/// What became of an edit that was sent.
pub(super) enum Answer {
    /// It is stored, or asked about; the record is shown as it is now.
    Settled,
    /// It was not taken.
    Refused(Vec<FieldError>),
    /// Nobody knows, or nobody may; people were told.
    Failed,
}

/// The editor in place of a value. `on_done` runs when it is to go away.
///
/// `row` is the record as it is when editing begins.
pub(super) fn inline_editor(
    target: Target,
    attribute: Attribute,
    row: Row,
    on_done: impl Fn() + Clone + Send + Sync + 'static,
) -> AnyView {
    if attribute.is_structured() {
        return untrack(|| structured_dialog(target, attribute, row, on_done));
    }
    untrack(|| build(target, attribute, row, Arc::new(on_done)))
}

fn build(target: Target, attribute: Attribute, row: Row, on_done: Arc<dyn Fn() + Send + Sync>) -> AnyView {
    let page = target.page;
    let value = RwSignal::new(attribute.value(&row.values).clone());
    let error = RwSignal::new(None::<FieldError>);
    let id = format!("edit-{}-{}", row.id, attribute.name().replace('.', "-"));
    let mut editing = Editing::new(page, attribute.clone(), value, id, target.titles);
    editing.fixed_currency = currency(page, &row.values);
    editing.record = Some(row.id);
    let several_lines = matches!(attribute.kind(), Kind::LongText | Kind::RichText);
    let node = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if let Some(node) = node.get() {
            request_animation_frame(move || {
                focus(
                    node.query_selector("input, textarea, select, [contenteditable], button:not(.rich-tools *)")
                        .ok()
                        .flatten(),
                );
            });
        }
    });
    let attribute_kind = attribute.kind();
    let finished = StoredValue::new(false);
    let cancelled = on_done.clone();
    let commit = move || {
        if finished.try_get_value() != Some(false) {
            return;
        }
        match attribute.normalize(&value.get_untracked()) {
            Err(problem) => error.set(Some(problem)),
            Ok(clean) => {
                finished.set_value(true);
                // What is stored may be written otherwise than it would be today: that is no change.
                let before = attribute.value(&row.values);
                if clean != *before && value.with_untracked(|typed| typed != before) {
                    target.save(row.clone(), attribute.clone(), clean);
                }
                on_done();
            }
        }
    };
    // A turn later, when the input has handed over what was typed last.
    let commit_soon = later(commit);
    let on_leave = commit_soon.clone();
    if matches!(attribute_kind, Kind::Reference(_) | Kind::Bool) {
        // One choice is the whole edit.
        let chosen = commit_soon.clone();
        Effect::new(move |before: Option<()>| {
            value.track();
            if before.is_some() {
                chosen();
            }
        });
    }
    let key = move |event: KeyboardEvent| {
        if event.default_prevented() || event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "Escape" => {
                finished.set_value(true);
                cancelled();
            }
            "Enter" if !several_lines || is_save_chord(&event) => commit_soon(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    // What stood here before, and was pressed to begin, loses the focus in the same element.
    let entered = StoredValue::new(false);
    let enter = move |_: FocusEvent| {
        let _ = entered.try_update_value(|entered| *entered = true);
    };
    let leave = move |event: FocusEvent| {
        if entered.try_get_value() != Some(true) {
            return;
        }
        let next = event.related_target().and_then(|next| next.dyn_into::<Node>().ok());
        // The editor goes while it holds the focus: by then there is no node to ask.
        let inside = node
            .try_get_untracked()
            .flatten()
            .is_some_and(|node| next.as_ref().is_some_and(|n| node.contains(Some(n))));
        // The window itself may have lost the focus, to the one that asks for a picture.
        let elsewhere = several_lines && document().has_focus().is_ok_and(|has| !has);
        if !inside && !elsewhere {
            on_leave();
        }
    };
    let message = move || {
        error
            .get()
            .map(|e| view! { <p class="field-error" role="alert">{i18n::field_error(page.locale.get(), &e)}</p> })
    };
    view! {
        <div class="inline-edit" node_ref=node on:keydown=key on:focusin=enter on:focusout=leave on:click=|event| event.stop_propagation()>
            {editor(editing)}
            {message}
        </div>
    }
    .into_any()
}

/// Runs `act` a turn later, with the context of the calling component.
pub(super) fn later(act: impl Fn() + Send + Sync + 'static) -> impl Fn() + Clone + Send + Sync + 'static {
    let (owner, act) = (Owner::current().unwrap_or_default(), Arc::new(act));
    move || {
        let (owner, act) = (owner.clone(), act.clone());
        set_timeout(move || owner.with(|| act()), Duration::ZERO);
    }
}

/// Puts the focus on an element, a frame later, unless something has it: what had it may be gone.
pub fn refocus(find: impl FnOnce() -> Option<Element> + 'static) {
    request_animation_frame(move || {
        if document().active_element().is_none_or(|element| element.tag_name() == "BODY") {
            focus(find());
        }
    });
}

/// Puts the focus on an element, if it is there and takes it.
pub(super) fn focus(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        drop(element.focus());
    }
}

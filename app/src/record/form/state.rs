//! What a form holds, and how it becomes a command.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde_json::Value;
use shared::access::{Action, Actor, Level};
use shared::command::{Change, Command, Outcome};
use shared::query::Titles;
use shared::record::{CustomField, Draft, is_empty, validate};
use shared::{Error, FieldError, RecordDef, Row, Values, i18n};
use uuid::Uuid;

use super::draft;
use crate::acting::act;
use crate::context::{Page, browser_now};
use crate::record::attribute::{Attribute, SYSTEM_GROUP, attributes};

/// The state of one open form; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct FormState {
    pub(super) page: Page,
    pub(super) def: &'static RecordDef,
    pub(super) attributes: StoredValue<Vec<Attribute>>,
    pub(super) titles: RwSignal<Titles>,
    pub(super) errors: RwSignal<Vec<FieldError>>,
    /// Fields that somebody else changed too and nobody decided on yet.
    pub(super) conflict: RwSignal<Vec<String>>,
    pub(super) restored: RwSignal<bool>,
    values: StoredValue<BTreeMap<String, RwSignal<Value>>>,
    /// The record as it is stored; none while it is new.
    pub(super) base: RwSignal<Option<Row>>,
    /// The values the form began with.
    start: StoredValue<Values>,
    /// Those among them that are a new record's anyway.
    usual: StoredValue<Values>,
    custom: StoredValue<Vec<CustomField>>,
    id: StoredValue<Uuid>,
    busy: RwSignal<bool>,
}

impl FormState {
    pub(super) fn new(
        def: &'static RecordDef,
        custom: Vec<CustomField>,
        row: Signal<Option<Row>>,
        initial: Signal<Values>,
        titles: Signal<Titles>,
        busy: RwSignal<bool>,
    ) -> Self {
        let page = Page::take();
        let base = row.get_untracked();
        let mut titles = titles.get_untracked();
        let all: Vec<Attribute> = page.actor().map(|actor| attributes(def, &custom, &actor)).unwrap_or_default();
        let all: Vec<Attribute> = all.into_iter().filter(|a| a.editable && a.group() != SYSTEM_GROUP).collect();
        let (start, usual) = match &base {
            Some(row) => (row.values.clone(), Values::new()),
            None => new_values(page, def, &all, initial.get_untracked(), &mut titles),
        };
        let signals = all.iter().map(|a| (a.name(), RwSignal::new(a.value(&start).clone())));
        let state = Self {
            page,
            def,
            values: StoredValue::new(signals.collect()),
            attributes: StoredValue::new(all),
            titles: RwSignal::new(titles),
            errors: RwSignal::new(Vec::new()),
            conflict: RwSignal::new(Vec::new()),
            restored: RwSignal::new(false),
            id: StoredValue::new(base.as_ref().map_or_else(Uuid::now_v7, |row| row.id)),
            base: RwSignal::new(base),
            start: StoredValue::new(start),
            usual: StoredValue::new(usual),
            custom: StoredValue::new(custom),
            busy,
        };
        busy.set(false);
        state.keep_draft();
        state
    }

    /// The signal of a field's value.
    pub(super) fn value(self, attribute: &Attribute) -> RwSignal<Value> {
        self.values.with_value(|all| all.get(&attribute.name()).copied()).unwrap_or_else(|| RwSignal::new(Value::Null))
    }

    /// The signal of a field by name, if the form has it.
    pub(super) fn value_named(self, name: &str) -> Option<RwSignal<Value>> {
        self.values.with_value(|all| all.get(name).copied())
    }

    /// The text of a field as the form began, also of one that is not asked for.
    pub(super) fn start_text(self, name: &str) -> Option<String> {
        self.start.with_value(|start| start.get(name).and_then(Value::as_str).map(str::to_owned))
    }

    /// All values as they are in the inputs; tracked.
    pub(super) fn current(self) -> Values {
        let mut values = self.start.get_value();
        self.attributes.with_value(|all| {
            for attribute in all {
                attribute.put(&mut values, self.value(attribute).get());
            }
        });
        values
    }

    /// What differs from what the form began with, in canonical form where it has one; tracked.
    fn patch(self) -> Values {
        let current = self.current();
        let mut patch = Values::new();
        self.start.with_value(|start| {
            self.attributes.with_value(|all| {
                for attribute in all {
                    let typed = attribute.value(&current);
                    let clean = attribute.normalize(typed).unwrap_or_else(|_| typed.clone());
                    let before = attribute.value(start);
                    if clean != *before && !(is_empty(&clean) && is_empty(before)) {
                        let base = if patch.contains_key("custom") { &patch } else { start };
                        patch.extend(attribute.patch(&base.clone(), clean));
                    }
                }
            });
        });
        patch
    }

    /// Brings a draft back and keeps a new one while something is typed.
    fn keep_draft(self) {
        let key = self.draft_key();
        if let Some(kept) = draft::read(&key) {
            self.attributes.with_value(|all| {
                for attribute in all {
                    let value = attribute.value(&kept);
                    if !value.is_null() {
                        self.value(attribute).set(value.clone());
                    }
                }
            });
            self.restored.set(true);
        }
        Effect::new(move |before: Option<()>| {
            let patch = self.patch();
            if before.is_some() {
                draft::keep(&self.draft_key(), &patch);
            }
        });
    }

    fn draft_key(self) -> String {
        let id = self.base.with_untracked(|row| row.as_ref().map(|row| row.id.to_string()));
        format!("draft.{}.{}", self.def.name, id.as_deref().unwrap_or("new"))
    }

    pub(super) fn forget_draft(self) {
        draft::keep(&self.draft_key(), &Values::new());
    }

    /// Puts every input back to what the form began with.
    pub(super) fn reset(self) {
        self.start.with_value(|start| {
            self.attributes.with_value(|all| {
                all.iter().for_each(|attribute| self.value(attribute).set(attribute.value(start).clone()));
            });
        });
        self.restored.set(false);
        self.errors.set(Vec::new());
        self.forget_draft();
    }

    /// Checks as the server will, as far as the browser knows enough.
    fn problems(self, patch: &Values) -> Vec<FieldError> {
        let base = self.base.get_untracked();
        let mut after = base.as_ref().map(|row| row.values.clone()).unwrap_or_default();
        after.extend(patch.clone());
        let names: Vec<String> = patch.keys().cloned().collect();
        let related = BTreeMap::new();
        let mut draft = Draft {
            before: base.as_ref(),
            after: &mut after,
            now: browser_now(),
            zone: &self.page.zone(),
            related: &related,
            errors: Vec::new(),
        };
        self.custom.with_value(|custom| validate(self.def, &mut draft, &names, custom));
        // Rules may fill references from other records, which only the server has at hand.
        let left = |e: &FieldError| !(e.code == "required" && self.def.needs.contains(&e.field.as_str()));
        draft.errors.into_iter().filter(left).collect()
    }

    /// Sends what was typed. Success closes the form; problems stand beside their fields; a conflict asks.
    pub(super) fn save(self, open: RwSignal<bool>, on_saved: Option<Callback<Row>>) {
        if self.busy.get_untracked() || self.conflict.with_untracked(|fields| !fields.is_empty()) {
            return;
        }
        let patch = untrack(|| self.patch());
        let base = self.base.get_untracked();
        let values = match &base {
            None => untrack(|| self.filled(&patch)),
            Some(_) if patch.is_empty() => {
                self.forget_draft();
                return open.set(false);
            }
            Some(_) => patch,
        };
        let problems = self.problems(&values);
        self.errors.set(problems.clone());
        if !problems.is_empty() {
            return focus_problem();
        }
        let id = self.id.get_value();
        let (change, done) = match &base {
            None => (Change::Create { id, values: values.clone() }, self.created(&values)),
            Some(row) => {
                let version = Some(row.version);
                (Change::Update { id, version, values }, i18n::translate(self.locale(), "ui.toast.saved", &[]))
            }
        };
        self.busy.set(true);
        act(Command::one(self.def.name, change), done, move |result| self.answer(result, open, on_saved));
    }

    fn answer(self, result: Result<Outcome, Error>, open: RwSignal<bool>, on_saved: Option<Callback<Row>>) {
        // The page may have been left meanwhile; then nobody asks.
        if self.busy.try_set(false).is_some() {
            return;
        }
        match result {
            Ok(outcome) => {
                self.forget_draft();
                open.set(false);
                if let (Some(on_saved), Some(row)) = (on_saved, outcome.rows.into_iter().next()) {
                    on_saved.try_run(row);
                }
            }
            Err(Error::Invalid { fields }) => {
                self.errors.set(fields);
                focus_problem();
            }
            Err(Error::Conflict { current, fields }) => {
                self.conflict.set(fields);
                self.base.set(Some(*current));
            }
            Err(_) => {}
        }
    }

    /// All values of a new record that have one. What it gets anyway is not sent unless somebody chose otherwise: a rule of
    /// the organisation's may know better, and only what was asked for binds it.
    fn filled(self, patch: &Values) -> Values {
        let mut values = self.start.get_value();
        values.extend(patch.clone());
        let current = values.clone();
        self.usual.with_value(|usual| values.retain(|name, value| !is_empty(value) && usual.get(name) != Some(value)));
        self.attributes.with_value(|all| {
            for attribute in all.iter().filter(|a| !a.is_custom() && !a.applies(&current)) {
                values.remove(&attribute.name());
            }
        });
        values
    }

    fn created(self, values: &Values) -> String {
        let name = values.get(self.def.title).and_then(Value::as_str);
        let name = name.map_or_else(|| i18n::type_label(self.locale(), self.def), str::to_owned);
        i18n::translate(self.locale(), "ui.toast.created", &[("name", &name)])
    }

    fn locale(self) -> i18n::Locale {
        self.page.locale.get_untracked()
    }
}

/// What a new record begins with: what is known, what is declared, and its maker as owner unless it may wait for one and
/// stays in sight meanwhile; and which of that is only what is declared.
fn new_values(
    page: Page,
    def: &RecordDef,
    attributes: &[Attribute],
    known: Values,
    titles: &mut Titles,
) -> (Values, Values) {
    let mut values = Values::new();
    for attribute in attributes {
        let value = attribute.default_value();
        if !value.is_null() {
            attribute.put(&mut values, value);
        }
    }
    let usual = values.clone().into_iter().filter(|(name, _)| name != "custom" && !known.contains_key(name)).collect();
    // Who reaches only what is theirs may neither make what is nobody's nor see it.
    let reaches_all =
        |actor: &Actor| [Action::Create, Action::Read].into_iter().all(|a| actor.level(def, a) == Level::All);
    let waits = |actor: &Actor| def.unassigned && reaches_all(actor);
    let owns = |actor: &Actor| def.is_owned() && actor.may(def, Action::Create) && !waits(actor);
    if let Some(actor) = page.actor().filter(owns) {
        values.insert("owner_id".into(), actor.user_id.to_string().into());
        let name = page.session.with_value(|session| session.as_ref().map(|s| s.name.clone()));
        titles.insert(actor.user_id, name.unwrap_or_default());
    }
    values.extend(known);
    (values, usual)
}

/// What needs attention: an input, or the first one of several that belong together.
const PROBLEM: &str =
    "dialog[open] [aria-invalid=true], dialog[open] [data-invalid] :is(input, select, textarea, button)";

/// Moves to the first field that needs attention, once the messages are there.
pub(in crate::record) fn focus_problem() {
    request_animation_frame(|| {
        let found = document().query_selector(PROBLEM).ok().flatten();
        crate::record::inline::focus(found);
    });
}

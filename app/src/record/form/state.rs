//! What a form holds.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde_json::Value;
use shared::access::{Action, Actor};
use shared::query::Titles;
use shared::record::{CUSTOM, CustomField, is_empty, overlay};
use shared::{FieldError, RecordDef, Row, Values, i18n};
use uuid::Uuid;

use super::draft;
use crate::context::Page;
use crate::record::attribute::{Attribute, SYSTEM_GROUP, attributes};
use crate::record::titles::look_up_named;

/// The state of one open form; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct FormState {
    pub(super) page: Page,
    pub(super) def: &'static RecordDef,
    pub(super) attributes: StoredValue<Vec<Attribute>>,
    pub(super) titles: RwSignal<Titles>,
    pub(super) errors: RwSignal<Vec<FieldError>>,
    /// Those among them that were found here, not by the server.
    pub(super) found: StoredValue<Vec<FieldError>>,
    /// Fields that somebody else changed too and nobody decided on yet.
    pub(super) conflict: RwSignal<Vec<String>>,
    pub(super) restored: RwSignal<bool>,
    values: StoredValue<BTreeMap<String, RwSignal<Value>>>,
    /// The record as it is stored; none while it is new.
    pub(super) base: RwSignal<Option<Row>>,
    /// The values the form began with.
    pub(super) start: StoredValue<Values>,
    /// Those among them that are a new record's anyway.
    pub(super) usual: StoredValue<Values>,
    pub(super) custom: StoredValue<Vec<CustomField>>,
    pub(super) id: StoredValue<Uuid>,
    /// What was typed is on its way. It goes with the form: an answer that comes later finds none.
    pub(super) busy: RwSignal<bool>,
}

impl FormState {
    pub(super) fn new(
        def: &'static RecordDef,
        custom: Vec<CustomField>,
        row: Signal<Option<Row>>,
        initial: Signal<Values>,
        titles: Signal<Titles>,
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
            found: StoredValue::new(Vec::new()),
            conflict: RwSignal::new(Vec::new()),
            restored: RwSignal::new(false),
            id: StoredValue::new(base.as_ref().map_or_else(Uuid::now_v7, |row| row.id)),
            base: RwSignal::new(base),
            start: StoredValue::new(start),
            usual: StoredValue::new(usual),
            custom: StoredValue::new(custom),
            busy: RwSignal::new(false),
        };
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
    pub(super) fn patch(self) -> Values {
        let current = self.current();
        let mut patch = Values::new();
        self.start.with_value(|start| {
            self.attributes.with_value(|all| {
                for attribute in all {
                    let (typed, before) = (attribute.value(&current), attribute.value(start));
                    // What is stored may be written otherwise than it would be today: that is no change.
                    if typed == before {
                        continue;
                    }
                    let clean = attribute.normalize(typed).unwrap_or_else(|_| typed.clone());
                    if clean != *before && !(is_empty(&clean) && is_empty(before)) {
                        overlay(&mut patch, attribute.patch(clean));
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
            look_up_named(self.page, self.titles, self.def, &kept);
            self.restored.set(true);
        }
        Effect::new(move |before: Option<()>| {
            let patch = self.patch();
            if before.is_some() {
                draft::keep(&self.draft_key(), &patch);
            }
        });
    }

    pub(super) fn draft_key(self) -> String {
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

    pub(super) fn locale(self) -> i18n::Locale {
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
    let usual = values.clone().into_iter().filter(|(name, _)| name != CUSTOM && !known.contains_key(name)).collect();
    // Whoever writes something that is in some language writes in their own, unless they say so.
    let in_language = |attribute: &&Attribute| attribute.name() == "locale" && !attribute.default_value().is_null();
    if let Some(attribute) = attributes.iter().find(in_language) {
        attribute.put(&mut values, page.locale.get_untracked().code().into());
    }
    let owns = |actor: &Actor| actor.may(def, Action::Create) && actor.owns_new(def);
    if let Some(actor) = page.actor().filter(owns) {
        values.insert("owner_id".into(), actor.user_id.to_string().into());
        let name = page.session.with_value(|session| session.as_ref().map(|s| s.name.clone()));
        titles.insert(actor.user_id, name.unwrap_or_default());
    }
    values.extend(known);
    (values, usual)
}

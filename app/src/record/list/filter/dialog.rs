//! The dialog that makes a condition.

use leptos::html::Button as ButtonElement;
use leptos::prelude::*;
use serde_json::Value;
use shared::period::PERIODS;
use shared::query::{Filter, Op};
use shared::record::{Kind, day, is_empty};
use shared::{FieldError, i18n};

use super::super::subject::{Subject, Subjects};
use super::field::field_input;
use super::words::{code, condition_text, entry_kind, is_of_several, operator_label, operators};
use super::{Conditions, Making};
use crate::context::t;
use crate::record::attribute::Attribute;
use crate::record::editor::{Editing, editor};
use crate::record::inline::refocus;
use crate::ui::{Button, ButtonKind, Choice, Dialog, Field, Select, Size, open_about};

/// The condition being made; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    field: RwSignal<String>,
    op: RwSignal<String>,
    value: RwSignal<Value>,
    /// Position of the condition that it is an alternative to; empty for one that holds besides the others.
    beside: RwSignal<String>,
    error: RwSignal<Option<FieldError>>,
}

impl Draft {
    pub(super) fn new(about: Subjects) -> Self {
        let draft = Self {
            field: RwSignal::new(String::new()),
            op: RwSignal::new(String::new()),
            value: RwSignal::new(Value::Null),
            beside: RwSignal::new(String::new()),
            error: RwSignal::new(None),
        };
        draft.begin(about, None);
        draft
    }

    /// Begins with a condition, or anew with the first field of the list.
    pub(super) fn begin(self, about: Subjects, condition: Option<&Filter>) {
        let usual = |subject: &&Subject| subject.attribute.listed() && !subject.attribute.is_title();
        let first = || about.with_value(|all| all.iter().find(usual).map(|subject| subject.path.clone()));
        let (field, op, value) = match condition {
            Some(Filter::Field { field, op, value }) => (field.clone(), code(*op), value.clone()),
            _ => (first().unwrap_or_default(), "", Value::Null),
        };
        self.field.set(field);
        self.restart();
        self.op.set(op.to_owned());
        self.value.set(value);
        self.beside.set(String::new());
    }

    /// Path of the field; tracked.
    pub(super) fn path(self) -> String {
        self.field.get()
    }

    /// Takes another field, and begins anew with it.
    pub(super) fn choose(self, path: String) {
        if self.field.with_untracked(|field| *field != path) {
            self.field.set(path);
            self.restart();
        }
    }

    fn restart(self) {
        self.op.set(String::new());
        self.value.set(Value::Null);
        self.error.set(None);
    }

    fn attribute(self, about: Subjects) -> Option<Attribute> {
        attribute_at(about, &self.field.get())
    }

    fn op_of(self, attribute: &Attribute) -> Op {
        let chosen = self.op.get();
        let all = operators(attribute);
        all.iter().copied().find(|op| code(*op) == chosen).unwrap_or(all[0])
    }
}

fn attribute_at(about: Subjects, path: &str) -> Option<Attribute> {
    about.with_value(|all| all.iter().find(|subject| subject.path == path).map(|subject| subject.attribute.clone()))
}

/// Whether a condition can be changed here: not what only links and programs say.
pub(super) fn can_change(about: Subjects, condition: &Filter) -> bool {
    let Filter::Field { field, op, value } = condition else { return false };
    let text = value.as_str().unwrap_or_default();
    let mut texts = value.as_array().into_iter().flatten().filter_map(Value::as_str).chain([text]);
    let says_otherwise = texts.any(|text| text.starts_with('@'));
    attribute_at(about, field).is_some_and(|attribute| {
        let day_of_instant = attribute.kind() == Kind::DateTime && day(text).is_some();
        operators(&attribute).contains(op) && !says_otherwise && !day_of_instant
    })
}

/// The dialog; open while there is something to make.
pub(super) fn filter_dialog(
    conditions: Conditions,
    about: Subjects,
    making: RwSignal<Option<Making>>,
    draft: Draft,
    adding: NodeRef<ButtonElement>,
) -> AnyView {
    let page = conditions.page;
    let open = open_about(making);
    let ops = Signal::derive(move || {
        let attribute = draft.attribute(about);
        let choice = |kind: Kind, op: &Op| Choice::new(code(*op), operator_label(page, &kind, *op));
        attribute.map(|a| operators(&a).iter().map(|op| choice(a.kind(), op)).collect()).unwrap_or_default()
    });
    let apply = move |_| match untrack(|| finished(draft, about)) {
        Ok(Some(condition)) => {
            match making.get_untracked() {
                Some(Making::Instead(place, old)) => conditions.put(place, &old, Some(condition)),
                _ => conditions.add(condition, draft.beside.get_untracked().parse().ok()),
            }
            open.set(false);
        }
        Ok(None) => {}
        Err(error) => draft.error.set(Some(error)),
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
            <Button kind=ButtonKind::Primary on_click=apply>{t("ui.action.apply")}</Button>
        }
    };
    let new = move || making.get().is_none_or(|making| making == Making::New);
    let title = Signal::derive(move || page.text(if new() { "list.filter.add" } else { "list.filter.change" }));
    view! {
        // The chip from which it was opened may be another one now.
        <Dialog open title close=t("ui.action.close") size=Size::Small footer on_close=move |()| refocus(move || adding.try_get_untracked().flatten().map(Into::into))>
            <div class="form">
                <div class="form-group">
                    {field_input(page, draft, about)}
                    <Field id="filter-op" label=t("list.filter.op")>
                        <Select value=draft.op options=ops/>
                    </Field>
                    {move || value_input(conditions, draft, about)}
                    <Show when=new>{join_input(conditions, draft, about)}</Show>
                </div>
            </div>
        </Dialog>
    }
    .into_any()
}

/// Whether it holds besides the other conditions or instead of one of them.
fn join_input(conditions: Conditions, draft: Draft, about: Subjects) -> AnyView {
    let page = conditions.page;
    let options = Signal::derive(move || {
        let or = |(at, condition): (usize, Filter)| {
            let text = conditions
                .titles
                .with(|titles| about.with_value(|about| condition_text(page, titles, about, &condition)));
            let label = page.text_with("list.filter.or", &[("condition", &text)]);
            Choice::new(at.to_string(), label)
        };
        conditions.all.get().into_iter().enumerate().map(or).collect::<Vec<_>>()
    });
    view! {
        <Show when=move || options.with(|options| !options.is_empty())>
            <Field id="filter-join" label=t("list.filter.join")>
                <Select value=draft.beside options empty=t("list.filter.and")/>
            </Field>
        </Show>
    }
    .into_any()
}

fn value_input(conditions: Conditions, draft: Draft, about: Subjects) -> Option<AnyView> {
    let page = conditions.page;
    let attribute = draft.attribute(about)?;
    let needs_value = Memo::new({
        let attribute = attribute.clone();
        move |_| !matches!(draft.op_of(&attribute), Op::Empty | Op::Present)
    });
    let error = Signal::derive(move || draft.error.get().map(|e| i18n::field_error(page.locale.get(), &e)));
    let attribute = StoredValue::new(attribute);
    // A period is chosen, a day is typed; several are chosen otherwise than one.
    let way = Memo::new(move |_| {
        let op = attribute.with_value(|attribute| draft.op_of(attribute));
        (op == Op::During, is_of_several(op))
    });
    let input = move || untrack(|| attribute.with_value(|attribute| value_editor(conditions, draft, attribute)));
    let shown = move || {
        way.track();
        needs_value.get().then(|| {
            view! { <Field id="filter-value" label=t("list.filter.value") error>{input()}</Field> }
        })
    };
    Some(view! { {shown} }.into_any())
}

fn value_editor(conditions: Conditions, draft: Draft, attribute: &Attribute) -> AnyView {
    let (page, value) = (conditions.page, draft.value);
    let several = is_of_several(draft.op_of(attribute));
    keep_shape(value, several);
    let periods = || PERIODS.iter().map(|(code, _)| *code);
    if draft.op_of(attribute) == Op::During {
        let label = move |code: &str| page.text(&format!("list.period.{code}"));
        let options = Signal::derive(move || periods().map(|code| Choice::new(code, label(code))).collect());
        return chosen_of(value, periods().map(Value::from), "this_month".into(), options);
    }
    if attribute.kind() == Kind::Bool {
        let options = Signal::derive(move || {
            vec![Choice::new("true", page.text("ui.word.yes")), Choice::new("false", page.text("ui.word.no"))]
        });
        return chosen_of(value, [true, false].map(Value::Bool), true.into(), options);
    }
    let of_days = matches!(attribute.kind(), Kind::Date | Kind::DateTime);
    if of_days && value.with(|value| periods().any(|code| *value == code)) {
        value.set(Value::Null);
    }
    let mut editing = Editing::new(page, attribute.clone(), value, "filter-value".into(), conditions.titles);
    editing.kind = match entry_kind(attribute.kind()) {
        Kind::Choice(codes) if several => Kind::MultiChoice(codes),
        Kind::Reference(target) if several => Kind::References(target),
        Kind::Text(_) if several => Kind::Tags,
        // An amount is compared as a number: the currency is the record's.
        Kind::Money => Kind::Decimal(2),
        kind => kind,
    };
    editor(editing)
}

/// What was chosen stays, in a list or by itself, when another comparison asks for it so.
fn keep_shape(value: RwSignal<Value>, several: bool) {
    let other = value.with_untracked(|value| match value {
        Value::Array(all) if !several => Some(all.first().cloned().unwrap_or_default()),
        Value::Array(_) | Value::Null => None,
        one => several.then(|| Value::Array(vec![one.clone()])),
    });
    if let Some(other) = other {
        value.set(other);
    }
}

/// One of a few values that are told apart by what they are written as; `usual` when it is none of them yet.
fn chosen_of(
    value: RwSignal<Value>,
    known: impl IntoIterator<Item = Value>,
    usual: Value,
    options: Signal<Vec<Choice>>,
) -> AnyView {
    let known: Vec<Value> = known.into_iter().collect();
    let written = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if !value.with_untracked(|value| known.contains(value)) {
        value.set(usual);
    }
    let chosen = RwSignal::new(value.with_untracked(written));
    let choose = move |text: String| {
        if let Some(found) = known.iter().find(|value| written(value) == text) {
            value.set(found.clone());
        }
    };
    view! { <Select value=chosen options on_change=choose/> }.into_any()
}

/// The condition as chosen; none while there is no field.
fn finished(draft: Draft, about: Subjects) -> Result<Option<Filter>, FieldError> {
    let Some(attribute) = draft.attribute(about) else { return Ok(None) };
    let (name, op) = (draft.field.get(), draft.op_of(&attribute));
    if op == Op::During {
        return Ok(Some(Filter::field(&name, op, draft.value.get())));
    }
    if matches!(op, Op::Empty | Op::Present) {
        return Ok(Some(Filter::field(&name, op, Value::Null)));
    }
    let kind = match entry_kind(attribute.kind()) {
        Kind::Choice([]) => Kind::Text(200),
        kind => kind,
    };
    let clean = |value: &Value| shared::record::normalize(&name, &kind, value);
    let value = match draft.value.get() {
        Value::Array(all) if is_of_several(op) => Value::Array(all.iter().map(clean).collect::<Result<_, _>>()?),
        value => clean(&value)?,
    };
    if is_empty(&value) {
        return Err(FieldError::new(name, "required"));
    }
    Ok(Some(Filter::field(&name, op, value)))
}

//! Filters as sentences: field, comparison, value.

use leptos::prelude::*;
use serde_json::Value;
use shared::period::PERIODS;
use shared::quality::QUIET;
use shared::query::{CHANGE_SET, Filter, Op, Titles};
use shared::record::{Kind, Values, is_empty};
use shared::{FieldError, i18n};

use super::ListContext;
use super::subject::{Subject, Subjects};
use crate::context::{Page, t};
use crate::record::attribute::Attribute;
use crate::record::editor::{Editing, editor};
use crate::record::value::value_text;
use crate::ui::{Button, ButtonKind, Choice, Dialog, Field, Select, Size};

/// Comparisons that make sense for a kind, the most usual first; the server takes these.
fn operators(attribute: &Attribute) -> &'static [Op] {
    match attribute.kind() {
        Kind::Text(_) => &[Op::Contains, Op::Eq, Op::Ne, Op::Empty, Op::Present],
        Kind::Marked => &[Op::Present, Op::Empty, Op::Contains],
        Kind::LongText
        | Kind::RichText
        | Kind::Url
        | Kind::Email
        | Kind::Tags
        | Kind::Emails
        | Kind::Phones
        | Kind::MultiChoice(_)
        | Kind::References(_) => &[Op::Contains, Op::Empty, Op::Present],
        Kind::Integer(..) | Kind::Decimal(_) | Kind::Money | Kind::Rating => {
            &[Op::Gte, Op::Lte, Op::Gt, Op::Lt, Op::Eq, Op::Ne, Op::Empty, Op::Present]
        }
        Kind::Date => &[Op::During, Op::Gte, Op::Lte, Op::Gt, Op::Lt, Op::Eq, Op::Empty, Op::Present],
        Kind::DateTime => &[Op::During, Op::Gte, Op::Lte, Op::Empty, Op::Present],
        Kind::Bool => &[Op::Eq],
        Kind::Choice(_) | Kind::Currency | Kind::Reference(_) => &[Op::Eq, Op::Ne, Op::Empty, Op::Present],
        Kind::Address | Kind::Social | Kind::Rank(_) | Kind::Json(_) => &[Op::Empty, Op::Present],
    }
}

fn code(op: Op) -> &'static str {
    match op {
        Op::Eq => "eq",
        Op::Ne => "ne",
        Op::Lt => "lt",
        Op::Lte => "lte",
        Op::Gt => "gt",
        Op::Gte => "gte",
        Op::Contains => "contains",
        Op::In => "in",
        Op::During => "during",
        Op::Empty => "empty",
        Op::Present => "present",
    }
}

fn operator_label(page: Page, kind: &Kind, op: Op) -> String {
    let of_days = matches!(kind, Kind::Date | Kind::DateTime) && matches!(op, Op::Lt | Op::Lte | Op::Gt | Op::Gte);
    page.text(&format!("list.{}.{}", if of_days { "op_date" } else { "op" }, code(op)))
}

/// A filter on a list field compares with one entry.
fn entry_kind(kind: Kind) -> Kind {
    match kind {
        Kind::References(target) => Kind::Reference(target),
        Kind::MultiChoice(codes) => Kind::Choice(codes),
        Kind::Tags
        | Kind::Emails
        | Kind::Phones
        | Kind::Marked
        | Kind::LongText
        | Kind::RichText
        | Kind::Url
        | Kind::Email => Kind::Text(200),
        kind => kind,
    }
}

/// Conditions that all hold, which one can add to and take from; cheap to copy.
#[derive(Clone, Copy)]
pub(in crate::record) struct Conditions {
    /// The page.
    pub page: Page,
    /// Titles of the records that they name.
    pub titles: RwSignal<Titles>,
    /// Those there are.
    pub all: Signal<Vec<Filter>>,
    /// Makes them others.
    pub change: Callback<Vec<Filter>>,
}

impl Conditions {
    /// Those that a list is narrowed by.
    pub(super) fn of(context: ListContext) -> Self {
        let nav = context.nav;
        Self {
            page: context.page,
            titles: context.titles,
            all: Signal::derive(move || nav.state.with(|state| state.conditions.clone())),
            change: Callback::new(move |all| nav.change(|state| state.conditions = all)),
        }
    }

    /// Adds one, besides the others or as an alternative to one of them.
    fn add(self, condition: Filter, beside: Option<usize>) {
        let mut all = self.all.get_untracked();
        add(&mut all, condition, beside);
        self.change.run(all);
    }

    /// Takes one away.
    pub(super) fn remove(self, condition: &Filter) {
        let mut all = self.all.get_untracked();
        all.retain(|other| other != condition);
        self.change.run(all);
    }
}

fn add(all: &mut Vec<Filter>, condition: Filter, beside: Option<usize>) {
    let Some(at) = beside.filter(|at| *at < all.len()) else {
        if !all.contains(&condition) {
            all.push(condition);
        }
        return;
    };
    let mut parts = match all.remove(at) {
        Filter::Any(parts) => parts,
        other => vec![other],
    };
    if !parts.contains(&condition) {
        parts.push(condition);
    }
    all.insert(at, if parts.len() == 1 { parts.remove(0) } else { Filter::Any(parts) });
}

/// A condition in words; tracked.
pub(in crate::record) fn condition_text(page: Page, titles: &Titles, all: &[Subject], condition: &Filter) -> String {
    let (field, op, value) = match condition {
        Filter::Field { field, op, value } => (field, op, value),
        Filter::Any(parts) if !parts.is_empty() => return joined(page, titles, all, parts, "list.filter.joined"),
        Filter::All(parts) if !parts.is_empty() => return joined(page, titles, all, parts, "list.filter.both"),
        _ => return page.text("list.filter.title"),
    };
    if field == QUIET {
        return page.text_with("quality.quiet_filter", &[("n", &value.to_string())]);
    }
    if field == CHANGE_SET {
        return page.text("list.filter.change_set");
    }
    let Some(subject) = all.iter().find(|subject| subject.path == *field) else {
        // A field that is gone, or one that an administrator added.
        let name = field.strip_prefix("custom.").unwrap_or(field);
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        return format!("{name} {} {value}", operator_label(page, &Kind::Text(0), *op));
    };
    let attribute = &subject.attribute;
    let kind = attribute.kind();
    let start = format!("{} {}", subject.label(page), operator_label(page, &kind, *op));
    let text = match (op, value.as_str()) {
        (Op::Empty | Op::Present, _) => return start,
        (Op::During, Some(period)) => page.text(&format!("list.period.{period}")),
        (_, Some("@me")) => page.text("ui.word.me"),
        (_, Some("@my_team")) => page.text("ui.word.my_team"),
        // A day of an instant begins where the reader is.
        (_, Some(text)) if kind == Kind::DateTime && shared::record::day(text).is_some() => {
            shared::record::day(text).map(|day| shared::format::date(page.locale.get(), day)).unwrap_or_default()
        }
        (Op::In, None) => {
            let one = |value: &Value| condition_value(page, titles, attribute, value.clone());
            let all: Vec<String> = value.as_array().into_iter().flatten().map(one).collect();
            all.join(if page.locale.get() == i18n::Locale::ZhCn { "、" } else { ", " })
        }
        _ => condition_value(page, titles, attribute, value.clone()),
    };
    format!("{start} {text}")
}

/// A value that a condition compares with; tracked.
fn condition_value(page: Page, titles: &Titles, attribute: &Attribute, value: Value) -> String {
    let kind = attribute.kind();
    let listed = kind.is_text_list() || matches!(kind, Kind::References(_));
    let value = if listed { Value::Array(vec![value]) } else { value };
    let mut values = Values::new();
    attribute.put(&mut values, value);
    value_text(page, attribute, &values, titles)
}

/// Several conditions, joined by the words of that key.
fn joined(page: Page, titles: &Titles, all: &[Subject], parts: &[Filter], key: &str) -> String {
    let locale = page.locale.get();
    let texts = parts.iter().map(|part| condition_text(page, titles, all, part));
    let join = |first: String, rest: String| i18n::translate(locale, key, &[("first", &first), ("rest", &rest)]);
    texts.reduce(join).unwrap_or_default()
}

/// The condition being made.
#[derive(Clone, Copy)]
struct Draft {
    field: RwSignal<String>,
    op: RwSignal<String>,
    value: RwSignal<Value>,
    /// Position of the condition that it is an alternative to; empty for one that holds besides the others.
    beside: RwSignal<String>,
    error: RwSignal<Option<FieldError>>,
}

impl Draft {
    fn attribute(self, all: Subjects) -> Option<Attribute> {
        let field = self.field.get();
        all.with_value(|all| all.iter().find(|a| a.path == field).map(|subject| subject.attribute.clone()))
    }

    fn op_of(self, attribute: &Attribute) -> Op {
        let chosen = self.op.get();
        let all = operators(attribute);
        all.iter().copied().find(|op| code(*op) == chosen).unwrap_or(all[0])
    }
}

/// The dialog that adds a condition.
pub(in crate::record) fn filter_dialog(conditions: Conditions, all: Subjects, open: RwSignal<bool>) -> AnyView {
    let page = conditions.page;
    let usual = |subject: &&Subject| subject.attribute.listed() && !subject.attribute.is_title();
    let first = all.with_value(|all| all.iter().find(usual).map(|subject| subject.path.clone()));
    let draft = Draft {
        field: RwSignal::new(first.unwrap_or_default()),
        op: RwSignal::new(String::new()),
        value: RwSignal::new(Value::Null),
        beside: RwSignal::new(String::new()),
        error: RwSignal::new(None),
    };
    let fields = Signal::derive(move || {
        all.with_value(|all| all.iter().map(|a| Choice::new(&a.path, a.label(page))).collect::<Vec<_>>())
    });
    let ops = Signal::derive(move || {
        let attribute = draft.attribute(all);
        let choice = |kind: Kind, op: &Op| Choice::new(code(*op), operator_label(page, &kind, *op));
        attribute.map(|a| operators(&a).iter().map(|op| choice(a.kind(), op)).collect()).unwrap_or_default()
    });
    let restart = move |_| {
        draft.op.set(String::new());
        draft.value.set(Value::Null);
        draft.error.set(None);
    };
    let apply = move |_| match untrack(|| finished(draft, all)) {
        Ok(Some(condition)) => {
            open.set(false);
            draft.value.set(Value::Null);
            let beside = draft.beside.get_untracked().parse().ok();
            draft.beside.set(String::new());
            conditions.add(condition, beside);
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
    view! {
        <Dialog open title=t("list.filter.add") close=t("ui.action.close") size=Size::Small footer>
            <div class="form">
                <div class="form-group">
                    <Field id="filter-field" label=t("list.filter.field")>
                        <Select value=draft.field options=fields on_change=restart/>
                    </Field>
                    <Field id="filter-op" label=t("list.filter.op")>
                        <Select value=draft.op options=ops on_change=move |_| draft.value.set(Value::Null)/>
                    </Field>
                    {move || value_input(conditions, draft, all)}
                    {join_input(conditions, draft, all)}
                </div>
            </div>
        </Dialog>
    }
    .into_any()
}

/// Whether it holds besides the other conditions or instead of one of them.
fn join_input(conditions: Conditions, draft: Draft, all: Subjects) -> AnyView {
    let page = conditions.page;
    let options = Signal::derive(move || {
        let or = |(at, condition): (usize, Filter)| {
            let text =
                conditions.titles.with(|titles| all.with_value(|all| condition_text(page, titles, all, &condition)));
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

fn value_input(conditions: Conditions, draft: Draft, all: Subjects) -> Option<AnyView> {
    let page = conditions.page;
    let attribute = draft.attribute(all)?;
    let needs_value = Memo::new({
        let attribute = attribute.clone();
        move |_| !matches!(draft.op_of(&attribute), Op::Empty | Op::Present)
    });
    let error = Signal::derive(move || draft.error.get().map(|e| i18n::field_error(page.locale.get(), &e)));
    let attribute = StoredValue::new(attribute);
    // A period is chosen, a day is typed.
    let of_period = Memo::new(move |_| attribute.with_value(|attribute| draft.op_of(attribute)) == Op::During);
    let input = move || untrack(|| attribute.with_value(|attribute| value_editor(conditions, draft, attribute)));
    let shown = move || {
        of_period.get();
        needs_value.get().then(|| {
            view! { <Field id="filter-value" label=t("list.filter.value") error>{input()}</Field> }
        })
    };
    Some(view! { {shown} }.into_any())
}

fn value_editor(conditions: Conditions, draft: Draft, attribute: &Attribute) -> AnyView {
    let (page, value) = (conditions.page, draft.value);
    if draft.op_of(attribute) == Op::During {
        return period_input(page, value);
    }
    if attribute.kind() == Kind::Bool {
        return yes_no(page, value);
    }
    let mut editing = Editing::new(page, attribute.clone(), value, "filter-value".into(), conditions.titles);
    editing.kind = match entry_kind(attribute.kind()) {
        // An amount is compared as a number: the currency is the record's.
        Kind::Money => Kind::Decimal(2),
        kind => kind,
    };
    editor(editing)
}

fn period_input(page: Page, value: RwSignal<Value>) -> AnyView {
    let chosen = RwSignal::new("this_month".to_owned());
    value.set("this_month".into());
    let label = move |code: &str| page.text(&format!("list.period.{code}"));
    let options =
        Signal::derive(move || PERIODS.iter().map(|(code, _)| Choice::new(*code, label(code))).collect::<Vec<_>>());
    view! { <Select value=chosen options on_change=move |code: String| value.set(code.into())/> }.into_any()
}

fn yes_no(page: Page, value: RwSignal<Value>) -> AnyView {
    let chosen = RwSignal::new("true".to_owned());
    value.set(Value::Bool(true));
    let options = Signal::derive(move || {
        vec![Choice::new("true", page.text("ui.word.yes")), Choice::new("false", page.text("ui.word.no"))]
    });
    view! { <Select value=chosen options on_change=move |text: String| value.set(Value::Bool(text == "true"))/> }
        .into_any()
}

/// The condition as chosen; none while there is no field.
fn finished(draft: Draft, all: Subjects) -> Result<Option<Filter>, FieldError> {
    let Some(attribute) = draft.attribute(all) else { return Ok(None) };
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
    let value = shared::record::normalize(&name, &kind, &draft.value.get())?;
    if is_empty(&value) {
        return Err(FieldError::new(name, "required"));
    }
    Ok(Some(Filter::field(&name, op, value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_become_alternatives_of_each_other() {
        let of = |field: &str| Filter::field(field, Op::Present, true);
        let mut all = Vec::new();
        for (name, beside) in [("a", None), ("b", None), ("c", Some(0)), ("d", Some(0)), ("d", Some(0)), ("b", Some(1))]
        {
            add(&mut all, of(name), beside);
        }
        assert_eq!(all, [Filter::Any(vec![of("a"), of("c"), of("d")]), of("b")]);
    }
}

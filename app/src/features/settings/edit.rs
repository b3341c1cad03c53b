//! A dialog for the few fields of an administered record.

use std::collections::BTreeSet;

use leptos::prelude::*;
use serde_json::Value;
use shared::command::{Change, Command};
use shared::i18n::{self, choice_label, field_error, field_label, group_label};
use shared::query::{ListQuery, MAX_PAGE};
use shared::record::{Kind, texts};
use shared::types::{OPPORTUNITY, REGISTRY, by_name};
use shared::{Error, FieldDef, RecordDef, Row, Values};
use uuid::Uuid;

use crate::acting::act;
use crate::api::records::list_records;
use crate::context::{Page, t};
use crate::preferences::{CURRENCIES, plain, time_zones};
use crate::ui::{
    Button, ButtonKind, Checkbox, Choice, Dialog, Dot, Field, Select, TagInput, TextArea, TextInput, Toasts, Tone,
    is_save_chord,
};

/// What is being edited; cheap to copy.
#[derive(Clone, Copy)]
pub struct Editor {
    open: RwSignal<bool>,
    row: RwSignal<Option<Row>>,
    values: RwSignal<Values>,
    error: RwSignal<Option<Error>>,
    busy: RwSignal<bool>,
    /// How often it was opened: an answer to what was edited before is none to what is now.
    times: StoredValue<u32>,
}

impl Editor {
    /// An editor with nothing in it.
    pub fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            row: RwSignal::new(None),
            values: RwSignal::new(Values::new()),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
            times: StoredValue::new(0),
        }
    }

    /// Opens for a new record that starts with these values.
    pub fn create(self, initial: Values) {
        self.start(None, initial);
    }

    /// Opens for an existing record.
    pub fn edit(self, row: Row) {
        let values = row.values.clone();
        self.start(Some(row), values);
    }

    fn start(self, row: Option<Row>, values: Values) {
        self.row.set(row);
        self.values.set(values);
        self.error.set(None);
        self.busy.set(false);
        self.times.update_value(|times| *times += 1);
        self.open.set(true);
    }

    /// The change the dialog stands for: everything of a new record, what differs of an existing one.
    fn change(self, fields: &[&str]) -> Change {
        let values = self.values.get_untracked();
        match self.row.get_untracked() {
            None => Change::Create { id: Uuid::now_v7(), values },
            Some(row) => {
                let differs = |name: &&str| values.get(*name).unwrap_or(&Value::Null) != row.value(name);
                let changed = fields.iter().copied().filter(|name| differs(name));
                let values =
                    changed.map(|name| (name.to_owned(), values.get(name).cloned().unwrap_or_default())).collect();
                Change::Update { id: row.id, version: Some(row.version), values }
            }
        }
    }

    fn save(self, page: Page, def: &'static RecordDef, fields: &'static [&'static str], on_saved: Callback<Row>) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let (times, toasts) = (self.times.get_value(), Toasts::take());
        let done = i18n::translate(page.locale.get_untracked(), "ui.toast.saved", &[]);
        act(Command::one(def.name, self.change(fields)), done, move |result| {
            let is_here = self.times.try_get_value() == Some(times) && self.open.try_get_untracked() == Some(true);
            if is_here {
                self.busy.set(false);
            }
            match result {
                Ok(outcome) => {
                    if is_here {
                        self.open.set(false);
                    }
                    for row in outcome.rows {
                        on_saved.try_run(row);
                    }
                }
                Err(error) if is_here => self.error.set(Some(error)),
                // There is no field any more that it could stand beside.
                Err(error @ Error::Invalid { .. }) => {
                    toasts.push(i18n::error_sentence(page.locale.get_untracked(), &error), Tone::Danger, None);
                }
                Err(_) => {}
            }
        });
    }
}

impl Default for Editor {
    fn default() -> Self {
        Self::new()
    }
}

/// The dialog of an [`Editor`].
#[component]
pub fn EditDialog(
    /// Record type name.
    record_type: &'static str,
    /// What is edited.
    editor: Editor,
    /// The fields shown, in order.
    fields: &'static [&'static str],
    /// Runs with the record as it was saved.
    #[prop(into)]
    on_saved: Callback<Row>,
) -> impl IntoView {
    let page = Page::take();
    let Some(def) = by_name(record_type) else { return ().into_any() };
    let title = Signal::derive(move || match editor.row.get() {
        Some(row) => page.text_with("ui.record.edit", &[("name", &page.called(def, &row))]),
        None => page.text(&format!("{}._new", def.name)),
    });
    let save = move || editor.save(page, def, fields, on_saved);
    let footer = move || {
        view! {
            <Button on_click=move |_| editor.open.set(false)>{t("ui.action.cancel")}</Button>
            <Button kind=ButtonKind::Primary busy=editor.busy on_click=move |_| save()>{t("ui.action.save")}</Button>
        }
    };
    view! {
        <Dialog open=editor.open title close=t("ui.action.close") footer>
            <div
                class="stack"
                on:keydown=move |event| if is_save_chord(&event) { save() }
            >
                {inputs(def, fields, editor)}
            </div>
        </Dialog>
    }
    .into_any()
}

/// The fields of the dialog; below the headings of their groups, where each group stands together.
fn inputs(def: &'static RecordDef, fields: &[&str], editor: Editor) -> AnyView {
    let page = Page::take();
    let fields: Vec<&'static FieldDef> = fields.iter().filter_map(|name| def.field(name)).collect();
    let groups: Vec<&[&'static FieldDef]> = fields.chunk_by(|one, next| one.group == next.group).collect();
    let names: BTreeSet<&str> = fields.iter().map(|field| field.group).collect();
    if groups.len() < 2 || names.len() < groups.len() {
        return fields.iter().copied().map(|field| input(def, field, editor)).collect_view().into_any();
    }
    let group = |members: &[&'static FieldDef]| {
        let name = members.first().map_or("main", |field| field.group);
        let heading = Signal::derive(move || group_label(page.locale.get(), def, name));
        let members = members.iter().copied().map(|field| input(def, field, editor)).collect_view();
        view! { <fieldset class="form-group"><legend>{heading}</legend>{members}</fieldset> }
    };
    groups.into_iter().map(group).collect_view().into_any()
}

/// One field of the dialog.
fn input(def: &'static RecordDef, field: &'static FieldDef, editor: Editor) -> AnyView {
    let page = Page::take();
    let label = Signal::derive(move || i18n::input_label(page.locale.get(), page.own_locale(), def, field.name));
    if matches!(field.kind, Kind::Bool) {
        let value =
            Signal::derive(move || editor.values.with(|v| v.get(field.name).and_then(Value::as_bool).unwrap_or(false)));
        let set = move |on: bool| set(editor, field.name, Value::from(on));
        return view! { <Checkbox value on_change=set>{label}</Checkbox> }.into_any();
    }
    let error = problem(editor.error.into(), field.name);
    let id = format!("edit-{}", field.name);
    let key = format!("{}.{}._hint", def.name, field.name);
    let hint = i18n::lookup(page.locale.get_untracked(), &key).map(|_| Signal::derive(move || page.text(&key)));
    view! { <Field id label hint error required=field.required>{control(def, field, editor, label)}</Field> }.into_any()
}

fn control(def: &'static RecordDef, field: &'static FieldDef, editor: Editor, label: Signal<String>) -> AnyView {
    let page = Page::take();
    let name = field.name;
    match field.kind {
        Kind::Integer(0, 9) => hues(editor, name, label),
        Kind::LongText | Kind::RichText => view! { <TextArea value=text_signal(editor, field)/> }.into_any(),
        Kind::Integer(..) => view! { <TextInput value=text_signal(editor, field) inputmode="numeric"/> }.into_any(),
        Kind::Email => view! { <TextInput value=text_signal(editor, field) kind="email"/> }.into_any(),
        Kind::Currency => select(editor, field, Signal::stored(plain(CURRENCIES))),
        Kind::TimeZone => select(editor, field, Signal::stored(time_zones(""))),
        Kind::Text(_) if name == "record_type" => select(editor, field, Signal::derive(move || types(page))),
        Kind::Choice(codes) => {
            let choice = move |code: &&str| Choice::new(*code, choice_label(page.locale.get(), def, name, code));
            select(editor, field, Signal::derive(move || codes.iter().map(choice).collect()))
        }
        Kind::Reference(target) => select(editor, field, records_of(target)),
        Kind::References(target) => checks(editor, name, label, records_of(target)),
        Kind::Tags if name == "required_fields" => {
            checks(editor, name, label, Signal::derive(move || opportunity_fields(page)))
        }
        Kind::Tags => {
            let value = RwSignal::new(editor.values.with_untracked(|v| texts(v, name).map(str::to_owned).collect()));
            // Without any it is empty, as it is kept: what was not touched is no change.
            let sent = |tags: Vec<String>| if tags.is_empty() { Value::Null } else { Value::from(tags) };
            Effect::new(move |_| set(editor, name, sent(value.get())));
            view! { <TagInput value id=format!("edit-{name}") label remove=t("ui.action.remove")/> }.into_any()
        }
        _ => view! { <TextInput value=text_signal(editor, field)/> }.into_any(),
    }
}

fn set(editor: Editor, name: &str, value: Value) {
    editor.values.update(|values| drop(values.insert(name.to_owned(), value)));
}

/// A text signal that writes through into the values; numbers become numbers, nothing becomes null.
fn text_signal(editor: Editor, field: &'static FieldDef) -> RwSignal<String> {
    let value = editor.values.with_untracked(|values| match values.get(field.name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        // A new record shows what it would get by itself.
        _ if editor.row.with_untracked(Option::is_none) => field.default.unwrap_or_default().to_owned(),
        _ => String::new(),
    });
    let text = RwSignal::new(value);
    let number = matches!(field.kind, Kind::Integer(..));
    Effect::new(move |_| {
        let text = text.get();
        let value = match text.trim() {
            "" => Value::Null,
            digits if number => digits.parse::<i64>().map_or_else(|_| Value::from(digits), Value::from),
            _ => Value::from(text.as_str()),
        };
        set(editor, field.name, value);
    });
    text
}

fn select(editor: Editor, field: &'static FieldDef, options: Signal<Vec<Choice>>) -> AnyView {
    let value = text_signal(editor, field);
    // What is set stays selectable even when it is none of the usual ones.
    let options = Signal::derive(move || {
        let mut options = options.get();
        let own = value.get();
        if !own.is_empty() && Uuid::parse_str(&own).is_err() && options.iter().all(|choice| choice.value != own) {
            options.push(Choice::new(own.clone(), own));
        }
        options
    });
    if field.required && field.default.is_some() {
        view! { <Select value options/> }.into_any()
    } else {
        view! { <Select value options empty=t("ui.input.choose")/> }.into_any()
    }
}

fn checks(editor: Editor, name: &'static str, label: Signal<String>, options: Signal<Vec<Choice>>) -> AnyView {
    let check = move |choice: Choice| {
        let (own, flip) = (choice.value.clone(), choice.value);
        let value = Signal::derive(move || editor.values.with(|values| texts(values, name).any(|entry| entry == own)));
        let change = move |on: bool| {
            let kept: Vec<String> = editor.values.with_untracked(|values| {
                texts(values, name).filter(|entry| *entry != flip).map(str::to_owned).collect()
            });
            set(editor, name, kept.into_iter().chain(on.then(|| flip.clone())).collect::<Vec<_>>().into());
        };
        view! { <Checkbox value on_change=change>{choice.label}</Checkbox> }
    };
    view! {
        <div class="check-list" role="group" aria-label=label>
            {move || options.get().into_iter().map(check).collect_view()}
        </div>
    }
    .into_any()
}

fn hues(editor: Editor, name: &'static str, label: Signal<String>) -> AnyView {
    let current = move || editor.values.with(|values| values.get(name).and_then(Value::as_u64).unwrap_or(0));
    let swatch = move |hue: u8| {
        let chosen = move || current() == u64::from(hue);
        view! {
            <button
                type="button"
                role="radio"
                class="hue"
                aria-checked=move || chosen().to_string()
                aria-label=hue.to_string()
                on:click=move |_| set(editor, name, Value::from(hue))
            >
                <Dot hue/>
            </button>
        }
    };
    view! { <div class="hues" role="radiogroup" aria-label=label>{(0..10).map(swatch).collect_view()}</div> }.into_any()
}

/// What is wrong with a field, in the page's language.
pub fn problem(error: Signal<Option<Error>>, name: &'static str) -> Signal<Option<String>> {
    let page = Page::take();
    Signal::derive(move || {
        error.with(|error| match error {
            Some(Error::Invalid { fields }) => {
                let found = fields.iter().find(|problem| problem.field == name)?;
                Some(field_error(page.locale.get(), found))
            }
            _ => None,
        })
    })
}

/// Records of a type to choose from, loaded when the dialog opens.
pub fn records_of(record_type: &'static str) -> Signal<Vec<Choice>> {
    let page = Page::take();
    let found = LocalResource::new(move || {
        list_records(record_type.to_owned(), ListQuery { limit: MAX_PAGE, ..ListQuery::default() })
    });
    let called = move |row: &Row| by_name(record_type).map(|def| page.called(def, row)).unwrap_or_default();
    Signal::derive(move || {
        let rows = found.get().and_then(Result::ok).map(|page| page.rows).unwrap_or_default();
        rows.iter().map(|row| Choice::new(row.id.to_string(), called(row))).collect()
    })
}

/// The record types people work with.
pub fn types(page: Page) -> Vec<Choice> {
    let locale = page.locale.get();
    let shown = REGISTRY.iter().filter(|def| !def.admin && def.name != "saved_view");
    shown.map(|def| Choice::new(def.name, i18n::type_label_many(locale, def))).collect()
}

/// Fields of an opportunity that a stage may ask for.
fn opportunity_fields(page: Page) -> Vec<Choice> {
    let locale = page.locale.get();
    let offered = |field: &&FieldDef| {
        !field.read_only && !field.internal && !field.required && !matches!(field.kind, Kind::Rank(_) | Kind::Json(_))
    };
    OPPORTUNITY
        .fields
        .iter()
        .filter(offered)
        .map(|field| Choice::new(field.name, field_label(locale, &OPPORTUNITY, field.name)))
        .collect()
}

//! Asking for just what a stage needs, right where the card was dropped.

use leptos::prelude::*;
use serde_json::Value;
use shared::command::{Change, Command};
use shared::i18n::{choice_label, field_error, field_label};
use shared::record::{Kind, Values, normalize};
use shared::types::OPPORTUNITY;
use shared::{FieldDef, FieldError, Row};
use uuid::Uuid;

use super::lookup::Lookup;
use super::model::{Lane, OpenBoard};
use super::moving::Move;
use crate::context::t;
use crate::ui::{
    Button, ButtonKind, Checkbox, Choice, Combobox, DateInput, Dialog, Field, MoneyInput, Select, Size, TagInput,
    TextArea, TextInput, is_save_chord,
};

/// What waits for the answers.
#[derive(Clone)]
pub(super) enum Purpose {
    /// A card that was dropped.
    Move(Move),
    /// A card that is being made.
    Create { id: Uuid, values: Values, lane: Lane },
}

/// A question: the fields, and what was wrong with them so far.
#[derive(Clone)]
pub(super) struct Asking {
    pub(super) purpose: Purpose,
    pub(super) fields: Vec<String>,
    pub(super) errors: Vec<FieldError>,
}

impl Asking {
    fn lane(&self) -> Lane {
        match &self.purpose {
            Purpose::Move(step) => step.lane,
            Purpose::Create { lane, .. } => *lane,
        }
    }

    fn name(&self) -> String {
        let values = match &self.purpose {
            Purpose::Move(step) => &step.original.values,
            Purpose::Create { values, .. } => values,
        };
        shared::record::text(values, "name").unwrap_or_default().to_owned()
    }

    fn asks_why_lost(&self) -> bool {
        self.fields.iter().any(|field| field == "lost_reason")
    }
}

/// One field of the dialog and what was typed into it.
#[derive(Clone, Copy)]
struct Answer {
    field: &'static FieldDef,
    text: RwSignal<String>,
    list: RwSignal<Vec<String>>,
    chosen: RwSignal<Option<Choice>>,
    checked: RwSignal<bool>,
}

impl Answer {
    fn new(field: &'static FieldDef) -> Self {
        Self {
            field,
            text: RwSignal::new(String::new()),
            list: RwSignal::new(Vec::new()),
            chosen: RwSignal::new(None),
            checked: RwSignal::new(false),
        }
    }

    /// Everything but the remark on a loss has to be answered.
    fn is_required(self) -> bool {
        self.field.name != "lost_note"
    }

    /// The value in canonical form.
    fn value(self, board: OpenBoard) -> Result<Value, FieldError> {
        let raw: Value = match self.field.kind {
            Kind::Reference(_) => self.chosen.get_untracked().map(|choice| choice.value).into(),
            Kind::Bool => self.checked.get_untracked().into(),
            Kind::DateTime => shared::format::from_local_input(&self.text.get_untracked(), &board.page.zone())
                .map(shared::record::instant_text)
                .into(),
            kind if kind.is_text_list() => self.list.get_untracked().into(),
            _ => self.text.get_untracked().into(),
        };
        let clean = normalize(self.field.name, &self.field.kind, &raw)?;
        if clean.is_null() && self.is_required() {
            return Err(FieldError::new(self.field.name, "required"));
        }
        Ok(clean)
    }
}

/// The dialog that asks; Cancel puts the card back.
pub(super) fn ask_dialog(board: OpenBoard) -> impl IntoView {
    let open = RwSignal::new(false);
    let answers = StoredValue::new(Vec::<Answer>::new());
    let errors = RwSignal::new(Vec::<FieldError>::new());
    Effect::new(move |_| {
        if let Some(asking) = board.asking.get() {
            // That something is missing is why we ask; only other problems are worth a message.
            let known = asking.errors.iter().all(|e| e.code.starts_with("required"));
            errors.set(if known { Vec::new() } else { asking.errors });
            open.set(true);
        }
    });
    let asked =
        move |read: fn(&Asking) -> String| board.asking.with(|asking| asking.as_ref().map(read)).unwrap_or_default();
    let lost = move || board.asking.with(|asking| asking.as_ref().is_some_and(Asking::asks_why_lost));
    let title = Signal::derive(move || match lost() {
        true => board.page.text_with("board.lost_prompt.title", &[("name", &asked(Asking::name))]),
        false => board.page.text_with("board.required.title", &[("stage", &asked(|asking| asking.lane().name()))]),
    });
    let submit = move || {
        let (values, wrong) = collect(board, &answers.get_value());
        if !wrong.is_empty() {
            return errors.set(wrong);
        }
        let asking = board.asking.try_update(Option::take).flatten();
        open.set(false);
        if let Some(asking) = asking {
            board.go_on_with(asking.purpose, values);
        }
    };
    let cancel = Callback::new(move |()| {
        if let Some(Asking { purpose: Purpose::Move(step), .. }) = board.asking.try_update(Option::take).flatten() {
            let stage = shared::record::id(&step.original.values, "stage_id").and_then(|id| board.lane(id));
            let stage = stage.map(|lane| untrack(|| lane.name())).unwrap_or_default();
            board.say("board.drag.cancelled", &[("name", &step.card.name()), ("stage", &stage)]);
            board.take_back(step);
        }
    });
    let send = Signal::derive(move || {
        board.page.text(if lost() { "board.lost_prompt.submit" } else { "board.required.submit" })
    });
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
            <Button kind=ButtonKind::Primary on_click=move |_| submit()>{send}</Button>
        }
    };
    view! {
        <Dialog open title close=t("ui.action.close") size=Size::Small footer=footer on_close=cancel>
            <form
                class="form-group"
                on:submit=move |event| {
                    event.prevent_default();
                    submit();
                }
                on:keydown=move |event| {
                    if is_save_chord(&event) {
                        event.prevent_default();
                        submit();
                    }
                }
            >
                <p class="meta">{t("board.required.text")}</p>
                {move || {
                    let fields = board.asking.with(|asking| asking.as_ref().map(|asking| asking.fields.clone()))?;
                    let all: Vec<Answer> =
                        fields.iter().filter_map(|name| OPPORTUNITY.field(name)).map(Answer::new).collect();
                    answers.set_value(all.clone());
                    Some(all.into_iter().map(|answer| editor(board, answer, errors)).collect_view())
                }}
                <button type="submit" hidden=true tabindex="-1"></button>
            </form>
        </Dialog>
    }
}

fn collect(board: OpenBoard, answers: &[Answer]) -> (Values, Vec<FieldError>) {
    let (mut values, mut wrong) = (Values::new(), Vec::new());
    for answer in answers {
        match answer.value(board) {
            Ok(value) => drop(values.insert(answer.field.name.to_owned(), value)),
            Err(error) => wrong.push(error),
        }
    }
    (values, wrong)
}

impl OpenBoard {
    fn go_on_with(self, purpose: Purpose, answers: Values) {
        match purpose {
            Purpose::Move(mut step) => {
                step.extra.extend(answers);
                self.send(step);
            }
            Purpose::Create { id, mut values, lane } => {
                values.extend(answers);
                self.create(id, values, lane);
            }
        }
    }

    /// Makes a deal; it is asked about when its stage needs more.
    pub(super) fn create(self, id: Uuid, values: Values, lane: Lane) {
        let mut whole = values.clone();
        whole.insert("rank".into(), "top".into());
        whole.insert("stage_id".into(), lane.id.to_string().into());
        let name = shared::record::text(&values, "name").unwrap_or_default().to_owned();
        let command = Command::one("opportunity", Change::Create { id, values: whole });
        self.act(command, self.text("ui.toast.created", &[("name", &name)]), move |result| {
            if !self.is_open() {
                return;
            }
            match result {
                Ok(outcome) => outcome.rows.into_iter().for_each(|row: Row| {
                    self.receive(row);
                }),
                Err(error) => {
                    if let shared::Error::Invalid { fields } = &error
                        && fields.iter().any(|f| !f.field.is_empty())
                    {
                        self.toasts.push(self.reason(&error), crate::ui::Tone::Danger, None);
                    }
                }
            }
        });
    }
}

fn editor(board: OpenBoard, answer: Answer, errors: RwSignal<Vec<FieldError>>) -> impl IntoView {
    let page = board.page;
    let field = answer.field;
    let label = Signal::derive(move || field_label(page.locale.get(), &OPPORTUNITY, field.name));
    let error = Signal::derive(move || {
        errors.with(|errors| errors.iter().find(|e| e.field == field.name).map(|e| field_error(page.locale.get(), e)))
    });
    let id = format!("ask-{}", field.name);
    view! {
        <Field id=id.clone() label error required=answer.is_required()>
            {control(board, answer, id, label)}
        </Field>
    }
}

fn control(board: OpenBoard, answer: Answer, id: String, label: Signal<String>) -> AnyView {
    let page = board.page;
    let Answer { field, text, list, chosen, checked } = answer;
    match field.kind {
        Kind::Money => {
            let currency = RwSignal::new(untrack(|| board.currency()));
            view! { <MoneyInput amount=text currency currencies=Vec::new() currency_label=t("opportunity.currency")/> }
                .into_any()
        }
        Kind::Choice(codes) => {
            let options = Signal::derive(move || {
                let name =
                    |code: &&str| Choice::new(*code, choice_label(page.locale.get(), &OPPORTUNITY, field.name, code));
                codes.iter().map(name).collect::<Vec<_>>()
            });
            view! { <Select value=text options empty=t("ui.input.choose")/> }.into_any()
        }
        Kind::Date => view! { <DateInput value=text/> }.into_any(),
        Kind::DateTime => view! { <DateInput value=text time=true/> }.into_any(),
        Kind::LongText | Kind::RichText => view! { <TextArea value=text/> }.into_any(),
        Kind::Bool => view! { <Checkbox value=checked label on_change=move |now| checked.set(now)/> }.into_any(),
        Kind::Reference(record_type) => {
            let found = Lookup::new(record_type);
            view! {
                <Combobox value=chosen options=found.options on_search=found.search id label empty=t("list.no_results") clear=t("ui.action.clear")/>
            }.into_any()
        }
        kind if kind.is_text_list() => view! { <TagInput value=list id remove=t("ui.action.remove")/> }.into_any(),
        kind if kind.is_number() => view! { <TextInput value=text inputmode="decimal"/> }.into_any(),
        _ => view! { <TextInput value=text/> }.into_any(),
    }
}

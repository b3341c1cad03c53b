//! Small questions about one ticket or several: until when, whose, how urgent, which status, which queue, which tags.

mod merging;
mod snoozing;
mod statuses;

use leptos::prelude::*;
use shared::types::{PRIORITIES, QUEUE, TICKET};
use shared::{Row, i18n};

use self::merging::{merge, merge_dialog};
use self::snoozing::snooze;
use self::statuses::statuses;
pub(super) use self::statuses::{settles, status_choices, status_field};
use super::acts::value;
use super::blocked;
use super::called::about;
use super::colleagues::assign;
use super::focus::Spot;
use super::model::Desk;
use super::row::priority_icon;
use super::tags::tags;
use crate::context::t;
use crate::ui::{Dialog, Icon, Size, open_about};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Until when it is put off.
    Snooze,
    /// Who works it.
    Assign,
    /// How urgent it is.
    Priority,
    /// What it waits for.
    Status,
    /// Where it waits.
    Queue,
    /// What it is marked with.
    Tags,
    /// Which other ticket is the same.
    Merge,
}

impl Question {
    fn title(self) -> &'static str {
        match self {
            Self::Snooze => "desk.snooze",
            Self::Assign => "desk.assign",
            Self::Priority => "ticket.priority",
            Self::Status => "ticket.status",
            Self::Queue => "ticket.queue_id",
            Self::Tags => "ticket.tags",
            Self::Merge => "duplicates.merge",
        }
    }
}

/// A question about some tickets.
#[derive(Clone, Debug)]
pub(super) struct Asking {
    pub(super) question: Question,
    pub(super) rows: Vec<Row>,
    /// Where one was when it was asked.
    spot: Spot,
}

impl Desk {
    /// Asks about tickets.
    pub(super) fn ask(self, question: Question, rows: Vec<Row>) {
        if !rows.is_empty() {
            self.asking.set(Some(Asking { question, rows, spot: self.spot() }));
        }
    }

    /// Closes the dialog and does with the tickets what was said in it.
    pub(super) fn answer(self, act: impl FnOnce(Vec<Row>)) {
        if let Some(asking) = self.asking.get_untracked() {
            self.asking.set(None);
            act(asking.rows);
            self.go_on_at(asking.spot);
        }
    }

    /// Gives a field of the tickets asked about its value.
    pub(super) fn set(self, field: &'static str, to: String) {
        let to = if to.is_empty() { serde_json::Value::Null } else { to.into() };
        self.answer(|rows| self.change(&rows, &value(field, to), self.say_about("ui.toast.saved", &[], &rows)));
    }
}

/// The dialog that asks.
pub(super) fn dialogs(desk: Desk) -> AnyView {
    let open = open_about(desk.asking);
    let question = Memo::new(move |_| desk.asking.with(|asking| asking.as_ref().map(|asking| asking.question)));
    let title = Signal::derive(move || {
        let of =
            |asking: &Asking| about(desk.page.locale.get(), &desk.page.text(asking.question.title()), &asking.rows);
        desk.asking.with(|asking| asking.as_ref().map(of).unwrap_or_default())
    });
    view! {
        <Dialog open title close=t("ui.action.close") size=Size::Small>
            {move || question.get().map(|question| match question {
                Question::Snooze => snooze(desk),
                Question::Assign => assign(desk),
                Question::Priority => priorities(desk),
                Question::Status => statuses(desk),
                Question::Queue => queues(desk),
                Question::Tags => tags(desk),
                Question::Merge => merge(desk),
            })}
        </Dialog>
        {merge_dialog(desk)}
        {blocked::dialog(desk)}
        {desk.batch.view()}
    }
    .into_any()
}

/// One answer; the first one may have the focus when the dialog opens.
pub(super) fn choice(label: AnyView, first: bool, on_select: impl Fn() + Send + Sync + 'static) -> AnyView {
    view! { <li><button type="button" class="menu-item" autofocus=first on:click=move |_| on_select()>{label}</button></li> }
        .into_any()
}

fn priorities(desk: Desk) -> AnyView {
    let one = |(at, code): (usize, &'static str)| {
        let name = i18n::choice_label(desk.page.locale.get_untracked(), &TICKET, "priority", code);
        let icon = priority_icon(code).unwrap_or("circle");
        let label = view! { <Icon name=icon/><span>{name}</span> }.into_any();
        choice(label, at == 0, move || desk.set("priority", code.to_owned()))
    };
    view! { <ul class="desk-choices">{PRIORITIES.iter().rev().copied().enumerate().map(one).collect_view()}</ul> }
        .into_any()
}

fn queues(desk: Desk) -> AnyView {
    let one = |(at, row): (usize, Row)| {
        let name = desk.page.called(&QUEUE, &row);
        let label = view! { <Icon name="inbox"/><span>{name}</span> }.into_any();
        choice(label, at == 0, move || desk.set("queue_id", row.id.to_string()))
    };
    let none = view! { <Icon name="x"/><span>{t("ui.word.none")}</span> }.into_any();
    view! {
        <ul class="desk-choices">
            {desk.around.get_untracked().found.queues.into_iter().enumerate().map(one).collect_view()}
            {choice(none, false, move || desk.set("queue_id", String::new()))}
        </ul>
    }
    .into_any()
}

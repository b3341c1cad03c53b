//! Small questions about one ticket or several: until when, whose, how urgent, which status, which queue, which tags.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use shared::format::{date_time, from_local_input};
use shared::planning::Due;
use shared::types::{PRIORITIES, QUEUE, TICKET, TICKET_STATUSES, is_unsettled, may_become};
use shared::{Row, i18n};
use uuid::Uuid;

use super::acts::value;
use super::blocked;
use super::called::about;
use super::colleagues::assign;
use super::focus::Spot;
use super::lookup::Lookup;
use super::model::Desk;
use super::row::{priority_icon, status_tone};
use super::tags::tags;
use crate::context::{browser_now, t};
use crate::record::MergeDialog;
use crate::ui::{Button, ButtonKind, Choice, Combobox, DateInput, Dialog, Field, Icon, Size, open_about};

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
    let name_of = move |id: Uuid| {
        let row = desk.listing.get_value().and_then(|listing| listing.row(id));
        row.and_then(|row| row.text("subject").map(str::to_owned)).unwrap_or_default()
    };
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
        {desk.batch.view(name_of)}
    }
    .into_any()
}

/// One answer; the first one may have the focus when the dialog opens.
pub(super) fn choice(label: AnyView, first: bool, on_select: impl Fn() + Send + Sync + 'static) -> AnyView {
    view! { <li><button type="button" class="menu-item" autofocus=first on:click=move |_| on_select()>{label}</button></li> }
        .into_any()
}

/// The times one may put a ticket off to, with what they are today.
pub(super) fn later(desk: Desk) -> Vec<(Due, DateTime<Utc>, String)> {
    let (now, zone) = (browser_now(), desk.page.zone());
    let locale = desk.page.locale.get_untracked();
    let mut times: Vec<(Due, DateTime<Utc>, String)> = Vec::new();
    for due in [Due::InAnHour].into_iter().chain(Due::LATER) {
        let at = due.at(now, &zone);
        // In the evening later today is in an hour, and on a Sunday tomorrow is next week.
        if times.iter().all(|(_, other, _)| *other != at) {
            times.push((due, at, date_time(locale, at, &zone)));
        }
    }
    times
}

fn snooze(desk: Desk) -> AnyView {
    let one = move |(at, (due, until, when)): (usize, (Due, DateTime<Utc>, String))| {
        let name = i18n::translate(desk.page.locale.get_untracked(), &format!("timeline.due_in.{}", due.code()), &[]);
        let label = view! { <Icon name="clock"/><span>{name}</span><span class="meta">{when}</span> }.into_any();
        choice(label, at == 0, move || desk.answer(|rows| desk.snooze(&rows, Some(until))))
    };
    let asleep = desk.asking.with_untracked(|asking| {
        asking.as_ref().is_some_and(|asking| asking.rows.iter().any(|row| row.text("snoozed_until").is_some()))
    });
    view! {
        <ul class="desk-choices">
            {later(desk).into_iter().enumerate().map(one).collect_view()}
            {asleep.then(|| choice(
                view! { <Icon name="bell"/><span>{t("desk.wake")}</span> }.into_any(),
                false,
                move || desk.answer(|rows| desk.snooze(&rows, None)),
            ))}
        </ul>
        {another_time(desk)}
    }
    .into_any()
}

/// Any time to come.
fn another_time(desk: Desk) -> AnyView {
    let (at, past) = (RwSignal::new(String::new()), RwSignal::new(false));
    // Another time may be a good one.
    Effect::new(move |_| {
        at.track();
        past.set(false);
    });
    let set = move |_| {
        let Some(until) = from_local_input(&at.get_untracked(), &desk.page.zone()) else { return };
        if until <= browser_now() {
            return past.set(true);
        }
        desk.answer(|rows| desk.snooze(&rows, Some(until)));
    };
    let error = Signal::derive(move || past.get().then(|| desk.page.text("error.in_past")));
    view! {
        <div class="desk-until">
            <Field id="desk-until" label=t("desk.snooze_until") error><DateInput value=at time=true/></Field>
            <Button kind=ButtonKind::Primary disabled=Signal::derive(move || at.with(String::is_empty)) on_click=set>
                {t("desk.snooze")}
            </Button>
        </div>
    }
    .into_any()
}

/// Looks for a record; `choose` gets the id of the one that is chosen. `words` are the input's name and its hint.
fn look_up(
    id: &'static str,
    words: (&'static str, &'static str),
    found: Lookup,
    options: Signal<Vec<Choice>>,
    choose: impl Fn(String) + Send + Sync + 'static,
) -> AnyView {
    let chosen = move |choice: Option<Choice>| {
        if let Some(choice) = choice {
            choose(choice.value);
        }
    };
    view! {
        <Combobox
            value=RwSignal::new(None::<Choice>)
            options
            on_search=move |words| found.search(words)
            on_change=chosen
            id
            label=t(words.0)
            placeholder=t(words.1)
            empty=t("list.no_results")
            clear=t("ui.action.clear")
        />
    }
    .into_any()
}

/// Looks for the ticket that says the same.
fn merge(desk: Desk) -> AnyView {
    let found = Lookup::new(TICKET.name);
    let own: Vec<Uuid> =
        desk.asking.with_untracked(|asking| asking.iter().flat_map(|a| a.rows.iter().map(|row| row.id)).collect());
    let known = own.clone();
    // It would be found by its own words first.
    let others = Signal::derive(move || {
        let mut all = found.options.get();
        all.retain(|choice| choice.value.parse().is_ok_and(|id| !known.contains(&id)));
        all
    });
    look_up("desk-merge", ("desk.merge_with", "desk.merge_hint"), found, others, move |id| {
        if let Ok(other) = id.parse::<Uuid>() {
            desk.asking.set(None);
            desk.merging.set(Some(own.iter().copied().chain([other]).collect()));
        }
    })
}

/// What becomes of tickets that say the same.
fn merge_dialog(desk: Desk) -> AnyView {
    // While it closes it still is about them.
    let ids = Memo::new(move |before: Option<&Vec<Uuid>>| desk.merging.get().or(before.cloned()).unwrap_or_default());
    // The ticket from which one came to the one that stays.
    let came = StoredValue::new(None::<(Uuid, Uuid)>);
    let merged = move |row: Row| {
        desk.selected.update(|selected| ids.with_untracked(|ids| selected.retain(|id| !ids.contains(id))));
        desk.put(&row);
        let from = desk.address.ticket_now().filter(|from| *from != row.id);
        came.set_value(from.map(|from| (from, row.id)));
        desk.address.open(Some(row.id));
        desk.go_on_at(Spot::Head);
    };
    let undone = move |()| {
        if let Some((from, stays)) = came.get_value() {
            desk.return_to(from, stays);
        }
    };
    view! { <MergeDialog def=&TICKET ids open=open_about(desk.merging) on_merged=merged on_undone=undone/> }.into_any()
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

fn statuses(desk: Desk) -> AnyView {
    let one = |(at, choice_of): (usize, Choice)| {
        let Choice { value: code, label: name, .. } = choice_of;
        let tone = status_tone(&code);
        let label = view! { <span class="badge" data-tone=tone>{name}</span> }.into_any();
        let set = move |rows: Vec<Row>| desk.set_status(&rows, &code, desk.say_about("ui.toast.saved", &[], &rows));
        choice(label, at == 0, move || desk.answer(&set))
    };
    let all = desk.asking.get_untracked().map(|asking| status_choices(desk, &asking.rows)).unwrap_or_default();
    view! { <ul class="desk-choices">{all.into_iter().enumerate().map(one).collect_view()}</ul> }.into_any()
}

/// The statuses that may follow those of at least one of the tickets, and below each the organisation's own steps; tracked.
pub(super) fn status_choices(desk: Desk, rows: &[Row]) -> Vec<Choice> {
    let locale = desk.page.locale.get();
    let mut all = Vec::new();
    for code in TICKET_STATUSES.iter().filter(|code| rows.iter().any(|row| may_become(&row.values, code))) {
        let name = i18n::choice_label(locale, &TICKET, "status", code);
        all.push(Choice::new(*code, name.clone()));
        desk.known(|around| {
            let own = around.steps.iter().filter(|step| step.text("category") == Some(code));
            all.extend(own.map(|step| {
                Choice::new(step.id.to_string(), format!("{name} · {}", step.text("name").unwrap_or_default()))
            }));
        });
    }
    all
}

/// Whether a chosen status says that nothing is left to do.
pub(super) fn settles(desk: Desk, code: &str) -> bool {
    let Ok(own) = code.parse::<Uuid>() else { return !is_unsettled(code) };
    let is_last = |step: &Row| step.text("category").is_some_and(|category| !is_unsettled(category));
    desk.around.with_untracked(|around| around.steps.iter().any(|step| step.id == own && is_last(step)))
}

/// The field that a chosen status goes to: an own step is named by its id.
pub(super) fn status_field(code: &str) -> &'static str {
    if code.parse::<Uuid>().is_ok() { "status_id" } else { "status" }
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
            {desk.around.get_untracked().queues.into_iter().enumerate().map(one).collect_view()}
            {choice(none, false, move || desk.set("queue_id", String::new()))}
        </ul>
    }
    .into_any()
}

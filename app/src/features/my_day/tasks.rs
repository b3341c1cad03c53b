//! The tasks of my day: which they are, and what happens to them.

use chrono::{DateTime, Days, NaiveTime, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::command::{Change, Command};
use shared::format::Zone;
use shared::query::{Filter, ListQuery, Op, Page as Rows, Sort, Titles};
use shared::record::{Values, instant_text};
use shared::{Error, Row, i18n};
use uuid::Uuid;

use crate::acting::act;
use crate::api::records::list_records;
use crate::api::{Answer, Fault};
use crate::context::{Page, browser_now};
use crate::live::Again;
use crate::record::learn_titles;

/// Days ahead that the page shows.
const AHEAD: u64 = 7;
/// More tasks than this nobody does in a week; the list page shows them all.
const MOST: u32 = 200;

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Due before now.
    Overdue,
    /// Due today.
    Today,
    /// Due later, at most a week ahead.
    Later,
    /// Without a due date.
    NoDate,
    /// Done today.
    Done,
}

impl State {
    /// The `data-state` of the row.
    pub(super) fn attr(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Today => "today",
            Self::Later | Self::NoDate => "later",
            Self::Done => "done",
        }
    }
}

/// The instant a day of the zone begins, so many days from today.
pub(super) fn day_start(now: DateTime<Utc>, zone: &Zone, ahead: u64) -> DateTime<Utc> {
    zone.instant((zone.day(now) + Days::new(ahead)).and_time(NaiveTime::MIN)).unwrap_or(now)
}

/// Where a task stands now; `None` when it is not part of the day.
pub(super) fn state_of(row: &Row, now: DateTime<Utc>, zone: &Zone) -> Option<State> {
    if row.flag("done") {
        return row.datetime("done_at").is_none_or(|at| at >= day_start(now, zone, 0)).then_some(State::Done);
    }
    match row.datetime("due_at") {
        None => Some(State::NoDate),
        Some(due) if due < now => Some(State::Overdue),
        Some(due) if due < day_start(now, zone, 1) => Some(State::Today),
        Some(due) => (due < day_start(now, zone, AHEAD + 1)).then_some(State::Later),
    }
}

/// Reads my open tasks up to a week ahead, and those done today.
pub(super) async fn load(now: DateTime<Utc>, zone: Zone) -> Answer<Rows> {
    let instant = |at| instant_text(day_start(now, &zone, at));
    let mine = || Filter::field("owner_id", Op::Eq, "@me");
    let due = Filter::Any(vec![
        Filter::field("due_at", Op::Lt, instant(AHEAD + 1)),
        Filter::field("due_at", Op::Empty, Value::Null),
    ]);
    let open = Filter::All(vec![mine(), Filter::field("done", Op::Eq, false), due]);
    let done =
        Filter::All(vec![mine(), Filter::field("done", Op::Eq, true), Filter::field("done_at", Op::Gte, instant(0))]);
    let query = |filter, field: &str, descending| ListQuery {
        filter: Some(filter),
        sort: Some(Sort { field: field.into(), descending }),
        limit: MOST,
        ..ListQuery::default()
    };
    let mut open = list_records("task".into(), query(open, "due_at", false)).await?;
    let done = list_records("task".into(), query(done, "done_at", true)).await?;
    open.rows.extend(done.rows);
    open.titles.extend(done.titles);
    Ok(open)
}

/// My tasks as shown; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Tasks {
    pub(super) page: Page,
    pub(super) rows: RwSignal<Vec<Row>>,
    pub(super) titles: RwSignal<Titles>,
    /// Where the live log was when the rows were read.
    pub(super) live: RwSignal<Option<String>>,
    /// Why one may see none of them any more.
    pub(super) denied: RwSignal<Option<Error>>,
    again: Again,
}

impl Tasks {
    pub(super) fn new() -> Self {
        Self {
            page: Page::take(),
            rows: RwSignal::new(Vec::new()),
            titles: RwSignal::new(Titles::new()),
            live: RwSignal::new(None),
            denied: RwSignal::new(None),
            again: Again::new(),
        }
    }

    /// Shows what was loaded.
    pub(super) fn start(self, loaded: Rows) {
        self.rows.set(loaded.rows);
        self.titles.set(loaded.titles);
        self.live.set(Some(loaded.live));
        self.denied.set(None);
    }

    /// Loads everything again: too much happened to be told.
    pub(super) fn reload(self) {
        let (now, zone) = (self.page.now.get_untracked(), self.page.zone());
        spawn_local(async move {
            let loaded = load(now, zone).await;
            if self.rows.is_disposed() {
                return;
            }
            match loaded {
                Ok(loaded) => {
                    self.again.loaded();
                    self.start(loaded);
                }
                Err(Fault(error)) => match self.again.after(&error) {
                    Some(rest) => set_timeout(move || self.reload_if_open(), rest),
                    None => {
                        self.rows.set(Vec::new());
                        self.denied.set(Some(error));
                    }
                },
            }
        });
    }

    fn reload_if_open(self) {
        if !self.rows.is_disposed() {
            self.reload();
        }
    }

    /// Those in a state, the next one first.
    pub(super) fn of(self, state: State) -> Vec<Row> {
        let (now, zone) = (self.page.now.get(), self.page.zone());
        let mut found = self.rows.with(|rows| {
            rows.iter().filter(|row| state_of(row, now, &zone) == Some(state)).cloned().collect::<Vec<_>>()
        });
        found.sort_by_key(|row| (row.datetime("due_at"), row.id));
        found
    }

    /// A task is now so; what is older than the screen is ignored.
    pub(super) fn arrive(self, row: &Row, titles: &Titles) {
        let newer =
            self.rows.with_untracked(|rows| rows.iter().all(|known| known.id != row.id || known.version < row.version));
        if newer {
            learn_titles(self.titles, titles);
            self.put(row.clone());
        }
    }

    /// Takes a task away.
    pub(super) fn drop_row(self, id: Uuid) {
        self.rows.update(|rows| rows.retain(|row| row.id != id));
    }

    fn put(self, row: Row) {
        // An answer may come after the page was left.
        if self.rows.is_disposed() {
            return;
        }
        let me = self.page.actor().map(|actor| actor.user_id);
        let mine = row.reference("owner_id") == me && row.text("archived_at").is_none();
        self.rows.update(|rows| {
            rows.retain(|known| known.id != row.id);
            if mine {
                rows.push(row);
            }
        });
    }

    /// Adds a task of mine; shown before the server has answered.
    pub(super) fn add(self, mut values: Values, failed: impl Fn(Error) + 'static) {
        let Some(actor) = self.page.actor() else { return };
        values.insert("owner_id".into(), actor.user_id.to_string().into());
        let id = Uuid::now_v7();
        self.put(Row { id, version: 0, values: values.clone() });
        let name = values.get("subject").and_then(Value::as_str).unwrap_or_default().to_owned();
        let done = i18n::translate(self.page.locale.get_untracked(), "ui.toast.created", &[("name", &name)]);
        act(Command::one("task", Change::Create { id, values }), done, move |result| match result {
            Ok(outcome) => outcome.rows.iter().for_each(|row| self.arrive(row, &Titles::new())),
            Err(error) if !self.rows.is_disposed() => {
                self.drop_row(id);
                failed(error);
            }
            Err(_) => {}
        });
    }

    /// Ticks a task off, or takes that back.
    pub(super) fn set_done(self, row: Row, done: bool) {
        let locale = self.page.locale.get_untracked();
        let key = if done { "my_day.marked_done" } else { "timeline.reopened" };
        let text = i18n::translate(locale, key, &[("name", row.text("subject").unwrap_or_default())]);
        let at = if done { Value::from(instant_text(browser_now())) } else { Value::Null };
        self.change(row, Values::from_iter([("done".to_owned(), done.into())]), Some(("done_at", at)), text);
    }

    /// Puts a task off.
    pub(super) fn plan_for(self, row: Row, due: DateTime<Utc>) {
        let locale = self.page.locale.get_untracked();
        let when = shared::format::date_time(locale, due, &self.page.zone());
        let text = i18n::translate(locale, "my_day.postponed", &[("when", &when)]);
        self.change(row, Values::from_iter([("due_at".to_owned(), instant_text(due).into())]), None, text);
    }

    /// Sends a change, shown at once with what the server will add, and put back when refused.
    fn change(self, row: Row, values: Values, added: Option<(&str, Value)>, done: String) {
        let mut shown = row.clone();
        shown.values.extend(values.clone());
        shown.values.extend(added.map(|(name, value)| (name.to_owned(), value)));
        self.put(shown);
        let change = Change::Update { id: row.id, version: Some(row.version), values };
        act(Command::one("task", change), done, move |result| match result {
            Ok(outcome) => outcome.rows.into_iter().for_each(|row| self.put(row)),
            // Somebody was faster: what stands there now is what counts.
            Err(Error::Conflict { current, .. }) => self.put(*current),
            Err(_) => self.put(row),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(fields: &[(&str, Value)]) -> Row {
        let values = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Row { id: Uuid::from_u128(1), version: 1, values }
    }

    /// 23:30 on 21 November in Shanghai.
    fn state(row: &Row) -> Option<State> {
        state_of(row, "2026-11-21T15:30:00Z".parse().unwrap(), &Zone::fixed("Asia/Shanghai", 8 * 3600))
    }

    fn due(at: &str) -> Option<State> {
        state(&task(&[("due_at", at.into())]))
    }

    #[test]
    fn days_end_at_midnight_of_the_zone() {
        assert_eq!(due("2026-11-21T15:29:00Z"), Some(State::Overdue));
        assert_eq!(due("2026-11-21T15:59:00Z"), Some(State::Today));
        assert_eq!(due("2026-11-21T16:00:00Z"), Some(State::Later));
        assert_eq!(due("2026-11-28T15:59:00Z"), Some(State::Later));
        assert_eq!(due("2026-11-28T16:00:00Z"), None);
        assert_eq!(state(&task(&[])), Some(State::NoDate));
    }

    #[test]
    fn what_was_done_before_today_is_over() {
        let done = |at: &str| state(&task(&[("done", true.into()), ("done_at", at.into())]));
        assert_eq!(done("2026-11-21T02:00:00Z"), Some(State::Done));
        assert_eq!(done("2026-11-20T15:59:00Z"), None);
    }
}

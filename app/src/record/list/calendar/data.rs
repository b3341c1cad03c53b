//! The days on the screen: kept current by the live log, loaded again quietly when something on them changed.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Row;
use shared::calendar::{Calendar, CalendarQuery, Span, day_of, shifted};
use shared::live::LiveEvent;
use shared::query::Titles;
use shared::record::Kind;
use uuid::Uuid;

use super::super::ListContext;
use super::super::data::leaves;
use super::{Asked, Hand};
use crate::api::Fault;
use crate::api::records::list_calendar;
use crate::live::{Again, Live};
use crate::record::attribute::Attribute;
use crate::record::titles::learn_titles;
use crate::ui::Toasts;

/// Changes of colleagues are gathered for so long before totals and order are asked for anew.
const REST: Duration = Duration::from_millis(400);

/// Days with their records; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct CalendarData {
    pub(super) context: ListContext,
    pub(super) hand: Hand,
    pub(super) toasts: Toasts,
    pub(super) query: StoredValue<CalendarQuery>,
    /// The field that says on which day a record lies.
    pub(super) date: StoredValue<Attribute>,
    pub(super) rows: RwSignal<Vec<Row>>,
    pub(super) titles: RwSignal<Titles>,
    /// Number of records by day, shown or not.
    pub(super) totals: RwSignal<BTreeMap<NaiveDate, i64>>,
    /// The rows by day.
    pub(super) by_day: Memo<BTreeMap<NaiveDate, Vec<Row>>>,
    /// The day that keys act on.
    pub(super) chosen: Memo<NaiveDate>,
    /// Counts what was loaded, for what shows more of a day.
    pub(super) loads: RwSignal<u32>,
    /// Changes made here that are on their way.
    pub(super) sending: StoredValue<u32>,
    /// What was asked for with the page, which says so where one may not read it any more.
    asked: Asked,
    waiting: StoredValue<bool>,
    again: Again,
}

impl CalendarData {
    /// Nothing for a field that the type does not have.
    pub(super) fn new(
        context: ListContext,
        hand: Hand,
        asked: Asked,
        (query, found): (CalendarQuery, Calendar),
    ) -> Option<Self> {
        let named = |dates: &Vec<Attribute>| dates.iter().find(|date| date.name() == query.field).cloned();
        let date = StoredValue::new(context.dates.with_value(named)?);
        let query = StoredValue::new(query);
        let rows = RwSignal::new(Vec::new());
        let by_day = Memo::new(move |_| rows.with(|rows| sorted_by_day(context, date, query, rows)));
        let live = found.live.clone();
        let data = Self {
            context,
            hand,
            toasts: Toasts::take(),
            query,
            date,
            rows,
            titles: RwSignal::new(Titles::new()),
            totals: RwSignal::new(BTreeMap::new()),
            by_day,
            chosen: Memo::new(move |_| chosen_day(context, hand, query)),
            loads: RwSignal::new(0),
            sending: StoredValue::new(0),
            asked,
            waiting: StoredValue::new(false),
            again: Again::new(),
        };
        data.fill(found);
        Effect::new(move |_| context.total.set(Some(data.totals.with(|totals| totals.values().sum()))));
        Live::take().follow(&live, move |event| data.follow(event));
        Some(data)
    }

    fn fill(self, found: Calendar) {
        learn_titles(self.titles, &found.titles);
        self.totals.set(found.days.iter().map(|day| (day.day, day.total)).collect());
        self.rows.set(found.days.into_iter().flat_map(|day| day.rows).collect());
        self.loads.update(|n| *n += 1);
    }

    /// The day that a row lies on, if it is one of those shown.
    pub(super) fn day(self, row: &Row) -> Option<NaiveDate> {
        let date = self.date.try_get_value()?;
        let query = self.query.try_get_value()?;
        day_in(self.context, &date, &query, row)
    }

    /// Whether a day is one of those shown.
    pub(super) fn shows(self, day: NaiveDate) -> bool {
        self.query.try_with_value(|query| is_in(query, day)).unwrap_or(false)
    }

    /// The row, as far as it is loaded.
    pub(super) fn row(self, id: Uuid) -> Option<Row> {
        self.rows.try_with_untracked(|rows| rows.iter().find(|row| row.id == id).cloned())?
    }

    /// Shows a row as it is now, in place of the one that was there.
    pub(super) fn put(self, row: Row) {
        let Some(archived) = self.query.try_with_value(|query| query.list.archived) else { return };
        let Some(before) = self.row(row.id) else { return };
        let (was, is) = (self.day(&before), self.day(&row).filter(|_| !leaves(archived, &row)));
        self.count(was, is);
        self.rows.update(|rows| match is {
            Some(_) => rows.iter_mut().filter(|old| old.id == row.id).for_each(|old| *old = row.clone()),
            None => rows.retain(|old| old.id != row.id),
        });
    }

    /// Takes a row in that was on another day before, or none.
    pub(super) fn add(self, row: Row) {
        if self.row(row.id).is_some() {
            return self.put(row);
        }
        if let Some(day) = self.day(&row) {
            self.count(None, Some(day));
            self.rows.update(|rows| rows.push(row));
        }
    }

    fn count(self, was: Option<NaiveDate>, is: Option<NaiveDate>) {
        if was != is {
            self.totals.update(|totals| {
                was.into_iter().for_each(|day| *totals.entry(day).or_default() -= 1);
                is.into_iter().for_each(|day| *totals.entry(day).or_default() += 1);
            });
        }
    }

    fn remove(self, id: Uuid) {
        let Some(row) = self.row(id) else { return };
        self.count(self.day(&row), None);
        self.rows.update(|rows| rows.retain(|row| row.id != id));
    }

    fn follow(self, event: &LiveEvent) {
        let own = self.context.def.name;
        match event {
            LiveEvent::Changed { record_type, row, titles, .. } if record_type == own => {
                learn_titles(self.titles, titles);
                let known = self.row(row.id).map(|known| known.version);
                if known.is_some_and(|version| version < row.version) {
                    self.put(row.clone());
                }
                // What was not shown may belong here now; only the server knows what filters say.
                if known.is_some() || self.day(row).is_some() {
                    self.load_soon(REST);
                }
            }
            LiveEvent::Removed { record_type, id, .. } if record_type == own => {
                self.remove(*id);
                self.load_soon(REST);
            }
            LiveEvent::Refresh { record_type } if record_type == own => self.load_soon(REST),
            LiveEvent::Reset => self.load_soon(REST),
            _ => {}
        }
    }

    /// Loads the days again after a rest, and only once nothing is held or on its way.
    pub(super) fn load_soon(self, rest: Duration) {
        if self.waiting.try_update_value(|waiting| std::mem::replace(waiting, true)) == Some(false) {
            set_timeout(move || self.load(), rest);
        }
    }

    fn load(self) {
        if self.waiting.try_set_value(false).is_some() {
            return;
        }
        let busy = move || self.hand.held.with_untracked(Option::is_some) || self.sending.get_value() > 0;
        if busy() {
            return self.load_soon(REST);
        }
        let query = self.query.get_value();
        spawn_local(async move {
            let found = list_calendar(self.context.def.name.to_owned(), query).await;
            // Meanwhile the reader may have gone on to another month, or begun to drag.
            if self.waiting.try_get_value().is_none() {
                return;
            }
            match found {
                Ok(_) if busy() => self.load_soon(REST),
                Ok(found) => {
                    self.again.loaded();
                    self.fill(found);
                }
                Err(Fault(error)) => match self.again.after(&error) {
                    Some(rest) => self.load_soon(rest),
                    None => {
                        self.context.total.set(None);
                        self.asked.refetch();
                    }
                },
            }
        });
    }
}

fn is_in(query: &CalendarQuery, day: NaiveDate) -> bool {
    query.from <= day && day < shifted(query.from, query.days.into())
}

fn day_in(context: ListContext, date: &Attribute, query: &CalendarQuery, row: &Row) -> Option<NaiveDate> {
    let (value, zone) = (date.value(&row.values), context.page.zone());
    day_of(date.kind(), date.is_yearly(), value, &zone, query.from).filter(|day| is_in(query, *day))
}

/// In the order of the server, but by time where nothing else was asked for: what was just moved goes to its place.
fn sorted_by_day(
    context: ListContext,
    date: StoredValue<Attribute>,
    query: StoredValue<CalendarQuery>,
    rows: &[Row],
) -> BTreeMap<NaiveDate, Vec<Row>> {
    let (date, query) = (date.get_value(), query.get_value());
    let mut days: BTreeMap<NaiveDate, Vec<Row>> = BTreeMap::new();
    for row in rows {
        if let Some(day) = day_in(context, &date, &query, row) {
            days.entry(day).or_default().push(row.clone());
        }
    }
    if query.list.sort.is_none() && date.kind() == Kind::DateTime {
        let time = |row: &Row| date.value(&row.values).as_str().map(str::to_owned);
        days.values_mut().for_each(|rows| rows.sort_by_key(time));
    }
    days
}

/// The day chosen last, else today, else the first of what is shown.
fn chosen_day(context: ListContext, hand: Hand, query: StoredValue<CalendarQuery>) -> NaiveDate {
    let query = query.get_value();
    let span = if query.days == 7 { Span::Week } else { Span::Month };
    // A month's weeks begin before it.
    let first = if span == Span::Week { query.from } else { span.shifted(shifted(query.from, 6), 0) };
    let today = context.today.get();
    let fits = |day: &NaiveDate| is_in(&query, *day);
    hand.chosen.get().filter(fits).unwrap_or(if span.holds(first, today) { today } else { first })
}

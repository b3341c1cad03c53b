//! A list by day: a month or a week, by one of the type's dates. What is asked for stands here; the rest is fetched when
//! somebody looks at a calendar.

mod data;
mod entry;
mod grid;
mod head;
mod keys;
mod moving;
mod opened;

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::access::Actor;
use shared::calendar::{Calendar, CalendarQuery, Span};
use shared::query::ListQuery;
use shared::record::Kind;
use shared::{RecordDef, Row};
use uuid::Uuid;

use super::ListContext;
use super::address::ListState;
use crate::api::Fault;
use crate::chunk;
use crate::record::attribute::{Attribute, SYSTEM_GROUP, attributes};
use crate::record::missing::failed;
use crate::ui::SkeletonRows;
use data::CalendarData;

/// Most records of a day that come with a month; the others are asked for when the day is opened.
const OF_MONTH: u32 = 8;
/// And with a week.
const OF_WEEK: u32 = 30;

/// The days that are shown, with what asked for them; nothing while the list is shown in rows.
pub(super) type Asked = Resource<Option<(CalendarQuery, Result<Calendar, Fault>)>>;

/// The dates by which records of a type can be shown, the most telling first.
pub(super) fn dates(def: &'static RecordDef, actor: &Actor) -> Vec<Attribute> {
    let is_date = |a: &Attribute| matches!(a.kind(), Kind::Date | Kind::DateTime) && a.group() != SYSTEM_GROUP;
    let mut dates: Vec<Attribute> = attributes(def, &[], actor).into_iter().filter(is_date).collect();
    dates.sort_by_key(|date| (!date.listed(), !date.editable));
    dates
}

/// What the address asks for, if it is a calendar.
pub(super) fn asked(state: &ListState, dates: &[Attribute], today: NaiveDate) -> Option<CalendarQuery> {
    let by_day = state.by_day.as_ref()?;
    let named = by_day.by.as_ref().and_then(|by| dates.iter().find(|date| date.name() == *by));
    let date = named.or(dates.first())?;
    let (from, days) = by_day.span.grid(by_day.at.unwrap_or(today));
    let per_day = match by_day.span {
        Span::Month => OF_MONTH,
        Span::Week => OF_WEEK,
    };
    let list = ListQuery { limit: 0, count: false, ..state.query(date.def) };
    Some(CalendarQuery { field: date.name(), from, days, per_day, list })
}

/// What one does with a calendar, kept while months come and go; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Hand {
    /// The day that was chosen last.
    chosen: RwSignal<Option<NaiveDate>>,
    /// The day whose whole list is open.
    opened: RwSignal<Option<NaiveDate>>,
    /// The record that one chooses another day for.
    asking: RwSignal<Option<Row>>,
    /// The record that is dragged, and the day it is over.
    held: RwSignal<Option<Uuid>>,
    over: RwSignal<Option<NaiveDate>>,
    /// The chosen day gets the focus when its month has come.
    refocus: StoredValue<bool>,
}

// Code and views of calendars come when one is looked at.
chunk! {
    page fn by_day(context: ListContext, asked: Asked) in calendar { calendar(context, asked) }
}

/// The calendar in place of the rows.
pub(super) fn view(context: ListContext, asked: Asked) -> AnyView {
    by_day::view(context, asked)
}

/// Gets the code of calendars.
pub(in crate::record) fn fetch() -> chunk::Fetching {
    by_day::fetch()
}

fn calendar(context: ListContext, asked: Asked) -> AnyView {
    let hand = Hand {
        chosen: RwSignal::new(None),
        opened: RwSignal::new(None),
        asking: RwSignal::new(None),
        held: RwSignal::new(None),
        over: RwSignal::new(None),
        refocus: StoredValue::new(false),
    };
    let body = move || {
        let (query, found) = asked.get()??;
        Some(match found {
            Err(fault) => failed(fault.0, move || asked.refetch()),
            Ok(found) => CalendarData::new(context, hand, asked, (query, found)).map(grid::grid).into_any(),
        })
    };
    view! {
        <section class="calendar">
            {head::head(context, hand)}
            <Transition fallback=|| view! { <SkeletonRows count=6/> }>{body}</Transition>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use shared::types::{CONTACT, OPPORTUNITY, PRODUCT, TASK};

    use super::super::address::ByDay;
    use super::*;

    fn names(def: &'static RecordDef) -> Vec<String> {
        let actor = Actor::administrator(Uuid::nil(), Uuid::nil());
        dates(def, &actor).iter().map(Attribute::name).collect()
    }

    #[test]
    fn the_dates_of_a_type_come_from_its_declaration() {
        assert_eq!(names(&TASK), ["due_at", "done_at"]);
        assert_eq!(names(&OPPORTUNITY)[0], "expected_close");
        assert!(!names(&OPPORTUNITY).contains(&"stage_changed_at".to_owned()), "internal");
        assert_eq!(names(&CONTACT), ["birth_date"]);
        assert!(names(&PRODUCT).is_empty(), "when a record was made is no date of its own");
    }

    #[test]
    fn the_weeks_of_the_month_are_asked_for() {
        let dates = dates(&TASK, &Actor::administrator(Uuid::nil(), Uuid::nil()));
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let of = |by_day: Option<ByDay>| {
            let state = ListState { search: "x".into(), by_day, ..ListState::default() };
            asked(&state, &dates, today)
        };
        assert_eq!(of(None), None);
        let month = of(Some(ByDay::default())).unwrap();
        assert_eq!((month.field.as_str(), month.from.to_string(), month.days), ("due_at", "2026-10-26".into(), 42));
        assert_eq!(month.list.search.as_deref(), Some("x"));
        let at = NaiveDate::from_ymd_opt(2027, 1, 1);
        let week = of(Some(ByDay { span: Span::Week, by: Some("done_at".into()), at })).unwrap();
        assert_eq!((week.field.as_str(), week.from.to_string(), week.days), ("done_at", "2026-12-28".into(), 7));
        let unknown = of(Some(ByDay { by: Some("subject".into()), ..ByDay::default() })).unwrap();
        assert_eq!(unknown.field, "due_at", "a field that is no date is not asked for");
    }
}

//! The days of a year on which a business calendar is not as its week says: public holidays, make-up workdays, its own.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::format::{date_short, listed, weekday_name};
use shared::i18n::{Locale, choice_label, translate};
use shared::live::LiveEvent;
use shared::record::{day, is_empty};
use shared::sla::{WEEKDAYS, china};
use shared::types::{BUSINESS_CALENDAR, BusinessCalendar};
use shared::{Error, Row};
use uuid::Uuid;

use crate::api::records::get_record;
use crate::context::{Page, t};
use crate::live::Live;
use crate::record::failed;
use crate::ui::{Choice, Select, SkeletonRows};

/// Such a day.
#[derive(Clone, Debug, PartialEq)]
struct Special {
    day: NaiveDate,
    /// What is celebrated; may be empty.
    name: String,
    /// It is worked, whatever its weekday.
    is_open: bool,
    /// The calendar says so itself.
    is_own: bool,
    /// Of a make-up day, its own hours and the day of the week whose hours it has, as the calendar keeps them.
    hours: Value,
    like: Option<String>,
}

/// The days of a calendar, kept current.
pub fn view(id: Uuid) -> AnyView {
    let page = Page::take();
    let (row, failure) = (RwSignal::new(None::<Row>), RwSignal::new(None::<Error>));
    let load = Callback::new(move |()| {
        failure.set(None);
        spawn_local(async move {
            match get_record(BUSINESS_CALENDAR.name.to_owned(), id).await {
                Ok(detail) => keep(row, detail.row),
                Err(fault) => {
                    if fault.0.is_denial() {
                        row.try_set(None);
                    }
                    failure.try_set(Some(fault.0));
                }
            }
        });
    });
    Live::take().listen(move |event| match event {
        LiveEvent::Changed { row: now, .. } if now.id == id => keep(row, now.clone()),
        LiveEvent::Reset => load.run(()),
        LiveEvent::Refresh { record_type } if record_type == BUSINESS_CALENDAR.name => load.run(()),
        _ => {}
    });
    load.run(());
    let year = RwSignal::new(page.zone().day(page.now.get_untracked()).year().to_string());
    let body = move || match (row.get(), failure.get()) {
        (Some(row), _) => shown(page, &row, year),
        (None, Some(error)) => failed(error, move || load.run(())),
        (None, None) => view! { <SkeletonRows count=4/> }.into_any(),
    };
    view! { <section class="panel stack year-days">{body}</section> }.into_any()
}

/// Shows the calendar as it is now, unless a newer one is there.
fn keep(row: RwSignal<Option<Row>>, now: Row) {
    row.try_update(|row| {
        if row.as_ref().is_none_or(|row| row.version <= now.version) {
            *row = Some(now);
        }
    });
}

fn shown(page: Page, row: &Row, year: RwSignal<String>) -> AnyView {
    let calendar = BusinessCalendar(&row.values);
    let (is_chinese, is_always_open) = (calendar.chinese_holidays(), is_empty(calendar.hours()));
    let today = page.zone().day(page.now.get_untracked()).year();
    let years: Vec<Choice> =
        years(&calendar, today).into_iter().map(|year| Choice::new(year.to_string(), year.to_string())).collect();
    let row = StoredValue::new(row.clone());
    let days = move || {
        let locale = page.locale.get();
        let year = year.with(|year| year.parse().unwrap_or(today));
        let all = row.with_value(|row| specials(&BusinessCalendar(&row.values), year, locale));
        let standing = is_chinese.then(|| standing(year));
        view! {
            {standing.map(|key| view! { <p class="meta">{page.text(key)}</p> })}
            {list(page, &all)}
        }
    };
    view! {
        <header class="year-days-head">
            <h2 class="section-title">{t("sla.days.title")}</h2>
            <span class="spacer"></span>
            <Select value=year options=Signal::stored(years) label=t("sla.days.year")/>
        </header>
        {is_always_open.then(|| view! { <p class="meta">{t("sla.days.always")}</p> })}
        {days}
        {is_chinese.then(|| view! { <p class="meta">{move || known(page)}</p> })}
    }
    .into_any()
}

/// What the public holidays of a year are based on.
fn standing(year: i32) -> &'static str {
    if china::YEARS.contains(&year) {
        "sla.days.announced"
    } else if china::EXPECTED.contains(&year) {
        "sla.days.expected"
    } else {
        "sla.days.unknown"
    }
}

/// Which years are announced, and which have the days of the law only; tracked.
fn known(page: Page) -> String {
    let locale = page.locale.get();
    let joined = |years: &[i32]| listed(locale, &years.iter().map(i32::to_string).collect::<Vec<_>>());
    let (announced, expected) = (joined(&china::YEARS), joined(&china::EXPECTED));
    page.text_with("sla.days.known", &[("announced", &announced), ("expected", &expected)])
}

/// The years that one can choose: this one, those of public holidays, and those of the calendar's own days.
fn years(calendar: &BusinessCalendar<'_>, today: i32) -> BTreeSet<i32> {
    let public = china::YEARS.into_iter().chain(china::EXPECTED).filter(|_| calendar.chinese_holidays());
    own(calendar).map(|special| special.day.year()).chain(public).chain([today]).collect()
}

/// The days that the calendar names itself.
fn own(calendar: &BusinessCalendar<'_>) -> impl Iterator<Item = Special> + use<> {
    let of = |value: &Value, is_open: bool| {
        let special = |entry: &Value| {
            let text = |part: &str| entry.get(part).and_then(Value::as_str);
            let (day, name) = (day(text("day")?)?, text("name").unwrap_or_default().to_owned());
            let like = text("as").map(str::to_owned);
            let hours = entry.get("hours").cloned().unwrap_or_default();
            Some(Special { day, name, is_open, is_own: true, hours, like })
        };
        value.as_array().into_iter().flatten().filter_map(special).collect::<Vec<_>>()
    };
    of(calendar.holidays(), false).into_iter().chain(of(calendar.workdays(), true))
}

/// Those of a year, in order. What the calendar says itself counts.
fn specials(calendar: &BusinessCalendar<'_>, year: i32, locale: Locale) -> Vec<Special> {
    let mut all: Vec<Special> = own(calendar).filter(|special| special.day.year() == year).collect();
    let named: BTreeSet<NaiveDate> = all.iter().map(|special| special.day).collect();
    if let Some((closed, worked)) = china::year(year, locale).filter(|_| calendar.chinese_holidays()) {
        let closed = closed.into_iter().map(|holiday| (holiday.day, holiday.name, false));
        let worked = worked.into_iter().map(|workday| (workday.day, String::new(), true));
        let public = closed.chain(worked).filter(|(day, ..)| !named.contains(day));
        let public = public.map(|(day, name, is_open)| Special {
            day,
            name,
            is_open,
            is_own: false,
            hours: Value::Null,
            like: None,
        });
        all.extend(public);
    }
    all.sort_by_key(|special| special.day);
    all
}

/// Days in a row that are alike are said together: the first of them, and the last.
fn runs(all: &[Special], is_open: bool) -> Vec<(Special, NaiveDate)> {
    let mut runs: Vec<(Special, NaiveDate)> = Vec::new();
    for special in all.iter().filter(|special| special.is_open == is_open) {
        let goes_on = |(first, last): &&mut (Special, NaiveDate)| {
            let is_alike = first.name == special.name && first.is_own == special.is_own;
            !is_open && is_alike && last.succ_opt() == Some(special.day)
        };
        match runs.last_mut().filter(goes_on) {
            Some((_, last)) => *last = special.day,
            None => runs.push((special.clone(), special.day)),
        }
    }
    runs
}

fn list(page: Page, all: &[Special]) -> AnyView {
    let locale = page.locale.get();
    if all.is_empty() {
        return view! { <p class="meta">{page.text("sla.days.none")}</p> }.into_any();
    }
    let line = |(first, last): (Special, NaiveDate)| {
        let count = (last - first.day).num_days() + 1;
        let days = match count {
            1 => with_weekday(locale, first.day),
            _ => format!("{} – {}", date_short(locale, first.day, first.day), date_short(locale, last, last)),
        };
        let count = (count > 1).then(|| page.text_with("sla.days.count", &[("n", &count.to_string())]));
        let own = first.is_own.then(|| page.text("sla.days.own"));
        let more: Vec<String> = count.into_iter().chain(own).collect();
        let more = more.join(" · ");
        let about = if first.is_open { worked_as(locale, &first) } else { first.name };
        view! { <li><span class="num">{days}</span><span>{about}</span><span class="meta">{more}</span></li> }
    };
    let part = |key: &str, is_open: bool| {
        let lines: Vec<_> = runs(all, is_open).into_iter().map(line).collect();
        (!lines.is_empty()).then(|| view! { <h3 class="meta">{page.text(key)}</h3><ul>{lines}</ul> })
    };
    view! { {part("sla.days.closed", false)}{part("sla.days.worked", true)} }.into_any()
}

/// The hours of a make-up day: its own, or those of a weekday, which is Monday where nothing is said.
fn worked_as(locale: Locale, special: &Special) -> String {
    let interval = |pair: &Value| {
        let at = |side: usize| pair.get(side).and_then(Value::as_str).unwrap_or_default();
        format!("{}–{}", at(0), at(1))
    };
    let own: Vec<String> = special.hours.as_array().into_iter().flatten().map(interval).collect();
    if !own.is_empty() {
        return own.join(", ");
    }
    let like = special.like.as_deref().unwrap_or(WEEKDAYS[0]);
    let day = choice_label(locale, &BUSINESS_CALENDAR, "workdays.as", like);
    translate(locale, "sla.days.as", &[("day", &day)])
}

fn with_weekday(locale: Locale, day: NaiveDate) -> String {
    let (weekday, date) = (weekday_name(locale, day, true), date_short(locale, day, day));
    translate(locale, "format.day_with_weekday", &[("weekday", &weekday), ("date", &date)])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(calendar: Value, year: i32, is_open: bool) -> Vec<String> {
        let values = calendar.as_object().cloned().unwrap();
        let all = specials(&BusinessCalendar(&values), year, Locale::En);
        let run = |(first, last): (Special, NaiveDate)| format!("{} {last} {}", first.day, first.name);
        runs(&all, is_open).into_iter().map(run).collect()
    }

    #[test]
    fn days_in_a_row_are_one_and_own_days_count() {
        let own = json!([{"day": "2025-12-24", "name": "Christmas Eve"}, {"day": "2025-01-01", "name": "Closed"}]);
        let calendar = json!({"chinese_holidays": true, "holidays": own, "workdays": [{"day": "2025-02-04"}]});
        let closed = told(calendar.clone(), 2025, false);
        assert_eq!(closed[..2], ["2025-01-01 2025-01-01 Closed", "2025-01-28 2025-02-03 Spring Festival"]);
        assert_eq!(closed.last().unwrap(), "2025-12-24 2025-12-24 Christmas Eve");
        let open = told(calendar.clone(), 2025, true);
        assert_eq!(open[..2], ["2025-01-26 2025-01-26 ", "2025-02-04 2025-02-04 "]);
        assert_eq!(told(calendar, 2027, false).len(), 3, "what the law fixes");
        assert!(told(json!({}), 2025, false).is_empty());
    }

    #[test]
    fn a_make_up_day_says_whose_hours_it_has() {
        let workdays = json!([
            {"day": "2026-12-05", "as": "fri"}, {"day": "2026-12-06", "hours": [["09:00", "12:00"]]}, {"day": "2026-12-12"},
        ]);
        let values = json!({"workdays": workdays}).as_object().cloned().unwrap();
        let all = specials(&BusinessCalendar(&values), 2026, Locale::En);
        let said: Vec<String> = all.iter().map(|special| worked_as(Locale::En, special)).collect();
        assert_eq!(said, ["hours as on Friday", "09:00–12:00", "hours as on Monday"]);
        assert_eq!(with_weekday(Locale::En, all[0].day), "Sat, 5 Dec");
    }

    #[test]
    fn years_to_choose_are_those_of_which_something_is_known() {
        let of = |calendar: Value| {
            let values = calendar.as_object().cloned().unwrap();
            years(&BusinessCalendar(&values), 2026).into_iter().collect::<Vec<_>>()
        };
        assert_eq!(of(json!({"holidays": [{"day": "2031-05-01", "name": ""}]})), [2026, 2031]);
        let all: BTreeSet<i32> = china::YEARS.into_iter().chain(china::EXPECTED).collect();
        assert_eq!(of(json!({"chinese_holidays": true})), all.into_iter().collect::<Vec<_>>());
        let of_years = [2026, 2028, 1999].map(standing);
        assert_eq!(of_years, ["sla.days.announced", "sla.days.expected", "sla.days.unknown"]);
    }
}

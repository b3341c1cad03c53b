//! What is asked for, as it stands in the address: `/desk/reports?period=last_30_days&by=queue_id&f=[…]`, or of some days
//! `period=custom&from=2026-11-01&to=2026-11-30`.

use chrono::{Days, NaiveDate};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use shared::period::Period;
use shared::query::Filter;
use shared::report::{ReportQuery, Span, dimension};

use crate::record::{Place, address_conditions};

/// The page, for the filters on it.
pub(super) const PLACE: Place = Place { path: "/desk/reports", kept: &["period", "from", "to", "by"] };
/// Periods that are offered; the third is the one that is shown first.
pub(super) const PERIODS: [&str; 8] = [
    "today",
    "last_7_days",
    "last_30_days",
    "last_90_days",
    "this_month",
    "last_month",
    "this_quarter",
    "last_quarter",
];
/// Days of one's own choice.
pub(super) const CUSTOM: &str = "custom";
const USUAL_PERIOD: &str = "last_30_days";
const USUAL_GROUPS: &str = "queue_id";

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    /// One of [`PERIODS`], or [`CUSTOM`].
    pub(super) period: String,
    /// First and last day, if they are chosen.
    pub(super) days: Option<(NaiveDate, NaiveDate)>,
    /// By what tickets are grouped.
    pub(super) by: String,
    /// Only tickets for which these hold.
    pub(super) filter: Vec<Filter>,
}

impl Asked {
    fn read(params: &ParamsMap) -> Self {
        let day = |name: &str| params.get(name).and_then(|text| shared::record::day(&text));
        let days = day("from").zip(day("to")).map(|(from, to)| (from.min(to), from.max(to)));
        let period = match params.get("period") {
            Some(code) if code == CUSTOM && days.is_some() => code,
            Some(code) if PERIODS.contains(&code.as_str()) => code,
            _ => USUAL_PERIOD.to_owned(),
        };
        let by = params.get("by").filter(|path| dimension(path).is_some());
        Self {
            days: days.filter(|_| period == CUSTOM),
            period,
            by: by.unwrap_or_else(|| USUAL_GROUPS.to_owned()),
            filter: address_conditions(params),
        }
    }

    /// As address parameters, but for the filter, which others write.
    fn write(&self, params: &mut ParamsMap) {
        params.replace("period", self.period.clone());
        params.replace("by", self.by.clone());
        for (name, day) in [("from", self.days.map(|days| days.0)), ("to", self.days.map(|days| days.1))] {
            match day {
                Some(day) => params.replace(name, day.to_string()),
                None => drop(params.remove(name)),
            }
        }
    }

    /// The days, on this one.
    pub(super) fn span(&self, today: NaiveDate) -> Span {
        let next = |day: NaiveDate| day.checked_add_days(Days::new(1)).unwrap_or(day);
        let chosen = self.days.map(|(from, to)| Span { from, until: next(to) });
        let named = || {
            let (from, until) = Period::parse(&self.period)?.days(today);
            Some(Span { from: from?, until: until? })
        };
        chosen.or_else(named).unwrap_or(Span { from: today, until: next(today) })
    }

    pub(super) fn query(&self, today: NaiveDate) -> ReportQuery {
        ReportQuery { span: self.span(today), by: self.by.clone(), filter: self.filter.clone() }
    }
}

/// Reads and changes the address; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Nav {
    pub(super) asked: Memo<Asked>,
    params: Memo<ParamsMap>,
    go: Callback<String>,
}

impl Nav {
    pub(super) fn new() -> Self {
        let params = use_query_map();
        let navigate = use_navigate();
        let go = move |address: String| {
            navigate(&address, NavigateOptions { scroll: false, ..NavigateOptions::default() });
        };
        Self { asked: Memo::new(move |_| params.with(Asked::read)), params, go: Callback::new(go) }
    }

    /// Asks for something else.
    pub(super) fn change(self, change: impl FnOnce(&mut Asked)) {
        let mut asked = self.asked.get_untracked();
        change(&mut asked);
        let mut params = self.params.get_untracked();
        asked.write(&mut params);
        self.open(format!("{}{}", PLACE.path, params.to_query_string()));
    }

    /// Goes elsewhere.
    pub(super) fn open(self, address: String) {
        self.go.run(address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(params: &[(&'static str, &str)]) -> Asked {
        Asked::read(&params.iter().map(|(name, value)| (*name, (*value).to_owned())).collect())
    }

    fn span(params: &[(&'static str, &str)], today: &str) -> (String, String) {
        let span = asked(params).span(today.parse().unwrap());
        (span.from.to_string(), span.until.to_string())
    }

    #[test]
    fn an_address_that_says_nothing_asks_for_the_last_month_by_queue() {
        for params in
            [&[][..], &[("period", "someday"), ("by", "subject")], &[("period", "custom"), ("from", "2026-02-30")]]
        {
            let asked = asked(params);
            assert_eq!((asked.period.as_str(), asked.by.as_str(), asked.days), ("last_30_days", "queue_id", None));
        }
        assert_eq!(span(&[], "2026-03-30"), ("2026-03-01".into(), "2026-03-31".into()));
    }

    #[test]
    fn chosen_days_hold_the_last_one_in_whichever_order_they_come() {
        let params = [("period", "custom"), ("from", "2026-03-31"), ("to", "2026-03-02")];
        assert_eq!(span(&params, "2027-01-01"), ("2026-03-02".into(), "2026-04-01".into()));
        assert_eq!(span(&[("period", "last_month")], "2026-03-31"), ("2026-02-01".into(), "2026-03-01".into()));
    }

    #[test]
    fn what_the_address_says_survives_the_way_there_and_back() {
        let own = asked(&[("period", "custom"), ("from", "2026-03-02"), ("to", "2026-03-31"), ("by", "tags")]);
        let mut params = ParamsMap::new();
        own.write(&mut params);
        assert_eq!(Asked::read(&params), own);
        let other = Asked { period: "today".into(), days: None, ..own };
        other.write(&mut params);
        assert_eq!((Asked::read(&params), params.get("from")), (other, None));
    }
}

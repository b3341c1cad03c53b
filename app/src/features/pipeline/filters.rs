//! What the board shows: the filters of its address, and the conditions they stand for.

use chrono::{Datelike, Days, Months, NaiveDate};
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};
use shared::query::{Filter, Op};

/// The filters as texts, as they stand in the address and in saved views; `""` means any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Filters {
    /// `@me` or the id of a user.
    pub(super) owner: String,
    /// `@my_team` or the id of a team.
    pub(super) team: String,
    /// `month`, `quarter` or `custom`.
    pub(super) period: String,
    /// First day of a custom period.
    pub(super) from: String,
    /// Last day of a custom period.
    pub(super) to: String,
    /// Least amount.
    pub(super) min: String,
    /// Largest amount.
    pub(super) max: String,
    /// A tag.
    pub(super) tag: String,
    /// Words to find.
    pub(super) q: String,
    /// `1`: only incomplete deals.
    pub(super) incomplete: String,
}

impl Filters {
    /// Reads the filters of an address.
    pub(super) fn read(params: &ParamsMap) -> Self {
        let mut filters = Self::default();
        for (name, value) in filters.slots() {
            *value = params.get(name).unwrap_or_default();
        }
        filters
    }

    /// Puts the filters into an address.
    pub(super) fn write(&self, params: &mut ParamsMap) {
        let mut own = self.clone();
        for (name, value) in own.slots() {
            params.remove(name);
            if !value.is_empty() {
                params.insert(name, std::mem::take(value));
            }
        }
    }

    fn slots(&mut self) -> [(&'static str, &mut String); 10] {
        [
            ("owner", &mut self.owner),
            ("team", &mut self.team),
            ("period", &mut self.period),
            ("from", &mut self.from),
            ("to", &mut self.to),
            ("min", &mut self.min),
            ("max", &mut self.max),
            ("tag", &mut self.tag),
            ("q", &mut self.q),
            ("incomplete", &mut self.incomplete),
        ]
    }

    /// The filters that stand for these conditions; those that a board does not know are left out.
    pub(super) fn understood(conditions: &[Filter], words: &str) -> Self {
        let mut filters = Self { q: words.to_owned(), ..Self::default() };
        for condition in conditions {
            filters.take_in(condition);
        }
        filters
    }

    fn take_in(&mut self, condition: &Filter) {
        if let Some((from, to)) = decided(condition) {
            self.period = "custom".into();
            (self.from, self.to) = (from, to);
        }
        let Filter::Field { field, op, value } = condition else { return };
        let slot = match (field.as_str(), op) {
            ("owner_id", Op::Eq) => &mut self.owner,
            ("team_id", Op::Eq) => &mut self.team,
            ("amount", Op::Gte) => &mut self.min,
            ("amount", Op::Lte) => &mut self.max,
            ("tags", Op::Contains) => &mut self.tag,
            ("incomplete", Op::Eq) if value == true => {
                self.incomplete = "1".into();
                return;
            }
            _ => return,
        };
        *slot = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    }

    /// Nothing is filtered.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The words to find, if any.
    pub(super) fn search(&self) -> Option<String> {
        Some(self.q.trim().to_owned()).filter(|words| !words.is_empty())
    }

    /// The conditions for the server; `today` is the reader's day.
    pub(super) fn filter(&self, today: NaiveDate) -> Option<Filter> {
        let mut parts = Vec::new();
        let mut add = |field: &str, op: Op, value: &str| {
            if !value.trim().is_empty() {
                parts.push(Filter::field(field, op, value.trim()));
            }
        };
        add("owner_id", Op::Eq, &self.owner);
        add("team_id", Op::Eq, &self.team);
        add("amount", Op::Gte, &self.min);
        add("amount", Op::Lte, &self.max);
        add("tags", Op::Contains, &self.tag);
        if self.incomplete == "1" {
            parts.push(Filter::field("incomplete", Op::Eq, true));
        }
        let (from, to) = self.days(today);
        if from.is_some() || to.is_some() {
            parts.push(deciding_within(from, to));
        }
        (!parts.is_empty()).then_some(Filter::All(parts))
    }

    /// First and last day of the period.
    fn days(&self, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let months = |first: u32, count: u32| {
            let from = NaiveDate::from_ymd_opt(today.year(), first, 1);
            let to = from.and_then(|day| day.checked_add_months(Months::new(count))?.checked_sub_days(Days::new(1)));
            (from, to)
        };
        match self.period.as_str() {
            "month" => months(today.month(), 1),
            "quarter" => months((today.month() - 1) / 3 * 3 + 1, 3),
            "custom" => (shared::record::day(&self.from), shared::record::day(&self.to)),
            _ => (None, None),
        }
    }
}

/// Open deals by the day the decision is expected, closed ones by the day it fell.
fn deciding_within(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Filter {
    let within = |field: &str, status: Op| {
        let edge = |op: Op, day: Option<NaiveDate>| day.map(|day| Filter::field(field, op, day.to_string()));
        let mut parts = vec![Filter::field("status", status, "open")];
        parts.extend(edge(Op::Gte, from));
        parts.extend(edge(Op::Lte, to));
        Filter::All(parts)
    };
    Filter::Any(vec![within("expected_close", Op::Eq), within("closed_on", Op::Ne)])
}

/// First and last day of a condition that [`deciding_within`] makes.
fn decided(condition: &Filter) -> Option<(String, String)> {
    let Filter::Any(ways) = condition else { return None };
    let Some(Filter::All(parts)) = ways.first() else { return None };
    let edge = |wanted: Op| {
        parts.iter().find_map(|part| match part {
            Filter::Field { field, op, value } if field == "expected_close" && *op == wanted => value.as_str(),
            _ => None,
        })
    };
    let (from, to) = (edge(Op::Gte).unwrap_or_default(), edge(Op::Lte).unwrap_or_default());
    let again = deciding_within(shared::record::day(from), shared::record::day(to));
    (again == *condition).then(|| (from.to_owned(), to.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_keeps_the_filters() {
        let filters = Filters { owner: "@me".into(), q: "云 帆".into(), ..Filters::default() };
        let mut params = ParamsMap::new();
        params.insert("team", "old".to_owned());
        filters.write(&mut params);
        assert_eq!(Filters::read(&params), filters);
    }

    #[test]
    fn a_list_of_the_same_deals_leads_back_to_the_same_board() {
        let filters = Filters {
            owner: "@me".into(),
            team: "@my_team".into(),
            period: "custom".into(),
            from: "2026-11-01".into(),
            to: "2026-11-30".into(),
            min: "5".into(),
            max: "9".into(),
            tag: "重点".into(),
            q: "云".into(),
            incomplete: "1".into(),
        };
        let Some(Filter::All(conditions)) = filters.filter(day("2026-11-21")) else { panic!("no conditions") };
        assert_eq!(Filters::understood(&conditions, "云"), filters);
        let unknown =
            [Filter::field("name", Op::Contains, "x"), Filter::Any(vec![]), Filter::field("incomplete", Op::Eq, false)];
        assert_eq!(Filters::understood(&unknown, ""), Filters::default());
    }

    #[test]
    fn periods_cover_whole_months_and_quarters() {
        let of = |period: &str| Filters { period: period.into(), ..Filters::default() }.days(day("2026-11-21"));
        assert_eq!(of("month"), (Some(day("2026-11-01")), Some(day("2026-11-30"))));
        assert_eq!(of("quarter"), (Some(day("2026-10-01")), Some(day("2026-12-31"))));
        assert_eq!(of(""), (None, None));
    }

    #[test]
    fn no_filter_asks_for_nothing() {
        assert_eq!(Filters::default().filter(day("2026-11-21")), None);
        assert!(Filters::default().is_empty());
    }
}

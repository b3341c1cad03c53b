//! What the board shows: the filters of its address, and the conditions they stand for.

use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::query::{Filter, Op};

/// The periods of the board's own filter, by the codes of [`shared::period::PERIODS`].
const THIS_MONTH: &str = "this_month";
const THIS_QUARTER: &str = "this_quarter";

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
    /// Further conditions, as the addresses of lists have them. What reads them comes with what shows them.
    pub(super) f: String,
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

    fn slots(&mut self) -> [(&'static str, &mut String); 11] {
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
            ("f", &mut self.f),
        ]
    }

    /// The filters that stand for these conditions; those that the board has no filter of its own for go on as they are.
    pub(super) fn understood(conditions: &[Filter], words: &str) -> Self {
        let mut filters = Self { q: words.to_owned(), ..Self::default() };
        let further: Vec<Filter> = conditions.iter().filter(|one| !filters.take_in(one)).cloned().collect();
        filters.set_conditions(&further);
        filters
    }

    /// Takes a condition over, if there is a filter for it that is still free.
    fn take_in(&mut self, condition: &Filter) -> bool {
        if let Some(Self { period, from, to, .. }) = decided(condition) {
            let free = self.period.is_empty();
            if free {
                (self.period, self.from, self.to) = (period, from, to);
            }
            return free;
        }
        let Filter::Field { field, op, value } = condition else { return false };
        let (slot, text) = match (field.as_str(), op, value) {
            ("incomplete", Op::Eq, Value::Bool(true)) => (&mut self.incomplete, "1".to_owned()),
            ("amount", Op::Gte, Value::Number(number)) => (&mut self.min, number.to_string()),
            ("amount", Op::Lte, Value::Number(number)) => (&mut self.max, number.to_string()),
            ("amount", Op::Gte, Value::String(number)) => (&mut self.min, number.clone()),
            ("amount", Op::Lte, Value::String(number)) => (&mut self.max, number.clone()),
            ("owner_id", Op::Eq, Value::String(id)) => (&mut self.owner, id.clone()),
            ("team_id", Op::Eq, Value::String(id)) => (&mut self.team, id.clone()),
            ("tags", Op::Contains, Value::String(tag)) => (&mut self.tag, tag.clone()),
            _ => return false,
        };
        let free = slot.is_empty() && !text.trim().is_empty();
        if free {
            *slot = text;
        }
        free
    }

    /// The further conditions, for the server to read, if there are any.
    pub(super) fn further(&self) -> Option<String> {
        Some(self.f.clone()).filter(|further| !further.is_empty())
    }

    /// The further conditions; none where they can't be read.
    pub(super) fn conditions(&self) -> Vec<Filter> {
        serde_json::from_str(&self.f).unwrap_or_default()
    }

    /// Puts others in their place.
    pub(super) fn set_conditions(&mut self, conditions: &[Filter]) {
        self.f = match conditions {
            [] => String::new(),
            some => serde_json::to_string(some).unwrap_or_default(),
        };
    }

    /// Nothing is filtered.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The words to find, if any.
    pub(super) fn search(&self) -> Option<String> {
        Some(self.q.trim().to_owned()).filter(|words| !words.is_empty())
    }

    /// The conditions of the board's own filters, for the server.
    pub(super) fn filter(&self) -> Option<Filter> {
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
        let days = self.days();
        if !days.is_empty() {
            parts.push(deciding(&days));
        }
        (!parts.is_empty()).then_some(Filter::All(parts))
    }

    /// What is asked of the day on which a deal is decided.
    fn days(&self) -> Vec<(Op, &str)> {
        match self.period.as_str() {
            "month" => vec![(Op::During, THIS_MONTH)],
            "quarter" => vec![(Op::During, THIS_QUARTER)],
            "custom" => {
                let edges = [(Op::Gte, self.from.as_str()), (Op::Lte, self.to.as_str())];
                edges.into_iter().filter(|(_, day)| shared::record::day(day).is_some()).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Open deals by the day the decision is expected, closed ones by the day it fell.
fn deciding(days: &[(Op, &str)]) -> Filter {
    let within = |field: &str, status: Op| {
        let days = days.iter().map(|(op, day)| Filter::field(field, *op, *day));
        Filter::All([Filter::field("status", status, "open")].into_iter().chain(days).collect())
    };
    Filter::Any(vec![within("expected_close", Op::Eq), within("closed_on", Op::Ne)])
}

/// The period of a condition that [`deciding`] makes.
fn decided(condition: &Filter) -> Option<Filters> {
    let Filter::Any(ways) = condition else { return None };
    let Some(Filter::All(parts)) = ways.first() else { return None };
    let mut found = Filters { period: "custom".into(), ..Filters::default() };
    for part in parts {
        let Filter::Field { op, value, .. } = part else { return None };
        match (op, value.as_str().unwrap_or_default()) {
            (Op::Gte, day) => found.from = day.to_owned(),
            (Op::Lte, day) => found.to = day.to_owned(),
            (Op::During, THIS_MONTH) => found.period = "month".into(),
            (Op::During, THIS_QUARTER) => found.period = "quarter".into(),
            _ => {}
        }
    }
    let again = deciding(&found.days());
    (again == *condition).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_the_filters() {
        let filters = Filters { owner: "@me".into(), q: "云 帆".into(), f: "[]".into(), ..Filters::default() };
        let mut params = ParamsMap::new();
        params.insert("team", "old".to_owned());
        filters.write(&mut params);
        assert_eq!(Filters::read(&params), filters);
    }

    #[test]
    fn a_list_of_the_same_deals_leads_back_to_the_same_board() {
        let all = Filters {
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
            f: String::new(),
        };
        let of = |period: &str| Filters { period: period.into(), q: "云".into(), ..Filters::default() };
        for filters in [all, of("month"), of("quarter")] {
            let Some(Filter::All(conditions)) = filters.filter() else { panic!("no conditions") };
            assert_eq!(Filters::understood(&conditions, "云"), filters);
        }
    }

    #[test]
    fn conditions_that_the_board_has_no_filter_for_go_on_as_they_are() {
        let further = [
            Filter::field("name", Op::Contains, "x"),
            Filter::Any(vec![Filter::field("custom.segment", Op::Eq, "north"), Filter::field("amount", Op::Gte, "1")]),
            Filter::field("incomplete", Op::Eq, false),
            Filter::field("owner_id", Op::Eq, Value::Null),
            Filter::field("customer_id.industry", Op::Eq, "energy"),
            Filter::field("expected_close", Op::During, "this_month"),
            // One of a kind finds its place among the board's own, the next has to hold besides it.
            Filter::field("amount", Op::Gte, "7"),
        ];
        let conditions: Vec<Filter> =
            [Filter::field("amount", Op::Gte, "5")].into_iter().chain(further.clone()).collect();
        let filters = Filters::understood(&conditions, "");
        assert_eq!(filters.conditions(), further);
        assert_eq!(Filters { f: String::new(), ..filters }, Filters { min: "5".into(), ..Filters::default() });
    }

    #[test]
    fn periods_move_with_the_calendar_and_days_stay() {
        let of = |period: &str| Filters { period: period.into(), from: "2026-11-01".into(), ..Filters::default() };
        assert_eq!(of("month").days(), [(Op::During, "this_month")]);
        assert_eq!(of("quarter").days(), [(Op::During, "this_quarter")]);
        assert_eq!(of("custom").days(), [(Op::Gte, "2026-11-01")]);
        assert!(of("").days().is_empty());
    }

    #[test]
    fn no_filter_asks_for_nothing() {
        let none = Filters::default();
        assert!(none.is_empty() && none.filter().is_none() && none.further().is_none() && none.conditions().is_empty());
        let mut gone = Filters { f: "[broken".into(), ..Filters::default() };
        assert!(gone.conditions().is_empty() && !gone.is_empty());
        gone.set_conditions(&[]);
        assert!(gone.is_empty());
    }
}

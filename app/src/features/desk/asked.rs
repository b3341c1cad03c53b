//! What is asked for of the tickets of a view: words to find in them, conditions, an order; as addresses say it, as saved views
//! keep it, and as lists are asked for.

use chrono::{DateTime, Utc};
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use shared::query::{Filter, ListQuery, Op, Sort};
use shared::record::instant_text;
use shared::types::unsettled_statuses;

use super::order::Order;
use super::view::View;
use crate::record::same_conditions;

/// Tickets of a page.
const PAGE: u32 = 80;

/// Tickets that were put off until after a time, those that come back first.
pub(super) fn back_after(at: DateTime<Utc>) -> ListQuery {
    let later = Filter::field("snoozed_until", Op::Gt, instant_text(at));
    ListQuery {
        filter: Some(Filter::All(vec![Filter::field("status", Op::In, json!(unsettled_statuses())), later])),
        sort: Some(Order::Back.sort()),
        limit: PAGE,
        ..ListQuery::default()
    }
}

/// What is listed: a view, and words to find in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) view: View,
    pub(super) words: String,
    /// What has to hold besides; of a saved view all that has to, where it is no longer what was saved.
    pub(super) conditions: Option<Vec<Filter>>,
    /// In which order, unless it is the usual one.
    pub(super) order: Option<Order>,
}

/// The conditions that a saved view keeps.
fn kept(saved: Option<&Value>) -> Vec<Filter> {
    let kept = saved.and_then(|saved| saved.get("filter")).cloned().unwrap_or_default();
    serde_json::from_value(kept).unwrap_or_default()
}

impl Asked {
    /// What an address asks for.
    pub(super) fn read(params: &ParamsMap) -> Self {
        Self {
            view: View::parse(&params.get("view").unwrap_or_default()),
            words: params.get("q").unwrap_or_default(),
            conditions: params.get("f").and_then(|text| serde_json::from_str(&text).ok()),
            order: params.get("sort").and_then(|code| Order::parse(&code)),
        }
    }

    /// How an address asks for it.
    pub(super) fn write(&self) -> ParamsMap {
        let mut params = ParamsMap::new();
        params.insert("view", self.view.code());
        if !self.words.is_empty() {
            params.insert("q", self.words.clone());
        }
        if let Some(conditions) = &self.conditions {
            params.insert("f", serde_json::to_string(conditions).unwrap_or_default());
        }
        if let Some(order) = self.order {
            params.insert("sort", order.code().to_owned());
        }
        params
    }

    /// The order that it usually has; `saved` is the saved view's own query. One that only other lists know is none.
    pub(super) fn usual_order(&self, saved: Option<&Value>) -> Order {
        let sort = saved.and_then(|saved| serde_json::from_value::<Sort>(saved.get("sort")?.clone()).ok());
        sort.and_then(|sort| Order::of(&sort)).unwrap_or_else(|| self.view.order())
    }

    /// Conditions that one can change; `saved` is the saved view's own query.
    pub(super) fn conditions(&self, saved: Option<&Value>) -> Vec<Filter> {
        self.conditions.clone().unwrap_or_else(|| kept(saved))
    }

    /// Words or conditions narrow the view.
    pub(super) fn narrows(&self) -> bool {
        !self.words.trim().is_empty() || self.conditions.as_ref().is_some_and(|all| !all.is_empty())
    }

    /// Whether it is something else than the saved view keeps, whose own query `saved` is.
    pub(super) fn differs(&self, saved: &Value) -> bool {
        let words = self.words.trim();
        let is_searched = !words.is_empty() && saved.get("q").and_then(Value::as_str) != Some(words);
        let is_turned = self.order.is_some_and(|order| order != self.usual_order(Some(saved)));
        let is_narrowed = self.conditions.as_ref().is_some_and(|own| !same_conditions(own, &kept(Some(saved))));
        is_searched || is_turned || is_narrowed
    }

    /// What a view keeps of it; what else the one that is listed keeps, a list's columns among it, stays.
    pub(super) fn settings(&self, saved: Option<&Value>) -> Value {
        let ListQuery { search, sort, .. } = self.query(saved);
        let own = self.view.conditions();
        let conditions: Vec<Filter> = own.into_iter().chain(self.conditions(saved)).collect();
        let mut settings = match saved {
            Some(Value::Object(saved)) => saved.clone(),
            _ => Map::from_iter([("sort".to_owned(), json!(sort))]),
        };
        // An order that only other lists know stays, too, unless another one was chosen here.
        if self.order.is_some() {
            settings.insert("sort".to_owned(), json!(sort));
        }
        settings.insert("filter".to_owned(), json!(conditions));
        settings.insert("q".to_owned(), search.unwrap_or_default().into());
        Value::Object(settings)
    }

    /// The first page of it; `saved` is the saved view's own query.
    pub(super) fn query(&self, saved: Option<&Value>) -> ListQuery {
        let mut conditions = self.view.conditions();
        conditions.extend(self.conditions(saved));
        let own = |name: &str| saved.and_then(|saved| saved.get(name)).cloned().unwrap_or_default();
        let search = match own("q").as_str().filter(|_| self.words.is_empty()) {
            Some(words) => words.to_owned(),
            None => self.words.clone(),
        };
        ListQuery {
            filter: (!conditions.is_empty()).then_some(Filter::All(conditions)),
            search: (!search.trim().is_empty()).then_some(search),
            sort: Some(self.order.unwrap_or_else(|| self.usual_order(saved)).sort()),
            limit: PAGE,
            count: true,
            ..ListQuery::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_listed_survives_the_address() {
        let conditions = || vec![Filter::field("kind", Op::NotIn, json!(["praise", "complaint"]))];
        for (view, conditions, order) in [
            (View::Team, None, None),
            (View::Open, Some(conditions()), Some(Order::Priority)),
            (View::Saved(Uuid::from_u128(9)), Some(Vec::new()), Some(Order::Urgency)),
        ] {
            let asked = Asked { view, words: "云 & 帆".into(), conditions, order };
            assert_eq!(Asked::read(&asked.write()), asked);
        }
        let broken = ParamsMap::from_iter([("view", "open"), ("f", "[broken"), ("sort", "subject")]);
        assert_eq!(Asked::read(&broken), Asked { view: View::Open, ..Asked::default() });
    }

    #[test]
    fn a_view_that_was_saved_lists_what_was_listed() {
        let further = Filter::field("kind", Op::Eq, "repair");
        let order = Some(Order::Newest);
        let asked = Asked { view: View::Mine, words: "gate".into(), conditions: Some(vec![further.clone()]), order };
        let saved = asked.settings(None);
        let shown = Asked { view: View::Saved(Uuid::from_u128(9)), ..Asked::default() };
        assert_eq!(shown.query(Some(&saved)), asked.query(None));
        assert!(shown.conditions(Some(&saved)).contains(&further) && !shown.narrows() && asked.narrows());
        // What was taken away holds no longer, whatever was saved; what a list keeps besides stays.
        let all = Asked { conditions: Some(Vec::new()), ..shown.clone() };
        assert_eq!(all.query(Some(&saved)).filter, None);
        let of_list = json!({"columns": ["subject"], "filter": [further], "q": ""});
        assert_eq!(all.settings(Some(&of_list)), json!({"columns": ["subject"], "filter": [], "q": ""}));
    }

    #[test]
    fn a_saved_view_is_changed_by_words_and_conditions_until_it_says_the_same_again() {
        let (kind, high) = (Filter::field("kind", Op::Eq, "repair"), Filter::field("priority", Op::Eq, "high"));
        let saved = json!({"filter": [kind, high], "q": "gate"});
        let shown = Asked { view: View::Saved(Uuid::from_u128(9)), ..Asked::default() };
        let of = |conditions: &[&Filter]| Asked {
            conditions: Some(conditions.iter().map(|one| (*one).clone()).collect()),
            ..shown.clone()
        };
        assert!(!shown.differs(&saved) && !of(&[&high, &kind]).differs(&saved), "in whichever order");
        assert!(of(&[&kind]).differs(&saved) && of(&[]).differs(&saved));
        let searched = |words: &str| Asked { words: words.into(), ..shown.clone() };
        assert!(searched("door").differs(&saved) && !searched("gate ").differs(&saved));
    }

    #[test]
    fn a_saved_view_keeps_its_order_until_another_one_is_chosen() {
        let by_priority = json!({"filter": [], "q": "", "sort": Order::Priority.sort()});
        let shown = Asked { view: View::Saved(Uuid::from_u128(9)), ..Asked::default() };
        assert_eq!(shown.query(Some(&by_priority)).sort, Some(Order::Priority.sort()));
        let turned = Asked { order: Some(Order::Urgency), ..shown.clone() };
        assert_eq!(turned.query(Some(&by_priority)).sort, Some(Order::Urgency.sort()));
        assert!(turned.differs(&by_priority) && !shown.differs(&by_priority) && !turned.narrows());
        assert!(!Asked { order: Some(Order::Priority), ..shown.clone() }.differs(&by_priority));
        assert_eq!(turned.settings(Some(&by_priority))["sort"], json!(Order::Urgency.sort()));
        // What only a list sorts by stays the view's, whatever the desk makes of it.
        let by_subject = json!({"filter": [], "q": "", "sort": {"field": "subject", "descending": false}});
        assert_eq!(shown.query(Some(&by_subject)).sort, Some(Order::Urgency.sort()));
        assert_eq!(shown.settings(Some(&by_subject)), by_subject);
    }
}

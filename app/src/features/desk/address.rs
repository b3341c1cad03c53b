//! What the desk shows, as it stands in the address: `/desk?view=mine&q=…&f=[…]&sort=-priority&ticket=<id>`.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use shared::Row;
use shared::query::{Filter, ListQuery, Op, Sort};
use shared::record::instant_text;
use shared::types::unsettled_statuses;
use uuid::Uuid;

use super::blocked::is_open;
use super::order::Order;
use crate::record::same_conditions;

/// Tickets of a page.
const PAGE: u32 = 80;
/// Of tickets that press.
const PRESSING: &[&str] = &["at_risk", "missed"];
/// Whenever it is asked: a view is saved with it.
const NOW: &str = "@now";

/// Which tickets are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum View {
    /// One's own.
    #[default]
    Mine,
    /// Those of one's team, whoever works them.
    Team,
    /// Nobody's.
    Unassigned,
    /// At risk or overdue.
    Pressing,
    /// Those that one wants to know of, whoever works them.
    Watching,
    /// Put off, the next one to come back first. Nobody works these now: of the other views only that of those that one wants to
    /// know of has them, too.
    Snoozed,
    /// All with which there is something to do.
    Open,
    /// Solved lately.
    Solved,
    /// Those of a queue.
    Queue(Uuid),
    /// Those of a saved view.
    Saved(Uuid),
}

impl View {
    /// The views that everybody has, with their icons.
    pub(super) const FIXED: [(Self, &'static str); 8] = [
        (Self::Mine, "user"),
        (Self::Team, "users"),
        (Self::Unassigned, "hand"),
        (Self::Pressing, "alarm-clock"),
        (Self::Watching, "eye"),
        (Self::Snoozed, "clock"),
        (Self::Open, "inbox"),
        (Self::Solved, "circle-check"),
    ];

    /// How the address names it.
    pub(super) fn code(self) -> String {
        match self {
            Self::Mine => "mine".into(),
            Self::Team => "team".into(),
            Self::Unassigned => "unassigned".into(),
            Self::Pressing => "pressing".into(),
            Self::Watching => "watching".into(),
            Self::Snoozed => "snoozed".into(),
            Self::Open => "open".into(),
            Self::Solved => "solved".into(),
            Self::Queue(id) => format!("queue-{id}"),
            Self::Saved(id) => format!("saved-{id}"),
        }
    }

    /// The view of such a name; one's own tickets for a name that means nothing.
    pub(super) fn parse(code: &str) -> Self {
        let id = |lead: &str| code.strip_prefix(lead).and_then(|id| id.parse().ok());
        let fixed = Self::FIXED.into_iter().map(|(view, _)| view).find(|view| view.code() == code);
        fixed.or(id("queue-").map(Self::Queue)).or(id("saved-").map(Self::Saved)).unwrap_or_default()
    }

    /// Whether a ticket belongs here now; `None` where only the server knows.
    pub(super) fn takes(self, row: &Row, (me, team): (Uuid, Option<Uuid>), now: DateTime<Utc>) -> Option<bool> {
        if row.text("archived_at").is_some() {
            return Some(false);
        }
        let unsettled = is_open(row);
        let snoozed = row.datetime("snoozed_until").is_some_and(|until| until > now);
        let waits = unsettled && !snoozed;
        Some(match self {
            Self::Mine => waits && row.reference("owner_id") == Some(me),
            Self::Team => waits && team.is_some() && row.reference("team_id") == team,
            Self::Unassigned => waits && row.reference("owner_id").is_none(),
            Self::Pressing => waits && is_pressing(row, now),
            Self::Watching => unsettled && shared::record::ids(&row.values, "watcher_ids").contains(&me),
            Self::Snoozed => unsettled && snoozed,
            Self::Open => waits,
            Self::Solved => !unsettled,
            Self::Queue(id) => waits && row.reference("queue_id") == Some(id),
            Self::Saved(_) => return None,
        })
    }

    /// Its conditions. Saved views bring their own.
    fn conditions(self) -> Vec<Filter> {
        let one_of = |codes: &[&str]| Filter::field("status", Op::In, json!(codes));
        let unsettled = || one_of(&unsettled_statuses());
        let awake = || {
            Filter::Any(vec![
                Filter::field("snoozed_until", Op::Empty, Value::Null),
                Filter::field("snoozed_until", Op::Lte, NOW),
            ])
        };
        let waits = |more: Vec<Filter>| [unsettled(), awake()].into_iter().chain(more).collect::<Vec<_>>();
        match self {
            Self::Mine => waits(vec![Filter::field("owner_id", Op::Eq, "@me")]),
            Self::Team => waits(vec![Filter::field("team_id", Op::Eq, "@my_team")]),
            Self::Unassigned => waits(vec![Filter::field("owner_id", Op::Empty, Value::Null)]),
            Self::Pressing => waits(vec![Filter::Any(vec![
                Filter::field("sla_state", Op::In, json!(PRESSING)),
                Filter::field("due_at", Op::Lte, NOW),
            ])]),
            Self::Watching => vec![unsettled(), Filter::field("watcher_ids", Op::Contains, "@me")],
            Self::Snoozed => vec![unsettled(), Filter::field("snoozed_until", Op::Gt, NOW)],
            Self::Open => waits(Vec::new()),
            Self::Solved => vec![one_of(&["solved", "closed"])],
            Self::Queue(id) => waits(vec![Filter::field("queue_id", Op::Eq, id.to_string())]),
            Self::Saved(_) => Vec::new(),
        }
    }

    /// The order that it usually has.
    fn order(self) -> Order {
        match self {
            Self::Solved => Order::Solved,
            Self::Snoozed => Order::Back,
            _ => Order::Urgency,
        }
    }
}

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

fn is_pressing(row: &Row, now: DateTime<Utc>) -> bool {
    row.text("sla_state").is_some_and(|state| PRESSING.contains(&state))
        || row.datetime("due_at").is_some_and(|due| due <= now)
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
    fn read(params: &ParamsMap) -> Self {
        Self {
            view: View::parse(&params.get("view").unwrap_or_default()),
            words: params.get("q").unwrap_or_default(),
            conditions: params.get("f").and_then(|text| serde_json::from_str(&text).ok()),
            order: params.get("sort").and_then(|code| Order::parse(&code)),
        }
    }

    fn write(&self) -> ParamsMap {
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

/// Reads and changes the address; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Address {
    params: Memo<ParamsMap>,
    go: Callback<(String, bool)>,
    /// The ticket of a page of its own.
    alone: Option<Memo<Option<Uuid>>>,
    /// What is listed.
    pub(super) asked: Memo<Asked>,
}

impl Address {
    /// That of the desk around the caller.
    pub(super) fn of_desk() -> Self {
        Self::take(None)
    }

    /// That of a ticket's own page.
    pub(super) fn of_ticket(id: Memo<Option<Uuid>>) -> Self {
        Self::take(Some(id))
    }

    fn take(alone: Option<Memo<Option<Uuid>>>) -> Self {
        let params = use_query_map();
        let navigate = use_navigate();
        let go = Callback::new(move |(path, replace): (String, bool)| {
            navigate(&path, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
        });
        let asked = Memo::new(move |_| params.with(Asked::read));
        Self { params, go, alone, asked }
    }

    /// A ticket's own page, without a list.
    pub(super) fn is_alone(self) -> bool {
        self.alone.is_some()
    }

    /// The ticket that is open; tracked.
    pub(super) fn ticket(self) -> Option<Uuid> {
        match self.alone {
            Some(id) => id.get(),
            None => self.params.with(|params| params.get("ticket")).and_then(|id| id.parse().ok()),
        }
    }

    /// The ticket that is open now, while the page is there.
    pub(super) fn ticket_now(self) -> Option<Uuid> {
        self.asked.try_with_untracked(|_| ())?;
        untrack(|| self.ticket())
    }

    /// The address of a view.
    pub(super) fn view_href(view: View) -> String {
        format!("/desk?view={}", view.code())
    }

    /// The address of a ticket in the present view; tracked.
    pub(super) fn ticket_href(self, id: Uuid) -> String {
        let asked = self.asked.get();
        Self::write(&asked, Some(id))
    }

    /// Opens a ticket, or closes it; from one to the next is one step back.
    pub(super) fn open(self, id: Option<Uuid>) {
        // An answer may come after the page was left.
        let Some(asked) = self.asked.try_get_untracked() else { return };
        if self.is_alone() {
            let path = id.map_or_else(|| "/desk".to_owned(), |id| format!("/tickets/{id}"));
            return self.go.run((path, false));
        }
        let open = untrack(|| self.ticket());
        self.go.run((Self::write(&asked, id), open.is_some() && id.is_some()));
    }

    /// Lists what contains the words; typing leaves no steps behind.
    pub(super) fn search(self, words: String) {
        self.list(&Asked { words, ..self.asked.get_untracked() }, true);
    }

    /// Lists what these conditions hold for.
    pub(super) fn filter(self, conditions: Vec<Filter>) {
        let asked = self.asked.get_untracked();
        // A saved view without its conditions is not the view as it was saved.
        let is_own = !conditions.is_empty() || matches!(asked.view, View::Saved(_));
        self.list(&Asked { conditions: is_own.then_some(conditions), ..asked }, false);
    }

    /// Lists in this order; `usual` is the one that needs no saying.
    pub(super) fn sort(self, order: Order, usual: Order) {
        let asked = self.asked.get_untracked();
        self.list(&Asked { order: (order != usual).then_some(order), ..asked }, false);
    }

    /// Lists all of the view again, in the order it has.
    pub(super) fn clear(self) {
        let Asked { view, order, .. } = self.asked.get_untracked();
        self.list(&Asked { view, order, ..Asked::default() }, false);
    }

    /// Lists a view as it is.
    pub(super) fn show(self, view: View) {
        self.list(&Asked { view, ..Asked::default() }, false);
    }

    /// Lists something else; the open ticket stays.
    fn list(self, asked: &Asked, replace: bool) {
        self.go.run((Self::write(asked, untrack(|| self.ticket())), replace));
    }

    fn write(asked: &Asked, ticket: Option<Uuid>) -> String {
        let mut params = asked.write();
        if let Some(id) = ticket {
            params.insert("ticket", id.to_string());
        }
        format!("/desk{}", params.to_query_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: Value) -> Row {
        let values = fields.as_object().cloned().unwrap_or_default();
        Row { id: Uuid::from_u128(7), version: 1, values }
    }

    #[test]
    fn views_survive_the_address() {
        let id = Uuid::from_u128(9);
        let all = View::FIXED.into_iter().map(|(view, _)| view).chain([View::Queue(id), View::Saved(id)]);
        for view in all {
            assert_eq!(View::parse(&view.code()), view);
        }
        assert_eq!(View::parse("queue-x"), View::Mine);
    }

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

    #[test]
    fn a_ticket_goes_where_it_belongs() {
        let (me, team) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let now = "2026-11-21T08:00:00Z".parse().unwrap();
        let takes = |view: View, fields: Value| view.takes(&row(fields), (me, Some(team)), now).unwrap();
        let mine = json!({"status": "open", "owner_id": me.to_string()});
        assert!(takes(View::Mine, mine.clone()) && takes(View::Open, mine.clone()) && !takes(View::Unassigned, mine));
        let ours = json!({"status": "new", "team_id": team.to_string()});
        assert!(takes(View::Team, ours.clone()) && takes(View::Unassigned, ours));
        let theirs = json!({"status": "new", "team_id": me.to_string()});
        assert!(!takes(View::Team, theirs.clone()));
        assert!(!View::Team.takes(&row(theirs), (me, None), now).unwrap());
        let late = json!({"status": "new", "due_at": "2026-11-21T07:00:00Z"});
        assert!(takes(View::Pressing, late.clone()) && takes(View::Unassigned, late));
        let asleep = json!({"status": "open", "owner_id": me.to_string(), "snoozed_until": "2026-11-22T07:00:00Z"});
        assert!(takes(View::Snoozed, asleep.clone()));
        assert!(!takes(View::Mine, asleep.clone()) && !takes(View::Open, asleep), "nobody works it now");
        assert!(takes(View::Solved, json!({"status": "closed"})));
        let watched = |status: &str| json!({"status": status, "watcher_ids": [team.to_string(), me.to_string()]});
        assert!(takes(View::Watching, watched("open")) && !takes(View::Watching, watched("solved")));
        assert!(!takes(View::Watching, json!({"status": "open", "owner_id": me.to_string()})));
    }
}

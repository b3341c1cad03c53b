//! The state of a list, as it stands in the address: `?q=…&sort=-amount&f=[…]&archived=only&view=…&peek=customers/…`,
//! and of one shown by day `as=month&by=due_at&at=2026-11-23`.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};
use shared::RecordDef;
use shared::calendar::Span;
use shared::query::{Archived, Filter, ListQuery, Sort};
use shared::types::by_plural;
use uuid::Uuid;

/// Rows of a page.
pub(super) const PAGE: u32 = 60;

/// How a list is shown by day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ByDay {
    /// A month or a week.
    pub(super) span: Span,
    /// The field that says on which day a record lies; the type's first one when absent.
    pub(super) by: Option<String>,
    /// A day of the month or week; today when absent.
    pub(super) at: Option<NaiveDate>,
}

/// What is listed, and how.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ListState {
    pub(super) search: String,
    pub(super) sort: Option<Sort>,
    /// Conditions that all hold.
    pub(super) conditions: Vec<Filter>,
    pub(super) archived: Archived,
    /// The saved view this began with.
    pub(super) view: Option<Uuid>,
    /// By day, instead of in rows.
    pub(super) by_day: Option<ByDay>,
}

impl ListState {
    pub(super) fn read(params: &ParamsMap) -> Self {
        let sort = params.get("sort").filter(|s| !s.is_empty()).map(|text| match text.strip_prefix('-') {
            Some(field) => Sort { field: field.to_owned(), descending: true },
            None => Sort { field: text, descending: false },
        });
        Self {
            search: params.get("q").unwrap_or_default(),
            sort,
            conditions: params.get("f").and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
            archived: match params.get("archived").as_deref() {
                Some("only") => Archived::Only,
                Some("with") => Archived::With,
                _ => Archived::Without,
            },
            view: params.get("view").and_then(|id| id.parse().ok()),
            by_day: params.get("as").and_then(|code| Span::parse(&code)).map(|span| ByDay {
                span,
                by: params.get("by").filter(|name| !name.is_empty()),
                at: params.get("at").and_then(|day| shared::record::day(&day)),
            }),
        }
    }

    /// The state as address parameters.
    pub(super) fn write(&self) -> ParamsMap {
        let mut params = ParamsMap::new();
        if !self.search.is_empty() {
            params.insert("q", self.search.clone());
        }
        if let Some(sort) = &self.sort {
            params.insert("sort", format!("{}{}", if sort.descending { "-" } else { "" }, sort.field));
        }
        // A view that is called up without its conditions is another thing than one that is only named.
        if !self.conditions.is_empty() || self.view.is_some() {
            params.insert("f", serde_json::to_string(&self.conditions).unwrap_or_default());
        }
        match self.archived {
            Archived::Without => {}
            Archived::Only => params.insert("archived", "only".to_owned()),
            Archived::With => params.insert("archived", "with".to_owned()),
        }
        if let Some(view) = self.view {
            params.insert("view", view.to_string());
        }
        if let Some(ByDay { span, by, at }) = &self.by_day {
            params.insert("as", span.code().to_owned());
            let at = at.map(|day| day.to_string());
            for (name, value) in [("by", by), ("at", &at)] {
                value.iter().for_each(|value| params.insert(name, value.clone()));
            }
        }
        params
    }

    /// The first page of what it lists. What is tried in an order is listed in it, unless another one was chosen.
    pub(super) fn query(&self, def: &RecordDef) -> ListQuery {
        let usual = || def.field("position").map(|field| Sort { field: field.name.to_owned(), descending: false });
        ListQuery {
            filter: (!self.conditions.is_empty()).then(|| Filter::All(self.conditions.clone())),
            search: (!self.search.trim().is_empty()).then(|| self.search.clone()),
            sort: self.sort.clone().or_else(usual),
            limit: PAGE,
            cursor: None,
            archived: self.archived,
            count: true,
        }
    }

    /// Something is left out on request.
    pub(super) fn narrows(&self) -> bool {
        !self.search.trim().is_empty() || !self.conditions.is_empty() || self.archived == Archived::Only
    }

    /// Lists everything again, in the order and the way it has.
    pub(super) fn clear(&mut self) {
        *self = Self { sort: self.sort.take(), by_day: self.by_day.take(), ..Self::default() };
    }

    /// Everything is listed in the standard order, in whichever way.
    pub(super) fn is_plain(&self) -> bool {
        Self { by_day: None, ..self.clone() } == Self::default()
    }

    /// Nothing is said but which view it is.
    pub(super) fn is_view_alone(&self) -> bool {
        Self { view: None, ..self.clone() } == Self::default()
    }

    /// Order by a field; once more turns it, and then it is the standard order again.
    pub(super) fn turn(&mut self, field: &str) {
        self.sort = match self.sort.take().filter(|sort| sort.field == field) {
            None => Some(Sort { field: field.to_owned(), descending: false }),
            Some(sort) if !sort.descending => Some(Sort { descending: true, ..sort }),
            Some(_) => None,
        };
    }

    /// Adds a condition, or takes it away when it is there.
    pub(super) fn toggle(&mut self, condition: &Filter) {
        let before = self.conditions.len();
        self.conditions.retain(|other| other != condition);
        if self.conditions.len() == before {
            self.conditions.push(condition.clone());
        }
    }
}

/// A page that shows something else of the records that filters choose.
#[derive(Clone, Copy)]
pub struct Place {
    /// Its path.
    pub path: &'static str,
    /// Parameters of its own, which stay when filters change.
    pub kept: &'static [&'static str],
}

/// Reads and changes the address; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct ListNav {
    def: &'static RecordDef,
    /// Where it is, if it is not the list itself: another page about records that filters choose.
    place: Option<Place>,
    pub(super) state: Memo<ListState>,
    query: Memo<ParamsMap>,
    go: Callback<(String, bool)>,
}

impl ListNav {
    pub(super) fn new(def: &'static RecordDef) -> Self {
        Self::at(def, None)
    }

    /// That of another page.
    pub(super) fn at(def: &'static RecordDef, place: Option<Place>) -> Self {
        let query = use_query_map();
        let navigate = use_navigate();
        let go = move |(address, replace): (String, bool)| {
            navigate(&address, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
        };
        Self { def, place, state: Memo::new(move |_| query.with(ListState::read)), query, go: Callback::new(go) }
    }

    /// The view that the address names without saying what it lists; tracked.
    pub(super) fn view_alone(self) -> Option<Uuid> {
        let named = self.state.with(|state| state.view.filter(|_| state.is_view_alone()));
        named.filter(|_| self.query.with(|query| query.get("f").is_none()))
    }

    fn open(self, params: &ParamsMap, replace: bool) {
        let Some(place) = self.place else {
            return self.go.run((format!("/{}{}", self.def.plural, params.to_query_string()), replace));
        };
        let mut params = params.clone();
        self.query.with_untracked(|query| {
            let kept = place.kept.iter().filter_map(|name| Some((*name, query.get(name)?)));
            kept.for_each(|(name, value)| params.insert(name, value));
        });
        self.go.run((format!("{}{}", place.path, params.to_query_string()), replace));
    }

    /// Lists something else; what is open beside the list stays.
    pub(super) fn change(self, change: impl FnOnce(&mut ListState)) {
        self.change_with(change, false);
    }

    /// As [`Self::change`], without a new entry in the browser's history: for typing.
    pub(super) fn change_quietly(self, change: impl FnOnce(&mut ListState)) {
        self.change_with(change, true);
    }

    fn change_with(self, change: impl FnOnce(&mut ListState), replace: bool) {
        let mut state = self.state.get_untracked();
        change(&mut state);
        let mut params = state.write();
        if let Some(peek) = self.query.with_untracked(|query| query.get("peek")) {
            params.insert("peek", peek);
        }
        self.open(&params, replace);
    }

    /// The address of the list in another state.
    pub(super) fn address(self, state: &ListState) -> String {
        format!("/{}{}", self.def.plural, state.write().to_query_string())
    }

    /// Opens a record beside the list; from one to the next is one step back.
    pub(super) fn peek(self, id: Uuid) {
        let mut params = self.state.get_untracked().write();
        params.insert("peek", format!("{}/{id}", self.def.plural));
        let replace = self.query.with_untracked(|query| query.get("peek").is_some());
        self.open(&params, replace);
    }

    /// Closes what is open beside the list.
    pub(super) fn close_peek(self) {
        self.open(&self.state.get_untracked().write(), false);
    }

    /// Whether this record is open beside the list; tracked.
    pub(super) fn is_open(self, id: Uuid) -> bool {
        self.query.with(|query| peeked(query).is_some_and(|(def, open)| def.name == self.def.name && open == id))
    }
}

/// The record that `?peek=<plural>/<id>` names.
pub(super) fn peeked(query: &ParamsMap) -> Option<(&'static RecordDef, Uuid)> {
    let peek = query.get("peek")?;
    let (plural, id) = peek.split_once('/')?;
    Some((by_plural(plural)?, id.parse().ok()?))
}

/// Address of a list with these conditions.
pub fn list_address(def: &RecordDef, conditions: Vec<Filter>) -> String {
    let state = ListState { conditions, ..ListState::default() };
    format!("/{}{}", def.plural, state.write().to_query_string())
}

/// Address of a list with conditions, search words and an order as addresses have them, shown by day if that is wanted. Nothing
/// of it is read: the board leads here, and what reads it would weigh on the first load.
pub fn list_address_as(
    def: &RecordDef,
    conditions: Option<String>,
    words: Option<String>,
    sort: Option<String>,
    by_day: bool,
) -> String {
    let by_day = by_day.then(|| Span::default().code().to_owned());
    let mut params = ParamsMap::new();
    for (name, value) in [("q", words), ("sort", sort), ("f", conditions), ("as", by_day)] {
        value.into_iter().for_each(|value| params.insert(name, value));
    }
    format!("/{}{}", def.plural, params.to_query_string())
}

#[cfg(test)]
mod tests {
    use shared::query::Op;

    use super::*;

    #[test]
    fn what_the_address_says_survives_the_way_there_and_back() {
        let state = ListState {
            search: "云帆 & Co".into(),
            sort: Some(Sort { field: "amount".into(), descending: true }),
            conditions: vec![Filter::field("owner_id", Op::Eq, "@me"), Filter::field("incomplete", Op::Eq, true)],
            archived: Archived::Only,
            view: Some(Uuid::nil()),
            by_day: Some(ByDay {
                span: Span::Week,
                by: Some("due_at".into()),
                at: NaiveDate::from_ymd_opt(2026, 12, 31),
            }),
        };
        assert_eq!(ListState::read(&state.write()), state);
        let by_day = ListState { by_day: Some(ByDay::default()), ..ListState::default() };
        assert_eq!(ListState::read(&by_day.write()), by_day);
        assert_eq!(ListState::read(&ParamsMap::new()), ListState::default());
    }

    #[test]
    fn an_address_that_is_put_together_unread_is_read_as_any_other() {
        use shared::types::OPPORTUNITY;
        let state = ListState {
            search: "云帆".into(),
            sort: Some(Sort { field: "amount".into(), descending: true }),
            conditions: vec![Filter::field("next_step", Op::Contains, "call & mail")],
            by_day: Some(ByDay::default()),
            ..ListState::default()
        };
        let conditions = serde_json::to_string(&state.conditions).unwrap();
        let own = format!("/opportunities{}", state.write().to_query_string());
        let (words, sort) = (state.search, Some("-amount".to_owned()));
        assert_eq!(list_address_as(&OPPORTUNITY, Some(conditions), Some(words), sort, true), own);
        assert_eq!(list_address_as(&OPPORTUNITY, None, None, None, false), "/opportunities");
    }

    #[test]
    fn an_address_that_makes_no_sense_lists_everything() {
        let params = ParamsMap::from_iter([
            ("f", "[broken"),
            ("archived", "maybe"),
            ("view", "7"),
            ("sort", ""),
            ("as", "year"),
        ]);
        assert_eq!(ListState::read(&params), ListState::default());
    }

    #[test]
    fn a_day_that_is_none_is_today() {
        let params = ParamsMap::from_iter([("as", "month"), ("by", ""), ("at", "2026-02-30")]);
        assert_eq!(ListState::read(&params).by_day, Some(ByDay::default()));
    }

    #[test]
    fn clearing_the_filters_stays_in_the_calendar() {
        let mut state = ListState { search: "x".into(), by_day: Some(ByDay::default()), ..ListState::default() };
        assert!(!state.is_plain());
        state.clear();
        assert!(state.is_plain() && state.by_day.is_some());
    }

    #[test]
    fn what_has_an_order_is_listed_in_it() {
        use shared::types::{CUSTOMER, TICKET_RULE};
        let by = |state: ListState, def| state.query(def).sort.map(|sort| (sort.field, sort.descending));
        assert_eq!(by(ListState::default(), &CUSTOMER), None);
        assert_eq!(by(ListState::default(), &TICKET_RULE), Some(("position".into(), false)));
        let named = ListState { sort: Some(Sort { field: "name".into(), descending: true }), ..ListState::default() };
        assert_eq!(by(named, &TICKET_RULE), Some(("name".into(), true)));
    }

    #[test]
    fn a_head_turns_the_order_and_then_lets_go() {
        let mut state = ListState::default();
        let order = |state: &ListState| state.sort.as_ref().map(|sort| (sort.field.clone(), sort.descending));
        state.turn("name");
        assert_eq!(order(&state), Some(("name".into(), false)));
        state.turn("name");
        assert_eq!(order(&state), Some(("name".into(), true)));
        state.turn("kind");
        assert_eq!(order(&state), Some(("kind".into(), false)));
        state.turn("kind");
        state.turn("kind");
        assert_eq!(order(&state), None);
    }

    #[test]
    fn only_known_types_open_beside_the_list() {
        let id = Uuid::from_u128(7);
        let peek = |text: String| peeked(&ParamsMap::from_iter([("peek", text)])).map(|(def, id)| (def.name, id));
        assert_eq!(peek(format!("customers/{id}")), Some(("customer", id)));
        assert_eq!(peek(format!("planets/{id}")), None);
        assert_eq!(peek("customers/7".into()), None);
    }
}

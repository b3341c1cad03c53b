//! The board's address: which pipeline, which view, which filters. Back and a shared link work because nothing of
//! this is kept elsewhere.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use shared::RecordDef;
use shared::board::BoardQuery;
use shared::query::{Filter, Op};
use shared::types::{OPPORTUNITY, by_plural};
use uuid::Uuid;

use super::filters::Filters;
use crate::record::list_address_as;

/// The field by which a list shows one pipeline.
const PIPELINE: &str = "pipeline_id";

/// The order of the list from which one comes; the board keeps it for the way back.
const SORT: &str = "sort";

/// The board of deals with these conditions and search words. The order is that of the list from which one comes.
pub fn board_address(conditions: &[Filter], words: &str, sort: Option<String>) -> String {
    let mut conditions = conditions.to_vec();
    let shown = conditions.iter().position(|condition| pipeline_of(condition).is_some());
    let pipeline = shown.and_then(|at| pipeline_of(&conditions.remove(at))).map(|id| id.to_string());
    let mut params = ParamsMap::new();
    Filters::understood(&conditions, words).write(&mut params);
    for (name, value) in [("pipeline", pipeline), (SORT, sort)] {
        value.into_iter().for_each(|value| params.insert(name, value));
    }
    format!("/pipeline{}", params.to_query_string())
}

/// The pipeline that a condition asks for.
fn pipeline_of(condition: &Filter) -> Option<Uuid> {
    match condition {
        Filter::Field { field, op: Op::Eq, value } if field == PIPELINE => value.as_str()?.parse().ok(),
        _ => None,
    }
}

/// Reads and changes the board's address; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Address {
    params: Memo<ParamsMap>,
    go: Callback<(String, bool)>,
    /// The filters in the address.
    pub(super) filters: Memo<Filters>,
    /// What to load; changes only when the filters or the pipeline do.
    pub(super) query: Memo<BoardQuery>,
}

impl Address {
    /// The address of the page around the caller.
    pub(super) fn take() -> Self {
        let params = use_query_map();
        let navigate = use_navigate();
        let go = Callback::new(move |(path, replace): (String, bool)| {
            navigate(&path, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
        });
        let filters = Memo::new(move |_| params.with(Filters::read));
        let query = Memo::new(move |_| BoardQuery {
            pipeline_id: params.with(|params| params.get("pipeline")).and_then(|id| id.parse().ok()),
            filter: filters.with(Filters::filter),
            further: filters.with(Filters::further),
            search: filters.with(Filters::search),
        });
        Self { params, go, filters, query }
    }

    /// The saved view that was chosen.
    pub(super) fn view(self) -> Option<Uuid> {
        self.params.with(|params| params.get("view")).and_then(|id| id.parse().ok())
    }

    /// Shows other deals; typing replaces the step before, so that Back leaves the board.
    pub(super) fn set_filters(self, filters: &Filters, replace: bool) {
        self.change(replace, |params| {
            filters.write(params);
            params.remove("view");
        });
    }

    /// Shows what a saved view shows.
    pub(super) fn choose_view(self, view: Option<Uuid>, filters: &Filters) {
        self.change(false, |params| {
            filters.write(params);
            params.remove("view");
            if let Some(view) = view {
                params.insert("view", view.to_string());
            }
        });
    }

    /// Shows another pipeline with the same filters.
    pub(super) fn choose_pipeline(self, pipeline: Uuid) {
        self.change(false, |params| {
            params.remove("pipeline");
            params.insert("pipeline", pipeline.to_string());
        });
    }

    /// The record that is open beside the board.
    pub(super) fn peeked(self) -> Option<(&'static RecordDef, Uuid)> {
        let peek = self.params.with(|params| params.get("peek"))?;
        let (plural, id) = peek.split_once('/')?;
        Some((by_plural(plural)?, id.parse().ok()?))
    }

    /// Opens a deal beside the board, or closes what is open; from one to the next is one step back.
    pub(super) fn peek(self, deal: Option<Uuid>) {
        let open = self.params.with_untracked(|params| params.get("peek").is_some());
        self.change(open && deal.is_some(), |params| {
            params.remove("peek");
            if let Some(id) = deal {
                params.insert("peek", format!("{}/{id}", OPPORTUNITY.plural));
            }
        });
    }

    /// The board as it is.
    pub(super) fn as_board(self) -> String {
        self.params.with(|params| format!("/pipeline{}", params.to_query_string()))
    }

    /// The same deals as a list, by day if that is wanted.
    pub(super) fn as_list(self, by_day: bool) -> String {
        let query = self.query.get();
        let pipeline = query.pipeline_id.map(|id| Filter::field(PIPELINE, Op::Eq, id.to_string()));
        let own = match query.filter {
            Some(Filter::All(conditions)) => conditions,
            other => other.into_iter().collect(),
        };
        let own: Vec<Filter> = pipeline.into_iter().chain(own).collect();
        let own = serde_json::to_string(&own).unwrap_or_default();
        let conditions = joined(&own, query.further.as_deref().unwrap_or_default());
        let sort = self.params.with(|params| params.get(SORT));
        list_address_as(&OPPORTUNITY, conditions, query.search, sort, by_day)
    }

    fn change(self, replace: bool, write: impl FnOnce(&mut ParamsMap)) {
        let mut params = self.params.get_untracked();
        write(&mut params);
        self.go.run((format!("/pipeline{}", params.to_query_string()), replace));
    }
}

/// Two lists in JSON as one, without reading them; nothing if both are empty.
fn joined(own: &str, further: &str) -> Option<String> {
    let all: Vec<&str> = [own, further].into_iter().filter_map(entries).collect();
    (!all.is_empty()).then(|| format!("[{}]", all.join(",")))
}

/// What stands between the brackets of a list, if anything.
fn entries(list: &str) -> Option<&str> {
    let entries = list.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
    Some(entries).filter(|entries| !entries.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_become_one_as_they_are() {
        for (own, further, all) in [
            ("[]", "", None),
            ("[1]", "", Some("[1]")),
            ("[]", " [ ] ", None),
            ("[]", r#"["]"]"#, Some(r#"["]"]"#)),
            ("[1,2]", "[3]", Some("[1,2,3]")),
            ("[1]", "[broken", Some("[1]")),
        ] {
            assert_eq!(joined(own, further).as_deref(), all, "{own} {further}");
        }
    }

    #[test]
    fn the_board_of_a_list_is_of_its_pipeline_and_keeps_what_else_it_asks_for() {
        let pipeline = |n: u128| Filter::field(PIPELINE, Op::Eq, Uuid::from_u128(n).to_string());
        let further = Filter::field("next_step", Op::Contains, "call");
        let address = board_address(&[further.clone(), pipeline(1)], "", Some("-amount".into()));
        let mut params = ParamsMap::new();
        params.insert("f", serde_json::to_string(&[further]).unwrap());
        params.insert("pipeline", Uuid::from_u128(1).to_string());
        params.insert("sort", "-amount".to_owned());
        assert_eq!(address, format!("/pipeline{}", params.to_query_string()));
        // No deal is in two: the second stays a condition, so that the board is empty as the list was.
        assert!(board_address(&[pipeline(1), pipeline(2)], "", None).contains("f="));
        assert_eq!(board_address(&[], "", None), "/pipeline");
    }
}

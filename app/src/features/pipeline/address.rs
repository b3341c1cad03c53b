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
use crate::context::Page;
use crate::record::list_address_for;

/// The field by which a list shows one pipeline.
const PIPELINE: &str = "pipeline_id";

/// The board of deals with these conditions and search words.
pub fn board_address(conditions: &[Filter], words: &str) -> String {
    let mut params = ParamsMap::new();
    Filters::understood(conditions, words).write(&mut params);
    for condition in conditions {
        if let Filter::Field { field, op: Op::Eq, value } = condition
            && let Some(id) = value.as_str().filter(|_| field == PIPELINE)
        {
            params.insert("pipeline", id.to_owned());
        }
    }
    format!("/pipeline{}", params.to_query_string())
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
        let page = Page::take();
        let params = use_query_map();
        let navigate = use_navigate();
        let go = Callback::new(move |(path, replace): (String, bool)| {
            navigate(&path, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
        });
        let filters = Memo::new(move |_| params.with(Filters::read));
        let today = Memo::new(move |_| page.zone().day(page.now.get()));
        let query = Memo::new(move |_| BoardQuery {
            pipeline_id: params.with(|params| params.get("pipeline")).and_then(|id| id.parse().ok()),
            filter: filters.with(|filters| filters.filter(today.get())),
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

    /// The same deals as a list, by day if that is wanted.
    pub(super) fn as_list(self, by_day: bool) -> String {
        let query = self.query.get();
        let pipeline = query.pipeline_id.map(|id| Filter::field(PIPELINE, Op::Eq, id.to_string()));
        let conditions = match query.filter {
            Some(Filter::All(conditions)) => conditions,
            other => other.into_iter().collect(),
        };
        list_address_for(&OPPORTUNITY, pipeline.into_iter().chain(conditions).collect(), query.search, by_day)
    }

    fn change(self, replace: bool, write: impl FnOnce(&mut ParamsMap)) {
        let mut params = self.params.get_untracked();
        write(&mut params);
        self.go.run((format!("/pipeline{}", params.to_query_string()), replace));
    }
}

//! What the desk shows, as it stands in the address: `/desk?view=mine&q=…&f=[…]&sort=-priority&ticket=<id>`.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use shared::query::Filter;
use uuid::Uuid;

use super::asked::Asked;
use super::order::Order;
use super::view::View;

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

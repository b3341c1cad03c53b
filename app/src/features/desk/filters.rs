//! What tickets of a view are listed: conditions as chips, and saved views that keep them.

use leptos::prelude::*;
use serde_json::Value;
use shared::Row;
use shared::format::paired;
use shared::query::{Filter, Titles};
use shared::types::TICKET;
use uuid::Uuid;

use super::asked::Asked;
use super::listing::Loaded;
use super::model::Desk;
use super::order::Order;
use super::view::View;
use crate::api::Answer;
use crate::context::t;
use crate::record::{Conditions, Views, conditions_on};
use crate::ui::{Menu, MenuItem};

/// Chips of the conditions, the way to a further one, the order, and what keeps all of it as a view. `found` is what was asked
/// for, and what came of it.
pub(super) fn bar(desk: Desk, found: Resource<(Asked, Answer<Loaded>)>) -> AnyView {
    let asked = desk.address.asked;
    let all = Memo::new(move |_| asked.with(|asked| asked.conditions(kept(desk, asked.view).as_ref())));
    // One more condition would stand in the place of all those that a saved view keeps while these are not known.
    let is_unknown = Memo::new(move |_| {
        asked.with(|asked| {
            let is_saved = matches!(asked.view, View::Saved(_)) && asked.conditions.is_none();
            is_saved && kept(desk, asked.view).is_none()
        })
    });
    let change = move |all: Vec<Filter>| desk.address.filter(all);
    let titles = RwSignal::new(Titles::new());
    let conditions = Conditions { page: desk.page, titles, all: all.into(), change: Callback::new(change) };
    let views = views(desk);
    let is_saved = Memo::new(move |_| asked.with(|asked| matches!(asked.view, View::Saved(_))));
    // Of the other views one knows it before anybody answers.
    let order = move || if is_saved.get() { orders_of_saved(desk, found) } else { orders(desk) };
    view! {
        <div class="desk-filters" prop:inert=move || is_unknown.get()>
            <div class="chips" role="group" aria-label=t("ui.action.filter")>{conditions_on(&TICKET, conditions)}</div>
            {order}
            <Menu label=t("list.view.title") icon="bookmark" end=true>{views.acts()}</Menu>
        </div>
        {views.dialog()}
    }
    .into_any()
}

/// The order of a saved view. What that keeps comes with its tickets: its order can't be named before, on the server either.
fn orders_of_saved(desk: Desk, found: Resource<(Asked, Answer<Loaded>)>) -> AnyView {
    let orders = Suspend::new(async move {
        let kept = found.by_ref().await.1.as_ref().ok().and_then(|(.., kept)| kept.clone());
        if kept.is_some() && desk.kept.with_untracked(Option::is_none) {
            desk.kept.set(kept);
        }
        orders(desk)
    });
    view! { <Transition>{orders}</Transition> }.into_any()
}

/// In which order the tickets stand.
fn orders(desk: Desk) -> AnyView {
    let (page, asked) = (desk.page, desk.address.asked);
    let usual = Memo::new(move |_| asked.with(|asked| asked.usual_order(kept(desk, asked.view).as_ref())));
    let shown = Memo::new(move |_| asked.with(|asked| asked.order).unwrap_or_else(|| usual.get()));
    let label =
        Signal::derive(move || paired(page.locale.get(), &page.text("list.sort_by"), &page.text(shown.get().label())));
    let item = move |order: Order| {
        let checked = Signal::derive(move || shown.get() == order);
        let select = move |()| desk.address.sort(order, usual.get_untracked());
        view! { <MenuItem label=t(order.label()) checked on_select=select/> }
    };
    let items = move || usual.get().offered().into_iter().map(item).collect_view();
    view! { <Menu label icon="arrow-up-down" end=true>{items}</Menu> }.into_any()
}

/// Says that something else is listed than the saved view keeps.
pub(super) fn changed(desk: Desk) -> AnyView {
    views(desk).changed(move |row: &Row| desk.address.asked.with(|asked| asked.differs(row.value("query"))))
}

/// What the saved view that is listed keeps: as it was read with its tickets, before that as it stands among the views, which
/// the server may not have known yet; tracked.
fn kept(desk: Desk, view: View) -> Option<Value> {
    let View::Saved(id) = view else { return None };
    let read = desk.kept.with(|kept| kept.as_ref().filter(|(of, _)| *of == id).map(|(_, query)| query.clone()));
    let query = |row: &Row| row.value("query").clone();
    read.or_else(|| desk.known(|around| around.found.saved.iter().find(|row| row.id == id).map(query)))
}

fn views(desk: Desk) -> Views {
    let settings = move || {
        let asked = desk.address.asked.get_untracked();
        asked.settings(untrack(|| kept(desk, asked.view)).as_ref())
    };
    let chosen = move || match desk.address.asked.with(|asked| asked.view) {
        View::Saved(id) => Some(id),
        _ => None,
    };
    let named = move |id: Option<Uuid>| desk.address.show(id.map_or_else(View::default, View::Saved));
    Views {
        page: desk.page,
        toasts: desk.toasts,
        record_type: TICKET.name,
        // The list of all tickets has them, too.
        surface: "list",
        all: Signal::derive(move || desk.around.with(|around| around.found.saved.clone())),
        chosen: Signal::derive(chosen),
        settings: Callback::new(move |()| settings()),
        call_up: Callback::new(move |row: Row| desk.address.show(View::Saved(row.id))),
        named: Callback::new(named),
        reload: Callback::new(move |saved| desk.view_saved(saved)),
        naming: RwSignal::new(None),
    }
}

//! Saved views of the board: a name for a set of filters.

use leptos::prelude::*;
use shared::Row;
use shared::types::OPPORTUNITY;
use uuid::Uuid;

use super::address::Address;
use super::filters::Filters;
use crate::chunk::once;
use crate::context::{Page, t};
use crate::record::{Naming, Views, load_views};
use crate::ui::{ButtonKind, Icon, Menu, MenuItem, Toasts};

/// Where they apply.
const SURFACE: &str = "board";

/// What the parts of the menu share; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct BoardViews {
    address: Address,
    /// Those of the reader and those that colleagues share.
    all: RwSignal<Vec<Row>>,
    naming: RwSignal<Option<Naming>>,
    /// What the menu asks for is told when it is closed already: these stay with the page.
    reload: Callback<Option<Row>>,
    named: Callback<Option<Uuid>>,
}

impl BoardViews {
    /// As lists have them; made with what shows them, whose code comes later.
    fn views(self) -> Views {
        let Self { address, all, naming, reload, named } = self;
        let filters = |row: &Row| serde_json::from_value::<Filters>(row.value("query").clone()).unwrap_or_default();
        let settings = move || serde_json::to_value(address.filters.get_untracked()).unwrap_or_default();
        Views {
            page: Page::take(),
            toasts: Toasts::take(),
            record_type: OPPORTUNITY.name,
            surface: SURFACE,
            all: all.into(),
            chosen: Signal::derive(move || address.view()),
            settings: Callback::new(move |()| settings()),
            call_up: Callback::new(move |row: Row| address.choose_view(Some(row.id), &filters(&row))),
            named,
            reload,
            naming,
        }
    }
}

/// Calls up and keeps views.
pub(super) fn view_menu(address: Address) -> impl IntoView {
    let page = Page::take();
    let all = RwSignal::new(Vec::new());
    let reload = Callback::new(move |_: Option<Row>| load_views(OPPORTUNITY.name, SURFACE, all));
    let named = Callback::new(move |id: Option<Uuid>| address.choose_view(id, &address.filters.get_untracked()));
    let views = BoardViews { address, all, naming: RwSignal::new(None), reload, named };
    Effect::new(move |_| reload.run(None));
    let chosen =
        move || address.view().and_then(|id| views.all.with(|all| all.iter().find(|view| view.id == id).cloned()));
    let label = Signal::derive(move || {
        chosen().and_then(|view| view.text("name").map(str::to_owned)).unwrap_or_else(|| page.text("saved_view._many"))
    });
    let trigger = move || view! { <Icon name="bookmark"/><span class="truncate" aria-hidden="true">{label}</span> };
    view! {
        <Menu label=label trigger=trigger kind=ButtonKind::Secondary end=true>{super::list_views::view(views)}</Menu>
        {once(move || views.naming.with(Option::is_some), move || super::name_view::view(views))}
    }
}

pub(super) fn view_entries(board: BoardViews) -> impl IntoView {
    let (address, views) = (board.address, board.views());
    let all = move || address.view().is_none() && address.filters.with(Filters::is_empty);
    view! {
        <MenuItem label=t("board.view_all") checked=Signal::derive(all) on_select=move |()| address.choose_view(None, &Filters::default())/>
        {views.entries()}
        <hr/>
        {views.acts()}
    }
}

/// Asks for the view's name.
pub(super) fn name_dialog(board: BoardViews) -> impl IntoView {
    board.views().dialog()
}

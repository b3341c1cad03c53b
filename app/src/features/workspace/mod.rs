//! The frame around every signed-in page: navigation, search, quick-add.

use leptos::prelude::*;
use leptos_router::components::Outlet;

/// The frame with the current page in it.
#[component]
pub fn Workspace() -> impl IntoView {
    view! { <Outlet/> }
}

//! The app and its addresses.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

use crate::context::Page;
use crate::ui::Toasts;

/// Everything inside `<body>`.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Page::provide();
    Toasts::provide();
    view! {
        <Title text="Guanxi"/>
        <Router>
            <Routes fallback=|| "404">
                <Route path=path!("/") view=|| view! { <p>"Guanxi"</p> }/>
            </Routes>
        </Router>
    }
}

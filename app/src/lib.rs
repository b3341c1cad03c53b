//! x
use leptos::prelude::*;

pub mod ui;
/// x
#[component]
pub fn App() -> impl IntoView {
    view! { <p>"x"</p> }
}

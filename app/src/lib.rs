//! x
use leptos::prelude::*;
/// x
#[component]
pub fn App() -> impl IntoView { view!{ <p>"x"</p> } }

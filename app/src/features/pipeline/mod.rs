//! The kanban board.

use leptos::prelude::*;

/// The kanban board.
#[component]
pub fn BoardPage() -> impl IntoView {}

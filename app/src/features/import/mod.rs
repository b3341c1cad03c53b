//! Bringing files in.

use leptos::prelude::*;

/// Bringing files in.
#[component]
pub fn ImportPage() -> impl IntoView {}

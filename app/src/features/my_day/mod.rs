//! My day: due tasks and planned follow-ups.

use leptos::prelude::*;

/// My day: due tasks and planned follow-ups.
#[component]
pub fn MyDayPage() -> impl IntoView {}

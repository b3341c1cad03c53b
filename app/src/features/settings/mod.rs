//! Profile, devices and administration.

use leptos::prelude::*;

/// Profile, devices and administration.
#[component]
pub fn SettingsPage() -> impl IntoView {}

//! The generic list, detail, form and editors of every record type.

use leptos::prelude::*;

/// The list of a record type, named by the address (`/customers`).
#[component]
pub fn ListPage() -> impl IntoView {}

/// One record, named by the address (`/customers/<id>`).
#[component]
pub fn DetailPage() -> impl IntoView {}

//! One live timeline per record.

use leptos::prelude::*;

use uuid::Uuid;

/// The timeline of a record, with adding a note, logging a call and planning a follow-up.
#[component]
pub fn Timeline(
    /// Record type name.
    record_type: &'static str,
    /// The record.
    id: Uuid,
) -> impl IntoView {
    let _ = (record_type, id);
}

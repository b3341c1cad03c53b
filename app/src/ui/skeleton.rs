//! What stands in while content is on its way.

use leptos::prelude::*;

/// Rows shaped like a list. They appear only after 150 ms.
#[component]
pub fn SkeletonRows(
    /// How many rows.
    #[prop(default = 8)]
    count: usize,
) -> impl IntoView {
    let row = |at: usize| {
        // Uneven on purpose, but the same everywhere: widths look like words.
        let width = format!("max-inline-size:{}%", 38 + (at * 17) % 34);
        view! {
            <div class="skeleton-row">
                <div class="skeleton" data-shape="circle" style="flex:none"></div>
                <div class="skeleton" style=width></div>
                <div class="skeleton" style="max-inline-size:12%"></div>
            </div>
        }
    };
    view! { <div class="skeleton-rows" aria-hidden="true">{(0..count).map(row).collect_view()}</div> }
}

/// Cards shaped like a lane of the board.
#[component]
pub fn SkeletonCards(
    /// How many cards.
    #[prop(default = 4)]
    count: usize,
) -> impl IntoView {
    view! {
        <div class="lane-cards" aria-hidden="true">
            {(0..count).map(|_| view! { <div class="skeleton" data-shape="card"></div> }).collect_view()}
        </div>
    }
}

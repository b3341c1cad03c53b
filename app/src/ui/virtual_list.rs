//! Lists and tables of any length: only the rows in view exist.

use leptos::{html::Div, prelude::*};

use super::settled::settled;
use super::viewport::Viewport;
use crate::context::Page;

/// What the server renders, and the browser before it has measured: enough for a tall screen.
const FIRST_HEIGHT: f64 = 1_000.0;
/// The same on a phone, in rows of the desktop's height: its own are taller.
const FIRST_HEIGHT_ON_PHONE: f64 = 360.0;

fn viewport(
    count: Signal<usize>,
    row_height: f64,
    scroller: NodeRef<Div>,
    on_range: Option<Callback<(usize, usize)>>,
) -> Viewport {
    let first = if Page::take().phone { FIRST_HEIGHT_ON_PHONE } else { FIRST_HEIGHT };
    let view = Viewport::new(count, row_height, first, scroller);
    if let Some(on_range) = on_range {
        view.on_range(move |range| on_range.run((range.start, range.end)));
    }
    view
}

/// A scrolling list of equal rows. `row` builds one row from its index; it reads its data
/// reactively, since rows may still be on their way (`on_range` asks for them). Give `key` when
/// the order can change, so that rows move with their records.
#[component]
pub fn VirtualList(
    /// How many rows there are.
    #[prop(into)]
    count: Signal<usize>,
    /// Builds the row at an index.
    #[prop(into)]
    row: Callback<usize, AnyView>,
    /// Names the row at an index; the index itself without it.
    #[prop(optional, into)]
    key: Option<Callback<usize, String>>,
    /// Height of a row in px, until the first one is measured.
    #[prop(default = 40.0)]
    row_height: f64,
    /// Runs with the first and the end index of what is shown, to load it.
    #[prop(optional, into)]
    on_range: Option<Callback<(usize, usize)>>,
    /// Accessible name.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let scroller = NodeRef::<Div>::new();
    let view = viewport(count, row_height, scroller, on_range);
    view! {
        <div class="virtual-list" node_ref=scroller role="list" tabindex="0" aria-label=label on:scroll=move |_| view.measure() on:pointerover=move |_| view.warm_up() on:focusin=move |_| view.warm_up()>
            <div class="virtual-rows" role="presentation" style=move || view.padding()>
                {settled(view! {
                    <For each=move || rows(view, key) key=|(_, key)| key.clone() let((at, _))>
                        <div class="virtual-row" role="listitem" data-row="">{row.run(at)}</div>
                    </For>
                })}
            </div>
        </div>
    }
}

/// A virtual table. `head` builds the `<tr>` of the header; `row` builds the whole
/// `<tr data-row role="row">` at an index. `columns` is the grid template that header and rows share, such as
/// `"40px minmax(220px,2fr) 120px"`.
#[component]
pub fn VirtualTable(
    /// How many rows there are.
    #[prop(into)]
    count: Signal<usize>,
    /// The shared column template.
    #[prop(into)]
    columns: Signal<String>,
    /// Builds the header row.
    #[prop(into)]
    head: ViewFn,
    /// Builds the `<tr>` at an index.
    #[prop(into)]
    row: Callback<usize, AnyView>,
    /// Names the row at an index; the index itself without it.
    #[prop(optional, into)]
    key: Option<Callback<usize, String>>,
    /// Height of a row in px, until the first one is measured.
    #[prop(default = 40.0)]
    row_height: f64,
    /// Runs with the first and the end index of what is shown, to load it.
    #[prop(optional, into)]
    on_range: Option<Callback<(usize, usize)>>,
    /// Accessible name.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let scroller = NodeRef::<Div>::new();
    let view = viewport(count, row_height, scroller, on_range);
    view! {
        <div class="table-scroll" node_ref=scroller on:scroll=move |_| view.measure() on:pointerover=move |_| view.warm_up() on:focusin=move |_| view.warm_up()>
            // Rows are grids, which takes the table meaning from them in some browsers: the roles give it back.
            <table
                class="table"
                role="table"
                aria-label=label
                aria-rowcount=move || (count.get() + 1).to_string()
                style=move || format!("--columns:{}", columns.get())
            >
                <thead role="rowgroup">{head.run()}</thead>
                <tbody role="rowgroup" style=move || view.padding()>
                    {settled(view! {
                        <For each=move || rows(view, key) key=|(_, key)| key.clone() let((at, _))>
                            {row.run(at)}
                        </For>
                    })}
                </tbody>
            </table>
        </div>
    }
}

fn rows(view: Viewport, key: Option<Callback<usize, String>>) -> Vec<(usize, String)> {
    let name = |at: usize| key.map_or_else(|| at.to_string(), |key| format!("{at}/{}", key.run(at)));
    view.range().map(|at| (at, name(at))).collect()
}

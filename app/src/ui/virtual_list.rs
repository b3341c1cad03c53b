//! Lists and tables of any length: only the rows in view exist.

use std::ops::Range;

use leptos::{html::Div, prelude::*};

use super::settled::settled;
use super::window::{SPARE, Window};
use crate::context::Page;

/// What the server renders, and the browser before it has measured: enough for a tall screen.
const FIRST_HEIGHT: f64 = 1_000.0;
/// The same on a phone, in rows of the desktop's height: its own are taller.
const FIRST_HEIGHT_ON_PHONE: f64 = 360.0;

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
    let view = Viewport::new(count, row_height, scroller, on_range);
    view! {
        <div class="virtual-list" node_ref=scroller role="list" tabindex="0" aria-label=label on:scroll=move |_| view.measure() on:pointerover=move |_| view.warm_up() on:focusin=move |_| view.warm_up()>
            <div class="virtual-rows" role="presentation" style=move || view.window.with(|window| window.padding())>
                {settled(view! {
                    <For each=move || view.rows(key) key=|(_, key)| key.clone() let((at, _))>
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
    let view = Viewport::new(count, row_height, scroller, on_range);
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
                <tbody role="rowgroup" style=move || view.window.with(|window| window.padding())>
                    {settled(view! {
                        <For each=move || view.rows(key) key=|(_, key)| key.clone() let((at, _))>
                            {row.run(at)}
                        </For>
                    })}
                </tbody>
            </table>
        </div>
    }
}

/// The scrolling element's measures, as signals.
#[derive(Clone, Copy)]
struct Viewport {
    row: RwSignal<f64>,
    top: RwSignal<f64>,
    height: RwSignal<f64>,
    /// Rows kept ready: none before somebody points at the list, so that the first sight comes sooner.
    spare: RwSignal<usize>,
    scroller: NodeRef<Div>,
    window: Memo<Window>,
    range: Memo<Range<usize>>,
}

impl Viewport {
    fn new(
        count: Signal<usize>,
        row_height: f64,
        scroller: NodeRef<Div>,
        on_range: Option<Callback<(usize, usize)>>,
    ) -> Self {
        let first = if Page::take().phone { FIRST_HEIGHT_ON_PHONE } else { FIRST_HEIGHT };
        let (row, top, height) = (RwSignal::new(row_height), RwSignal::new(0.0), RwSignal::new(first));
        let spare = RwSignal::new(0);
        let window = Memo::new(move |_| Window {
            count: count.get(),
            row: row.get(),
            top: top.get(),
            height: height.get(),
            spare: spare.get(),
        });
        let range = Memo::new(move |_| window.with(|window| window.range()));
        let view = Self { row, top, height, spare, scroller, window, range };
        Effect::new(move |_| {
            if scroller.get().is_some() {
                request_animation_frame(move || view.measure());
            }
        });
        Effect::new(move |_| {
            let resized = window_event_listener(leptos::ev::resize, move |_| view.measure());
            on_cleanup(move || resized.remove());
        });
        Effect::new(move |_| {
            let range = range.get();
            if let Some(on_range) = on_range {
                on_range.run((range.start, range.end));
            }
        });
        view
    }

    /// Reads the element's measures; only in the browser.
    fn measure(self) {
        let Some(element) = self.scroller.get_untracked() else {
            return;
        };
        let top = f64::from(element.scroll_top());
        if top > 0.0 {
            self.warm_up();
        }
        self.top.set(top);
        self.height.set(f64::from(element.client_height()).max(1.0));
        let first = element.query_selector("[data-row]").ok().flatten();
        let measured = first.map(|row| row.get_bounding_client_rect().height()).filter(|height| *height > 0.0);
        // The phone's rows are taller; a hair's difference is only rounding.
        if let Some(measured) = measured.filter(|height| (height - self.row.get_untracked()).abs() > 0.5) {
            self.row.set(measured);
        }
    }

    /// Somebody is at it and may scroll next.
    fn warm_up(self) {
        if self.spare.get_untracked() == 0 {
            self.spare.set(SPARE);
        }
    }

    fn rows(self, key: Option<Callback<usize, String>>) -> Vec<(usize, String)> {
        let name = |at: usize| key.map_or_else(|| at.to_string(), |key| format!("{at}/{}", key.run(at)));
        self.range.get().map(|at| (at, name(at))).collect()
    }
}

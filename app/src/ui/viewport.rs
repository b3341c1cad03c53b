//! What is scrolled, and which of its equal rows are in view.

use std::ops::Range;

use leptos::{html::Div, prelude::*};

use super::window::{SPARE, Window};
use crate::context::Page;

/// The scrolling element's measures, as signals. Its rows carry `data-row`, so that their height can be measured.
#[derive(Clone, Copy)]
pub struct Viewport {
    /// Height of a row in px.
    pub row: RwSignal<f64>,
    /// Scroll position in px.
    pub top: RwSignal<f64>,
    /// The scrolling element.
    pub scroller: NodeRef<Div>,
    height: RwSignal<f64>,
    /// Rows kept ready: none before somebody points at the list, so that the first sight comes sooner.
    spare: RwSignal<usize>,
    window: Memo<Window>,
    range: Memo<Range<usize>>,
}

impl Viewport {
    /// A list of `count` rows, taken to be `row_height` px tall and seen through `first_height` px until both are
    /// measured.
    pub fn new(count: Signal<usize>, row_height: f64, first_height: f64, scroller: NodeRef<Div>) -> Self {
        let (row, top, height) = (RwSignal::new(row_height), RwSignal::new(0.0), RwSignal::new(first_height));
        let spare = RwSignal::new(0);
        let window = Memo::new(move |_| Window {
            count: count.get(),
            row: row.get(),
            top: top.get(),
            height: height.get(),
            spare: spare.get(),
        });
        let range = Memo::new(move |_| window.with(|window| window.range()));
        let view = Self { row, top, scroller, height, spare, window, range };
        let density = Page::take().density;
        // Lists that hold nothing may be hidden: the first row shows them.
        let holds = Memo::new(move |_| count.get() > 0);
        Effect::new(move |_| {
            density.track();
            holds.track();
            if scroller.get().is_some() {
                request_animation_frame(move || view.measure());
            }
        });
        Effect::new(move |_| {
            let resized = window_event_listener(leptos::ev::resize, move |_| view.measure());
            on_cleanup(move || resized.remove());
        });
        view
    }

    /// The rows to build.
    pub fn range(self) -> Range<usize> {
        self.range.get()
    }

    /// Room kept above and below the rows that are built, as a style.
    pub fn padding(self) -> String {
        self.window.with(|window| window.padding())
    }

    /// Runs with the rows to build, now and whenever they are others.
    pub fn on_range(self, run: impl Fn(Range<usize>) + 'static) {
        Effect::new(move |_| run(self.range.get()));
    }

    /// The row that stands at a height, in px from the list's beginning.
    pub fn row_at(self, pixels: f64) -> usize {
        super::window::to_rows(pixels, self.row.get_untracked())
    }

    /// Reads the element's measures; only in the browser.
    pub fn measure(self) {
        let Some(element) = self.scroller.try_get_untracked().flatten() else { return };
        let top = f64::from(element.scroll_top());
        if top > 0.0 {
            self.warm_up();
        }
        self.top.set(top);
        // While it is hidden it has none.
        let height = element.client_height();
        if height > 0 {
            self.height.set(f64::from(height));
        }
        let first = element.query_selector("[data-row]").ok().flatten();
        let measured = first.map(|row| row.get_bounding_client_rect().height()).filter(|height| *height > 0.0);
        // The phone's rows are taller; a hair's difference is only rounding.
        if let Some(measured) = measured.filter(|height| (height - self.row.get_untracked()).abs() > 0.5) {
            self.row.set(measured);
        }
    }

    /// Somebody is at it and may scroll next.
    pub fn warm_up(self) {
        if self.spare.get_untracked() == 0 {
            self.spare.set(SPARE);
        }
    }
}

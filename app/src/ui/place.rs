//! Puts a floating panel beside what opened it.
//!
//! Panels are popovers in the browser's top layer, so no scrolling or clipped ancestor can cut
//! them; the top layer has no place of its own, so we give it one. On a phone the style sheet
//! makes menus bottom sheets and these coordinates are overruled.

use leptos::{prelude::window, web_sys::HtmlElement};

const GAP: f64 = 4.0;
const MARGIN: f64 = 8.0;
const LIST_HEIGHT: f64 = 240.0;
/// A list below a narrow input is so wide, so that titles and what tells them apart can be read.
const READABLE: f64 = 280.0;

/// Which edges of opener and panel line up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Align {
    #[default]
    Start,
    End,
    /// The panel is as wide as its opener, if that is not too narrow to read.
    Stretch,
}

/// Opens `panel` as a popover under `opener`, or above it where there is more room.
pub(super) fn open_beside(opener: &HtmlElement, panel: &HtmlElement, align: Align) {
    // Fails only when it is already open or not a popover; then there is nothing to do.
    drop(panel.show_popover());
    let anchor = opener.get_bounding_client_rect();
    let own = panel.get_bounding_client_rect();
    let (view_width, view_height) = viewport();
    let readable = READABLE.min(view_width - 2.0 * MARGIN);
    let width = if align == Align::Stretch { anchor.width().max(readable) } else { own.width() };
    let wish = if align == Align::End { anchor.right() - width } else { anchor.left() };
    let left = wish.min(view_width - width - MARGIN).max(MARGIN);
    let below = view_height - anchor.bottom() - GAP - MARGIN;
    // A list that is still filling will need more room than it takes now.
    let needed = if align == Align::Stretch { own.height().max(LIST_HEIGHT) } else { own.height() };
    let (top, bottom) = if needed > below && anchor.top() > below {
        ("auto".to_owned(), px(view_height - anchor.top() + GAP))
    } else {
        (px(anchor.bottom() + GAP), "auto".to_owned())
    };
    let style = panel.style();
    for (name, value) in [("--left", px(left)), ("--top", top), ("--bottom", bottom), ("--width", px(width))] {
        drop(style.set_property(name, &value));
    }
}

/// A length for a style, to a tenth of a pixel. Written from whole numbers: writing fractions exactly weighs 10 kB.
pub(crate) fn px(length: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "lengths on a page are far smaller")]
    let tenths = (length * 10.0).round() as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}px", tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10)
}

/// Closes a popover; one that is closed already stays so.
pub(super) fn close(panel: &HtmlElement) {
    drop(panel.hide_popover());
}

fn viewport() -> (f64, f64) {
    let side = |value: Result<leptos::wasm_bindgen::JsValue, _>| value.ok().and_then(|v| v.as_f64()).unwrap_or(0.0);
    (side(window().inner_width()), side(window().inner_height()))
}

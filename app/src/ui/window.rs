//! Which rows of a long list are in view.

use std::ops::Range;

/// The visible part of a list of equal rows, in rows and pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    /// All rows.
    pub(super) count: usize,
    /// Height of one row in px.
    pub(super) row: f64,
    /// Scroll position in px.
    pub(super) top: f64,
    /// Height of what one sees in px.
    pub(super) height: f64,
    /// Rows kept ready above and below.
    pub(super) spare: usize,
}

/// Rows kept ready above and below once somebody is at it, so that a fast scroll meets rows, not gaps.
pub(super) const SPARE: usize = 8;

impl Window {
    /// The rows to build.
    pub(super) fn range(self) -> Range<usize> {
        let first = to_rows(self.top, self.row).saturating_sub(self.spare);
        let shown = to_rows(self.height, self.row) + 1 + 2 * self.spare;
        // Few steps of eight, so that a small scroll builds nothing.
        let first = first.min(self.count) / SPARE * SPARE;
        first..(first + shown + self.spare).min(self.count)
    }

    /// Room kept above and below the rows that are built, as a style.
    pub(super) fn padding(self) -> String {
        let range = self.range();
        let above = range.start as f64 * self.row;
        let below = (self.count - range.end) as f64 * self.row;
        format!("padding-block:{above}px {below}px")
    }
}

/// How many whole rows are that high.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a row number, clamped to the list")]
pub(super) fn to_rows(pixels: f64, row: f64) -> usize {
    (pixels.max(0.0) / row.max(1.0)).floor() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(top: f64, count: usize) -> Window {
        Window { count, row: 40.0, top, height: 800.0, spare: SPARE }
    }

    #[test]
    fn a_short_list_is_built_whole() {
        assert_eq!(at(0.0, 5).range(), 0..5);
        assert_eq!(at(0.0, 0).range(), 0..0);
    }

    #[test]
    fn a_long_list_builds_what_is_in_view() {
        let range = at(4_000.0, 100_000).range();
        assert!(range.start <= 100 - SPARE && range.end >= 120 + SPARE);
        assert!(range.len() < 60);
    }

    #[test]
    fn the_end_is_reached() {
        assert_eq!(at(100_000.0 * 40.0 - 800.0, 100_000).range().end, 100_000);
    }

    #[test]
    fn rows_and_padding_add_up_to_the_whole() {
        let window = at(8_000.0, 1_000);
        let range = window.range();
        assert_eq!(window.padding(), format!("padding-block:{}px {}px", range.start * 40, (1_000 - range.end) * 40));
    }

    #[test]
    fn a_list_that_shrank_under_the_scroll_position_is_no_error() {
        assert_eq!(at(40_000.0, 10).range().end, 10);
    }
}

//! HTML of strangers and of agents, made harmless.
//!
//! Three steps: [`order`] bounds what there is to parse; ammonia, a kept library, decides what may stay; [`pieces`] then works on
//! its well-formed output, where a string that looks like a tag is one.
//!
//! What comes out has no scripts, styles of pages, forms, frames or handlers, loads nothing by itself and can't leave
//! its place (no `position`, no negative margins). Show it in a box with `contain: content` or `overflow: auto` all the same.

pub(super) mod attributes;
mod images;
mod order;
pub(super) mod pieces;
mod profile;
mod style;
mod tags;
pub(super) mod text;

#[cfg(test)]
mod tests;

pub use images::{place_images, remote_images, without_data_images};

use pieces::pieces;

/// HTML of a letter, safe to show.
///
/// Images of the letter itself (`cid:`) get `data-cid` instead of `src`, see [`place_images`]; those from elsewhere
/// `data-remote-src`, so that nobody learns that the letter is being read until the reader wants it; images in the HTML
/// itself stay if they are PNG, JPEG, GIF or WebP. Links open apart, without telling where from.
#[must_use]
pub fn mail(html: &str) -> String {
    images::held_back(&marked(html))
}

/// Rich text that an agent wrote, safe to keep, show and send: headings, lists, links, tables, emphasis and colours.
///
/// Images only from addresses that begin with one of `own` (attachments of the ticket), or `cid:`.
#[must_use]
pub fn written(html: &str, own: &[&str]) -> String {
    images::of_own(&profile::WRITTEN.clean(&order::ordered(html)).to_string(), own)
}

/// The letter's HTML with the marks that mail programs set at quotations, which must not leave this module.
pub(super) fn marked(html: &str) -> String {
    profile::MAIL.clean(&order::ordered(html)).to_string()
}

/// Marked HTML without its marks.
pub(super) fn unmarked(marked: &str) -> String {
    images::held_back(marked)
}

/// What the HTML says, as text: lines, lists, `> ` before what is quoted, addresses of links behind them.
#[must_use]
pub fn to_text(html: &str) -> String {
    text::text(&pieces(&marked(html)))
}

/// Text as HTML that shows it.
#[must_use]
pub fn from_text(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().map(pieces::escaped).collect();
    format!("<div>{}</div>", lines.join("<br>"))
}

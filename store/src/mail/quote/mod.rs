//! What a letter newly says, apart from the history that mail programs put below (or above) it.
//!
//! Nothing is thrown away: what is folded can be opened. Where it isn't clear what is new, everything stays visible.

mod fold;
mod html;
mod marks;

#[cfg(test)]
mod tests;

use shared::post::QUOTE_FOLD;

pub use html::{html, unfolded};

/// A letter's text or HTML in three pieces, of which the middle one is history or signature. Of HTML each is well-formed
/// by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// What stands before the history; everything, if there is none.
    pub before: String,
    /// History and signature.
    pub folded: String,
    /// What stands behind it, if somebody answered below.
    pub after: String,
}

impl Folded {
    /// The newest part alone.
    #[must_use]
    pub fn visible(&self) -> String {
        format!("{}{}", self.before, self.after)
    }

    /// Of HTML: all of it, with the history in `<details class="quoted">`. The summary is three dots in every language.
    #[must_use]
    pub fn as_html(&self) -> String {
        if self.folded.is_empty() {
            return self.visible();
        }
        let Self { before, folded, after } = self;
        format!("{before}<details class=\"quoted\">{QUOTE_FOLD}{folded}</details>{after}")
    }
}

/// Splits text: put together again, the pieces are the text.
#[must_use]
pub fn text(text: &str) -> Folded {
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let lines: Vec<_> = text.split('\n').map(text_line).collect();
    let Some(range) = fold::folded(&lines) else {
        return Folded { before: text.to_owned(), ..Folded::default() };
    };
    let place = |line: usize| starts.get(line).copied().unwrap_or(text.len());
    let (from, to) = (place(range.start), place(range.end));
    Folded { before: text[..from].to_owned(), folded: text[from..to].to_owned(), after: text[to..].to_owned() }
}

fn text_line(line: &str) -> fold::Line<'_> {
    let mut rest = line.trim_end_matches('\r');
    let mut depth = 0;
    while let Some(behind) = rest.strip_prefix('>').or_else(|| rest.strip_prefix(" >").filter(|_| depth > 0)) {
        rest = behind;
        depth += 1;
    }
    fold::Line { text: rest, cited: depth > 0, starts: false }
}

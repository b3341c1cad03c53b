//! The same for HTML: its lines are looked at like those of text, and it is cut between two of its pieces.

use super::{Folded, fold};
use crate::mail::clean::attributes::MARKS;
use crate::mail::clean::pieces::{Piece, attribute, pieces};
use crate::mail::clean::text::{HtmlLine, lines};
use crate::mail::clean::{marked, unmarked};

/// Marks of what is no history.
const OTHER: [&str; 3] = ["moz-forward-container", "isforwardcontent", "gmail_signature"];

/// Makes a letter's HTML safe, as [`crate::mail::clean::mail`] does, and splits it.
#[must_use]
pub fn html(source: &str) -> Folded {
    let marked = marked(source);
    let found = pieces(&marked);
    let all = lines(&found, false);
    let starts = starts(&found, &all);
    let told: Vec<_> = all
        .iter()
        .zip(&starts)
        .map(|(line, starts)| fold::Line { text: &line.text, cited: line.cited, starts: *starts })
        .collect();
    let clean = unmarked(&marked);
    let Some(range) = fold::folded(&told) else { return Folded { before: clean, ..Folded::default() } };
    let clean = pieces(&clean);
    let from = outwards(&clean, all.get(range.start).map_or(clean.len(), |line| line.from));
    let to = if range.end >= all.len() { clean.len() } else { inwards(&clean, from, all[range.end - 1].to) };
    cut(&clean, from, to)
}

/// Makes a letter's HTML safe, all of it visible.
#[must_use]
pub fn unfolded(source: &str) -> Folded {
    Folded { before: crate::mail::clean::mail(source), ..Folded::default() }
}

/// For each line whether a mail program marked it as the first of the history.
fn starts(pieces: &[Piece<'_>], lines: &[HtmlLine]) -> Vec<bool> {
    let mut starts = vec![false; lines.len()];
    let mut line = 0;
    for (at, piece) in pieces.iter().enumerate() {
        let (Piece::Open(_, tag) | Piece::Empty(_, tag)) = piece else { continue };
        let marks = ["class", "id"].iter().filter_map(|name| attribute(tag, name)).flat_map(|mark| mark.split(' '));
        if !marks.into_iter().any(|mark| MARKS.contains(&mark) && !OTHER.contains(&mark)) {
            continue;
        }
        while lines.get(line).is_some_and(|line| line.from < at) {
            line += 1;
        }
        let shown = lines[line.min(lines.len())..].iter().take(5).position(|line| !line.text.is_empty());
        let shown = shown.map(|shown| line + shown);
        if let Some(first) = shown.filter(|first| !super::marks::is_passed_on(&lines[*first].text)) {
            starts[first] = true;
        }
    }
    starts
}

/// The beginning of everything that holds nothing but what begins there, rules and empty lines before it included.
fn outwards(pieces: &[Piece<'_>], mut from: usize) -> usize {
    while let Some(before) = from.checked_sub(1) {
        match pieces[before] {
            Piece::Open(..) | Piece::Empty("hr" | "br", _) => from = before,
            Piece::Text(text) if text.trim().is_empty() => from = before,
            _ => break,
        }
    }
    from
}

/// The end of everything that began behind `from` and holds nothing further.
fn inwards(pieces: &[Piece<'_>], from: usize, mut to: usize) -> usize {
    let mut open = 0_usize;
    for piece in &pieces[from..to] {
        match piece {
            Piece::Open(..) => open += 1,
            Piece::Close(_) => open = open.saturating_sub(1),
            _ => {}
        }
    }
    while open > 0 && matches!(pieces.get(to), Some(Piece::Close(_))) {
        open -= 1;
        to += 1;
    }
    to
}

/// Cuts at two places. What is open there is closed before and opened again behind.
fn cut(pieces: &[Piece<'_>], from: usize, to: usize) -> Folded {
    let mut open = Vec::new();
    let before = written(&pieces[..from], &mut open);
    let folded = written(&pieces[from..to], &mut open);
    let after = written(&pieces[to..], &mut open);
    let shows = |pieces: &[Piece<'_>]| {
        pieces.iter().any(|piece| match piece {
            Piece::Text(text) => !text.trim().is_empty(),
            Piece::Empty(name, _) => *name == "img",
            _ => false,
        })
    };
    Folded { before, folded, after: if shows(&pieces[to..]) { after } else { String::new() } }
}

fn written<'h>(pieces: &[Piece<'h>], open: &mut Vec<(&'h str, &'h str)>) -> String {
    let mut out: String = open.iter().map(|(_, tag)| *tag).collect();
    for piece in pieces {
        match piece {
            Piece::Text(text) | Piece::Empty(_, text) => out.push_str(text),
            Piece::Open(name, tag) => {
                open.push((name, tag));
                out.push_str(tag);
            }
            Piece::Close(name) => {
                open.pop();
                out.extend(["</", name, ">"]);
            }
        }
    }
    out.extend(open.iter().rev().flat_map(|(name, _)| ["</", name, ">"]));
    out
}

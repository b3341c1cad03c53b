//! Which lines are history.

use std::ops::Range;

use super::marks;

/// A line of a letter.
pub(super) struct Line<'t> {
    /// Without what stands before a quoted one.
    pub(super) text: &'t str,
    /// Whether it is quoted.
    pub(super) cited: bool,
    /// Whether a mail program says that history begins here.
    pub(super) starts: bool,
}

impl Line<'_> {
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// Lines below a signature's mark; what is longer is none.
const MAX_SIGNATURE: usize = 15;

/// The lines to be folded; `None` if there are none, or nothing would be left.
pub(super) fn folded(lines: &[Line<'_>]) -> Option<Range<usize>> {
    let history = history(lines);
    let end = history.as_ref().map_or(lines.len(), |history| history.start);
    let with_signature = match signature(&lines[..end]) {
        Some(start) if history.as_ref().is_none_or(|history| history.end == lines.len()) => Some(start..lines.len()),
        _ => None,
    };
    let leaves_something = |range: &Range<usize>| !is_blank(&lines[..range.start]) || !is_blank(&lines[range.end..]);
    with_signature.filter(leaves_something).or_else(|| history.filter(leaves_something))
}

fn is_blank(lines: &[Line<'_>]) -> bool {
    lines.iter().all(Line::is_blank)
}

fn history(lines: &[Line<'_>]) -> Option<Range<usize>> {
    let begun =
        (0..lines.len()).filter(|at| !lines[*at].cited || lines[*at].starts).find_map(|at| {
            match marks::begins(lines, at) {
                Some(length) => Some((at, at + length)),
                None => lines[at].starts.then(|| (at, quotation(lines, at))),
            }
        });
    match begun {
        Some((start, body)) => told(lines, start, body),
        None => untold(lines),
    }
}

/// Where the quotation begins that a mail program announces, in whatever language.
fn quotation(lines: &[Line<'_>], at: usize) -> usize {
    (at..lines.len().min(at + 5)).find(|line| lines[*line].cited).unwrap_or(at)
}

/// The history that begins with saying whose it is.
fn told(lines: &[Line<'_>], start: usize, body: usize) -> Option<Range<usize>> {
    let quoted = (body..lines.len()).find(|at| !lines[*at].is_blank()).filter(|at| lines[*at].cited);
    let Some(quoted) = quoted else { return Some(start..lines.len()) };
    let end = block_end(lines, quoted);
    if is_blank(&lines[end..]) || is_only_signature(&lines[end..]) {
        return Some(start..lines.len());
    }
    // Somebody answers line by line: what is answered must be seen.
    if lines[end..].iter().any(|line| line.cited && !line.is_blank()) {
        return None;
    }
    Some(start..end)
}

/// What is quoted without saying whose it is: at the end, or all at the beginning.
fn untold(lines: &[Line<'_>]) -> Option<Range<usize>> {
    let last = lines.iter().rposition(|line| !line.is_blank())?;
    if lines[last].cited {
        let own = lines.iter().rposition(|line| !line.cited && !line.is_blank());
        return Some(own.map_or(0, |own| own + 1)..lines.len());
    }
    let first = lines.iter().position(|line| !line.is_blank()).filter(|first| lines[*first].cited)?;
    let end = block_end(lines, first);
    let only = !lines[end..].iter().any(|line| line.cited && !line.is_blank());
    only.then_some(first..end)
}

/// One behind the last quoted line of the block that begins there; empty lines may lie within.
fn block_end(lines: &[Line<'_>], start: usize) -> usize {
    let mut end = start;
    for (at, line) in lines.iter().enumerate().skip(start) {
        if line.cited {
            end = at + 1;
        } else if !line.is_blank() {
            break;
        }
    }
    end
}

fn is_only_signature(lines: &[Line<'_>]) -> bool {
    signature(lines).is_some_and(|start| is_blank(&lines[..start]))
}

/// Where the signature begins.
fn signature(lines: &[Line<'_>]) -> Option<usize> {
    let last = lines.iter().rposition(|line| !line.is_blank())?;
    let own = |at: &usize| !lines[*at].cited;
    let marked = (0..=last).rev().take(MAX_SIGNATURE + 1).filter(own).find(|at| marks::is_signature(lines[*at].text));
    marked.or_else(|| Some(last).filter(own).filter(|at| marks::is_phone(lines[*at].text)))
}

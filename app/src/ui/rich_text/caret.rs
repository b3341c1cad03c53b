//! Where the caret goes on when another text is put in place of the one it was in: the nodes around it are gone then.

use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, Node, Range, Text};

use super::editor::{before, put_caret};

/// What begins a line.
const LINES: &str = "p, div, h1, h2, h3, h4, h5, h6, li, pre, td, th";

/// What an editor says: its characters, and a line break where each line begins.
pub(super) fn said(area: &Node) -> Vec<char> {
    pieces(area).iter().flat_map(characters).collect()
}

/// The place of the caret in what an editor says.
pub(super) fn place(area: &Node, caret: &Range) -> usize {
    let (at, offset) = (caret.end_container().ok(), caret.end_offset().unwrap_or_default());
    let reached = |piece: &Node| match piece.dyn_ref::<Text>() {
        Some(text) if at.as_ref().is_some_and(|at| at.is_same_node(Some(piece))) => {
            before(text, offset).chars().count()
        }
        _ if caret.compare_point(piece, 0).is_ok_and(|side| side <= 0) => characters(piece).len(),
        _ => 0,
    };
    pieces(area).iter().map(reached).sum()
}

/// Puts the caret at a place of what an editor says.
pub(super) fn put(area: &Node, mut place: usize) {
    for piece in pieces(area) {
        let characters = characters(&piece);
        if place <= characters.len() {
            // Where a line begins there is nothing to count.
            let is_text = piece.node_type() == Node::TEXT_NODE;
            let offset: usize = characters.iter().take(place).filter(|_| is_text).map(|c| c.len_utf16()).sum();
            return put_caret(&piece, u32::try_from(offset).unwrap_or_default());
        }
        place -= characters.len();
    }
}

/// The place behind what is other than it was.
pub(super) fn behind(was: &[char], is: &[char]) -> usize {
    let same_start = was.iter().zip(is).take_while(|(was, is)| was == is).count();
    let same_end = was.iter().rev().zip(is.iter().rev()).take_while(|(was, is)| was == is).count();
    (is.len() - same_end).max(same_start)
}

/// The lines and the texts in them, in order.
fn pieces(area: &Node) -> Vec<Node> {
    let mut found = Vec::new();
    let mut next = area.first_child();
    while let Some(node) = next {
        let begins_line = node.dyn_ref::<Element>().is_some_and(|element| element.matches(LINES).unwrap_or(false));
        if begins_line || node.node_type() == Node::TEXT_NODE {
            found.push(node.clone());
        }
        found.extend(pieces(&node));
        next = node.next_sibling();
    }
    found
}

/// The characters of a piece; a line begins with a break.
fn characters(piece: &Node) -> Vec<char> {
    piece.node_value().map_or_else(|| vec!['\n'], |text| text.chars().collect())
}

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn the_caret_goes_behind_what_comes_back_or_to_where_something_went() {
        let behind = |was: &str, is: &str| behind(&was.chars().collect::<Vec<_>>(), &is.chars().collect::<Vec<_>>());
        assert_eq!(behind("One two", "One X two"), 5);
        assert_eq!(behind("One X two", "One two"), 4);
        assert_eq!(behind("aa", "a"), 1, "which of them went can't be told");
        assert_eq!(behind("😁😀", "😀"), 0);
        assert_eq!(behind("", "One"), 3);
        assert_eq!(behind("One", ""), 0);
    }
}

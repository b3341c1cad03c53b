//! Quotations, put in and taken away by their nodes: the browser's commands merge the first line with what stands before it, take
//! single lines out of their order and leave styles behind.

use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{Element, Event, InputEvent, Node, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::editor::{RichEditor, content, put_caret};

/// What stands by itself, line below line.
const BLOCKS: &str = "p, div, h1, h2, h3, h4, h5, h6, ul, ol, li, blockquote, pre, table, details, hr";

impl RichEditor {
    /// Takes a quotation away; the caret stays where it is in the text.
    pub(super) fn lift(self, quotation: &Element) {
        let caret = self.caret();
        drop(lift(quotation));
        if let (Some((node, offset)), Some(area)) = (caret, self.area())
            && area.contains(Some(&node))
        {
            put_caret(&node, offset);
        }
    }

    /// Puts a quotation behind the line with the caret, and goes on below it: whatever was written before is no part of it.
    pub fn quote(self, html: &str) {
        self.focus();
        let Some(area) = self.area() else { return };
        self.step(|| {
            if content(&area.inner_html()).is_empty() {
                area.set_inner_html("");
            }
            let Some(below) = quote(&area, self.caret(), html) else { return };
            put_caret(&below, 0);
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            below.scroll_into_view_with_scroll_into_view_options(&options);
        });
    }

    /// Makes a plain paragraph of what is left when everything was deleted; browsers leave an empty quotation, list or heading.
    pub(super) fn emptied(self, event: &Event) {
        let deleted = event.dyn_ref::<InputEvent>().is_some_and(|event| event.input_type().starts_with("delete"));
        if !deleted || !self.value.with_untracked(String::is_empty) {
            return;
        }
        // Later: what is under way is not disturbed.
        request_animation_frame(move || {
            let empty = self.value.try_with_untracked(String::is_empty) == Some(true);
            if let Some(area) = self.area().filter(|_| empty && self.around("blockquote, li, h3, pre").is_some()) {
                area.set_inner_html("<p><br></p>");
                if let Some(line) = area.first_child() {
                    put_caret(&line, 0);
                }
                self.remember();
            }
        });
    }
}

/// Puts a quotation behind the line with the caret, else at the end; gives the empty paragraph behind it.
fn quote(area: &Element, caret: Option<(Node, u32)>, html: &str) -> Option<Element> {
    let (quotation, below) = (made("blockquote", html)?, made("p", "<br>")?);
    let line = caret.and_then(|caret| line_end(area, caret));
    let next = line.as_ref().and_then(Node::next_sibling);
    area.insert_before(&quotation, next.as_ref()).ok()?;
    area.insert_before(&below, next.as_ref()).ok()?;
    // It takes the place of an empty line.
    if let Some(empty) = line.and_then(|line| line.dyn_into::<Element>().ok()).filter(is_empty_block) {
        empty.remove();
    }
    Some(below)
}

/// Takes a quotation away: what stands in it stays, in its order; text without a block becomes a paragraph.
fn lift(quotation: &Element) -> Result<(), JsValue> {
    let Some(parent) = quotation.parent_node() else { return Ok(()) };
    let mut paragraph = None::<Element>;
    while let Some(child) = quotation.first_child() {
        if is_block(&child) {
            paragraph = None;
            parent.insert_before(&child, Some(quotation))?;
            continue;
        }
        if paragraph.is_none() && is_blank(&child) {
            quotation.remove_child(&child)?;
            continue;
        }
        let line = match paragraph.take() {
            Some(line) => line,
            None => {
                let line = document().create_element("p")?;
                parent.insert_before(&line, Some(quotation))?;
                line
            }
        };
        line.append_child(&child)?;
        paragraph = Some(line);
    }
    quotation.remove();
    Ok(())
}

/// The last node of the line with the caret, among those at the top of the text.
fn line_end(area: &Element, (mut node, offset): (Node, u32)) -> Option<Node> {
    if node.is_same_node(Some(area)) {
        // Between two lines: the one before.
        node = area.child_nodes().item(offset.saturating_sub(1))?;
    }
    while let Some(parent) = node.parent_node().filter(|parent| !parent.is_same_node(Some(area))) {
        node = parent;
    }
    // Text without a block is one line with what stands beside it.
    while !is_block(&node)
        && let Some(next) = node.next_sibling().filter(|next| !is_block(next))
    {
        node = next;
    }
    Some(node)
}

fn is_block(node: &Node) -> bool {
    node.dyn_ref::<Element>().is_some_and(|element| element.matches(BLOCKS).unwrap_or(false))
}

fn is_empty_block(element: &Element) -> bool {
    element.matches("p, div").unwrap_or(false) && content(&element.inner_html()).is_empty()
}

/// Blanks and line breaks of the markup.
fn is_blank(node: &Node) -> bool {
    node.node_type() == Node::TEXT_NODE && node.text_content().unwrap_or_default().trim().is_empty()
}

fn made(name: &str, html: &str) -> Option<Element> {
    let element = document().create_element(name).ok()?;
    element.set_inner_html(html);
    Some(element)
}

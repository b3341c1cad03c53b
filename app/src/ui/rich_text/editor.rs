//! What can be done with the text of an editor, by its tools and by what stands around it.

use leptos::prelude::*;
use leptos::reactive::send_wrapper_ext::SendOption;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{ClipboardEvent, Element, Event, HtmlDocument, InputEvent, Range, Selection, Text};
use shared::record::rich::{escape, from_text, to_text};

use super::Area;
use super::clean::clean;

/// Lists and quotations may lie in each other, but not deeper than this.
const DEEPEST: usize = 16;

/// A rich text editor's handle; cheap to copy.
#[derive(Clone, Copy)]
pub struct RichEditor {
    /// The text as HTML, both ways; `""` when it says nothing.
    pub value: RwSignal<String>,
    pub(super) node: Area,
    /// Where the caret was last. Servers drop this on whichever thread, so nothing is wrapped while there is none.
    place: StoredValue<SendOption<Range>>,
}

impl RichEditor {
    /// A handle for an editor with this value.
    pub fn new(value: RwSignal<String>) -> Self {
        Self { value, node: NodeRef::new(), place: StoredValue::new(SendOption::new_local(None)) }
    }

    /// Shows the value when it is set from elsewhere; what is typed stays as it is.
    pub(super) fn follow(self) {
        Effect::new(move |_| {
            let wanted = self.value.get();
            let Some(area) = self.node.get() else { return };
            if content(&area.inner_html()) != wanted {
                area.set_inner_html(&wanted);
            }
        });
    }

    /// Takes over what stands in the editor.
    pub(super) fn read(self) {
        self.remember();
        if let Some(area) = self.node.try_get_untracked().flatten() {
            let now = content(&area.inner_html());
            if self.value.with_untracked(|value| *value != now) {
                self.value.set(now);
            }
        }
    }

    /// Keeps where the caret is.
    pub(super) fn remember(self) {
        if let Some(range) = self.selection().and_then(|selection| selection.get_range_at(0).ok()) {
            self.place.update_value(|place| place.update(|place| *place = Some(range)));
        }
    }

    /// The selection, if it lies in the editor.
    fn selection(self) -> Option<Selection> {
        let area = self.node.try_get_untracked().flatten()?;
        let selection = window().get_selection().ok().flatten()?;
        let inside = selection.anchor_node().is_some_and(|node| area.contains(Some(&node)));
        (inside && selection.range_count() > 0).then_some(selection)
    }

    /// Puts the focus into the text, where the caret was last; at its end when it was nowhere.
    pub fn focus(self) {
        let Some(area) = self.node.try_get_untracked().flatten() else { return };
        drop(area.focus());
        let Some(selection) = window().get_selection().ok().flatten() else { return };
        let known = self
            .place
            .try_with_value(|place| Option::clone(place))
            .flatten()
            .filter(|range| range.start_container().is_ok_and(|node| area.contains(Some(&node))));
        drop(selection.remove_all_ranges());
        match known {
            Some(range) => drop(selection.add_range(&range)),
            None => {
                drop(selection.select_all_children(&area));
                drop(selection.collapse_to_end());
            }
        }
    }

    /// Carries out one of the browser's own editing commands, so that its undo knows of it.
    pub(super) fn command(self, command: &str, argument: &str) {
        self.focus();
        // A second press on heading or quotation takes it away.
        let block = argument.trim_matches(['<', '>']);
        let again = command == "formatBlock" && self.stands_in(block);
        if again && block == "blockquote" {
            self.lift(block);
        } else {
            execute(command, if again { "<p>" } else { argument });
        }
        self.read();
    }

    /// Takes what is selected out of such blocks around it. The blocks in them stay; text without any becomes a paragraph.
    fn lift(self, around: &str) {
        for _ in 0..DEEPEST {
            if !self.stands_in(around) {
                break;
            }
            execute("outdent", "");
        }
        if !self.stands_in("p, h3, li, pre, table") {
            execute("formatBlock", "<p>");
        }
    }

    /// Makes a plain paragraph of what is left when everything was deleted; browsers leave an empty quotation, list or heading.
    pub(super) fn emptied(self, event: &Event) {
        let deleted = event.dyn_ref::<InputEvent>().is_some_and(|event| event.input_type().starts_with("delete"));
        if !deleted || !self.value.with_untracked(String::is_empty) {
            return;
        }
        // Later: commands say what they did by an input event of their own, which can't be taken in while one is.
        request_animation_frame(move || {
            if self.stands_in("blockquote, li") {
                self.lift("blockquote, li");
            }
            if self.stands_in("h3, pre") {
                execute("formatBlock", "<p>");
            }
        });
    }

    /// Whether the caret is in such a block of this editor.
    fn stands_in(self, block: &str) -> bool {
        let Some(area) = self.node.try_get_untracked().flatten() else { return false };
        let node = self.selection().and_then(|selection| selection.anchor_node());
        // The caret may stand in an element itself, where there is no text.
        let element = node.and_then(|node| node.dyn_ref::<Element>().cloned().or_else(|| node.parent_element()));
        let found = element.and_then(|element| element.closest(block).ok().flatten());
        found.is_some_and(|found| !found.contains(Some(&area)))
    }

    /// Makes what is selected a link; without a selection the address itself.
    pub(super) fn link(self, address: &str) {
        self.focus();
        if address.is_empty() {
            execute("unlink", "");
        } else {
            let known = ["http://", "https://", "mailto:", "tel:", "/"].iter().any(|lead| address.starts_with(lead));
            let address = if known { address.to_owned() } else { format!("https://{address}") };
            if self.selection().is_none_or(|selection| selection.is_collapsed()) {
                let text = escape(&address);
                execute("insertHTML", &format!("<a href=\"{text}\">{text}</a>&nbsp;"));
            } else {
                execute("createLink", &address);
            }
        }
        self.read();
    }

    /// Puts HTML where the caret is or was.
    pub fn insert(self, html: &str) {
        self.focus();
        execute("insertHTML", html);
        self.read();
    }

    /// Puts HTML in place of so many characters before the caret.
    pub fn replace_before(self, characters: usize, html: &str) {
        self.focus();
        if let Some((selection, text)) = self.caret_text() {
            let end = selection.anchor_offset();
            let length: usize = before(&text, end).chars().rev().take(characters).map(char::len_utf16).sum();
            let start = end.saturating_sub(u32::try_from(length).unwrap_or_default());
            drop(selection.set_base_and_extent(&text, start, &text, end));
        }
        execute("insertHTML", html);
        self.read();
    }

    /// What stands before the caret in its piece of text.
    pub fn before_caret(self) -> String {
        self.caret_text().map(|(selection, text)| before(&text, selection.anchor_offset())).unwrap_or_default()
    }

    fn caret_text(self) -> Option<(Selection, Text)> {
        let selection = self.selection().filter(Selection::is_collapsed)?;
        let text = selection.anchor_node()?.dyn_into::<Text>().ok()?;
        Some((selection, text))
    }

    /// Texts of an attribute of elements in the text.
    pub fn marked(self, selector: &str, attribute: &str) -> Vec<String> {
        let found = self.node.try_get_untracked().flatten().and_then(|area| area.query_selector_all(selector).ok());
        let Some(found) = found else { return Vec::new() };
        let one = |at| found.item(at)?.dyn_into::<leptos::web_sys::Element>().ok()?.get_attribute(attribute);
        (0..found.length()).filter_map(one).collect()
    }

    pub(super) fn paste(self, event: &ClipboardEvent) {
        let Some(data) = event.clipboard_data() else { return };
        let html = data.get_data("text/html").unwrap_or_default();
        let plain = data.get_data("text/plain").unwrap_or_default();
        let cleaned = if html.trim().is_empty() { from_text(&plain) } else { clean(&html) };
        if cleaned.is_empty() {
            return;
        }
        event.prevent_default();
        // One line stays in the line it is put into.
        let line = (!plain.trim().contains('\n') && html.trim().is_empty()).then(|| escape(&plain));
        self.insert(&line.unwrap_or(cleaned));
    }
}

fn before(text: &Text, end: u32) -> String {
    let units: Vec<u16> = text.data().encode_utf16().take(end as usize).collect();
    String::from_utf16_lossy(&units)
}

/// The HTML of an editor; nothing when nothing is said in it.
fn content(html: &str) -> String {
    let says = html.contains("<img") || html.contains("<hr") || !to_text(html).trim().is_empty();
    if says { html.to_owned() } else { String::new() }
}

fn execute(command: &str, argument: &str) {
    if let Ok(document) = document().dyn_into::<HtmlDocument>() {
        drop(document.exec_command_with_show_ui_and_value(command, false, argument));
    }
}

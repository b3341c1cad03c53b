//! What can be done with the text of an editor, by its tools and by what stands around it.

use leptos::prelude::*;
use leptos::reactive::send_wrapper_ext::SendOption;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{ClipboardEvent, Element, HtmlDivElement, HtmlDocument, Node, Range, Selection, Text};
use shared::record::rich::{escape, from_text, to_text};

use super::Area;
use super::caret;
use super::clean::clean;
use super::history::History;

/// A rich text editor's handle; cheap to copy.
#[derive(Clone, Copy)]
pub struct RichEditor {
    /// The text as HTML, both ways; `""` when it says nothing.
    pub value: RwSignal<String>,
    pub(super) node: Area,
    /// Where the caret was last. Servers drop this on whichever thread, so nothing is wrapped while there is none.
    pub(super) place: StoredValue<SendOption<Range>>,
    pub(super) steps: StoredValue<History>,
    /// There is a step to take back.
    pub(super) undoable: RwSignal<bool>,
}

impl RichEditor {
    /// A handle for an editor with this value.
    pub fn new(value: RwSignal<String>) -> Self {
        Self {
            value,
            node: NodeRef::new(),
            place: StoredValue::new(SendOption::new_local(None)),
            steps: StoredValue::new(History::default()),
            undoable: RwSignal::new(false),
        }
    }

    /// Shows the value when it is set from elsewhere; what is typed stays as it is.
    pub(super) fn follow(self) {
        Effect::new(move |_| {
            let wanted = self.value.get();
            let Some(area) = self.node.get() else { return };
            if content(&area.inner_html()) != wanted {
                area.set_inner_html(&wanted);
                // It is another text: what was sent is not brought back by an undo.
                self.steps.set_value(History::default());
                self.undoable.set(false);
            }
        });
    }

    /// Takes over what stands in the editor.
    pub(super) fn read(self) {
        self.remember();
        if let Some(area) = self.area() {
            let (before, now) = (self.value.get_untracked(), content(&area.inner_html()));
            if before != now {
                self.steps.update_value(|steps| steps.changed(before, js_sys::Date::now()));
                self.undoable.set(true);
                self.value.set(now);
            }
        }
    }

    pub(super) fn area(self) -> Option<HtmlDivElement> {
        self.node.try_get_untracked().flatten()
    }

    /// Makes a change that is a step of its own.
    pub(super) fn step(self, change: impl FnOnce()) {
        self.composed();
        self.steps.update_value(History::pause);
        change();
        self.read();
        self.steps.update_value(History::pause);
    }

    /// Keeps where the caret is.
    pub(super) fn remember(self) {
        if let Some(range) = self.selection().and_then(|selection| selection.get_range_at(0).ok()) {
            self.place.update_value(|place| place.update(|place| *place = Some(range)));
        }
    }

    /// The selection, if it lies in the editor.
    fn selection(self) -> Option<Selection> {
        let area = self.area()?;
        let selection = window().get_selection().ok().flatten()?;
        let inside = selection.anchor_node().is_some_and(|node| area.contains(Some(&node)));
        (inside && selection.range_count() > 0).then_some(selection)
    }

    /// Puts the focus into the text, where the caret was last; at its end when it was nowhere.
    pub fn focus(self) {
        let Some(area) = self.area() else { return };
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

    /// Carries out one of the browser's own editing commands.
    pub(super) fn command(self, command: &str, argument: &str) {
        self.focus();
        // A second press on heading or quotation takes it away.
        let block = argument.trim_matches(['<', '>']);
        let around = if command == "formatBlock" { self.around(block) } else { None };
        self.step(|| match around {
            Some(quotation) if block == "blockquote" => self.lift(&quotation),
            Some(_) => execute(command, "<p>"),
            None => execute(command, argument),
        });
    }

    /// Where the caret is.
    pub(super) fn caret(self) -> Option<(Node, u32)> {
        let selection = self.selection()?;
        Some((selection.focus_node()?, selection.focus_offset()))
    }

    /// The block of such a kind that the caret is in.
    pub(super) fn around(self, block: &str) -> Option<Element> {
        let area = self.area()?;
        let node = self.selection()?.anchor_node()?;
        // The caret may stand in an element itself, where there is no text.
        let element = node.dyn_ref::<Element>().cloned().or_else(|| node.parent_element());
        let found = element?.closest(block).ok().flatten()?;
        (!found.contains(Some(&area))).then_some(found)
    }

    /// Makes what is selected a link; without a selection the address itself.
    pub(super) fn link(self, address: &str) {
        self.focus();
        self.step(|| self.set_link(address));
    }

    fn set_link(self, address: &str) {
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
    }

    /// Puts HTML where the caret is or was.
    pub fn insert(self, html: &str) {
        // What comes late finds no editor, and must not go into another.
        if self.area().is_none() {
            return;
        }
        self.focus();
        self.step(|| execute("insertHTML", html));
    }

    /// As [`Self::insert`], with a space before it where it would stand against a word.
    pub fn insert_apart(self, html: &str) {
        if self.area().is_none() {
            return;
        }
        self.focus();
        // What is more than a link or plain text begins a line of its own.
        let is_in_line = !html.starts_with('<') || html.starts_with("<a ");
        // Another one at the beginning would be taken for the source's layout.
        let space = if is_in_line && self.last_said().is_some_and(wants_space) { "&nbsp;" } else { "" };
        self.insert(&format!("{space}{html}"));
    }

    /// The character before the caret, or the line break where it begins a line; none while something is selected.
    fn last_said(self) -> Option<char> {
        let (area, selection) = (self.area()?, self.selection().filter(Selection::is_collapsed)?);
        let place = caret::place(&area, &selection.get_range_at(0).ok()?).checked_sub(1)?;
        caret::said(&area).get(place).copied()
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
        self.step(|| execute("insertHTML", html));
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
        let found = self.area().and_then(|area| area.query_selector_all(selector).ok());
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

/// What stands in a text before a place, as the browser counts.
pub(super) fn before(text: &Text, end: u32) -> String {
    let units: Vec<u16> = text.data().encode_utf16().take(end as usize).collect();
    String::from_utf16_lossy(&units)
}

/// The HTML of an editor; nothing when nothing is said in it.
pub(super) fn content(html: &str) -> String {
    let says = html.contains("<img") || html.contains("<hr") || !to_text(html).trim().is_empty();
    if says { html.to_owned() } else { String::new() }
}

pub(super) fn put_caret(node: &Node, offset: u32) {
    if let Some(selection) = window().get_selection().ok().flatten() {
        drop(selection.collapse_with_offset(Some(node), offset));
    }
}

fn execute(command: &str, argument: &str) {
    if let Ok(document) = document().dyn_into::<HtmlDocument>() {
        drop(document.exec_command_with_show_ui_and_value(command, false, argument));
    }
}

/// Whether a word that follows is set apart: behind words and what closes them, not behind Chinese. Tables of all letters would
/// weigh more.
fn wants_space(last: char) -> bool {
    let ends = matches!(last, ',' | '.' | ';' | ':' | '!' | '?' | ')');
    ends || last.is_ascii_alphanumeric() || matches!(last, '\u{c0}'..='\u{52f}')
}

#[cfg(test)]
mod tests {
    use super::wants_space;

    #[test]
    fn words_are_set_apart_but_from_chinese_and_where_a_space_or_a_line_is() {
        assert!("Dear3é,.:я)".chars().all(wants_space));
        assert!(!"您，。（( \u{a0}\n/“".chars().any(wants_space));
    }
}

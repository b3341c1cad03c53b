//! What stood in an editor before. The browser's own undo is the whole page's: it reaches into other inputs, and knows nothing of
//! what was put into the text by its nodes.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Event, InputEvent, KeyboardEvent, Range};

use super::caret::{behind, place, put, said};
use super::editor::{RichEditor, content};

/// Steps that are kept.
const MOST: usize = 100;
/// What is typed without such a pause is one step, in ms.
const PAUSE: f64 = 800.0;

/// The steps of an editor, back and forth.
#[derive(Debug, Default)]
pub(super) struct History {
    past: Vec<String>,
    future: Vec<String>,
    /// When the last change was; 0 when the next one is a step of its own.
    last: f64,
    /// What stood there when an input method began to write: what it drafts is no step.
    composing: Option<String>,
}

impl History {
    /// Keeps what stood there before a change, unless an input method is at it.
    pub(super) fn changed(&mut self, before: String, now: f64) {
        if self.composing.is_some() {
            return;
        }
        let goes_on = now - self.last < PAUSE && !self.past.is_empty();
        self.last = now;
        self.future.clear();
        if !goes_on {
            self.past.push(before);
            let surplus = self.past.len().saturating_sub(MOST);
            self.past.drain(..surplus);
        }
    }

    /// The next change is a step of its own.
    pub(super) fn pause(&mut self) {
        self.last = 0.0;
    }

    /// An input method begins to write.
    fn compose(&mut self, before: String) {
        self.composing = Some(before);
    }

    /// It is done: what became of its drafts is one change.
    fn composed(&mut self, text: &str, now: f64) {
        if let Some(before) = self.composing.take().filter(|before| before != text) {
            self.changed(before, now);
        }
    }

    fn is_composing(&self) -> bool {
        self.composing.is_some()
    }

    /// What stood there a step before, or after.
    pub(super) fn go(&mut self, back: bool, now: String) -> Option<String> {
        let (from, to) = if back { (&mut self.past, &mut self.future) } else { (&mut self.future, &mut self.past) };
        let wanted = from.pop()?;
        to.push(now);
        self.last = 0.0;
        Some(wanted)
    }

    /// Whether there is a step to take back.
    pub(super) fn has_past(&self) -> bool {
        !self.past.is_empty()
    }
}

impl RichEditor {
    /// Takes the last step back, or the one taken back forth again.
    pub(super) fn go(self, back: bool) {
        self.composed();
        let now = self.value.get_untracked();
        let wanted = self.steps.try_update_value(|steps| steps.go(back, now)).flatten();
        let (Some(wanted), Some(area)) = (wanted, self.area()) else { return };
        self.remember();
        let caret: Option<Range> = self.place.with_value(|place| Option::clone(place));
        let (was, at) = (said(&area), caret.map(|caret| place(&area, &caret)));
        area.set_inner_html(&wanted);
        self.value.set(content(&area.inner_html()));
        self.undoable.set(self.steps.with_value(History::has_past));
        // Where the caret was is gone with what stood there.
        self.place.update_value(|place| place.update(|place| *place = None));
        self.focus();
        let is = said(&area);
        // What only looks otherwise leaves the caret where it was in the words.
        let at = if was == is { at } else { Some(behind(&was, &is)) };
        if let Some(at) = at {
            put(&area, at);
        }
        self.remember();
    }

    /// An input method begins to write.
    pub(super) fn compose(self) {
        self.composed();
        let before = self.value.get_untracked();
        self.steps.update_value(|steps| steps.compose(before));
    }

    /// It is done, if it wrote; or something else is done while it writes.
    pub(super) fn composed(self) {
        if self.steps.try_with_value(History::is_composing) != Some(true) {
            return;
        }
        self.read();
        let text = self.value.get_untracked();
        self.steps.update_value(|steps| steps.composed(&text, js_sys::Date::now()));
        self.undoable.set(self.steps.with_value(History::has_past));
    }

    /// Takes over what was typed.
    pub(super) fn typed(self, event: &Event) {
        self.read();
        // Not every browser says that an input method is done when its input goes.
        if event.dyn_ref::<InputEvent>().is_none_or(|event| !event.is_composing()) {
            self.composed();
        }
    }

    /// Takes the steps that are asked for in the browser's own way: by its menu, a gesture, or a key of another layout.
    pub(super) fn undoes(self, event: &InputEvent) {
        let back = match event.input_type().as_str() {
            "historyUndo" => true,
            "historyRedo" => false,
            _ => return,
        };
        // Where it can't be held off it is a change like others.
        if event.cancelable() {
            event.prevent_default();
            self.go(back);
        }
    }

    /// Whether a key takes a step back or forth.
    pub(super) fn steps_by(self, event: &KeyboardEvent) -> bool {
        if event.is_composing() || event.alt_key() || !(event.ctrl_key() || event.meta_key()) {
            return false;
        }
        match (event.key().to_ascii_lowercase().as_str(), event.shift_key()) {
            ("z", forth) => self.go(!forth),
            ("y", false) => self.go(false),
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::History;

    #[test]
    fn what_is_typed_in_one_go_is_one_step_and_each_step_goes_both_ways() {
        let mut steps = History::default();
        assert_eq!(steps.go(true, String::new()), None, "nothing was written yet");
        steps.changed(String::new(), 10_000.0);
        steps.changed("a".into(), 10_100.0);
        steps.changed("ab".into(), 20_000.0);
        assert_eq!(steps.go(true, "abc".into()), Some("ab".into()));
        assert_eq!(steps.go(true, "ab".into()), Some(String::new()));
        assert!(!steps.has_past());
        assert_eq!(steps.go(false, String::new()), Some("ab".into()));
        assert_eq!(steps.go(false, "ab".into()), Some("abc".into()));
        assert_eq!(steps.go(false, "abc".into()), None);
    }

    #[test]
    fn what_an_input_method_drafts_is_no_step() {
        let mut steps = History::default();
        steps.compose(String::new());
        steps.changed(String::new(), 10_000.0);
        steps.changed("n".into(), 12_000.0);
        assert!(!steps.has_past());
        steps.composed("你", 14_000.0);
        assert_eq!(steps.go(true, "你".into()), Some(String::new()));
        assert_eq!(steps.go(false, String::new()), Some("你".into()));
        steps.compose("你".into());
        steps.changed("你".into(), 20_000.0);
        steps.composed("你", 22_000.0);
        assert_eq!(steps.go(true, "你".into()), Some(String::new()), "a draft that was given up");
    }

    #[test]
    fn what_is_done_by_a_tool_is_a_step_of_its_own_and_ends_what_lay_ahead() {
        let mut steps = History::default();
        steps.changed(String::new(), 10_000.0);
        steps.pause();
        steps.changed("a".into(), 10_100.0);
        assert_eq!(steps.go(true, "b".into()), Some("a".into()));
        steps.changed("a".into(), 10_200.0);
        assert_eq!(steps.go(false, "c".into()), None);
    }
}

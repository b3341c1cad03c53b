//! The keys that work everywhere, and the dialog that shows them.

use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::nav::entries;
use crate::context::{Page, t};
use crate::ui::{Dialog, KeyHint, KeyHints, Toasts, is_there, is_typing, keys_are_taken};

/// How long `g` waits for its letter, ms.
const PATIENCE: f64 = 1500.0;

/// Listens for Ctrl/⌘-K, Ctrl/⌘-Z, `?`, `/` and `g` with a letter, until the caller is cleaned up.
pub(super) fn listen(palette: RwSignal<bool>, keys: RwSignal<bool>) {
    let (navigate, toasts) = (use_navigate(), Toasts::take());
    let actor = Page::take().actor();
    let waiting_since = StoredValue::new(f64::NEG_INFINITY);
    let go = move |letter: &str| {
        let open = |entry: &&super::Entry| actor.as_ref().is_some_and(|actor| entry.is_open_to(actor));
        let entry = entries().filter(open).find(|entry| entry.is_called(letter));
        if let Some(entry) = entry {
            navigate(entry.href, NavigateOptions::default());
        }
        entry.is_some()
    };
    let press = move |event: KeyboardEvent| {
        let key = event.key();
        if (event.ctrl_key() || event.meta_key()) && !event.alt_key() && key.eq_ignore_ascii_case("k") {
            event.prevent_default();
            return palette.update(|open| *open = !*open);
        }
        if is_undo(&event) {
            // One press takes back one act, however long it is held; the last one when that has been answered.
            if !is_in_text(&event) && !keys_are_taken() && (event.repeat() || is_moving() || toasts.undo_last()) {
                event.prevent_default();
            }
            return;
        }
        if is_typing(&event) || event.ctrl_key() || event.meta_key() || event.alt_key() || keys_are_taken() {
            return;
        }
        let now = js_sys::Date::now();
        let after_g = now - waiting_since.get_value() < PATIENCE;
        waiting_since.set_value(f64::NEG_INFINITY);
        if after_g {
            if go(key.as_str()) {
                event.prevent_default();
            }
            return;
        }
        match key.as_str() {
            "g" => waiting_since.set_value(now),
            "?" => keys.set(true),
            "/" => {
                event.prevent_default();
                palette.set(true);
            }
            _ => {}
        }
    };
    let press = StoredValue::new(press);
    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, move |event| press.with_value(|press| press(event)));
        on_cleanup(move || handle.remove());
    });
}

/// Ctrl/⌘-Z: takes back what one did last.
fn is_undo(event: &KeyboardEvent) -> bool {
    let chord = (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.shift_key();
    chord && event.key().eq_ignore_ascii_case("z")
}

/// Whether what is taken back is what one has typed. Lists to choose from and boxes to tick have nothing of the kind: one is
/// still at them when what was chosen there is saved.
fn is_in_text(event: &KeyboardEvent) -> bool {
    let at = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_text = |at: Element| !at.matches("select, [type=checkbox], [type=radio]").unwrap_or(false);
    is_typing(event) && at.is_none_or(is_text)
}

/// A card's move is on its way: that is the last act, and can't be taken back yet.
fn is_moving() -> bool {
    is_there(".card[data-saving]")
}

/// The dialog behind `?`.
#[component]
pub fn KeysDialog(
    /// Whether it is open, both ways.
    open: RwSignal<bool>,
) -> impl IntoView {
    let page = Page::take();
    let group = move |label: &'static str, hints: Vec<(&'static [&'static str], &'static str)>| {
        let hints = Signal::derive(move || {
            let line =
                |(keys, label): &(&'static [&'static str], &'static str)| KeyHint { keys, label: page.text(label) };
            hints.iter().map(line).collect::<Vec<_>>()
        });
        view! { <section class="section"><h3 class="section-title">{t(label)}</h3><KeyHints hints/></section> }
    };
    let go = move || {
        let actor = page.actor();
        let shown = entries().filter(|entry| actor.as_ref().is_some_and(|actor| entry.is_open_to(actor)));
        shown.map(|entry| (entry.keys.as_slice(), entry.label)).collect::<Vec<_>>()
    };
    view! {
        <Dialog open title=t("ui.keys.title") close=t("ui.action.close")>
            {group("ui.keys.group_everywhere", EVERYWHERE.to_vec())}
            {group("ui.keys.group_go", go())}
            {group("ui.keys.group_list", LIST.to_vec())}
            {group("ui.keys.group_board", BOARD.to_vec())}
            {group("ui.keys.group_desk", DESK.to_vec())}
        </Dialog>
    }
}

type Hint = (&'static [&'static str], &'static str);

const EVERYWHERE: [Hint; 5] = [
    (&["Ctrl", "K"], "ui.keys.palette"),
    (&["?"], "ui.keys.help"),
    (&["Ctrl", "↵"], "ui.keys.save"),
    (&["Ctrl", "Z"], "ui.action.undo"),
    (&["Esc"], "ui.keys.close"),
];
const LIST: [Hint; 3] = [(&["↓"], "ui.keys.next"), (&["↑"], "ui.keys.previous"), (&["↵"], "ui.keys.open_item")];
const BOARD: [Hint; 2] = [(&["Space"], "ui.keys.pick_up"), (&["←", "→", "↑", "↓"], "ui.keys.move")];
const DESK: [Hint; 12] = [
    (&["J", "K"], "desk.keys.walk"),
    (&["↵"], "ui.keys.open_item"),
    (&["T"], "desk.take"),
    (&["R"], "desk.reply"),
    (&["N"], "desk.note"),
    (&["S"], "desk.solve"),
    (&["Z"], "desk.snooze"),
    (&["A"], "desk.assign"),
    (&["P"], "desk.priority"),
    (&["X"], "desk.keys.select"),
    (&["Shift", "X"], "desk.keys.select_all"),
    (&["Esc"], "desk.keys.leave"),
];

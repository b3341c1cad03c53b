//! The keys that work everywhere, and the dialog that shows them.

use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::nav::entries;
use crate::context::{Page, t};
use crate::ui::{Dialog, KeyHint, KeyHints, is_typing};

/// How long `g` waits for its letter, ms.
const PATIENCE: f64 = 1500.0;

/// Listens for Ctrl/⌘-K, `?`, `/` and `g` with a letter, until the caller is cleaned up.
pub(super) fn listen(palette: RwSignal<bool>, keys: RwSignal<bool>) {
    let navigate = use_navigate();
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
        if is_typing(&event) || event.ctrl_key() || event.meta_key() || event.alt_key() || in_dialog() {
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

/// A dialog or menu has the keys to itself.
fn in_dialog() -> bool {
    document().query_selector("dialog[open], [popover]:popover-open").ok().flatten().is_some()
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

const EVERYWHERE: [Hint; 4] = [
    (&["Ctrl", "K"], "ui.keys.palette"),
    (&["?"], "ui.keys.help"),
    (&["Ctrl", "↵"], "ui.keys.save"),
    (&["Esc"], "ui.keys.close"),
];
const LIST: [Hint; 3] = [(&["↓"], "ui.keys.next"), (&["↑"], "ui.keys.previous"), (&["↵"], "ui.keys.open_item")];
const BOARD: [Hint; 2] = [(&["Space"], "ui.keys.pick_up"), (&["←", "→", "↑", "↓"], "ui.keys.move")];
const DESK: [Hint; 13] = [
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
    (&["Ctrl", "Z"], "ui.action.undo"),
    (&["Esc"], "desk.keys.leave"),
];

//! Adding from anywhere: a menu in the top bar with the keys `q` (the menu) and `c` (a task).

#![expect(unreachable_pub, reason = "the component macro makes what it writes public")]

mod activity_form;
mod customer;
mod task_form;

use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::access::Action;
use shared::types::{ACTIVITY, CONTACT, CUSTOMER, LEAD, OPPORTUNITY, TASK};
use shared::{RecordDef, Row};

use self::activity_form::ActivityForm;
use self::task_form::TaskForm;
use crate::chunk;
use crate::chunk::once;
use crate::context::{Page, t};
use crate::record::RecordForm;
use crate::ui::{ButtonKind, Dialog, Icon, Menu, MenuItem, is_typing};

/// What one may add with the generic form, and what the entry says.
const RECORDS: [(&RecordDef, &str); 4] = [
    (&CUSTOMER, "customer._new"),
    (&CONTACT, "contact._new"),
    (&LEAD, "lead._new"),
    (&OPPORTUNITY, "opportunity._new"),
];

/// How long after `g` the next letter names a place to go to, in ms, and is not for us.
const GO_MS: f64 = 1_500.0;

/// The menu for adding, with the forms it opens. It stands once on a page.
#[component]
pub fn QuickAdd() -> impl IntoView {
    let page = Page::take();
    let task = RwSignal::new(false);
    let activity = RwSignal::new(None::<&'static str>);
    let activity_open = RwSignal::new(false);
    let menu = NodeRef::<Div>::new();
    let may = move |def: &RecordDef| page.actor().is_some_and(|actor| actor.may(def, Action::Create));
    let log = move |kind| {
        activity.set(Some(kind));
        activity_open.set(true);
    };
    keys(menu, move || {
        if may(&TASK) {
            task.set(true)
        }
    });
    let records = RECORDS.map(|_| RwSignal::new(false));
    let open = Open { task, activity, activity_open, records };
    let entry = move |((def, label), open): ((&'static RecordDef, &'static str), RwSignal<bool>)| {
        may(def).then(|| view! { <MenuItem label=t(label) icon=def.icon on_select=move |()| open.set(true)/> })
    };
    view! {
        <div class="quick-add" node_ref=menu>
            <Menu
                label=t("ui.quick_add.title")
                kind=ButtonKind::Primary
                end=true
                trigger=move || view! { <Icon name="plus"/><span class="desktop-only">{t("ui.action.new")}</span> }
            >
                {may(&TASK).then(|| view! {
                    <MenuItem label=t("ui.action.new_task") icon="square-check" key="C" on_select=move |()| task.set(true)/>
                })}
                {may(&ACTIVITY).then(|| view! {
                    <MenuItem label=t("ui.action.add_note") icon="sticky-note" on_select=move |()| log("note")/>
                    <MenuItem label=t("ui.action.log_call") icon="phone" on_select=move |()| log("call")/>
                })}
                <hr/>
                {RECORDS.into_iter().zip(records).map(entry).collect_view()}
            </Menu>
            {once(move || open.is_any(), move || forms::view(open))}
        </div>
    }
}

/// Which form is open.
#[derive(Clone, Copy)]
struct Open {
    task: RwSignal<bool>,
    /// Kind of the activity to log.
    activity: RwSignal<Option<&'static str>>,
    activity_open: RwSignal<bool>,
    /// As [`RECORDS`].
    records: [RwSignal<bool>; RECORDS.len()],
}

impl Open {
    fn is_any(self) -> bool {
        self.task.get() || self.activity_open.get() || self.records.iter().any(|open| open.get())
    }
}

chunk! {
    part fn forms(open: Open) in dialogs { view! { <Forms open/> } }
}

/// The forms behind the menu.
#[component]
fn Forms(open: Open) -> impl IntoView {
    let page = Page::take();
    let Open { task, activity, activity_open, records } = open;
    let activity_title = Signal::derive(move || {
        page.text(if activity.get() == Some("call") { "ui.action.log_call" } else { "ui.action.add_note" })
    });
    let navigate = StoredValue::new(use_navigate());
    let form = move |((def, _), open): ((&'static RecordDef, &'static str), RwSignal<bool>)| {
        // Whoever adds a record goes on working on it.
        let show = move |row: Row| {
            navigate
                .with_value(|navigate| navigate(&format!("/{}/{}", def.plural, row.id), NavigateOptions::default()));
        };
        view! { <RecordForm record_type=def.name open on_saved=show/> }
    };
    view! {
        <Dialog open=task title=t("ui.action.new_task") close=t("ui.action.close")>
            <TaskForm open=task/>
        </Dialog>
        <Dialog open=activity_open title=activity_title close=t("ui.action.close")>
            <ActivityForm open=activity_open kind=activity.get_untracked().unwrap_or("note")/>
        </Dialog>
        {RECORDS.into_iter().zip(records).map(form).collect_view()}
    }
}

/// `q` opens the menu, `c` a new task, where no text is being typed and nothing covers the page.
fn keys(menu: NodeRef<Div>, new_task: impl Fn() + Copy + 'static) {
    let go_at = StoredValue::new(f64::MIN);
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
            let plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
            if !plain || event.default_prevented() || is_typing(&event) || covered() {
                return;
            }
            let after_go = event.time_stamp() - go_at.get_value() < GO_MS;
            match event.key().as_str() {
                "g" => return go_at.set_value(event.time_stamp()),
                _ if after_go => return,
                "q" => {
                    let button = menu.get_untracked().and_then(|menu| menu.query_selector("button").ok().flatten());
                    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
                        button.click();
                    }
                }
                "c" => new_task(),
                _ => return,
            }
            event.prevent_default();
        });
        on_cleanup(move || handle.remove());
    });
}

/// Whether a dialog is open.
fn covered() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

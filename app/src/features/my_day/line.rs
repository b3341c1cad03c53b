//! A task as a line: tick it off, put it off, follow it to its customer. On a phone a swipe to the right ticks it off.

use leptos::ev::TouchEvent;
use leptos::prelude::*;
use shared::planning::Due;
use shared::{Row, format};

use super::tasks::{State, Tasks};
use crate::context::{browser_now, t};
use crate::ui::{Badge, Checkbox, Icon, Menu, MenuItem, Size, Tone};

/// How far, in px, a finger goes to the right for "done", and how far it may stray.
const SWIPE: i32 = 96;
const STRAY: i32 = 40;

/// One task.
#[component]
pub(super) fn TaskLine(tasks: Tasks, row: Row, state: State) -> impl IntoView {
    let page = tasks.page;
    let subject = row.text("subject").unwrap_or_default().to_owned();
    let name = subject.clone();
    let label = Signal::derive(move || page.text_with("my_day.mark_done", &[("name", &name)]));
    let done = state == State::Done;
    let due = row.datetime("due_at");
    let exact = move || due.map(|at| format::date_time(page.locale.get(), at, &page.zone()));
    let when = move || {
        due.map(|at| match state {
            State::Today => format::time(page.locale.get(), at, &page.zone()),
            State::Later => {
                let zone = page.zone();
                let day = format::day_heading(page.locale.get(), zone.day(at), zone.day(page.now.get()));
                format!("{day} {}", format::time(page.locale.get(), at, &zone))
            }
            _ => format::planned(page.locale.get(), at, page.now.get()),
        })
    };
    let high = row.text("priority") == Some("high");
    let icon = match row.text("kind") {
        Some("call") => "phone",
        Some("email") => "mail",
        Some("meeting") => "users",
        Some("visit") => "map-pin",
        _ => "clock",
    };
    let href = format!("/tasks/{}", row.id);
    let about = about(tasks, &row);
    let row = StoredValue::new(row);
    let tick = move |done: bool| tasks.set_done(row.get_value(), done);
    let swipe = Swipe::new();
    view! {
        <li
            class="task"
            data-state=state.attr()
            data-swiped=move || (swipe.distance.get() >= SWIPE).then_some("")
            style:translate=move || Some(swipe.distance.get()).filter(|px| *px > 0).map(|px| format!("{px}px 0"))
            on:touchstart=move |event| swipe.start(&event)
            on:touchmove=move |event| if !done { swipe.go(&event) }
            on:touchend=move |_| if swipe.end() { tick(true) }
            on:touchcancel=move |_| {
                swipe.end();
            }
        >
            <Checkbox value=done label on_change=tick/>
            <div class="task-body">
                <a class="task-title" href=href>{subject}</a>
                {about}
            </div>
            {high.then(|| view! { <Badge tone=Tone::Warning icon="flag">{t("task.priority.high")}</Badge> })}
            {due.map(|_| view! { <span class="task-due" title=exact><Icon name=icon/><time>{when}</time></span> })}
            {(!done).then(|| view! { <Later tasks row/> })}
        </li>
    }
}

/// Customer, contact, opportunity or lead it is about.
fn about(tasks: Tasks, row: &Row) -> impl IntoView + use<> {
    let links: Vec<_> =
        [("customer", "customers"), ("contact", "contacts"), ("opportunity", "opportunities"), ("lead", "leads")]
            .into_iter()
            .filter_map(|(name, plural)| Some((plural, row.reference(&format!("{name}_id"))?)))
            .collect();
    (!links.is_empty()).then(|| {
        let link = move |(plural, id)| {
            let title = move || tasks.titles.with(|titles| titles.get(&id).cloned());
            view! { <a href=format!("/{plural}/{id}")>{title}</a> }
        };
        view! { <p class="meta task-about">{links.into_iter().map(link).collect_view()}</p> }
    })
}

/// Puts the task off.
#[component]
fn Later(tasks: Tasks, row: StoredValue<Row>) -> impl IntoView {
    let item = move |(due, label): (Due, &'static str)| {
        let select = move |_: ()| tasks.plan_for(row.get_value(), due.at(browser_now(), &tasks.page.zone()));
        view! { <MenuItem label=t(label) icon="calendar-clock" on_select=select/> }
    };
    let choices = [
        (Due::Today, "my_day.postpone_today"),
        (Due::Tomorrow, "my_day.postpone_tomorrow"),
        (Due::NextWeek, "my_day.postpone_next_week"),
    ];
    view! {
        <Menu label=t("my_day.postpone") icon="calendar-clock" size=Size::Small end=true>
            {choices.into_iter().map(item).collect_view()}
        </Menu>
    }
}

/// A finger on its way to the right.
#[derive(Clone, Copy)]
struct Swipe {
    from: StoredValue<Option<(i32, i32)>>,
    distance: RwSignal<i32>,
}

impl Swipe {
    fn new() -> Self {
        Self { from: StoredValue::new(None), distance: RwSignal::new(0) }
    }

    fn start(self, event: &TouchEvent) {
        self.from.set_value(place(event));
    }

    fn go(self, event: &TouchEvent) {
        let (Some((x, y)), Some((to_x, to_y))) = (self.from.get_value(), place(event)) else { return };
        // Scrolling is not swiping.
        if (to_y - y).abs() > STRAY {
            self.from.set_value(None);
            self.distance.set(0);
        } else {
            let beyond_tremble = to_x - x - 12;
            self.distance.set(beyond_tremble.clamp(0, SWIPE + 24));
        }
    }

    /// Whether the finger went far enough; the line goes back to its place.
    fn end(self) -> bool {
        let far = self.distance.get_untracked() >= SWIPE;
        self.from.set_value(None);
        self.distance.set(0);
        far
    }
}

fn place(event: &TouchEvent) -> Option<(i32, i32)> {
    event.touches().item(0).map(|touch| (touch.client_x(), touch.client_y()))
}

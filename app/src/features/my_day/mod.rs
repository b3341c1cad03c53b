//! My day: due tasks and planned follow-ups, and the tickets and deals that want attention.

#![expect(unreachable_pub, reason = "the component macro makes what it writes public")]

mod add;
mod deals;
mod line;
mod tasks;
mod tickets;

use leptos::prelude::*;
use shared::access::Action;
use shared::live::LiveEvent;
use shared::query::Page as Rows;
use shared::types::OPPORTUNITY;
use shared::{format, i18n, planning};

use self::add::AddTask;
use self::deals::{SideLists, debounced, may};
use self::line::TaskLine;
use self::tasks::{State, Tasks};
use crate::context::{Page, t};
use crate::live::Live;
use crate::record::part_failed;
use crate::ui::{EmptyState, Figure, LinkButton, SkeletonRows};

/// The sections of the day with their headings.
const SECTIONS: [(State, &str); 5] = [
    (State::Overdue, "my_day.overdue"),
    (State::Today, "my_day.today"),
    (State::Later, "my_day.upcoming"),
    (State::NoDate, "my_day.no_date"),
    (State::Done, "my_day.done"),
];

/// My day: due tasks and planned follow-ups.
#[component]
pub fn MyDayPage() -> impl IntoView {
    let page = Page::take();
    let tasks = Tasks::new();
    let side = Resource::new(|| (), move |()| deals::load(page));
    let reload_side = move || side.refetch();
    let label = if sells(page) { "my_day.my_pipeline" } else { "my_day.my_tickets" };
    view! {
        <div class="page">
            <Greeting/>
            <div class="page-body">
                <div class="my-day">
                    <div class="my-day-main">
                        <AddTask tasks/>
                        {task_sections(tasks, Callback::new(move |()| reload_side()))}
                    </div>
                    <aside class="my-day-side" aria-label=t(label)>
                        <Figures tasks/>
                        <Transition fallback=|| view! { <SkeletonRows count=5/> }>
                            {move || Suspend::new(async move {
                                match side.await {
                                    Ok(side) => view! { <SideLists side/> }.into_any(),
                                    Err(fault) => part_failed(fault.0, reload_side),
                                }
                            })}
                        </Transition>
                    </aside>
                </div>
            </div>
        </div>
    }
}

/// Whether one sees deals: where one does not, nothing is said of them.
fn sells(page: Page) -> bool {
    may(page, &OPPORTUNITY, Action::Read)
}

/// The tasks: loaded once, live from then on.
fn task_sections(tasks: Tasks, reload_side: Callback<()>) -> impl IntoView {
    let again = Trigger::new();
    move || {
        again.track();
        let (now, zone) = (tasks.page.now.get_untracked(), StoredValue::new(tasks.page.zone()));
        let loaded = Resource::new(|| (), move |()| tasks::load(now, zone.get_value()));
        // Not in a closure: what it showed would still be there while the signals it reads are gone.
        let body = Suspend::new(async move {
            match loaded.await {
                Ok(rows) => view! { <Sections tasks rows reload_side/> }.into_any(),
                Err(fault) => part_failed(fault.0, move || again.notify()),
            }
        });
        view! { <Transition fallback=|| view! { <SkeletonRows count=8/> }>{body}</Transition> }
    }
}

/// Good morning, and what day it is.
#[component]
fn Greeting() -> impl IntoView {
    let page = Page::take();
    let name = page.session.with_value(|session| session.as_ref().map(|s| s.name.clone()).unwrap_or_default());
    let greeting = move || {
        let key = match planning::part_of_day(page.now.get(), &page.zone()) {
            "morning" => "my_day.greeting.morning",
            "afternoon" => "my_day.greeting.afternoon",
            _ => "my_day.greeting.evening",
        };
        page.text_with(key, &[("name", &name)])
    };
    let date = move || {
        let (locale, day) = (page.locale.get(), page.zone().day(page.now.get()));
        let (weekday, date) = (format::weekday_name(locale, day, false), format::date(locale, day));
        i18n::translate(locale, "format.day_with_weekday", &[("weekday", &weekday), ("date", &date)])
    };
    view! {
        <header class="page-head my-day-head">
            <h1>{greeting}</h1>
            <span class="spacer"></span>
            <time class="meta">{date}</time>
        </header>
    }
}

/// How much there is of each. The page may be written before or after the tasks are there, so it is counted once the
/// browser has taken it over: until then both sides show the same.
#[component]
fn Figures(tasks: Tasks) -> impl IntoView {
    let awake = RwSignal::new(false);
    Effect::new(move |_| awake.set(true));
    let counted = move || awake.get() && tasks.live.with(Option::is_some) && tasks.denied.with(Option::is_none);
    let text = move |state| if counted() { tasks.of(state).len().to_string() } else { "–".to_owned() };
    let count = move |state| Signal::derive(move || text(state));
    view! {
        <div class="figures">
            <Figure label=t("my_day.overdue") value=count(State::Overdue)/>
            <Figure label=t("my_day.today") value=count(State::Today)/>
            <Figure label=t("my_day.upcoming") value=count(State::Later)/>
            <Figure label=t("my_day.done") value=count(State::Done)/>
        </div>
    }
}

/// The tasks by urgency, kept current from where they were read.
#[component]
fn Sections(tasks: Tasks, rows: Rows, reload_side: Callback<()>) -> impl IntoView {
    tasks.start(rows);
    let side_soon = debounced(move || {
        let _ = reload_side.try_run(());
    });
    let live = Live::take();
    Effect::new(move |_| {
        if let Some(cursor) = tasks.live.get() {
            live.follow(&cursor, move |event| follow(tasks, event, side_soon));
        }
    });
    let denied = move || Some(part_failed(tasks.denied.get()?, move || tasks.reload()));
    let nothing = Memo::new(move |_| {
        let is_empty =
            [State::Overdue, State::Today, State::Later, State::NoDate].iter().all(|state| tasks.of(*state).is_empty());
        is_empty && tasks.denied.with(Option::is_none)
    });
    let done_some = Memo::new(move |_| !tasks.of(State::Done).is_empty());
    let title = Signal::derive(move || {
        let key = if done_some.get() { "my_day.all_done" } else { "my_day.nothing_due" };
        tasks.page.text(key)
    });
    let (hint, href, icon, place) = match sells(tasks.page) {
        true => ("my_day.nothing_due_hint", "/pipeline", "square-kanban", "ui.nav.pipeline"),
        false => ("my_day.nothing_due_hint_desk", "/desk", "inbox", "ui.nav.tickets"),
    };
    view! {
        {denied}
        <Show when=move || nothing.get()>
            <EmptyState icon="sun" title text=t(hint)>
                <LinkButton href icon>{t(place)}</LinkButton>
            </EmptyState>
        </Show>
        {SECTIONS.into_iter().map(|(state, title)| section(tasks, state, title)).collect_view()}
    }
}

fn section(tasks: Tasks, state: State, title: &'static str) -> impl IntoView {
    let rows = Memo::new(move |_| tasks.of(state));
    let count = move || rows.with(Vec::len);
    view! {
        <Show when=move || rows.with(|rows| !rows.is_empty())>
            <section class="section">
                <h2 class="section-title">{t(title)}" "<span class="count">{count}</span></h2>
                <ul class="task-list">
                    <For each=move || rows.get() key=|row| (row.id, row.version, row.text("due_at").map(str::to_owned)) let:row>
                        <TaskLine tasks row state/>
                    </For>
                </ul>
            </section>
        </Show>
    }
}

fn follow(tasks: Tasks, event: &LiveEvent, side_soon: impl Fn()) {
    let mine = |row: &shared::Row| row.reference("owner_id") == tasks.page.actor().map(|actor| actor.user_id);
    match event {
        LiveEvent::Changed { record_type, row, titles, .. } if record_type == "task" => tasks.arrive(row, titles),
        LiveEvent::Removed { record_type, id, .. } if record_type == "task" => tasks.drop_row(*id),
        LiveEvent::Changed { record_type, row, .. }
            if matches!(record_type.as_str(), "opportunity" | "activity" | "ticket") && mine(row) =>
        {
            side_soon()
        }
        LiveEvent::Refresh { record_type } if record_type == "task" => tasks.reload(),
        LiveEvent::Refresh { record_type } if matches!(record_type.as_str(), "opportunity" | "activity" | "ticket") => {
            side_soon()
        }
        LiveEvent::Reset => {
            tasks.reload();
            side_soon();
        }
        _ => {}
    }
}

//! What is planned: open tasks above everything that happened.

use leptos::prelude::*;
use shared::planning::Due;
use shared::types::TASK;
use shared::{Row, i18n};

use super::entry::{Moment, icon_of};
use super::feed::Feed;
use crate::context::{browser_now, t};
use crate::ui::{Badge, Checkbox, Icon, Menu, MenuItem, Size, Tone};

/// Open tasks, the next one first.
#[component]
pub(super) fn Planned(feed: Feed) -> impl IntoView {
    let some = Memo::new(move |_| feed.planned.with(|rows| !rows.is_empty()));
    view! {
        <Show when=move || some.get()>
            <h2 class="timeline-day">{t("timeline.planned")}</h2>
            <ul class="timeline-items">
                <For each=move || feed.planned.get() key=|row| (row.id, row.version, row.text("due_at").map(str::to_owned)) let:row>
                    {planned_view(feed, row)}
                </For>
            </ul>
        </Show>
    }
}

fn planned_view(feed: Feed, row: Row) -> impl IntoView {
    let page = feed.page;
    let due = row.datetime("due_at");
    let overdue = move || due.is_some_and(|due| due < page.now.get());
    let subject = row.text("subject").unwrap_or_default().to_owned();
    let kind = row.text("kind").unwrap_or("todo").to_owned();
    let icon = icon_of(&kind);
    let owner = row.reference("owner_id");
    let high = row.text("priority") == Some("high");
    let details = row.text("description").map(str::to_owned);
    let name = subject.clone();
    let label = Signal::derive(move || page.text_with("my_day.mark_done", &[("name", &name)]));
    let row = StoredValue::new(row);
    view! {
        <li class="timeline-item" data-kind="task" data-planned="" data-overdue=move || overdue().then_some("")>
            <Checkbox value=false label on_change=move |done| feed.set_done(row.get_value(), done)/>
            <div class="timeline-body">
                <div class="timeline-head">
                    <strong>{subject}</strong>
                    {due.map(|at| view! { <Moment feed at/> })}
                    <PlanMenu feed row/>
                </div>
                <p class="timeline-facts">
                    <Icon name=icon size=Size::Small/>
                    <span>{move || i18n::choice_label(page.locale.get(), &TASK, "kind", &kind)}</span>
                    {owner.map(|id| view! { <span>{move || feed.title(id)}</span> })}
                    <Show when=overdue>
                        <Badge tone=Tone::Danger icon="clock">{t("timeline.overdue")}</Badge>
                    </Show>
                    {high.then(|| view! { <Badge tone=Tone::Warning icon="flag">{t("task.priority.high")}</Badge> })}
                </p>
                {details.map(|details| view! { <super::entry::Said text=details/> })}
            </div>
        </li>
    }
}

/// Puts a task off, or drops it.
#[component]
fn PlanMenu(feed: Feed, row: StoredValue<Row>) -> impl IntoView {
    let later = move |due: Due| {
        let label = t(due_label(due));
        let select = move |_: ()| feed.plan_for(row.get_value(), due.at(browser_now(), &feed.page.zone()));
        view! { <MenuItem label icon="calendar-clock" on_select=select/> }
    };
    view! {
        <Menu label=t("ui.action.more") size=Size::Small end=true>
            <p class="menu-head">{t("my_day.postpone")}</p>
            {Due::LATER.into_iter().map(later).collect_view()}
            <hr/>
            <MenuItem
                label=t("ui.action.archive")
                icon="archive"
                on_select=move |_: ()| feed.archive("task", row.get_value())
            />
        </Menu>
    }
}

/// What a usual time is called.
pub(super) fn due_label(due: Due) -> &'static str {
    match due {
        Due::InAnHour => "timeline.due_in.hour",
        Due::Today => "timeline.due_in.today",
        Due::Tomorrow => "timeline.due_in.tomorrow",
        Due::InThreeDays => "timeline.due_in.three_days",
        Due::NextWeek => "timeline.due_in.next_week",
    }
}

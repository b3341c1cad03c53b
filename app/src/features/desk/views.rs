//! The views of the desk: one's own, everybody's, each queue with what waits in it, and saved ones.

use leptos::prelude::*;
use leptos::web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};
use shared::desk::QueueCount;
use shared::types::{QUEUE, SAVED_VIEW, TICKET};
use shared::{RecordDef, Row, format, i18n};
use uuid::Uuid;

use super::address::Address;
use super::counts::{counted, held_by};
use super::model::{Around, Desk, around};
use super::view::View;
use crate::context::{Page, t};
use crate::ui::Icon;

/// What a queue or a saved view is called.
fn named(page: Page, around: &Around, view: View) -> Option<String> {
    let titled =
        |def: &RecordDef, rows: &[Row], id: Uuid| rows.iter().find(|row| row.id == id).map(|row| page.called(def, row));
    match view {
        View::Queue(id) => titled(&QUEUE, &around.found.queues, id),
        View::Saved(id) => titled(&SAVED_VIEW, &around.found.saved, id),
        _ => None,
    }
}

/// What a view is called; tracked.
pub(super) fn name(desk: Desk, view: View) -> String {
    desk.known(|around| named(desk.page, around, view)).unwrap_or_else(|| match view {
        View::Queue(_) | View::Saved(_) => i18n::type_label_many(desk.page.locale.get(), &TICKET),
        fixed => desk.page.text(&format!("desk.view.{}", fixed.code())),
    })
}

/// How many tickets a view holds, as far as it is counted.
fn count(desk: Desk, view: View) -> Option<i64> {
    desk.known(|around| counted(around, view))
}

/// The navigation beside the list; chips above it on a phone.
pub(super) fn rail(desk: Desk) -> AnyView {
    let loaded = Resource::new(|| (), |()| around());
    let lines = Suspend::new(async move {
        let found = loaded.await;
        desk.know(found);
        view! { {move || queues(desk)} {move || saved(desk)} }
    });
    keep_in_view(desk);
    let has_team = desk.page.actor().is_some_and(|actor| actor.team_id.is_some());
    let fixed = View::FIXED.into_iter().filter(|(view, _)| *view != View::Team || has_team);
    let fixed = fixed.map(|(view, icon)| line(desk, view, icon)).collect_view();
    view! {
        <nav class="desk-views" aria-label=t("desk.views")>
            <ul class="desk-view-list">{fixed}</ul>
            <Transition>{lines}</Transition>
            <ul class="desk-view-list desk-elsewhere">
                <li>
                    <a class="desk-view" href="/desk/reports"><Icon name="chart-column"/><span class="truncate">{t("report.title")}</span></a>
                </li>
                <li>
                    <a class="desk-view" href="/tickets"><Icon name="list"/><span class="truncate">{t("desk.as_list")}</span></a>
                </li>
            </ul>
        </nav>
    }
    .into_any()
}

/// On a phone the views stand beside each other, and the one that is listed may be far along. Whatever else changes among them
/// leaves the row where one has scrolled it.
fn keep_in_view(desk: Desk) {
    let listed = Memo::new(move |_| {
        let view = desk.address.asked.with(|asked| asked.view);
        // Lines of queues and saved views come later than the others, and are as wide as their names.
        let own_name = desk.around.with(|around| named(desk.page, around, view));
        (view, own_name, desk.address.ticket().is_none())
    });
    Effect::new(move |_| {
        // A memo that nobody reads follows nothing.
        listed.with(|_| ());
        request_animation_frame(|| {
            let chosen = document().query_selector(".desk-view[aria-current=page]").ok().flatten();
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            options.set_inline(ScrollLogicalPosition::Center);
            chosen.inspect(|chosen| chosen.scroll_into_view_with_scroll_into_view_options(&options));
        });
    });
}

fn link(desk: Desk, view: View, icon: &'static str, end: AnyView) -> AnyView {
    let current = Memo::new(move |_| desk.address.asked.with(|asked| asked.view == view));
    // Lines of queues and saved views are there only once these are known.
    let own = move || desk.around.with(|around| named(desk.page, around, view));
    let label = move || match view {
        View::Queue(_) | View::Saved(_) => own().unwrap_or_default(),
        fixed => name(desk, fixed),
    };
    view! {
        <li>
            <a class="desk-view" href=Address::view_href(view) aria-current=move || current.get().then_some("page")>
                <Icon name=icon/>
                <span class="truncate" title=label>{label}</span>
                {end}
            </a>
        </li>
    }
    .into_any()
}

fn line(desk: Desk, view: View, icon: &'static str) -> AnyView {
    let shown = Memo::new(move |_| count(desk, view).filter(|n| *n > 0));
    let press = view == View::Pressing;
    let end = move || {
        let text = shown.get().map(|n| format::number(desk.page.locale.get(), n));
        text.map(|text| view! { <span class="count num" data-pressing=press.then_some("")>{text}</span> })
    };
    link(desk, view, icon, end.into_any())
}

/// Each queue with how many tickets are open, nobody's, and pressing.
fn queues(desk: Desk) -> Option<AnyView> {
    let queues = desk.around.with(|around| around.found.queues.iter().map(|queue| queue.id).collect::<Vec<_>>());
    let one = |id: Uuid| {
        let counts = Memo::new(move |_| {
            let found = desk.around.with(|around| {
                around.counts.iter().find(|count| count.queue_id == Some(id)).cloned().unwrap_or_default()
            });
            let told = desk.known(|around| held_by(around, View::Queue(id)));
            QueueCount { open: told.unwrap_or(found.open), ..found }
        });
        link(desk, View::Queue(id), "inbox", (move || queue_counts(desk, &counts.get())).into_any())
    };
    (!queues.is_empty()).then(|| {
        view! {
            <h2 class="desk-view-head">{t("queue._many")}</h2>
            <ul class="desk-view-list">{queues.into_iter().map(one).collect_view()}</ul>
        }
        .into_any()
    })
}

/// Three numbers stand beside a name: of more than this it is only told on demand how many they are.
const MOST_TOLD: i64 = 999;

fn queue_counts(desk: Desk, count: &QueueCount) -> AnyView {
    let page = desk.page;
    let number = |n: i64| format::number(page.locale.get(), n);
    let short = |n: i64| if n > MOST_TOLD { format!("{MOST_TOLD}+") } else { number(n) };
    let part = |key: &str, n: i64| page.text_with(key, &[("n", &number(n))]);
    let hint = format!(
        "{} · {} · {}",
        part("desk.count_open", count.open),
        part("desk.count_unassigned", count.unassigned),
        part("desk.count_pressing", count.pressing)
    );
    let pressing = (count.pressing > 0)
        .then(|| view! { <span class="desk-pressing"><Icon name="alarm-clock"/>{short(count.pressing)}</span> });
    let free = (count.unassigned > 0)
        .then(|| view! { <span class="desk-free"><Icon name="hand"/>{short(count.unassigned)}</span> });
    view! {
        <span class="count num" title=hint.clone() aria-hidden="true">{pressing}{free}<span>{short(count.open)}</span></span>
        <span class="visually-hidden">{hint}</span>
    }
    .into_any()
}

fn saved(desk: Desk) -> Option<AnyView> {
    let saved = desk.around.with(|around| around.found.saved.iter().map(|view| view.id).collect::<Vec<_>>());
    (!saved.is_empty()).then(|| {
        let lines = saved.into_iter().map(|id| line(desk, View::Saved(id), "bookmark")).collect_view();
        view! {
            <h2 class="desk-view-head">{t("saved_view._many")}</h2>
            <ul class="desk-view-list">{lines}</ul>
        }
        .into_any()
    })
}

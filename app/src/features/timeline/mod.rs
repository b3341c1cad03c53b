//! One live timeline per record.
//!
//! `feed` holds what is shown and `following` keeps it current; `composer` adds to it; `entry`, `change`, `clock` and
//! `planned` say it in words.

#![expect(unreachable_pub, reason = "the component macro makes what it writes public")]

mod act;
mod answers;
mod cause;
mod change;
mod clock;
mod composer;
mod draft;
mod edit;
mod entry;
mod feed;
mod following;
mod order;
mod past;
mod planned;
mod restoring;
mod scroll;

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::format;
use shared::timeline::{TimelineEntry, linked_by};
use uuid::Uuid;

use self::composer::Composer;
use self::entry::entry_view;
use self::feed::{Feed, load, row_of};
use self::past::PastDialog;
use self::planned::Planned;
use self::scroll::More;
use crate::context::t;
use crate::live::Live;
use crate::ui::{Button, Chip, EmptyState, SkeletonRows, settled};

/// Kinds one can filter by, with their labels.
const KINDS: [(&str, &str); 9] = [
    ("call", "timeline.filter.calls"),
    ("email", "timeline.filter.emails"),
    ("meeting", "timeline.filter.meetings"),
    ("visit", "timeline.filter.visits"),
    ("chat", "timeline.filter.chats"),
    ("note", "timeline.filter.notes"),
    ("task", "timeline.filter.tasks"),
    ("ticket", "timeline.filter.tickets"),
    ("change", "timeline.filter.changes"),
];

/// The timeline of a record, with adding a note, logging a call and planning a follow-up.
#[component]
pub fn Timeline(
    /// Record type name.
    record_type: &'static str,
    /// The record.
    id: Uuid,
) -> impl IntoView {
    let feed = Feed::new(record_type, id);
    let changes_only = linked_by(record_type).is_none();
    let kinds = if changes_only { vec!["change"] } else { Vec::new() };
    feed.kinds.set(kinds.clone());
    answers::fetch_questions(feed);
    Effect::watch(move || feed.kinds.get(), move |_, _, _| feed.reload(), false);
    // Neither in a closure: that of a page still loading is called several times, and what it showed would still be
    // there while the signals it reads are gone.
    let loaded = Resource::new(|| (), move |()| load(record_type, id, kinds.clone()));
    let entries = Suspend::new(async move {
        match loaded.await {
            Ok((page, planned)) => feed.start(page, planned),
            Err(fault) => feed.failed.set(Some(fault.0)),
        }
        view! { <Entries feed/> }
    });
    view! {
        <section class="timeline" aria-label=t("timeline.title")>
            {(!changes_only).then(|| view! {
                <Composer feed/>
                <Filters feed/>
            })}
            <Transition fallback=|| view! { <SkeletonRows count=6/> }>{entries}</Transition>
            <PastDialog feed/>
        </section>
    }
}

/// Chips by kind; none pressed shows everything.
#[component]
fn Filters(feed: Feed) -> impl IntoView {
    let toggle = move |kind: &'static str| {
        feed.kinds.update(|kinds| match kinds.iter().position(|known| *known == kind) {
            Some(at) => drop(kinds.remove(at)),
            None => kinds.push(kind),
        });
    };
    let chip = move |(kind, label): (&'static str, &'static str)| {
        let pressed = Signal::derive(move || feed.kinds.with(|kinds| kinds.contains(&kind)));
        view! { <Chip label=t(label) pressed on_click=move |()| toggle(kind)/> }
    };
    let all = Signal::derive(move || feed.kinds.with(Vec::is_empty));
    view! {
        <div class="chips" role="group" aria-label=t("timeline.filter.label")>
            <Chip label=t("timeline.filter.all") pressed=all on_click=move |()| feed.kinds.set(Vec::new())/>
            {KINDS.into_iter().map(chip).collect_view()}
        </div>
    }
}

/// The entries by day, below what is planned, kept current from where they were read.
#[component]
fn Entries(feed: Feed) -> impl IntoView {
    let live = Live::take();
    Effect::new(move |_| {
        if let Some(cursor) = feed.live.get() {
            live.follow(&cursor, move |event| following::apply(feed, event));
        }
    });
    let zone = StoredValue::new(feed.page.zone());
    let day_of = move |entry: &TimelineEntry| zone.with_value(|zone| zone.day(entry.at));
    let days = Memo::new(move |_| {
        feed.entries.with(|entries| {
            let mut days: Vec<NaiveDate> = entries.iter().map(day_of).collect();
            days.dedup();
            days
        })
    });
    let of_day = move |day: NaiveDate| {
        feed.entries.with(|entries| entries.iter().filter(|entry| day_of(entry) == day).cloned().collect::<Vec<_>>())
    };
    let nothing = Memo::new(move |_| {
        feed.entries.with(Vec::is_empty) && feed.planned.with(Vec::is_empty) && feed.failed.with(Option::is_none)
    });
    settled(view! {
        <Planned feed/>
        <For each=move || days.get() key=|day| *day let:day>
            <h2 class="timeline-day">{heading(feed, day)}</h2>
            <ol class="timeline-items">
                <For each=move || of_day(day) key=identity let:entry>{entry_view(feed, entry)}</For>
            </ol>
        </For>
        <Show when=move || nothing.get()><Nothing feed/></Show>
        <More feed/>
    })
}

/// An entry is drawn anew when it has a newer version.
fn identity(entry: &TimelineEntry) -> (String, Option<i64>, i64) {
    (entry.key(), row_of(entry).map(|row| row.version), entry.at.timestamp_micros())
}

fn heading(feed: Feed, day: NaiveDate) -> impl Fn() -> String + Send + Sync + 'static {
    let (page, zone) = (feed.page, feed.page.zone());
    move || format::day_heading(page.locale.get(), day, zone.day(page.now.get()))
}

#[component]
fn Nothing(feed: Feed) -> impl IntoView {
    let filtered = move || feed.link().is_some() && feed.kinds.with(|kinds| !kinds.is_empty());
    view! {
        <Show
            when=filtered
            fallback=move || view! {
                <EmptyState icon="message-square" title=t("timeline.empty") text=t(if feed.link().is_some() { "timeline.empty_hint" } else { "timeline.no_changes" })/>
            }
        >
            <EmptyState icon="message-square" title=t("timeline.no_match") text=t("ui.state.empty_filtered_hint")>
                <Button on_click=move |_| feed.kinds.set(Vec::new())>{t("ui.action.clear_all")}</Button>
            </EmptyState>
        </Show>
    }
}

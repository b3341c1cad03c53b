//! One entry: who did what when, and what was said.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use shared::timeline::{Happening, TimelineEntry};
use shared::types::{ACTIVITY, TASK, TICKET};
use shared::{Row, format, i18n};

use super::cause::with_causes;
use super::change::{Line, tell};
use super::clock::clock_view;
use super::edit::{ChangeMenu, EditNote, EntryMenu};
use super::feed::Feed;
use super::past::Look;
use crate::ui::{Icon, Size};

/// More characters or lines than this are folded.
const LONG: usize = 480;
const LINES: usize = 8;

/// An entry of the timeline.
pub(super) fn entry_view(feed: Feed, entry: TimelineEntry) -> AnyView {
    let key = entry.key();
    let fresh = feed.fresh.with_value(|fresh| fresh.contains(&key));
    let at = entry.at;
    match entry.what {
        Happening::Activity { row } => activity_view(feed, at, row, fresh).into_any(),
        Happening::Task { row } => task_view(feed, at, row, fresh).into_any(),
        Happening::Ticket { row } => ticket_view(feed, at, &row, fresh).into_any(),
        Happening::Clock { turn, policy, .. } => clock_view(feed, turn, policy, fresh).into_any(),
        Happening::Change { id, record_type, record_id, title, action, actor_id, source, merge, causes, changes } => {
            let Some(def) = shared::types::by_name(&record_type) else { return ().into_any() };
            let look = Look { def, record_id, change: id, at, actor_id, source: source.clone() };
            let menu = view! { <ChangeMenu feed look action=action.clone() changes=changes.clone()/> }.into_any();
            let told = move || tell(feed, def, (&title, &action), &changes, merge.as_ref());
            let first = untrack(&told);
            let lines = {
                let told = told.clone();
                move || told().lines.into_iter().map(change_line).collect_view()
            };
            let did = move || {
                let told = told();
                view! { {told.text} {told.link.map(|link| view! { <a href=link.href>{link.name}</a> {link.after} })} }
            };
            let who =
                Signal::derive(move || with_causes(feed.page.locale.get(), feed.who_did(actor_id, &source), &causes));
            item(
                fresh,
                first.kind,
                first.icon,
                view! {
                    {head(feed, who, did, at, menu)}
                    {lines}
                },
            )
            .into_any()
        }
    }
}

pub(super) fn item(fresh: bool, kind: &'static str, icon: &'static str, body: impl IntoView) -> impl IntoView {
    view! {
        <li class="timeline-item" data-kind=kind data-new=fresh.then_some("")>
            <span class="timeline-mark"><Icon name=icon/></span>
            <div class="timeline-body">{body.into_any()}</div>
        </li>
    }
}

/// Who, what, when, and what one may do with it.
pub(super) fn head(
    feed: Feed,
    who: Signal<String>,
    text: impl IntoView + 'static,
    at: DateTime<Utc>,
    menu: AnyView,
) -> impl IntoView {
    view! {
        <div class="timeline-head">
            // One run of words: a long title goes on below the name, and leaves the name whole.
            <span class="timeline-told"><strong>{who}</strong>" "<span class="timeline-did">{text.into_any()}</span></span>
            <Moment feed at/>
            {menu}
        </div>
    }
}

/// A time as a distance, the exact one on hover.
#[component]
pub(super) fn Moment(feed: Feed, at: DateTime<Utc>) -> impl IntoView {
    let page = feed.page;
    let exact = move || format::date_time(page.locale.get(), at, &page.zone());
    view! {
        <time datetime=at.to_rfc3339() title=exact>
            {move || format::relative(page.locale.get(), at, page.now.get())}
        </time>
    }
}

/// Icon of an activity's or task's kind.
pub(super) fn icon_of(kind: &str) -> &'static str {
    match kind {
        "call" => "phone",
        "email" => "mail",
        "meeting" => "users",
        "visit" => "map-pin",
        "chat" => "message-circle",
        "note" => "sticky-note",
        _ => "square-check",
    }
}

/// A known kind as a static name; `note` for anything else.
fn kind_of(row: &Row) -> &'static str {
    let kind = row.text("kind").unwrap_or_default();
    shared::types::ACTIVITY_KINDS.iter().copied().find(|known| *known == kind).unwrap_or("note")
}

fn activity_view(feed: Feed, at: DateTime<Utc>, row: Row, fresh: bool) -> impl IntoView {
    let (page, kind, id) = (feed.page, kind_of(&row), row.id);
    // Whose it is did it; who wrote it down may have been an assistant or an import.
    let author = row.reference("owner_id").or_else(|| row.reference("created_by"));
    let who = Signal::derive(move || feed.who(author));
    let key = format!("timeline.did.{kind}");
    let text = Signal::derive(move || i18n::translate(page.locale.get(), &key, &[("who", "")]).trim().to_owned());
    let content = row.text("content").map(str::to_owned);
    // A subject that only repeats the first line of the content says nothing.
    let subject =
        row.text("subject").filter(|s| content.as_deref().is_none_or(|c| !c.starts_with(s))).map(str::to_owned);
    let said = subject.into_iter().chain(content).collect::<Vec<_>>().join("\n");
    let facts = facts(feed, &row);
    let menu = if feed.is_own(&row) && row.version > 0 {
        view! { <EntryMenu feed record_type="activity" row=row.clone()/> }.into_any()
    } else {
        ().into_any()
    };
    let row = StoredValue::new(row);
    item(
        fresh,
        kind,
        icon_of(kind),
        view! {
            {head(feed, who, text, at, menu)}
            {facts}
            {move || match feed.editing.get() == Some(id) {
                true => view! { <EditNote feed row=row.get_value()/> }.into_any(),
                false => view! { <Said text=said.clone()/> }.into_any(),
            }}
        },
    )
}

/// Direction, outcome and length, and what else it is about.
fn facts(feed: Feed, row: &Row) -> impl IntoView + use<> {
    let page = feed.page;
    let call = row.text("kind") == Some("call");
    let coded = move |field: &'static str, code: Option<&str>| {
        let code = code.map(str::to_owned);
        Signal::derive(move || code.as_ref().map(|code| i18n::choice_label(page.locale.get(), &ACTIVITY, field, code)))
    };
    let direction = coded("direction", row.text("direction").filter(|_| call));
    let outcome = coded("outcome", row.text("outcome"));
    let minutes = row.integer("minutes").map(|n| n.to_string());
    let about: Vec<_> =
        [("opportunity", "opportunities"), ("contact", "contacts"), ("customer", "customers"), ("lead", "leads")]
            .into_iter()
            .filter(|(name, _)| *name != feed.record_type && *name != "customer")
            .filter_map(|(name, plural)| Some((plural, row.reference(&format!("{name}_id"))?)))
            .collect();
    let something = direction.get_untracked().is_some()
        || outcome.get_untracked().is_some()
        || minutes.is_some()
        || !about.is_empty();
    something.then(|| {
        view! {
            <p class="timeline-facts">
                {move || direction.get().map(|text| view! { <span>{text}</span> })}
                {move || outcome.get().map(|text| view! { <span class="badge" data-tone="neutral">{text}</span> })}
                {minutes.map(|n| view! { <span>{move || page.text_with("timeline.minutes", &[("n", &n)])}</span> })}
                {about.into_iter().map(|(plural, id)| view! {
                    <a class="timeline-about" href=format!("/{plural}/{id}")>{move || feed.title(id)}</a>
                }).collect_view()}
            </p>
        }
    })
}

/// What was said, with its line breaks; folded when long.
#[component]
pub(super) fn Said(text: String) -> impl IntoView {
    let page = crate::context::Page::take();
    let long = text.chars().count() > LONG || text.lines().count() > LINES;
    let open = RwSignal::new(!long);
    let label = move || page.text(if open.get() { "ui.action.show_less" } else { "ui.action.show_more" });
    (!text.is_empty()).then(|| {
        view! {
            <div class="timeline-text" data-folded=move || (!open.get()).then_some("")>{text}</div>
            {long.then(|| view! {
                <button
                    type="button"
                    class="button"
                    data-kind="ghost"
                    data-size="small"
                    aria-expanded=move || open.get().to_string()
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    {label}
                </button>
            })}
        }
    })
}

fn task_view(feed: Feed, at: DateTime<Utc>, row: Row, fresh: bool) -> impl IntoView {
    let page = feed.page;
    let author = row.reference("updated_by").or_else(|| row.reference("owner_id"));
    let who = Signal::derive(move || feed.who(author));
    let text = Signal::derive(move || page.text_with("timeline.did.task_done", &[("who", "")]).trim().to_owned());
    let kind = row.text("kind").unwrap_or_default().to_owned();
    let label = move || i18n::choice_label(page.locale.get(), &TASK, "kind", &kind);
    let said = row.text("subject").into_iter().chain(row.text("description")).collect::<Vec<_>>().join("\n");
    let menu =
        if row.version > 0 { view! { <EntryMenu feed record_type="task" row/> }.into_any() } else { ().into_any() };
    item(
        fresh,
        "task",
        "square-check",
        view! {
            {head(feed, who, text, at, menu)}
            <p class="timeline-facts"><span>{label}</span></p>
            <Said text=said/>
        },
    )
}

/// What tickets of a kind look like: a complaint is seen at a glance.
fn look_of(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "complaint" => ("complaint", "megaphone"),
        "suggestion" => ("suggestion", "sparkles"),
        "praise" => ("praise", "thumbs-up"),
        _ => ("ticket", TICKET.icon),
    }
}

/// What the customer wanted from support, and how far that is.
fn ticket_view(feed: Feed, at: DateTime<Utc>, row: &Row, fresh: bool) -> impl IntoView + use<> {
    let page = feed.page;
    let coded = |field: &'static str| {
        let code = row.text(field).map(str::to_owned);
        Signal::derive(move || {
            code.as_ref().map(|code| i18n::choice_label(page.locale.get(), &TICKET, field, code)).unwrap_or_default()
        })
    };
    let subject = row.text("subject").unwrap_or_default().to_owned();
    let (kind, status) = (coded("kind"), coded("status"));
    // Who may not see the kind reads the subject alone.
    let called = move || match kind.get() {
        kind if kind.is_empty() => subject.clone(),
        kind => format::paired(page.locale.get(), &kind, &subject),
    };
    let number = Signal::stored(row.text("number").unwrap_or_default().to_owned());
    let (look, icon) = look_of(row.text("kind").unwrap_or_default());
    item(
        fresh,
        look,
        icon,
        view! {
            {head(feed, number, Signal::derive(String::new), at, ().into_any())}
            <p class="timeline-facts">
                <a class="timeline-about" href=format!("/tickets/{}", row.id)>{called}</a>
                <span class="badge" data-tone="neutral">{status}</span>
            </p>
        },
    )
}

fn change_line(line: Line) -> impl IntoView {
    let arrow = line.before.is_some();
    let cleared = line.after.is_none();
    view! {
        <p class="timeline-change">
            {line.label.map(|label| view! { <span class="timeline-label">{label}</span> })}
            {line.before.map(|before| view! { <span class="timeline-before">{before}</span> })}
            {arrow.then(|| view! { <Icon name="arrow-right" size=Size::Small/> })}
            <span class="timeline-after">{if cleared { "–".to_owned() } else { line.after.unwrap_or_default() }}</span>
        </p>
    }
}

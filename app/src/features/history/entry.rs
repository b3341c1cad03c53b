//! One change set: who did what when, the button that undoes it or stops that, and what came of it.

use leptos::prelude::*;
use shared::RecordDef;
use shared::format::{date_time, number, relative};
use shared::history::{ChangeSet, Count, State};
use shared::query::{CHANGE_SET, Filter, Op};
use shared::types::by_name;
use uuid::Uuid;

use super::log::Log;
use super::stays::{result, stays};
use super::under_way::{over, under_way};
use super::words::what;
use crate::context::{Page, t};
use crate::record::list_address;
use crate::record::undoing::called;
use crate::ui::{Badge, Button, Tone};

/// Whether undoing the set does again what was undone.
pub(super) fn is_undo(set: &ChangeSet) -> bool {
    set.source == "undo"
}

pub(super) fn entry(log: Log, set: ChangeSet) -> AnyView {
    let page = log.page;
    let (id, at, who, source) = (set.id, set.at, set.who.clone(), set.source.clone());
    // Where nobody of ours made it, by which way it came.
    let way = match source.as_str() {
        "portal" => "timeline.by.portal",
        "mail" => "timeline.by.mail",
        _ => "ui.word.system",
    };
    let who = move || who.clone().unwrap_or_else(|| page.text(way));
    let through = move || page.text(&format!("admin.audit.source.{source}"));
    let exact = move || date_time(page.locale.get(), at, &page.zone());
    let told = StoredValue::new(set);
    let outcome = move || log.outcomes.with(|outcomes| outcomes.get(&id).cloned());
    view! {
        <li class="history-set" tabindex="-1" data-id=id.to_string()>
            <div class="history-told">
                <p class="history-head">
                    <b>{who}</b>
                    <span class="meta">
                        <time datetime=at.to_rfc3339() title=exact>
                            {move || relative(page.locale.get(), at, page.now.get())}
                        </time>
                        " · "{through}
                    </span>
                    {told.with_value(mark)}
                </p>
                <p id=said(id)>{move || told.with_value(|set| what(page.locale.get(), set))}</p>
                <ul class="history-names">{told.with_value(|set| names(page, set))}</ul>
                {told.with_value(|set| under_way(log, set))}
                {told.with_value(|set| over(page, set))}
                {move || outcome().map(|outcome| result(page, &outcome))}
                {move || told.with_value(|set| stays(page, set, outcome()))}
            </div>
            {told.with_value(|set| button(log, set))}
        </li>
    }
    .into_any()
}

/// Id of the words that say what was done.
fn said(id: Uuid) -> String {
    format!("history-{id}")
}

/// Why it can't be undone now.
fn mark(set: &ChangeSet) -> Option<AnyView> {
    let (tone, text) = match set.state {
        State::Undoable => return None,
        State::Undone if is_undo(set) => (Tone::Neutral, "admin.history.redone"),
        State::Undone => (Tone::Neutral, "admin.history.undone"),
        State::Running => (Tone::Info, "admin.history.running"),
        State::Undoing if is_undo(set) => (Tone::Info, "admin.history.redoing"),
        State::Undoing => (Tone::Info, "admin.history.undoing"),
        State::Final => (Tone::Neutral, "admin.history.final"),
    };
    Some(view! { <Badge tone>{t(text)}</Badge> }.into_any())
}

fn button(log: Log, set: &ChangeSet) -> Option<AnyView> {
    let id = set.id;
    let busy = Signal::derive(move || log.busy.get() == Some(id));
    match set.state {
        State::Undoable => Some(undo_button(log, set, busy)),
        State::Undoing => {
            let stop = move |_| log.stop(id);
            let text = t("admin.history.stop");
            Some(view! { <Button busy on_click=stop attr:aria-describedby=said(id)>{text}</Button> }.into_any())
        }
        State::Undone | State::Running | State::Final => None,
    }
}

fn undo_button(log: Log, set: &ChangeSet, busy: Signal<bool>) -> AnyView {
    let (icon, text) = if is_undo(set) { ("redo-2", "admin.history.redo") } else { ("undo-2", "ui.action.undo") };
    let (id, pressed) = (set.id, set.clone());
    view! {
        <Button icon busy on_click=move |_| log.press(pressed.clone()) attr:aria-describedby=said(id)>{t(text)}</Button>
    }
    .into_any()
}

/// The file that was imported, the first records, and the way to all of them.
fn names(page: Page, set: &ChangeSet) -> AnyView {
    let import = set.import.as_ref().map(|import| {
        view! { <li><a href=format!("/import?run={}", import.id)>{import.title.clone()}</a></li> }
    });
    let records = set.records.iter().map(|record| view! { <li>{called(page, record)}</li> }).collect_view();
    let others = set.total() - i64::try_from(set.records.len()).unwrap_or(i64::MAX);
    let more = set.more;
    let others = (others > 0).then(|| {
        let text = move || {
            let n = format!("{}{}", number(page.locale.get(), others), if more { "+" } else { "" });
            page.text_with("admin.history.more", &[("n", &n)])
        };
        match set.counts.iter().find_map(|count| all_of(set.id, count)) {
            Some(href) => view! { <li><a href=href>{text}</a></li> }.into_any(),
            None => view! { <li class="meta">{text}</li> }.into_any(),
        }
    });
    view! { {import}{records}{others} }.into_any()
}

/// The list of those records of a set, where there is such a list and they are still in it.
fn all_of(set: Uuid, count: &Count) -> Option<String> {
    let listed = |def: &&RecordDef| !def.admin && def.part_of.is_none() && !matches!(def.name, "stage" | "pipeline");
    let def = by_name(&count.record_type).filter(listed)?;
    let filter = Filter::field(CHANGE_SET, Op::Eq, set.to_string());
    matches!(count.action.as_str(), "create" | "update" | "restore").then(|| list_address(def, vec![filter]))
}

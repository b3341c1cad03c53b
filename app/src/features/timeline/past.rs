//! A record as it was: every field then and now, and the way back.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use shared::command::{Change, Command};
use shared::format::{date_time, listed};
use shared::i18n::{error_message, error_sentence};
use shared::query::Past;
use shared::record::{Values, is_empty};
use shared::{Error, RecordDef, Row};
use uuid::Uuid;

use super::feed::Feed;
use super::restoring::{at_first, is_deciding, is_other, is_restorable, restored};
use crate::acting::act;
use crate::api::timeline::past_record;
use crate::context::{Page, t};
use crate::record::{Attribute, attributes, value_text};
use crate::ui::{Badge, Button, ButtonKind, Checkbox, Dialog, Notice, SkeletonRows, Toasts, Tone};

/// Gives a record these values, with an undo.
pub(super) fn make_so(page: Page, def: &'static RecordDef, id: Uuid, values: Values, done: &'static str) {
    let toasts = Toasts::take();
    let change = Change::Update { id, version: None, values };
    act(Command::one(def.name, change), page.text_now(done), move |result| {
        // There is no form to say it beside.
        if let Err(error @ Error::Invalid { .. }) = result {
            toasts.push(error_sentence(page.locale.get_untracked(), &error), Tone::Danger, None);
        }
    });
}

/// A record after one of its changes.
#[derive(Clone)]
pub(super) struct Look {
    pub(super) def: &'static RecordDef,
    pub(super) record_id: Uuid,
    /// The change's id in the audit log.
    pub(super) change: i64,
    /// When, by whom and by which way it was made.
    pub(super) at: DateTime<Utc>,
    pub(super) actor_id: Option<Uuid>,
    pub(super) source: String,
}

/// Of when the record is shown, and who made it so.
fn heading(feed: Feed) -> String {
    let page = feed.page;
    feed.looking.with(|look| match look {
        None => page.text("timeline.past"),
        Some(look) => {
            let at = date_time(page.locale.get(), look.at, &page.zone());
            let who = feed.who_did(look.actor_id, &look.source);
            page.text_with("timeline.past_at", &[("at", &at), ("who", &who)])
        }
    })
}

/// Shows the record that [`Feed::looking`] names as it was.
#[component]
pub(super) fn PastDialog(feed: Feed) -> impl IntoView {
    let (page, open) = (feed.page, feed.past);
    let loaded = RwSignal::new(None::<(Past, Vec<Attribute>)>);
    // Names of the fields that are to be brought back.
    let chosen = RwSignal::new(BTreeSet::<String>::new());
    let restorable = Memo::new(move |_| {
        loaded.with(|loaded| {
            loaded.as_ref().is_some_and(|(past, all)| all.iter().any(|attribute| is_restorable(past, attribute)))
        })
    });
    let none = Signal::derive(move || chosen.with(BTreeSet::is_empty));
    let restore = move |_| {
        open.set(false);
        if let Some(look) = feed.looking.get_untracked() {
            let back =
                |(past, all): &(Past, Vec<Attribute>)| chosen.with_untracked(|chosen| restored(past, all, chosen));
            let values = loaded.with_untracked(|loaded| loaded.as_ref().map(back)).unwrap_or_default();
            make_so(page, look.def, look.record_id, values, "timeline.past_done");
        }
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.close")}</Button>
            <Show when=move || restorable.get()>
                <Button kind=ButtonKind::Primary disabled=none on_click=restore>{t("timeline.past_restore")}</Button>
            </Show>
        }
    };
    view! {
        <Dialog open title=Signal::derive(move || heading(feed)) close=t("ui.action.close") footer>
            {feed.looking.get().map(|look| {
                loaded.set(None);
                let Look { def, record_id, change, .. } = look;
                let found = LocalResource::new(move || past_record(def.name.to_owned(), record_id, change));
                move || match found.get() {
                    None => view! { <SkeletonRows count=5/> }.into_any(),
                    Some(Err(fault)) => {
                        let text = error_message(page.locale.get(), &fault.0);
                        view! { <Notice tone=Tone::Danger text/> }.into_any()
                    }
                    Some(Ok(past)) => {
                        let actor = page.actor();
                        let all = actor.map(|actor| attributes(def, &past.custom, &actor)).unwrap_or_default();
                        chosen.set(at_first(&past, &all));
                        let shown = view! {
                            {left(page, &past, &all)}
                            {removed(page, &past, &all)}
                            {table(page, &past, &all, chosen)}
                        };
                        let shown = shown.into_any();
                        loaded.set(Some((past, all)));
                        shown
                    }
                }
            })}
        </Dialog>
    }
}

/// Says which fields stay as they are unless somebody ticks them.
fn left(page: Page, past: &Past, all: &[Attribute]) -> Option<AnyView> {
    let left = all.iter().filter(|one| is_restorable(past, one) && is_deciding(one.def, &one.name()));
    telling(page, left.collect(), "timeline.past_left")
}

/// Says which fields stay as they are because they are no more.
fn removed(page: Page, past: &Past, all: &[Attribute]) -> Option<AnyView> {
    let gone = all.iter().filter(|one| past.may_update && one.is_removed() && is_other(past, one));
    telling(page, gone.collect(), "timeline.past_removed")
}

fn telling(page: Page, about: Vec<&Attribute>, key: &'static str) -> Option<AnyView> {
    let labels: Vec<Signal<String>> = about.into_iter().map(|attribute| attribute.label_signal(page)).collect();
    (!labels.is_empty()).then(|| {
        let text = Signal::derive(move || {
            let fields = labels.iter().map(|label| label.get()).collect::<Vec<_>>();
            let fields = listed(page.locale.get(), &fields);
            page.text_with(key, &[("fields", &fields)])
        });
        view! { <Notice text/> }.into_any()
    })
}

/// Every field that says or said something, those that differ first; which of them are brought back is ticked.
fn table(page: Page, past: &Past, all: &[Attribute], chosen: RwSignal<BTreeSet<String>>) -> AnyView {
    let says =
        |attribute: &&Attribute| [&past.then, &past.now].iter().any(|row| !is_empty(attribute.value(&row.values)));
    let (other, same): (Vec<&Attribute>, Vec<&Attribute>) =
        all.iter().filter(says).partition(|attribute| is_other(past, attribute));
    let line = |attribute: &Attribute| {
        let said = |row: &Row| Some(value_text(page, attribute, &row.values, &past.titles)).filter(|s| !s.is_empty());
        let [then, now] = [&past.then, &past.now].map(|row| said(row).unwrap_or_else(|| "–".to_owned()));
        let then = if is_other(past, attribute) { view! { <ins>{then}</ins> }.into_any() } else { then.into_any() };
        let label = attribute.label_signal(page);
        let field = match is_restorable(past, attribute) {
            true => choice(attribute.name(), label, chosen),
            false if attribute.is_removed() => view! { {label}" "<Badge>{t("timeline.past_gone")}</Badge> }.into_any(),
            false => label.into_any(),
        };
        view! {
            <tr>
                <th scope="row">{field}</th>
                <td data-said=t("timeline.past_then")>{then}</td>
                <td data-said=t("timeline.past_now")>{now}</td>
            </tr>
        }
    };
    let same = (!same.is_empty()).then(|| {
        view! {
            <tbody>
                <tr><th scope="rowgroup" colspan="3" class="meta">{t("timeline.past_same")}</th></tr>
                {same.into_iter().map(&line).collect_view()}
            </tbody>
        }
    });
    let other = other.into_iter().map(&line).collect_view();
    view! {
        <div class="merge past" tabindex="0" role="region" aria-label=t("timeline.past")>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t("list.filter.field")}</th>
                        <th scope="col">{t("timeline.past_then")}</th>
                        <th scope="col">{t("timeline.past_now")}</th>
                    </tr>
                </thead>
                <tbody>{other}</tbody>
                {same}
            </table>
        </div>
    }
    .into_any()
}

/// Whether a field is brought back.
fn choice(name: String, label: Signal<String>, chosen: RwSignal<BTreeSet<String>>) -> AnyView {
    let value = Signal::derive({
        let name = name.clone();
        move || chosen.with(|chosen| chosen.contains(&name))
    });
    let on_change = move |on: bool| {
        chosen.update(|chosen| {
            if on {
                chosen.insert(name.clone());
            } else {
                chosen.remove(&name);
            }
        });
    };
    view! { <Checkbox value on_change>{label}</Checkbox> }.into_any()
}

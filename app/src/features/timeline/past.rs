//! A record as it was: every field then and now, and the way back.

use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::command::{Change, Command};
use shared::format::listed;
use shared::i18n::{error_message, error_sentence};
use shared::query::Past;
use shared::record::{CustomField, Values, is_empty};
use shared::{Error, RecordDef, Row};
use uuid::Uuid;

use super::feed::Feed;
use super::restoring::{at_first, is_deciding, is_other, is_restorable, restored};
use crate::acting::act;
use crate::api::Fault;
use crate::api::records::custom_fields;
use crate::api::timeline::past_record;
use crate::context::{Page, t};
use crate::record::{Attribute, attributes, value_text};
use crate::ui::{Button, ButtonKind, Checkbox, Dialog, Notice, SkeletonRows, Toasts, Tone};

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
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) def: &'static RecordDef,
    pub(super) record_id: Uuid,
    /// The change's id in the audit log.
    pub(super) change: i64,
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
        <Dialog open title=t("timeline.past") close=t("ui.action.close") footer>
            {feed.looking.get().map(|look| {
                loaded.set(None);
                let found = LocalResource::new(move || read(look));
                move || match found.get() {
                    None => view! { <SkeletonRows count=5/> }.into_any(),
                    Some(Err(fault)) => {
                        let text = error_message(page.locale.get(), &fault.0);
                        view! { <Notice tone=Tone::Danger text/> }.into_any()
                    }
                    Some(Ok((past, custom))) => {
                        let actor = page.actor();
                        let all = actor.map(|actor| attributes(look.def, &custom, &actor)).unwrap_or_default();
                        chosen.set(at_first(&past, &all));
                        let shown = view! { {left(page, &past, &all)} {table(page, &past, &all, chosen)} }.into_any();
                        loaded.set(Some((past, all)));
                        shown
                    }
                }
            })}
        </Dialog>
    }
}

async fn read(look: Look) -> Result<(Past, Vec<CustomField>), Fault> {
    let record_type = look.def.name.to_owned();
    let past = past_record(record_type.clone(), look.record_id, look.change).await?;
    Ok((past, custom_fields(record_type).await?))
}

/// Says which fields stay as they are unless somebody ticks them.
fn left(page: Page, past: &Past, all: &[Attribute]) -> Option<AnyView> {
    let left = all.iter().filter(|one| is_restorable(past, one) && is_deciding(one.def, &one.name()));
    let labels: Vec<Signal<String>> = left.map(|attribute| attribute.label_signal(page)).collect();
    (!labels.is_empty()).then(|| {
        let text = Signal::derive(move || {
            let fields = labels.iter().map(|label| label.get()).collect::<Vec<_>>();
            let fields = listed(page.locale.get(), &fields);
            page.text_with("timeline.past_left", &[("fields", &fields)])
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

//! A record as it was: every field then and now, and the way back.

use leptos::prelude::*;
use shared::command::{Change, Command};
use shared::i18n::{error_message, error_sentence};
use shared::query::Past;
use shared::record::{CustomField, Values, is_empty};
use shared::{Error, RecordDef};
use uuid::Uuid;

use super::feed::Feed;
use crate::acting::act;
use crate::api::Fault;
use crate::api::records::custom_fields;
use crate::api::timeline::past_record;
use crate::context::{Page, t};
use crate::record::{Attribute, attributes, value_text};
use crate::ui::{Button, ButtonKind, Dialog, Notice, SkeletonRows, Toasts, Tone};

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
    let back = Memo::new(move |_| loaded.with(|loaded| loaded.as_ref().map(|(past, all)| differing(past, all))));
    let restorable = move || {
        let may = loaded.with(|loaded| loaded.as_ref().is_some_and(|(past, _)| past.may_update));
        may && back.with(|values| values.as_ref().is_some_and(|values| !values.is_empty()))
    };
    let restore = move |_| {
        open.set(false);
        if let Some(look) = feed.looking.get_untracked() {
            let values = back.get_untracked().unwrap_or_default();
            make_so(page, look.def, look.record_id, values, "timeline.past_done");
        }
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.close")}</Button>
            <Show when=restorable>
                <Button kind=ButtonKind::Primary on_click=restore>{t("timeline.past_restore")}</Button>
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
                        let shown = table(page, &past, &all);
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

/// What makes the record what it was: the fields that one may change and that are different now.
fn differing(past: &Past, all: &[Attribute]) -> Values {
    let mut values = Values::new();
    for attribute in all.iter().filter(|attribute| attribute.editable && is_other(past, attribute)) {
        attribute.put(&mut values, attribute.value(&past.then.values).clone());
    }
    values
}

fn is_other(past: &Past, attribute: &Attribute) -> bool {
    attribute.value(&past.then.values) != attribute.value(&past.now.values)
}

/// Every field that says or said something, those that differ first.
fn table(page: Page, past: &Past, all: &[Attribute]) -> AnyView {
    let says =
        |attribute: &&Attribute| [&past.then, &past.now].iter().any(|row| !is_empty(attribute.value(&row.values)));
    let (other, same): (Vec<&Attribute>, Vec<&Attribute>) =
        all.iter().filter(says).partition(|attribute| is_other(past, attribute));
    let line = |attribute: &Attribute| {
        let [then, now] = [&past.then, &past.now].map(|row| value_text(page, attribute, &row.values, &past.titles));
        let is_other = is_other(past, attribute);
        view! {
            <tr>
                <th scope="row">{attribute.label_signal(page)}</th>
                <td>{if is_other { view! { <ins>{then}</ins> }.into_any() } else { then.into_any() }}</td>
                <td>{now}</td>
            </tr>
        }
    };
    let lines = other.into_iter().chain(same).map(line).collect_view();
    view! {
        <div class="merge" tabindex="0" role="region" aria-label=t("timeline.past")>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t("list.filter.field")}</th>
                        <th scope="col">{t("timeline.past_then")}</th>
                        <th scope="col">{t("timeline.past_now")}</th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

//! Tags of tickets: some are added, some taken off, the others stay.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Row;
use shared::command::Change;
use shared::query::ListQuery;
use shared::record::texts;
use shared::types::TAG;

use super::acts::value;
use super::model::Desk;
use crate::api::records::list_records;
use crate::context::t;
use crate::ui::{Button, ButtonKind, Checkbox, Choice, Field, TagInput, Tone};

/// Tags that are offered while one types.
const OFFERED: u32 = 200;

/// Asks which tags are added and which are taken off.
pub(super) fn tags(desk: Desk) -> AnyView {
    let rows = desk.asking.get_untracked().map(|asking| asking.rows).unwrap_or_default();
    let there: BTreeSet<String> = rows.iter().flat_map(|row| texts(&row.values, "tags")).map(str::to_owned).collect();
    let (added, gone) = (RwSignal::new(Vec::<String>::new()), RwSignal::new(BTreeSet::<String>::new()));
    let box_of = move |tag: String| {
        let (label, own) = (tag.clone(), tag.clone());
        let on = Signal::derive(move || gone.with(|gone| gone.contains(&own)));
        let toggle = move |on: bool| {
            gone.update(|gone| _ = if on { gone.insert(tag.clone()) } else { gone.remove(&tag) });
        };
        view! { <Checkbox value=on on_change=toggle>{label}</Checkbox> }
    };
    let taken_off = (!there.is_empty()).then(|| {
        view! {
            <div class="field">
                <span class="field-label" id="desk-tags-gone">{t("desk.tags_gone")}</span>
                <div class="check-list" role="group" aria-labelledby="desk-tags-gone">
                    {there.into_iter().map(box_of).collect_view()}
                </div>
            </div>
        }
    });
    let save = move |_| {
        desk.answer(|rows| {
            let change = |row: &Row| added.with_untracked(|added| gone.with_untracked(|gone| retag(row, added, gone)));
            let changes: Vec<Change> = rows.iter().filter_map(change).collect();
            if changes.is_empty() {
                return desk.toasts.push(desk.say("bulk.nothing", &[]), Tone::Info, None);
            }
            desk.batch.start(&rows, changes, "bulk.done");
        });
    };
    view! {
        <div class="form-group">
            <Field id="desk-tags-added" label=t("desk.tags_added")>
                <TagInput value=added id="desk-tags-added" suggestions=known() remove=t("ui.action.remove")/>
            </Field>
            {taken_off}
            <div class="button-group">
                <Button kind=ButtonKind::Primary on_click=save>{t("ui.action.apply")}</Button>
            </div>
        </div>
    }
    .into_any()
}

/// The tags that the organisation knows.
fn known() -> Signal<Vec<Choice>> {
    let known = RwSignal::new(Vec::<Choice>::new());
    spawn_local(async move {
        let query = ListQuery { limit: OFFERED, ..ListQuery::default() };
        if let Ok(found) = list_records(TAG.name.to_owned(), query).await {
            let choice = |row: &Row| row.text(TAG.title).map(|name| Choice::new(name, name));
            drop(known.try_set(found.rows.iter().filter_map(choice).collect()));
        }
    });
    known.into()
}

/// Gives a ticket its tags; nothing where they stay the same, in whatever order.
fn retag(row: &Row, added: &[String], gone: &BTreeSet<String>) -> Option<Change> {
    let tags = retagged(row, added, gone);
    let before: BTreeSet<&str> = texts(&row.values, "tags").collect();
    let changes = before != tags.iter().map(String::as_str).collect::<BTreeSet<_>>();
    changes.then(|| Change::Update { id: row.id, version: Some(row.version), values: value("tags", tags) })
}

/// The tags of a ticket without those that are gone and with those that were added, each once.
fn retagged(row: &Row, added: &[String], gone: &BTreeSet<String>) -> Vec<String> {
    let mut tags: Vec<String> = texts(&row.values, "tags").map(str::to_owned).collect();
    tags.retain(|tag| !gone.contains(tag));
    for tag in added {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn other_tags_stay_as_they_are() {
        let row = |tags: &[&str]| Row { id: Uuid::nil(), version: 1, values: value("tags", json!(tags)) };
        let all = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
        let gone = BTreeSet::from(["old".to_owned()]);
        assert_eq!(retagged(&row(&["vip", "old"]), &all(&["new", "vip"]), &gone), ["vip", "new"]);
        assert_eq!(retagged(&row(&["new"]), &all(&["new"]), &gone), ["new"]);
        assert!(retagged(&row(&["old"]), &[], &gone).is_empty());
        // What is taken off and added again is there.
        assert_eq!(retagged(&row(&["old"]), &all(&["old"]), &gone), ["old"]);
        // Tickets that this does not change stay as they are.
        assert!(retag(&row(&["vip", "new"]), &all(&["new"]), &gone).is_none());
        assert!(retag(&row(&["old", "vip"]), &all(&["old"]), &gone).is_none());
        assert!(retag(&row(&["old", "new"]), &all(&["new"]), &gone).is_some());
    }
}

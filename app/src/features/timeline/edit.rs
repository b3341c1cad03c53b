//! Changing what stands on the timeline: edit, archive, reopen.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use serde_json::json;
use shared::access::Action;
use shared::record::{CUSTOM, CustomField, Kind, Values, custom_key, overlay};
use shared::timeline::change_pair;
use shared::{RecordDef, Row};

use super::change::FOLLOWING_STAGE;
use super::feed::Feed;
use super::past::{Look, make_so};
use crate::context::t;
use crate::ui::{Button, ButtonKind, Menu, MenuItem, Size, TextArea, is_save_chord};

/// What one may do with an entry.
#[component]
pub(super) fn EntryMenu(feed: Feed, record_type: &'static str, row: Row) -> impl IntoView {
    let row = StoredValue::new(row);
    let edit = move |_: ()| {
        let row = row.get_value();
        feed.edited.set(row.text("content").or_else(|| row.text("subject")).unwrap_or_default().to_owned());
        feed.editing.set(Some(row.id));
    };
    let activity = record_type == "activity";
    view! {
        <Menu label=t("ui.action.more") size=Size::Small end=true>
            {activity.then(|| view! { <MenuItem label=t("ui.action.edit") icon="pencil" on_select=edit/> })}
            {(!activity).then(|| view! {
                <MenuItem
                    label=t("ui.action.mark_open")
                    icon="refresh-cw"
                    on_select=move |_: ()| feed.set_done(row.get_value(), false)
                />
            })}
            <MenuItem
                label=t("ui.action.archive")
                icon="archive"
                on_select=move |_: ()| feed.archive(record_type, row.get_value())
            />
        </Menu>
    }
}

/// What one may do with a change: look at the record as it was then, put the fields back to what they were before it.
#[component]
pub(super) fn ChangeMenu(feed: Feed, look: Look, action: String, changes: Values) -> impl IntoView {
    let Look { def, record_id, .. } = look;
    let may = feed.page.actor().is_some_and(|actor| actor.may(def, Action::Update)) && action == "update";
    // User-defined fields that are no more would be refused, and the others with them.
    let is_there = |field: &CustomField, key: &str| field.key == key && !field.removed;
    let defined = |key: &str| {
        feed.custom.with_untracked(|all| all.get(def.name).is_some_and(|all| all.iter().any(|one| is_there(one, key))))
    };
    let own = |name: &str| custom_key(name).map_or_else(|| is_own(def, name, &changes), defined);
    let own = changes.iter().filter(|(name, _)| may && own(name));
    let mut before = Values::new();
    for (name, pair) in own {
        let value = change_pair(pair).0.clone();
        match custom_key(name) {
            Some(key) => overlay(&mut before, Values::from_iter([(CUSTOM.to_owned(), json!({ key: value }))])),
            None => drop(before.insert(name.clone(), value)),
        }
    }
    let may_put_back = !before.is_empty();
    let before = StoredValue::new(before);
    let put_back = move |_: ()| make_so(feed.page, def, record_id, before.get_value(), "timeline.put_back_done");
    let look = StoredValue::new(look);
    let show = move |_: ()| {
        feed.looking.set(Some(look.get_value()));
        feed.past.set(true);
    };
    // Of a record that is gone, or was emptied, there is nothing to look at.
    (!matches!(action.as_str(), "delete" | "erase")).then(|| {
        view! {
            <Menu label=t("ui.action.more") size=Size::Small end=true>
                <MenuItem label=t("timeline.past") icon="history" on_select=show/>
                {may_put_back.then(|| view! {
                    <MenuItem label=t("timeline.put_back") icon="undo-2" on_select=put_back/>
                })}
            </Menu>
        }
    })
}

/// Whether a field was changed for itself, and not because the system or the stage brought it along.
fn is_own(def: &RecordDef, name: &str, changes: &Values) -> bool {
    let field = def.field(name).filter(|field| !field.read_only && !field.internal);
    let follows = changes.contains_key("stage_id") && FOLLOWING_STAGE.contains(&name);
    field.is_some_and(|field| !matches!(field.kind, Kind::Rank(_))) && !follows
}

/// The content of an activity in edit. Ctrl/⌘-Enter saves, Esc leaves it as it was.
#[component]
pub(super) fn EditNote(feed: Feed, row: Row) -> impl IntoView {
    let row = StoredValue::new(row);
    let cancel = move || feed.editing.set(None);
    let save = move || {
        let row = row.get_value();
        let text = feed.edited.get_untracked().trim().to_owned();
        feed.editing.set(None);
        if text.is_empty() || row.text("content") == Some(text.as_str()) {
            return;
        }
        let values = Values::from_iter([("content".to_owned(), text.into())]);
        let done = feed.page.text("ui.toast.saved");
        feed.change("activity", row, values, done);
    };
    let key = move |event: KeyboardEvent| {
        if is_save_chord(&event) {
            event.prevent_default();
            save();
        } else if event.key() == "Escape" && !event.is_composing() {
            event.stop_propagation();
            cancel();
        }
    };
    view! {
        <div class="timeline-edit" on:keydown=key>
            <TextArea value=feed.edited label=t("activity.content") maxlength=20_000/>
            <div class="button-group">
                <Button size=Size::Small kind=ButtonKind::Primary on_click=move |_| save()>{t("ui.action.save")}</Button>
                <Button size=Size::Small kind=ButtonKind::Ghost on_click=move |_| cancel()>{t("ui.action.cancel")}</Button>
            </div>
        </div>
    }
}

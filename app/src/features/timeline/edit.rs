//! Changing what stands on the timeline: edit, archive, reopen.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::Row;
use shared::record::Values;

use super::feed::Feed;
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
        let mut values = Values::from_iter([("content".to_owned(), text.clone().into())]);
        // A subject that was taken from the content follows it.
        let follows = row.text("content").is_some_and(|old| row.text("subject").is_some_and(|s| old.starts_with(s)));
        if follows {
            let line: String = text.lines().next().unwrap_or_default().chars().take(80).collect();
            values.insert("subject".into(), line.into());
        }
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

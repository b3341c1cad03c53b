//! Acting on the tickets that are ticked.

use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::Row;
use shared::duplicates::{MOST_MERGED, may_merge};
use shared::types::TICKET;

use super::asking::Question;
use super::listing::Listing;
use super::model::Desk;
use crate::context::t;
use crate::record::ticked_count;
use crate::ui::{Button, ButtonKind, Menu, MenuItem};

/// What is asked, with its icon and its words.
type Act = (Question, &'static str, &'static str);

/// On a phone icons stand for these, as for nothing else.
const FIRST: [Act; 3] = [
    (Question::Status, "circle-dot", "ticket.status"),
    (Question::Priority, "flag", "ticket.priority"),
    (Question::Assign, "user-plus", "desk.assign"),
];
/// On a phone these are in a menu.
const FURTHER: [Act; 3] = [
    (Question::Queue, "inbox", "ticket.queue_id"),
    (Question::Tags, "tag", "ticket.tags"),
    (Question::Snooze, "clock", "desk.snooze"),
];

impl Desk {
    /// The ticked tickets.
    pub(super) fn chosen(self) -> Vec<Row> {
        let rows = |listing: Listing| self.selected.with_untracked(|selected| listing.rows(selected));
        self.listing.get_value().map(rows).unwrap_or_default()
    }

    fn merge_chosen(self) {
        self.merging.set(Some((self.selected.with_untracked(|ids| ids.iter().copied().collect()), None)));
    }
}

pub(super) fn bar(desk: Desk) -> AnyView {
    let page = desk.page;
    let count = Memo::new(move |_| desk.selected.with(BTreeSet::len));
    let clear = move || desk.selected.set(BTreeSet::new());
    let may_merge = page.actor().is_some_and(|actor| may_merge(&actor, &TICKET));
    let merges = Signal::derive(move || may_merge && (2..=MOST_MERGED).contains(&count.get()));
    view! {
        <Show when=move || count.get() != 0>
            <div class="bulk-bar" role="toolbar" aria-label=t("bulk.edit")>
                {ticked_count((page, desk.toasts), desk)}
                {desk.may_update().then(|| view! {
                    {FIRST.map(|act| button(desk, act)).collect_view()}
                    <span class="desktop-only desk-further">
                        {FURTHER.map(|act| button(desk, act)).collect_view()}
                        <Show when=move || merges.get()>
                            <Button kind=ButtonKind::Ghost icon="merge" on_click=move |_| desk.merge_chosen()>{t("duplicates.merge")}</Button>
                        </Show>
                    </span>
                    <div class="phone-only">
                        <Menu label=t("ui.action.more") end=true>
                            {FURTHER.map(|act| item(desk, act)).collect_view()}
                            <Show when=move || merges.get()>
                                <MenuItem icon="merge" label=t("duplicates.merge") on_select=move |()| desk.merge_chosen()/>
                            </Show>
                        </Menu>
                    </div>
                })}
                <Button kind=ButtonKind::Ghost icon="x" label=t("ui.action.deselect") on_click=move |_| clear()/>
            </div>
        </Show>
    }
    .into_any()
}

/// Icon and words; on a phone the words are only heard.
fn button(desk: Desk, (question, icon, label): Act) -> AnyView {
    view! { <Button kind=ButtonKind::Ghost icon on_click=move |_| desk.ask(question, desk.chosen())>{t(label)}</Button> }
        .into_any()
}

fn item(desk: Desk, (question, icon, label): Act) -> AnyView {
    view! { <MenuItem icon label=t(label) on_select=move |()| desk.ask(question, desk.chosen())/> }.into_any()
}

//! Acting on the tickets that are ticked.

use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::Row;
use shared::duplicates::{MOST_MERGED, may_merge};
use shared::types::TICKET;

use super::asking::Question;
use super::model::Desk;
use crate::context::t;
use crate::ui::{Button, ButtonKind};

impl Desk {
    /// The ticked tickets.
    pub(super) fn chosen(self) -> Vec<Row> {
        let listing = self.listing.get_value();
        let ids = self.selected.get_untracked();
        ids.into_iter().filter_map(|id| listing.and_then(|listing| listing.row(id))).collect()
    }
}

pub(super) fn bar(desk: Desk) -> AnyView {
    let page = desk.page;
    let count = Memo::new(move |_| desk.selected.with(BTreeSet::len));
    let clear = move || desk.selected.set(BTreeSet::new());
    let text = move || page.text_with("list.selected", &[("n", &count.get().to_string())]);
    let may_merge = page.actor().is_some_and(|actor| may_merge(&actor, &TICKET));
    let ask = move |question: Question, icon: &'static str, label: &'static str| {
        view! { <Button kind=ButtonKind::Ghost icon label=t(label) on_click=move |_| desk.ask(question, desk.chosen())/> }
    };
    let merge = move |_| desk.merging.set(Some(desk.selected.with_untracked(|ids| ids.iter().copied().collect())));
    view! {
        <Show when=move || count.get() != 0>
            <div class="bulk-bar" role="toolbar" aria-label=t("list.bulk_edit")>
                <strong class="num">{text}</strong>
                {desk.may_update().then(|| view! {
                    {ask(Question::Status, "circle-dot", "ticket.status")}
                    {ask(Question::Priority, "flag", "ticket.priority")}
                    {ask(Question::Assign, "user-plus", "desk.assign")}
                    {ask(Question::Queue, "inbox", "ticket.queue_id")}
                    {ask(Question::Snooze, "clock", "desk.snooze")}
                    {may_merge.then(|| view! {
                        <Show when=move || (2..=MOST_MERGED).contains(&count.get())>
                            <Button kind=ButtonKind::Ghost icon="merge" label=t("duplicates.merge") on_click=merge/>
                        </Show>
                    })}
                })}
                <Button kind=ButtonKind::Ghost icon="x" label=t("ui.action.deselect") on_click=move |_| clear()/>
            </div>
        </Show>
    }
    .into_any()
}

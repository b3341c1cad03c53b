//! Which other ticket says the same, and what becomes of both.

use leptos::prelude::*;
use shared::Row;
use shared::types::TICKET;
use uuid::Uuid;

use crate::context::t;
use crate::features::desk::focus::Spot;
use crate::features::desk::lookup::Lookup;
use crate::features::desk::model::{Desk, ToMerge};
use crate::record::MergeDialog;
use crate::ui::{Choice, Combobox, open_about};

/// Looks for a record; `choose` gets the id of the one that is chosen. `words` are the input's name and its hint.
fn look_up(
    id: &'static str,
    words: (&'static str, &'static str),
    found: Lookup,
    options: Signal<Vec<Choice>>,
    choose: impl Fn(String) + Send + Sync + 'static,
) -> AnyView {
    let chosen = move |choice: Option<Choice>| {
        if let Some(choice) = choice {
            choose(choice.value);
        }
    };
    view! {
        <Combobox
            value=RwSignal::new(None::<Choice>)
            options
            on_search=move |words| found.search(words)
            on_change=chosen
            id
            label=t(words.0)
            placeholder=t(words.1)
            empty=t("list.no_results")
            clear=t("ui.action.clear")
        />
    }
    .into_any()
}

/// Looks for the ticket that says the same.
pub(super) fn merge(desk: Desk) -> AnyView {
    let found = Lookup::new(TICKET.name);
    let own: Vec<Uuid> =
        desk.asking.with_untracked(|asking| asking.iter().flat_map(|a| a.rows.iter().map(|row| row.id)).collect());
    let known = own.clone();
    // It would be found by its own words first.
    let others = Signal::derive(move || {
        let mut all = found.options.get();
        all.retain(|choice| choice.value.parse().is_ok_and(|id| !known.contains(&id)));
        all
    });
    look_up("desk-merge", ("desk.merge_with", "desk.merge_hint"), found, others, move |id| {
        if let Ok(other) = id.parse::<Uuid>() {
            desk.asking.set(None);
            // One is at this ticket: what the other says comes here.
            desk.merging.set(Some((own.iter().copied().chain([other]).collect(), own.first().copied())));
        }
    })
}

/// What becomes of tickets that say the same.
pub(super) fn merge_dialog(desk: Desk) -> AnyView {
    // While it closes it still is about them.
    let about = Memo::new(move |before: Option<&ToMerge>| desk.merging.get().or(before.cloned()).unwrap_or_default());
    let ids = Memo::new(move |_| about.with(|(ids, _)| ids.clone()));
    let stays = Memo::new(move |_| about.with(|(_, stays)| *stays));
    // The ticket from which one came to the one that stays.
    let came = StoredValue::new(None::<(Uuid, Uuid)>);
    let merged = move |row: Row| {
        desk.selected.update(|selected| ids.with_untracked(|ids| selected.retain(|id| !ids.contains(id))));
        desk.put(&row);
        let from = desk.address.ticket_now().filter(|from| *from != row.id);
        came.set_value(from.map(|from| (from, row.id)));
        desk.address.open(Some(row.id));
        desk.go_on_at(Spot::Head);
    };
    let undone = move |()| {
        if let Some((from, stays)) = came.get_value() {
            desk.return_to(from, stays);
        }
    };
    let open = open_about(desk.merging);
    view! { <MergeDialog def=&TICKET ids stays open on_merged=merged on_undone=undone/> }.into_any()
}

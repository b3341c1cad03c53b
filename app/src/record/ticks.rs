//! Rows of a list that are ticked, to do something with all of them: one by one, from one to another, all that are shown, or all
//! that there are.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{format, i18n};
use uuid::Uuid;

use crate::api::Answer;
use crate::context::{Page, t};
use crate::ui::{Button, ButtonKind, Checkbox, Toasts, Tone};

/// Most rows that are ticked as all of a list. Of longer ones it is those that are shown: all of these are read again whenever the
/// list is.
const MOST: usize = 10_000;

/// A list whose rows can be ticked.
pub trait Tickable: Copy + Send + Sync + 'static {
    /// The rows that are ticked, all of which are shown.
    fn ticked(self) -> RwSignal<BTreeSet<Uuid>>;
    /// The row that the last tick was set at: shift extends from there.
    fn anchor(self) -> StoredValue<Option<Uuid>>;
    /// The rows that are shown, in order, however far down; untracked.
    fn ids(self) -> Vec<Uuid>;
    /// How many these are, and whether there are more; tracked.
    fn loaded(self) -> (usize, bool);
    /// How many there are in all, once counted; tracked.
    fn total(self) -> Option<i64>;
    /// Has all rows shown, as long as some are ticked. Says whether they still are.
    fn load_all(self) -> impl Future<Output = Answer<bool>>;
}

/// Ticks a row, or takes its tick away; with `range` those of every row from the last one to this one.
pub fn tick(list: impl Tickable, id: Uuid, on: bool, range: bool) {
    let from = list.anchor().get_value().filter(|_| range);
    let reached = reached(&list.ids(), from, id);
    list.anchor().set_value(Some(id));
    list.ticked().update(|ticked| {
        for id in reached {
            _ = if on { ticked.insert(id) } else { ticked.remove(&id) };
        }
    });
}

/// Ticks all rows that are shown, or none.
pub fn tick_shown(list: impl Tickable, on: bool) {
    list.ticked().set(if on { list.ids().into_iter().collect() } else { BTreeSet::new() });
}

/// The rows from one to another, whichever stands first.
fn reached(shown: &[Uuid], from: Option<Uuid>, to: Uuid) -> Vec<Uuid> {
    let place = |id: Uuid| shown.iter().position(|other| *other == id);
    match (from.and_then(place), place(to)) {
        (Some(from), Some(to)) => shown[from.min(to)..=from.max(to)].to_vec(),
        _ => vec![to],
    }
}

/// How many rows are ticked as all of a list; nothing where it is not known, or where it would be too many.
fn whole((shown, has_more): (usize, bool), total: Option<i64>) -> Option<usize> {
    if !has_more {
        return Some(shown);
    }
    let total = usize::try_from(total?).ok()?;
    (total <= MOST).then_some(total.max(shown))
}

/// The box that ticks all rows that are shown.
pub fn box_of_shown(list: impl Tickable) -> AnyView {
    let all_on = Memo::new(move |_| {
        let ticked = list.ticked().with(BTreeSet::len);
        ticked > 0 && ticked == list.loaded().0
    });
    let some_on = Signal::derive(move || !all_on.get() && list.ticked().with(|ticked| !ticked.is_empty()));
    let none = Signal::derive(move || list.loaded().0 == 0);
    view! {
        <Checkbox
            value=all_on
            indeterminate=some_on
            disabled=none
            on_change=move |on| tick_shown(list, on)
            label=t("list.select_page")
        />
    }
    .into_any()
}

/// How many rows are ticked, and, while these are not all, the button that ticks all, also those that have not come.
pub fn ticked_count((page, toasts): (Page, Toasts), list: impl Tickable) -> AnyView {
    let busy = RwSignal::new(false);
    let count = Memo::new(move |_| list.ticked().with(BTreeSet::len));
    let whole = Memo::new(move |_| whole(list.loaded(), list.total()));
    let further = Memo::new(move |_| count.get() < whole.get().unwrap_or_else(|| list.loaded().0));
    let text = move || page.text_with("list.selected", &[("n", &format::number(page.locale.get(), count.get()))]);
    let words = move || match whole.get() {
        Some(n) => page.text_with("bulk.all", &[("n", &format::number(page.locale.get(), n))]),
        None => page.text("list.select_page"),
    };
    let press = move |_| {
        tick_shown(list, true);
        if whole.get_untracked().is_none() || !untrack(|| list.loaded()).1 {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = list.load_all().await;
            busy.try_set(false);
            match answer {
                Ok(true) => tick_shown(list, true),
                Ok(false) => {}
                Err(fault) => {
                    let text = i18n::error_sentence(page.locale.get_untracked(), &fault.0);
                    toasts.push(text, Tone::Danger, None);
                }
            }
        });
    };
    view! {
        <span class="bulk-count">
            <strong class="num">{text}</strong>
            <Show when=move || busy.get() || further.get()>
                <Button kind=ButtonKind::Ghost busy on_click=press>{words}</Button>
            </Show>
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_reaches_from_the_last_one_to_the_row() {
        let ids: Vec<Uuid> = (1..=4).map(Uuid::from_u128).collect();
        assert_eq!(reached(&ids, Some(ids[1]), ids[3]), ids[1..]);
        assert_eq!(reached(&ids, Some(ids[2]), ids[0]), ids[..3]);
        assert_eq!(reached(&ids, None, ids[2]), [ids[2]]);
        assert_eq!(reached(&ids, Some(Uuid::from_u128(9)), ids[2]), [ids[2]], "the last one has left the list");
    }

    #[test]
    fn all_of_a_list_are_ticked_where_these_can_be_read_again() {
        assert_eq!(whole((60, false), None), Some(60));
        assert_eq!(whole((60, true), Some(244)), Some(244));
        assert_eq!(whole((60, true), Some(59)), Some(60), "some came in since they were counted");
        assert_eq!(whole((60, true), None), None);
        assert_eq!(whole((60, true), Some(10_000)), Some(10_000));
        assert_eq!(whole((60, true), Some(10_001)), None);
    }
}

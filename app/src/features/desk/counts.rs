//! How many tickets queues and views hold: counted again as tickets change, those of saved views less often.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Row;
use shared::desk::QueueCount;
use shared::query::ListQuery;
use shared::types::TICKET;

use super::asked::Asked;
use super::listing::Listing;
use super::model::{Around, Desk};
use super::view::View;
use crate::api::desk::queue_counts;
use crate::api::records::count_records;
use crate::api::{Answer, allowed};

/// Counts are asked for again so long after something changed.
const REST: Duration = Duration::from_millis(800);
/// Saved views rest so long from one count to the next: of many open desks each asks for all of its own.
const REST_OF_SAVED: Duration = Duration::from_secs(15);
/// Saved views whose tickets are counted: each is a query of its own.
const COUNTED: usize = 30;
/// The views of everybody that no queue's counts tell of.
pub(super) const OWN: [View; 2] = [View::Mine, View::Watching];

/// Views, and how many tickets each holds.
pub(super) type Held = Vec<(View, i64)>;

/// How many tickets views of everybody hold, and how many the saved ones.
pub(super) async fn held(own: &[View], saved: &[Row]) -> Answer<Held> {
    Ok(held_and_listed(own, saved, None).await?.0)
}

/// The same, and how many tickets the list finds.
async fn held_and_listed(own: &[View], saved: &[Row], listed: Option<ListQuery>) -> Answer<(Held, Option<i64>)> {
    let saved = saved.iter().take(COUNTED).map(|row| (View::Saved(row.id), Some(row.value("query"))));
    let (views, queries): (Vec<View>, Vec<ListQuery>) = own
        .iter()
        .map(|view| (*view, None))
        .chain(saved)
        .map(|(view, saved)| (view, Asked { view, ..Asked::default() }.query(saved)))
        .unzip();
    let counts = count_records(TICKET.name.to_owned(), queries.into_iter().chain(listed).collect()).await?;
    let total = counts.get(views.len()).copied().flatten();
    Ok((views.into_iter().zip(counts).filter_map(|(view, count)| Some((view, count?))).collect(), total))
}

/// How many tickets a view holds, where that was counted on its own.
pub(super) fn held_by(around: &Around, view: View) -> Option<i64> {
    around.held.iter().find(|(held, _)| *held == view).map(|(_, n)| *n)
}

/// How many tickets a view holds, as far as it is counted: on its own, or by the queues' counts.
pub(super) fn counted(around: &Around, view: View) -> Option<i64> {
    let sum = |of: fn(&QueueCount) -> i64| around.counts.iter().map(of).sum::<i64>();
    held_by(around, view).or_else(|| match view {
        View::Unassigned => Some(sum(|count| count.unassigned)),
        View::Pressing => Some(sum(|count| count.pressing)),
        View::Queue(id) => {
            let of_queue = around.counts.iter().find(|count| count.queue_id == Some(id));
            Some(of_queue.map_or(0, |count| count.open))
        }
        _ => None,
    })
}

/// Puts fresh counts of the queues in the place of those that were known, also of what their lists told meanwhile.
fn take_in_queues(around: &mut Around, counts: Vec<QueueCount>) {
    around.held.retain(|(view, _)| !matches!(view, View::Unassigned | View::Pressing | View::Queue(_)));
    around.counts = counts;
}

/// Puts fresh counts, of saved views or of the others, in the place of those that were known.
fn take_in(held: &mut Held, fresh: Held, of_saved: bool) {
    held.retain(|(view, _)| matches!(view, View::Saved(_)) != of_saved);
    held.extend(fresh);
}

/// Puts the count of one view in the place of the one that was known.
fn take_in_one(held: &mut Held, view: View, total: i64) {
    held.retain(|(known, _)| *known != view);
    held.push((view, total));
}

/// How long saved views wait for their next count, so many seconds after the last one.
fn wait_of_saved(rested: f64) -> Duration {
    let (least, most) = (REST.as_secs_f64(), REST_OF_SAVED.as_secs_f64());
    Duration::from_secs_f64((most - rested).clamp(least, most))
}

/// How far the requests have come.
#[derive(Clone, Copy, Default)]
struct Turn {
    /// Number of the last request.
    asked: u32,
    /// Number of the request whose answer is shown.
    shown: u32,
    /// When it was asked for last, in ms.
    at: f64,
}

impl Turn {
    /// Whether the answer to a request is shown: not after one to a later request.
    fn shows(&mut self, number: u32) -> bool {
        let is_newer = number > self.shown;
        if is_newer {
            self.shown = number;
        }
        is_newer
    }

    /// No answer to what was asked for so far is shown.
    fn overtake(&mut self) {
        self.asked += 1;
        self.shown = self.asked;
    }
}

/// What is asked for time and again; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Turns {
    timer: StoredValue<Option<TimeoutHandle>>,
    turn: StoredValue<Turn>,
}

impl Turns {
    /// Nothing has been asked for. What is put off ends with the page.
    pub(super) fn new() -> Self {
        let turns = Self { timer: StoredValue::new(None), turn: StoredValue::new(Turn::default()) };
        on_cleanup(move || turns.stop());
        turns
    }

    fn stop(self) {
        self.timer.try_update_value(Option::take).flatten().inspect(TimeoutHandle::clear);
    }

    /// Asks after a while, unless that is to happen anyway: what goes on must not put it off for good.
    pub(super) fn after(self, wait: Duration, ask: impl FnOnce() + 'static) {
        if self.timer.try_with_value(Option::is_some) != Some(false) {
            return;
        }
        let run = move || {
            if self.timer.try_update_value(Option::take).is_some() {
                ask();
            }
        };
        self.timer.set_value(set_timeout_with_handle(run, wait).ok());
    }

    /// Number of a request that is made now, in place of one that was put off; none once the page was left.
    pub(super) fn begin(self) -> Option<u32> {
        self.stop();
        self.turn.try_update_value(|turn| {
            turn.at = js_sys::Date::now();
            turn.asked += 1;
            turn.asked
        })
    }

    /// Whether the answer to that request is shown.
    pub(super) fn shows(self, number: u32) -> bool {
        self.turn.try_update_value(|turn| turn.shows(number)) == Some(true)
    }

    /// Shows no answer to what was asked for so far: something newer is known.
    pub(super) fn overtake(self) {
        self.turn.try_update_value(Turn::overtake);
    }

    /// Whether nothing that was asked for, nor anything newer, is shown yet.
    pub(super) fn is_first(self) -> bool {
        self.turn.try_with_value(|turn| turn.shown == 0) == Some(true)
    }

    /// Seconds since the last request.
    fn rested(self) -> f64 {
        let at = self.turn.try_with_value(|turn| turn.at).unwrap_or_default();
        (js_sys::Date::now() - at) / 1000.0
    }
}

impl Desk {
    /// Counts again after a rest, as a ticket has changed; what changes meanwhile is counted too.
    pub(super) fn counts_soon(self) {
        self.counting.after(REST, move || self.load_counts());
        self.counting_saved.after(wait_of_saved(self.counting_saved.rested()), move || self.load_saved_counts());
    }

    /// Counts what waits in the queues, in the views of everybody and in the list. Without an answer what is known stays.
    pub(super) fn load_counts(self) {
        self.count_with(|| ());
    }

    /// Counts, and carries out a change of the list at the moment in which the counts that know of it are shown.
    pub(super) fn count_with(self, change: impl FnOnce() + 'static) {
        let Some(number) = self.counting.begin() else { return };
        spawn_local(async move {
            let counts = allowed(queue_counts().await);
            let listing = self.listing.try_get_value().flatten();
            let own = allowed(held_and_listed(&OWN, &[], listing.and_then(Listing::query)).await);
            change();
            if !self.counting.shows(number) {
                return;
            }
            let (own, total) = own.map_or((None, None), |(own, total)| (Some(own), total));
            self.around.try_update(|around| {
                if let Some(own) = own {
                    take_in(&mut around.held, own, false);
                }
                if let Some(counts) = counts {
                    take_in_queues(around, counts);
                }
            });
            if let Some(listing) = listing.filter(|_| total.is_some()) {
                listing.show_total(total);
            }
        });
    }

    /// The list tells how many tickets its view holds: among the views it says the same until they are counted anew, where it
    /// is counted at all.
    pub(super) fn note_total(self, asked: &Asked, total: i64) {
        let is_whole = asked.words.is_empty() && asked.conditions.is_none();
        let is_other = |around: &Around| counted(around, asked.view).is_some_and(|n| n != total);
        if is_whole && self.around.try_with_untracked(is_other) == Some(true) {
            self.around.update(|around| take_in_one(&mut around.held, asked.view, total));
        }
    }

    /// Counts what the saved views hold.
    pub(super) fn load_saved_counts(self) {
        let Some(saved) = self.around.try_with_untracked(|around| around.found.saved.clone()) else { return };
        let Some(number) = self.counting_saved.begin().filter(|_| !saved.is_empty()) else { return };
        spawn_local(async move {
            if let Some(fresh) = allowed(held(&[], &saved).await)
                && self.counting_saved.shows(number)
            {
                self.around.try_update(|around| take_in(&mut around.held, fresh, true));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn saved_views_are_counted_now_and_then() {
        assert_eq!(wait_of_saved(60.0), REST, "the first change after a while is told soon");
        assert_eq!(wait_of_saved(5.0), Duration::from_secs(10));
        assert_eq!(wait_of_saved(0.0), REST_OF_SAVED);
        assert_eq!(wait_of_saved(-3600.0), REST_OF_SAVED, "the clock was put back");
    }

    #[test]
    fn an_older_answer_is_not_shown_after_a_newer_one() {
        let mut turn = Turn { asked: 3, ..Turn::default() };
        assert!(turn.shows(1) && turn.shows(3) && !turn.shows(2));
        turn.asked = 5;
        turn.overtake();
        assert!(!turn.shows(5), "somebody has chosen otherwise meanwhile");
        turn.asked += 1;
        assert!(turn.shows(7));
    }

    #[test]
    fn fresh_counts_leave_those_of_other_views() {
        let (old, new) = (View::Saved(Uuid::from_u128(1)), View::Saved(Uuid::from_u128(2)));
        let mut held = vec![(View::Mine, 3), (View::Watching, 1), (old, 7)];
        take_in(&mut held, vec![(View::Mine, 4)], false);
        assert_eq!(held, [(old, 7), (View::Mine, 4)]);
        take_in(&mut held, vec![(new, 5)], true);
        assert_eq!(held, [(View::Mine, 4), (new, 5)]);
        take_in_one(&mut held, new, 6);
        assert_eq!(held, [(View::Mine, 4), (new, 6)]);
    }

    #[test]
    fn what_a_list_tells_holds_until_the_queues_are_counted_anew() {
        let id = Uuid::from_u128(1);
        let count = |queue_id, open| QueueCount { queue_id, open, unassigned: 2, pressing: 1 };
        let fresh = || vec![count(Some(id), 3), count(None, 5)];
        let mut around = Around::default();
        let views = [View::Queue(id), View::Unassigned, View::Pressing];
        let shown = |around: &Around| views.map(|view| counted(around, view));
        assert_eq!(shown(&around), [Some(0); 3], "no queue has any");
        take_in_queues(&mut around, fresh());
        assert_eq!(shown(&around), [Some(3), Some(4), Some(2)]);
        take_in_one(&mut around.held, View::Queue(id), 9);
        take_in_one(&mut around.held, View::Unassigned, 8);
        assert_eq!(shown(&around), [Some(9), Some(8), Some(2)]);
        take_in_queues(&mut around, fresh());
        assert_eq!(shown(&around), [Some(3), Some(4), Some(2)]);
        assert_eq!(counted(&around, View::Open), None);
    }
}

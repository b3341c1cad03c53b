//! Tickets that were put off come back when their time comes. Nothing is written then that the live log could tell of: the
//! desk knows when the next one does, and looks then.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Row;
use shared::live::LiveEvent;
use shared::query::{Page as Found, Titles};
use shared::types::TICKET;

use super::asked::back_after;
use super::listing::Listing;
use super::model::Desk;
use crate::api::Fault;
use crate::api::records::list_records;
use crate::context::browser_now;
use crate::live::Again;

/// What came back within this may be missing from what is listed and counted: the server's clock need not be the browser's.
const MARGIN: TimeDelta = TimeDelta::seconds(60);
/// So long after its time a ticket is looked for, for the same reason.
const LATE: TimeDelta = TimeDelta::seconds(1);
/// So long those that are back wait for the counts that know of them.
const PATIENCE: Duration = Duration::from_secs(2);
/// Timers of browsers wait for less than a month.
const LONGEST: Duration = Duration::from_secs(86_400);

/// When the desk looks for tickets that have come back; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Waking {
    /// All that came back until then is shown.
    since: StoredValue<DateTime<Utc>>,
    /// The next look.
    next: StoredValue<Option<(DateTime<Utc>, TimeoutHandle)>>,
    again: Again,
}

impl Waking {
    /// Nothing is waited for. What is ends with the page.
    pub(super) fn new() -> Self {
        let waking =
            Self { since: StoredValue::new(DateTime::UNIX_EPOCH), next: StoredValue::new(None), again: Again::new() };
        on_cleanup(move || waking.stop());
        waking
    }

    fn stop(self) {
        if let Some((_, timer)) = self.next.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    /// Looks at a time, unless that is to happen before.
    fn plan(self, at: DateTime<Utc>, look: impl FnOnce() + 'static) {
        let Some(planned) = self.next.try_with_value(|next| next.as_ref().map(|(at, _)| *at)) else { return };
        if planned.is_some_and(|planned| planned <= at) {
            return;
        }
        self.stop();
        let run = move || {
            if self.next.try_update_value(Option::take).is_some() {
                look();
            }
        };
        let wait = (at - browser_now()).to_std().unwrap_or_default().min(LONGEST);
        self.next.set_value(set_timeout_with_handle(run, wait).ok().map(|timer| (at, timer)));
    }
}

impl Desk {
    /// Lets tickets come back from now on; in the browser only.
    pub(super) fn watch_waking(self) {
        self.waking.since.set_value(browser_now() - MARGIN);
        self.look_for_awake();
    }

    /// One that is put off may be the next to come back.
    pub(super) fn note_put_off(self, row: &Row) {
        if let Some(until) = row.datetime("snoozed_until").filter(|until| *until > browser_now()) {
            self.look_after(until);
        }
    }

    fn look_after(self, until: DateTime<Utc>) {
        self.look_at(until + LATE);
    }

    fn look_at(self, at: DateTime<Utc>) {
        self.waking.plan(at, move || self.look_for_awake());
    }

    /// Shows what has come back since the last look, and waits for the next one.
    fn look_for_awake(self) {
        self.waking.stop();
        let Some(since) = self.waking.since.try_get_value() else { return };
        spawn_local(async move {
            let answer = list_records(TICKET.name.into(), back_after(since)).await;
            let now = browser_now();
            match answer {
                Ok(found) => {
                    self.waking.again.loaded();
                    self.show_awake(found, now);
                }
                // Nothing else would tell. Nobody looks any more who may not.
                Err(Fault(error)) => {
                    if let Some(rest) = self.waking.again.after(&error) {
                        self.look_at(now + TimeDelta::from_std(rest).unwrap_or_default());
                    }
                }
            }
        });
    }

    fn show_awake(self, found: Found, now: DateTime<Utc>) {
        // The page may have been left meanwhile.
        let Some(Some(listing)) = self.listing.try_get_value() else { return };
        let (awake, asleep) = apart(found.rows, now);
        let has_more = asleep.is_none() && found.next.is_some();
        // All of a page and more of them: the ones that are not here come with the list.
        self.waking.since.set_value(if has_more { now } else { now - MARGIN });
        if has_more {
            listing.reload_soon();
            self.look_for_awake();
        }
        if let Some(until) = asleep {
            self.look_after(until);
        }
        if is_early(&awake, now) {
            self.look_at(now + MARGIN);
        }
        if !awake.is_empty() {
            self.bring_back(listing, awake, found.titles);
        }
    }

    /// Shows tickets that are back, and at the same moment that there are so many more, unless that takes long.
    fn bring_back(self, listing: Listing, awake: Vec<Row>, titles: Titles) {
        self.counts_soon();
        let show = move || {
            for row in awake {
                let (record_type, titles) = (TICKET.name.into(), titles.clone());
                listing.hear_later(&LiveEvent::Changed { record_type, row, titles, actor_id: None });
            }
        };
        // Where only the server knows whether they belong to the list, that is read and counted anew.
        if listing.is_plain() {
            let show = once(show);
            set_timeout(show.clone(), PATIENCE);
            self.count_with(show);
        } else {
            show();
        }
    }
}

/// Carries something out when it is called first.
fn once(act: impl FnOnce() + 'static) -> impl Fn() + Clone + 'static {
    let act = Rc::new(Cell::new(Some(act)));
    move || {
        if let Some(act) = act.take() {
            act();
        }
    }
}

/// Which of those that were put off, the first one to come back first, are back now, and when the next one is.
fn apart(mut rows: Vec<Row>, now: DateTime<Utc>) -> (Vec<Row>, Option<DateTime<Utc>>) {
    let until = |row: &Row| row.datetime("snoozed_until");
    let count = rows.iter().take_while(|row| until(row).is_some_and(|until| until <= now)).count();
    let next = rows.get(count).and_then(until);
    rows.truncate(count);
    (rows, next)
}

/// Whether the server may say of some of those that came back that they are still put off: they are looked at once more.
fn is_early(awake: &[Row], now: DateTime<Utc>) -> bool {
    awake.last().and_then(|row| row.datetime("snoozed_until")).is_some_and(|until| until > now - MARGIN)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn those_whose_time_has_come_are_back_and_the_next_one_is_waited_for() {
        let row = |until: &str| {
            let values = json!({"snoozed_until": until}).as_object().cloned().unwrap();
            Row { id: Uuid::from_u128(1), version: 1, values }
        };
        let all = || vec![row("2026-11-21T07:00:00Z"), row("2026-11-21T08:00:00Z"), row("2026-11-21T09:00:00Z")];
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let (awake, next) = apart(all(), at("2026-11-21T08:00:00Z"));
        assert_eq!((awake.len(), next), (2, Some(at("2026-11-21T09:00:00Z"))));
        let (awake, next) = apart(all(), at("2026-11-21T06:00:00Z"));
        assert_eq!((awake.len(), next), (0, Some(at("2026-11-21T07:00:00Z"))));
        let (awake, next) = apart(all(), at("2026-11-22T00:00:00Z"));
        assert_eq!((awake.len(), next), (3, None));
    }

    #[test]
    fn what_waits_for_one_of_two_happens_once() {
        let times = Rc::new(Cell::new(0));
        let counter = times.clone();
        let act = once(move || counter.set(counter.get() + 1));
        let other = act.clone();
        assert_eq!(times.get(), 0);
        other();
        act();
        assert_eq!(times.get(), 1);
    }

    #[test]
    fn what_came_back_just_now_is_looked_at_once_more() {
        let row = |until: &str| {
            let values = json!({"snoozed_until": until}).as_object().cloned().unwrap();
            Row { id: Uuid::from_u128(1), version: 1, values }
        };
        let awake = [row("2026-11-21T07:00:00Z"), row("2026-11-21T08:00:00Z")];
        let early = |now: &str| is_early(&awake, now.parse().unwrap());
        assert!(early("2026-11-21T08:00:01Z") && early("2026-11-21T08:00:59Z"));
        assert!(!early("2026-11-21T08:01:00Z") && !is_early(&[], DateTime::UNIX_EPOCH));
    }
}

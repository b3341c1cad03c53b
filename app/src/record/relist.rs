//! A list that is on the page is read again: as much of it as is there, so that what is ticked stays among it, and one reading
//! at a time.

use std::collections::BTreeSet;
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::RecordDef;
use shared::live::LiveEvent;
use shared::query::{ListQuery, MAX_PAGE, Page as Found};
use uuid::Uuid;

use crate::api::records::list_records;
use crate::api::{Answer, Fault};
use crate::live::Again;

/// What calls for another reading is gathered for so long, for each request that it takes.
const REST: Duration = Duration::from_millis(700);
/// Requests that the rest grows with, at most.
const MOST_RESTS: u32 = 15;

/// A list that is read again.
pub(crate) trait Relisted: Copy + 'static {
    /// When it is.
    fn relisting(self) -> Relisting;
    /// What is listed; nothing once the list has left the page.
    fn asked(self) -> Option<(&'static RecordDef, ListQuery)>;
    /// How many rows of it are there; untracked.
    fn count(self) -> usize;
    /// Shows what was read. Says whether something stays that was not: the list is read once more then.
    fn refill(self, read: Reread) -> bool;
    /// Has the page say anew what there is for the reader.
    fn reopen(self);
}

/// What a list is now.
pub(crate) struct Reread {
    /// Its rows, as many as were shown, or all.
    pub(crate) found: Found,
    /// What was told while it was being read, and may not be in it.
    pub(crate) heard: Vec<LiveEvent>,
    /// Records that were not found, but changed meanwhile: they may have gone over to a page that had been read before.
    pub(crate) crossed: BTreeSet<Uuid>,
}

impl Reread {
    fn new(def: &RecordDef, found: Found, heard: Vec<LiveEvent>) -> Self {
        let mut crossed = BTreeSet::new();
        if found.rows.len() > MAX_PAGE as usize {
            crossed.extend(heard.iter().filter_map(|event| match event {
                LiveEvent::Changed { record_type, row, .. } if record_type == def.name => Some(row.id),
                _ => None,
            }));
            for row in &found.rows {
                crossed.remove(&row.id);
            }
        }
        Self { found, heard, crossed }
    }
}

/// When a list is read again; cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Relisting {
    state: StoredValue<State>,
    again: Again,
}

#[derive(Default)]
enum State {
    #[default]
    Idle,
    /// It is to be read after a rest.
    Waiting(Option<TimeoutHandle>),
    Reading {
        /// Something happened meanwhile that only another reading tells of.
        once_more: bool,
        heard: Vec<LiveEvent>,
    },
}

impl State {
    /// Whether a reading is to be planned. What is asked for now does not wait for the end of a rest.
    fn ask(&mut self, now: bool) -> bool {
        match self {
            Self::Idle => true,
            Self::Waiting(timer) => {
                if now {
                    timer.take().inspect(TimeoutHandle::clear);
                }
                now
            }
            Self::Reading { once_more, .. } => {
                *once_more = true;
                false
            }
        }
    }

    fn hear(&mut self, event: &LiveEvent) {
        let Self::Reading { heard, .. } = self else { return };
        if matches!(event, LiveEvent::Changed { .. } | LiveEvent::Removed { .. }) {
            heard.push(event.clone());
        }
    }
}

impl Relisting {
    /// The list was read with the page.
    pub(crate) fn new() -> Self {
        Self { state: StoredValue::new(State::Idle), again: Again::new() }
    }

    /// Keeps what is told while the list is being read.
    pub(crate) fn hear(self, event: &LiveEvent) {
        self.state.try_update_value(|state| state.hear(event));
    }
}

/// Reads a list again after a rest, with what else calls for it until then.
pub(crate) fn relist_soon(list: impl Relisted) {
    plan(list, rest(list.count()));
}

/// Reads a list again at once, or right after the reading that is under way.
pub(crate) fn relist_now(list: impl Relisted) {
    plan(list, Duration::ZERO);
}

/// The more requests a reading takes, the longer it has to wait.
fn rest(shown: usize) -> Duration {
    REST * u32::try_from(shown).unwrap_or(u32::MAX).div_ceil(MAX_PAGE).clamp(1, MOST_RESTS)
}

fn plan(list: impl Relisted, rest: Duration) {
    let state = list.relisting().state;
    if state.try_update_value(|state| state.ask(rest.is_zero())) != Some(true) {
        return;
    }
    let run = move || {
        let Some((def, query)) = list.asked() else { return };
        let reading = State::Reading { once_more: false, heard: Vec::new() };
        if state.try_set_value(reading).is_none() {
            spawn_local(read(list, def, query));
        }
    };
    state.set_value(State::Waiting(set_timeout_with_handle(run, rest).ok()));
}

async fn read(list: impl Relisted, def: &'static RecordDef, query: ListQuery) {
    let answer = list_again(def, &query, move || list.count()).await;
    let Relisting { state, again } = list.relisting();
    // Nothing to show it in any more.
    let Some(State::Reading { once_more, heard }) = state.try_update_value(std::mem::take) else { return };
    match answer {
        Ok(found) => {
            again.loaded();
            // Something else may be asked for by now: that is on its way.
            let is_asked = list.asked().is_some_and(|(_, now)| now == query);
            let stays = is_asked && list.refill(Reread::new(def, found, heard));
            if once_more || stays {
                relist_soon(list);
            }
        }
        // What stands stays: a part of the list would look like all of it.
        Err(Fault(error)) => match again.after(&error) {
            Some(rest) => plan(list, rest),
            None => list.reopen(),
        },
    }
}

/// Reads as many rows of a list as are shown, or all where there are not so many any more. More may come to be shown meanwhile.
async fn list_again(def: &RecordDef, query: &ListQuery, shown: impl Fn() -> usize) -> Answer<Found> {
    let limit = u32::try_from(shown()).unwrap_or(MAX_PAGE).clamp(query.limit, MAX_PAGE);
    let mut found = list_records(def.name.to_owned(), ListQuery { limit, ..query.clone() }).await?;
    let mut known: BTreeSet<Uuid> = found.rows.iter().map(|row| row.id).collect();
    while let Some(cursor) = found.next.clone().filter(|_| found.rows.len() < shown()) {
        let query = ListQuery { limit: MAX_PAGE, cursor: Some(cursor), count: false, ..query.clone() };
        let more = list_records(def.name.to_owned(), query).await?;
        // What moved meanwhile may come twice.
        found.rows.extend(more.rows.into_iter().filter(|row| known.insert(row.id)));
        found.titles.extend(more.titles);
        found.next = more.next;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use shared::query::Titles;
    use shared::types::{CONTACT, TICKET};
    use shared::{Row, Values};

    use super::*;

    fn row(id: u128) -> Row {
        Row { id: Uuid::from_u128(id), version: 1, values: Values::new() }
    }

    fn changed(def: &RecordDef, id: u128) -> LiveEvent {
        let (record_type, titles) = (def.name.to_owned(), Titles::default());
        LiveEvent::Changed { record_type, row: row(id), titles, actor_id: None }
    }

    #[test]
    fn one_reading_is_under_way_and_what_calls_for_another_meanwhile_has_it_follow() {
        assert!(State::Idle.ask(false));
        let mut waiting = State::Waiting(None);
        assert!(!waiting.ask(false) && waiting.ask(true), "a rest is cut short only by what is asked for now");
        let mut reading = State::Reading { once_more: false, heard: Vec::new() };
        reading.hear(&changed(&TICKET, 1));
        reading.hear(&LiveEvent::Reset);
        assert!(!reading.ask(false) && !reading.ask(true));
        assert!(matches!(reading, State::Reading { once_more: true, heard } if heard == [changed(&TICKET, 1)]));
    }

    #[test]
    fn long_lists_are_read_less_often() {
        assert_eq!([0, 50, 200].map(rest), [REST; 3]);
        assert_eq!([201, 2_000, 1_000_000].map(rest), [REST * 2, REST * 10, REST * MOST_RESTS]);
    }

    #[test]
    fn between_pages_may_be_what_changed_while_they_were_read() {
        let heard = || vec![changed(&TICKET, 1), changed(&TICKET, 900), changed(&CONTACT, 901)];
        let crossed = |rows: u128| {
            let found = Found { rows: (1..=rows).map(row).collect(), ..Found::default() };
            Reread::new(&TICKET, found, heard()).crossed
        };
        assert_eq!(crossed(201), BTreeSet::from([Uuid::from_u128(900)]));
        assert!(crossed(200).is_empty(), "one page is read in one moment");
    }
}

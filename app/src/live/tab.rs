//! What one tab knows of the log: the events that came lately, and who follows them from where.

use std::collections::VecDeque;
use std::rc::Rc;

use shared::live::{Cursor, LiveEvent};

use super::note::Note;

/// Events kept for followers that come late.
const KEPT: usize = 1_000;

/// What a follower does with an event.
pub(super) type Apply = Rc<dyn Fn(&LiveEvent)>;

/// Calls to be made: follower and event. Made one by one by the caller, since each may add and remove followers.
pub(super) type Calls = Vec<(u64, Rc<LiveEvent>)>;

struct Follower {
    id: u64,
    apply: Apply,
    /// Least position of the next event it is to get. With `None` one that waits takes only what is not in the log, and one
    /// that does not wait begins where the log is first told of.
    next: Option<Cursor>,
    /// Events before the kept ones are still to come: nothing is applied out of order.
    waiting: bool,
}

/// One tab's share of the log.
#[derive(Default)]
pub(super) struct Tab {
    followers: Vec<Follower>,
    last_id: u64,
    recent: VecDeque<(Cursor, Rc<LiveEvent>)>,
    /// Every event after this position, up to the newest, is among the recent ones.
    floor: Option<Cursor>,
    newest: Option<Cursor>,
}

impl Tab {
    /// Adds a follower of everything after `position`; it gets nothing until it is settled.
    pub(super) fn follow(&mut self, position: Option<Cursor>, apply: Apply) -> u64 {
        self.last_id += 1;
        self.followers.push(Follower { id: self.last_id, apply, next: position.map(behind), waiting: true });
        self.last_id
    }

    /// Adds a follower of everything that is told from now on.
    pub(super) fn listen(&mut self, apply: Apply) -> u64 {
        self.last_id += 1;
        self.followers.push(Follower { id: self.last_id, apply, next: self.newest.map(behind), waiting: false });
        self.last_id
    }

    pub(super) fn unfollow(&mut self, id: u64) {
        self.followers.retain(|follower| follower.id != id);
    }

    /// What a follower does, if it is still there.
    pub(super) fn apply_of(&self, id: u64) -> Option<Apply> {
        self.followers.iter().find(|follower| follower.id == id).map(|follower| follower.apply.clone())
    }

    /// Lets waiting followers catch up where the recent events reach back far enough.
    pub(super) fn settle(&mut self) -> Calls {
        let Some(floor) = self.floor else { return Calls::new() };
        let mut calls = Calls::new();
        for follower in self.followers.iter_mut().filter(|follower| follower.waiting) {
            let Some(next) = follower.next.filter(|next| *next > floor) else { continue };
            follower.waiting = false;
            for (cursor, event) in self.recent.iter().filter(|(cursor, _)| *cursor >= next) {
                follower.next = Some(*cursor);
                calls.push((follower.id, event.clone()));
            }
        }
        calls
    }

    /// The position after which events are lacking here, if any are.
    pub(super) fn lacks(&self) -> Option<Cursor> {
        let waiting = self.followers.iter().filter(|follower| follower.waiting);
        waiting.filter_map(|follower| follower.next).min().map(|Cursor { xid, id }| Cursor { xid, id: id - 1 })
    }

    /// Where a stream is to go on; `None` when nothing is known yet.
    pub(super) fn newest(&self) -> Option<Cursor> {
        self.newest
    }

    /// Everything after `position`, if the recent events reach back so far.
    pub(super) fn since(&self, position: Cursor) -> Option<Vec<Note>> {
        self.floor.filter(|floor| *floor <= position)?;
        let events = self.recent.iter().filter(|(cursor, _)| *cursor > position);
        let events = events.map(|(cursor, event)| Note::Event(*cursor, event.clone()));
        Some(std::iter::once(Note::Start(position)).chain(events).chain(self.newest.map(Note::Beat)).collect())
    }

    /// Takes in what the leader tells.
    pub(super) fn take(&mut self, note: &Note) -> Calls {
        match note {
            Note::Start(cursor) => {
                self.begin(*cursor);
                self.settle()
            }
            Note::Event(cursor, event) if **event == LiveEvent::Reset => {
                self.begin(*cursor);
                for follower in self.followers.iter_mut().filter(|follower| follower.next.is_some()) {
                    (follower.next, follower.waiting) = (Some(*cursor), false);
                }
                self.to_all(event)
            }
            Note::Event(cursor, event) => self.add(*cursor, event),
            Note::Passing(event) => self.to_all(event),
            Note::Beat(cursor) => {
                self.newest = self.newest.max(Some(*cursor));
                self.floor.get_or_insert(*cursor);
                self.begin_listening(behind(*cursor));
                self.settle()
            }
            Note::Trouble(_) | Note::Lead | Note::Want(_) => Calls::new(),
        }
    }

    fn begin(&mut self, cursor: Cursor) {
        self.recent.clear();
        self.floor = Some(cursor);
        self.newest = Some(cursor);
        self.begin_listening(behind(cursor));
    }

    /// Where listeners begin that came before anything was told.
    fn begin_listening(&mut self, next: Cursor) {
        for listener in self.followers.iter_mut().filter(|follower| !follower.waiting) {
            listener.next.get_or_insert(next);
        }
    }

    fn add(&mut self, cursor: Cursor, event: &Rc<LiveEvent>) -> Calls {
        self.floor.get_or_insert(cursor);
        self.begin_listening(cursor);
        self.newest = self.newest.max(Some(cursor));
        self.recent.push_back((cursor, event.clone()));
        if self.recent.len() > KEPT {
            self.floor = self.recent.pop_front().map(|(cursor, _)| cursor);
        }
        let mut calls = Calls::new();
        for follower in self.followers.iter_mut().filter(|follower| !follower.waiting) {
            // Several events of one change share a position.
            if follower.next.is_some_and(|next| cursor >= next) {
                follower.next = Some(cursor);
                calls.push((follower.id, event.clone()));
            }
        }
        calls
    }

    fn to_all(&self, event: &Rc<LiveEvent>) -> Calls {
        self.followers.iter().map(|follower| (follower.id, event.clone())).collect()
    }
}

/// The first position after one.
fn behind(Cursor { xid, id }: Cursor) -> Cursor {
    Cursor { xid, id: id.saturating_add(1) }
}

#[cfg(test)]
mod tests;

//! Acts that a key takes back one after the other, the last one first.

use uuid::Uuid;

use super::Undo;

/// What was done longer ago is taken back by no key, ms: one no longer has it in mind.
const FRESH: f64 = 5.0 * 60_000.0;
/// Nobody goes back further act by act.
const MOST: usize = 50;

/// The acts that the key takes back, the last one at the end.
#[derive(Default)]
pub(super) struct Acts {
    all: Vec<Act>,
    /// The page that has the key to itself; 0 for none.
    page: u64,
}

struct Act {
    /// The message that tells of it.
    toast: u64,
    at: f64,
    undo: Undo,
    /// It is being taken back.
    under_way: bool,
}

/// What the key means.
pub(super) enum Last {
    /// Nothing yet: another act is still being taken back.
    UnderWay,
    /// The act that a message tells of is to be taken back.
    Act(u64, Undo),
}

impl Acts {
    /// A page has the key to itself from now on: what was done before stays.
    pub(super) fn turn_to(&mut self, page: u64) {
        *self = Self { all: Vec::new(), page };
    }

    /// The page is no longer there, unless another one has the key by now.
    pub(super) fn leave(&mut self, page: u64) {
        if self.page == page {
            self.turn_to(0);
        }
    }

    /// An act was done now, of the page, and a message tells of it. Those of others than the page with the key stay.
    pub(super) fn add(&mut self, (page, toast): (u64, u64), undo: Undo, at: f64) {
        if page != self.page {
            return;
        }
        if self.all.len() == MOST {
            self.all.remove(0);
        }
        self.all.push(Act { toast, at, undo, under_way: false });
    }

    /// The last act that one has in mind, which is being taken back from now on.
    pub(super) fn last(&mut self, now: f64) -> Option<Last> {
        self.all.retain(|act| now - act.at < FRESH);
        if self.all.iter().any(|act| act.under_way) {
            return Some(Last::UnderWay);
        }
        let (toast, undo) = self.all.last().map(|act| (act.toast, act.undo.clone()))?;
        self.begin(toast);
        Some(Last::Act(toast, undo))
    }

    /// An act is being taken back. It is kept until what came of it is told, if it will be.
    pub(super) fn begin(&mut self, toast: u64) {
        for act in self.all.iter_mut().filter(|act| act.toast == toast) {
            act.under_way = true;
        }
        self.all.retain(|act| !act.under_way || act.undo.set.is_some());
    }

    /// It was tried to take a change set back; `again` if it is to be tried once more.
    pub(super) fn tried(&mut self, set: Uuid, again: bool) {
        self.all.retain(|act| again || act.undo.set != Some(set));
        for act in self.all.iter_mut().filter(|act| act.undo.set == Some(set)) {
            act.under_way = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(set: u128) -> Undo {
        Undo::new(|| ()).of(Uuid::from_u128(set))
    }

    /// The message of the act that the key takes back, or that it waits.
    fn key(acts: &mut Acts, now: f64) -> Option<Result<u64, &'static str>> {
        acts.last(now).map(|last| match last {
            Last::Act(toast, _) => Ok(toast),
            Last::UnderWay => Err("waits"),
        })
    }

    #[test]
    fn the_last_act_is_taken_back_first_and_each_once_the_one_before_is() {
        let mut acts = Acts::default();
        acts.add((0, 1), act(1), 0.0);
        acts.add((0, 2), act(2), 0.0);
        assert_eq!(key(&mut acts, 0.0), Some(Ok(2)));
        assert_eq!(key(&mut acts, 0.0), Some(Err("waits")));
        acts.tried(Uuid::from_u128(2), true);
        assert_eq!(key(&mut acts, 0.0), Some(Ok(2)), "the network was gone: the way back is not");
        acts.tried(Uuid::from_u128(2), false);
        assert_eq!(key(&mut acts, 0.0), Some(Ok(1)));
        acts.tried(Uuid::from_u128(1), false);
        assert_eq!(key(&mut acts, 0.0), None);
    }

    #[test]
    fn what_was_taken_back_in_another_way_is_not_once_more() {
        let mut acts = Acts::default();
        for toast in 1..=3 {
            acts.add((0, toast), act(toast.into()), 0.0);
        }
        acts.tried(Uuid::from_u128(3), false);
        acts.begin(2);
        acts.tried(Uuid::from_u128(2), false);
        assert_eq!(key(&mut acts, 0.0), Some(Ok(1)));
    }

    #[test]
    fn one_that_tells_of_no_answer_is_waited_for_by_none() {
        let mut acts = Acts::default();
        acts.add((0, 1), act(1), 0.0);
        acts.add((0, 2), Undo::new(|| ()), 0.0);
        assert_eq!(key(&mut acts, 0.0), Some(Ok(2)));
        assert_eq!(key(&mut acts, 0.0), Some(Ok(1)));
    }

    #[test]
    fn a_page_that_has_the_key_to_itself_takes_back_its_own_only() {
        let mut acts = Acts::default();
        acts.add((0, 1), act(1), 0.0);
        acts.turn_to(7);
        assert_eq!(key(&mut acts, 0.0), None);
        acts.add((0, 2), act(2), 0.0);
        acts.add((7, 3), act(3), 0.0);
        assert_eq!(key(&mut acts, 0.0), Some(Ok(3)));
        // The next page comes before the one before goes.
        acts.turn_to(8);
        acts.leave(7);
        acts.add((8, 4), act(4), 0.0);
        assert_eq!(key(&mut acts, 0.0), Some(Ok(4)));
        acts.leave(8);
        acts.add((0, 5), act(5), 0.0);
        assert_eq!(key(&mut acts, 0.0), Some(Ok(5)));
    }

    #[test]
    fn what_was_done_long_ago_or_before_many_others_stays() {
        let mut acts = Acts::default();
        acts.add((0, 1), act(1), 0.0);
        acts.add((0, 2), act(2), FRESH / 2.0);
        assert_eq!(key(&mut acts, FRESH), Some(Ok(2)));
        acts.tried(Uuid::from_u128(2), false);
        assert_eq!(key(&mut acts, FRESH), None);
        for toast in 0..100 {
            acts.add((0, toast), act(toast.into()), 0.0);
        }
        assert_eq!(acts.all.len(), MOST);
        assert_eq!(key(&mut acts, 0.0), Some(Ok(99)));
    }
}

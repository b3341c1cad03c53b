use std::cell::RefCell;

use super::*;

fn at(xid: u64) -> Cursor {
    Cursor { xid, id: xid as i64 * 10 }
}

fn event(name: &str) -> Rc<LiveEvent> {
    Rc::new(LiveEvent::Refresh { record_type: name.to_owned() })
}

/// A tab with followers that write down what they get.
#[derive(Default)]
struct Watched {
    tab: Tab,
    heard: Rc<RefCell<Vec<(u64, String)>>>,
}

impl Watched {
    fn follow(&mut self, position: Option<Cursor>) -> u64 {
        let (heard, id) = (self.heard.clone(), self.tab.last_id + 1);
        let apply = move |event: &LiveEvent| {
            let name = match event {
                LiveEvent::Refresh { record_type } => record_type.clone(),
                LiveEvent::Reset => "reset".to_owned(),
                _ => "passing".to_owned(),
            };
            heard.borrow_mut().push((id, name));
        };
        let id = self.tab.follow(position, Rc::new(apply));
        let calls = self.tab.settle();
        self.make(calls);
        id
    }

    fn listen(&mut self) -> u64 {
        let (heard, id) = (self.heard.clone(), self.tab.last_id + 1);
        self.tab.listen(Rc::new(move |event: &LiveEvent| {
            if let LiveEvent::Refresh { record_type } = event {
                heard.borrow_mut().push((id, record_type.clone()));
            }
        }))
    }

    fn take(&mut self, note: Note) {
        let calls = self.tab.take(&note);
        self.make(calls);
    }

    fn event(&mut self, xid: u64) {
        self.take(Note::Event(at(xid), event(&xid.to_string())));
    }

    fn make(&self, calls: Calls) {
        calls.into_iter().for_each(|(id, event)| self.tab.apply_of(id).expect("a follower")(&event));
    }

    fn heard(&self, id: u64) -> Vec<String> {
        self.heard.borrow().iter().filter(|(who, _)| *who == id).map(|(_, what)| what.clone()).collect()
    }
}

#[test]
fn a_snapshot_gets_what_came_while_it_was_loading() {
    let mut watched = Watched::default();
    watched.take(Note::Beat(at(1)));
    (2..=4).for_each(|xid| watched.event(xid));
    let late = watched.follow(Some(at(2)));
    watched.event(5);
    assert_eq!(watched.heard(late), ["3", "4", "5"]);
}

#[test]
fn what_is_lacking_is_waited_for_and_comes_in_order() {
    let mut watched = Watched::default();
    watched.take(Note::Beat(at(5)));
    let early = watched.follow(Some(at(2)));
    watched.event(6);
    assert_eq!(watched.heard(early), [""; 0]);
    assert_eq!(watched.tab.lacks(), Some(at(2)));
    watched.take(Note::Start(at(2)));
    (3..=7).for_each(|xid| watched.event(xid));
    assert_eq!(watched.heard(early), ["3", "4", "5", "6", "7"]);
    assert_eq!((watched.tab.lacks(), watched.tab.newest()), (None, Some(at(7))));
}

#[test]
fn a_replay_for_another_tab_tells_nobody_twice() {
    let mut watched = Watched::default();
    watched.take(Note::Beat(at(1)));
    let follower = watched.follow(Some(at(1)));
    (2..=4).for_each(|xid| watched.event(xid));
    let replay = watched.tab.since(at(1)).expect("kept");
    replay.into_iter().for_each(|note| watched.take(note));
    watched.event(5);
    // The last one again: several events may share its position.
    assert_eq!(watched.heard(follower), ["2", "3", "4", "4", "5"]);
}

#[test]
fn events_of_one_position_all_arrive() {
    let mut watched = Watched::default();
    watched.take(Note::Beat(at(1)));
    let follower = watched.follow(Some(at(1)));
    for name in ["a", "b"] {
        watched.take(Note::Event(at(2), event(name)));
    }
    assert_eq!(watched.heard(follower), ["a", "b"]);
}

#[test]
fn a_reset_reaches_those_who_wait_too() {
    let mut watched = Watched::default();
    watched.take(Note::Beat(at(5)));
    let waiting = watched.follow(Some(at(2)));
    let passing = watched.follow(None);
    watched.take(Note::Event(at(6), Rc::new(LiveEvent::Reset)));
    watched.event(7);
    assert_eq!(watched.heard(waiting), ["reset", "7"]);
    assert_eq!(watched.heard(passing), ["reset"]);
    assert_eq!(watched.tab.since(at(4)), None);
}

#[test]
fn the_kept_events_are_bounded_and_say_how_far_back_they_reach() {
    let mut watched = Watched::default();
    watched.take(Note::Beat(at(1)));
    (2..=1_500).for_each(|xid| watched.event(xid));
    assert_eq!(watched.tab.recent.len(), KEPT);
    assert_eq!(watched.tab.since(at(400)), None);
    assert_eq!(watched.tab.since(at(500)).map(|notes| notes.len()), Some(1_002));
}

#[test]
fn whoever_left_is_not_called() {
    let mut watched = Watched::default();
    watched.take(Note::Beat(at(1)));
    let follower = watched.follow(Some(at(1)));
    watched.tab.unfollow(follower);
    watched.event(2);
    assert!(watched.heard(follower).is_empty());
}

#[test]
fn a_listener_hears_what_is_told_from_now_on_and_nothing_older_that_is_told_again() {
    let mut watched = Watched::default();
    let early = watched.listen();
    watched.take(Note::Beat(at(3)));
    watched.event(4);
    let late = watched.listen();
    // Another tab wants what is older.
    watched.take(Note::Event(at(2), event("2")));
    watched.event(5);
    assert_eq!((watched.heard(early), watched.heard(late)), (vec!["4".into(), "5".into()], vec!["5".into()]));
    assert_eq!(watched.tab.lacks(), None);
}

//! What the clocks of a ticket did, and when: how it came that they stand as they do.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::history::{History, present};
use super::{BusinessHours, Clock, ClockKind, ClockState, Event, What};

/// What a clock did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Did {
    /// It began, with something promised.
    Begun,
    /// Something is promised for it from now on, or something else: another service level or priority holds.
    Renewed,
    /// Nothing is promised any more, or another ticket takes it on.
    TakenAway,
    /// It stands still.
    Paused,
    /// It runs again.
    WentOn,
    /// Little time is left.
    AtRisk,
    /// The time is over.
    Missed,
    /// Met in time.
    Met,
    /// Met after the time was over.
    MetLate,
}

/// One thing that a clock did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// When.
    pub at: DateTime<Utc>,
    /// Which clock.
    pub clock: ClockKind,
    /// What.
    pub did: Did,
    /// Working minutes that it may take.
    pub target_minutes: Option<u32>,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// When its target is, or was, used up, as far as that was known then.
    pub due_at: Option<DateTime<Utc>>,
    /// From when until when it stood still before; told of what is late only.
    #[serde(default)]
    pub pauses: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// The service level by which it runs, if it was noted; readers get its name.
    #[serde(skip)]
    pub policy_id: Option<Uuid>,
}

/// What clocks with a target did until an instant, oldest first: what they showed then, by the hours of the policy that
/// held. Beside a change of policy stands the one that holds since.
pub fn turns<'h>(
    events: &[(Event, Option<Uuid>)],
    hours: impl Fn(Option<Uuid>) -> &'h BusinessHours,
    now: DateTime<Utc>,
) -> Vec<Turn> {
    let mut events: Vec<&(Event, Option<Uuid>)> = events.iter().collect();
    events.sort_by_key(|(event, _)| event.at);
    let now = present(now, events.last().map(|(event, _)| event.at));
    let mut history = History::default();
    let mut watches = ClockKind::ALL.map(Watch::new);
    let (mut policy_id, mut told) = (None, Vec::new());
    for (place, (event, by)) in events.iter().enumerate() {
        history.add(event);
        if matches!(event.what, What::PolicyChanged(_)) {
            policy_id = *by;
        }
        let next = events.get(place + 1).map(|(event, _)| event.at);
        // What happens at the same instant counts together: a ticket comes in, and something is promised for it.
        if next == Some(event.at) {
            continue;
        }
        for watch in &mut watches {
            watch.policy_id = policy_id;
            watch.look(history.clock(watch.kind, hours(policy_id), event.at), event.at);
            watch.wait(next, now);
            told.append(&mut watch.told);
        }
    }
    told.sort_by_key(|turn| turn.at);
    told
}

/// Looks at one clock whenever something happens, and tells what it did.
struct Watch {
    kind: ClockKind,
    policy_id: Option<Uuid>,
    /// As it stood last.
    clock: Clock,
    /// The worst of its run that was told.
    alarm: Option<Did>,
    pauses: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Since when it stands still.
    held_since: Option<DateTime<Utc>>,
    /// That it stands still was told, and not yet what ended that.
    stands: bool,
    told: Vec<Turn>,
}

impl Watch {
    fn new(kind: ClockKind) -> Self {
        Self {
            kind,
            policy_id: None,
            clock: Clock::default(),
            alarm: None,
            pauses: Vec::new(),
            held_since: None,
            stands: false,
            told: Vec::new(),
        }
    }

    /// Something happened: what became of the clock by it.
    fn look(&mut self, clock: Clock, at: DateTime<Utc>) {
        let before = std::mem::replace(&mut self.clock, clock);
        let is_new = clock.started_at != before.started_at;
        if is_new {
            (self.alarm, self.held_since, self.stands) = (None, None, false);
            self.pauses.clear();
        }
        self.note_pause(at);
        match (before.target_minutes.filter(|_| !is_new), clock.target_minutes) {
            (None, None) => return,
            (Some(_), None) => {
                (self.alarm, self.stands) = (None, false);
                return self.tell(at, Did::TakenAway);
            }
            (earlier, target) if earlier != target => {
                self.alarm = None;
                self.tell(at, if is_new { Did::Begun } else { Did::Renewed });
            }
            _ => {}
        }
        self.look_at_run(before.met_at.is_some() && !is_new, at);
        match clock.state {
            ClockState::Missed => self.warn(at, Did::Missed),
            ClockState::AtRisk => self.warn(at, Did::AtRisk),
            _ => {}
        }
    }

    /// Whether it was met, stands still or goes on: a pause that was told of is told to be over, and none that was not.
    fn look_at_run(&mut self, was_met: bool, at: DateTime<Utc>) {
        let Clock { met_at, paused, state, .. } = self.clock;
        let did = match met_at {
            Some(_) if was_met => return,
            Some(_) if state == ClockState::Met => Did::Met,
            Some(_) => Did::MetLate,
            None if paused && !self.stands => Did::Paused,
            None if !paused && (self.stands || was_met) => Did::WentOn,
            None => return,
        };
        self.stands = did == Did::Paused;
        self.tell(at, did);
    }

    /// Nothing happened until then, or until now: what time alone made of it. What happens in the due second is in
    /// time.
    fn wait(&mut self, next: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        let clock = self.clock;
        if !clock.is_running() {
            return;
        }
        let came = |at: &DateTime<Utc>| *at <= now && next.is_none_or(|next| at.timestamp() < next.timestamp());
        let at_risk = clock.at_risk_at.filter(|at| clock.due_at.is_none_or(|due| *at < due));
        if let Some(at) = at_risk.filter(came) {
            self.warn(at, Did::AtRisk);
        }
        if let Some(at) = clock.due_at.filter(came) {
            self.warn(at, Did::Missed);
        }
    }

    /// Once for each run, and nothing milder after what is worse.
    fn warn(&mut self, at: DateTime<Utc>, did: Did) {
        if self.alarm != Some(Did::Missed) && self.alarm != Some(did) {
            self.alarm = Some(did);
            self.tell(at, did);
        }
    }

    /// Once met it stands still as well: it may be opened again.
    fn note_pause(&mut self, at: DateTime<Utc>) {
        match self.held_since {
            None if self.clock.paused || self.clock.met_at.is_some() => self.held_since = Some(at),
            Some(since) if !self.clock.paused && self.clock.met_at.is_none() => {
                self.pauses.push((since, at));
                self.held_since = None;
            }
            _ => {}
        }
    }

    fn tell(&mut self, at: DateTime<Utc>, did: Did) {
        let Clock { target_minutes, started_at, due_at, .. } = self.clock;
        let pauses = if matches!(did, Did::Missed | Did::MetLate) { self.pauses.clone() } else { Vec::new() };
        let (clock, policy_id) = (self.kind, self.policy_id);
        self.told.push(Turn { at, clock, did, target_minutes, started_at, due_at, pauses, policy_id });
    }
}

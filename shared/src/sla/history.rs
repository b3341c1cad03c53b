//! From what happened to when each clock ran.

use chrono::{DateTime, Utc};

use super::clock::{share, target};
use super::event::{Category, Event, Terms, What};
use super::{BusinessHours, Clock, ClockKind, ClockState};

/// What time it is for a ticket to which something happened last at an instant: that is over. The clocks of servers differ, and
/// one may be behind that of the server which noted it. By this time is noted what happens now, and clocks are worked out.
pub fn present(now: DateTime<Utc>, last: Option<DateTime<Utc>>) -> DateTime<Utc> {
    last.map_or(now, |last| last.max(now))
}

/// When a clock ran, in seconds since 1970.
#[derive(Clone, Debug, Default)]
struct Run {
    started: Option<i64>,
    /// From when until when it ran before.
    spans: Vec<(i64, i64)>,
    /// Since when it runs.
    since: Option<i64>,
    met: Option<Met>,
}

/// How a clock was met.
#[derive(Clone, Copy, Debug)]
struct Met {
    at: i64,
    /// Whether it ran until then.
    ran: bool,
    /// What was promised then.
    terms: Terms,
}

impl Run {
    fn start(&mut self, at: i64) {
        *self = Self { started: Some(at), ..Self::default() };
    }

    fn is_waiting(&self) -> bool {
        self.started.is_some() && self.met.is_none()
    }

    fn meet(&mut self, at: i64, terms: Terms) {
        if self.is_waiting() {
            self.met = Some(Met { at, ran: self.since.is_some(), terms });
        }
    }

    fn set_running(&mut self, runs: bool, at: i64) {
        match self.since {
            None if runs => self.since = Some(at),
            Some(since) if !runs => {
                self.spans.push((since, at));
                self.since = None;
            }
            _ => {}
        }
    }

    /// When it had run for so many seconds, or will if nothing happens. One that was met while it ran is followed
    /// beyond that: that is when it would have been due.
    fn reaches(&self, seconds: i64, hours: &BusinessHours) -> Option<i64> {
        let mut left = seconds;
        for (place, (from, to)) in self.spans.iter().enumerate() {
            let met_at_end = place + 1 == self.spans.len() && self.met.is_some_and(|met| met.ran);
            let worked = hours.seconds_between(*from, *to);
            if left <= worked || met_at_end {
                return hours.seconds_after(*from, left);
            }
            left -= worked;
        }
        hours.seconds_after(self.since?, left)
    }

    fn elapsed(&self, hours: &BusinessHours, now: i64) -> i64 {
        let running = self.since.map(|since| (since, now));
        self.spans.iter().copied().chain(running).map(|(from, to)| hours.seconds_between(from, to)).sum()
    }
}

/// What happened to a ticket until the last event.
#[derive(Debug, Default)]
pub(super) struct History {
    category: Category,
    merged: bool,
    replied: bool,
    terms: Terms,
    last: Option<DateTime<Utc>>,
    first_response: Run,
    next_response: Run,
    resolution: Run,
}

impl History {
    pub(super) fn of(events: &[Event]) -> Self {
        let mut events: Vec<&Event> = events.iter().collect();
        events.sort_by_key(|event| event.at);
        let mut history = Self::default();
        for event in events {
            history.add(event);
        }
        history
    }

    /// One thing more, which happened after the others.
    pub(super) fn add(&mut self, event: &Event) {
        self.last = self.last.max(Some(event.at));
        let at = event.at.timestamp();
        self.happened(event.what, at);
        for kind in ClockKind::ALL {
            let holds = self.holds(kind);
            let run = self.run_mut(kind);
            run.set_running(run.is_waiting() && !holds, at);
        }
    }

    fn happened(&mut self, what: What, at: i64) {
        match what {
            What::Created => {
                for run in [&mut self.first_response, &mut self.resolution] {
                    if run.started.is_none() {
                        run.start(at);
                    }
                }
            }
            What::CustomerMessage => {
                if self.replied && !self.next_response.is_waiting() {
                    self.next_response.start(at);
                }
            }
            What::AgentReply => {
                self.replied = true;
                self.first_response.meet(at, self.terms);
                self.next_response.meet(at, self.terms);
            }
            What::StatusChanged { to } => self.status_changed(to, at),
            What::PolicyChanged(terms) => self.terms = terms,
            What::Merged => self.merged = true,
        }
    }

    fn status_changed(&mut self, to: Category, at: i64) {
        self.category = to;
        if !to.is_done() {
            self.merged = false;
            self.resolution.met = None;
        } else if !self.merged {
            // Who solves it has dealt with what was written last, such as thanks.
            self.next_response.meet(at, self.terms);
            self.resolution.meet(at, self.terms);
        }
    }

    /// Whether a clock stands still although it is not met.
    fn holds(&self, kind: ClockKind) -> bool {
        let held = match self.category {
            _ if self.merged => return true,
            Category::New | Category::Open => return false,
            Category::Solved | Category::Closed => return true,
            Category::WaitingCustomer => self.terms.pauses.waiting_customer,
            Category::WaitingThirdParty => self.terms.pauses.waiting_third_party,
        };
        match kind {
            ClockKind::FirstResponse => false,
            ClockKind::NextResponse => held.next_response,
            ClockKind::Resolution => held.resolution,
        }
    }

    fn run(&self, kind: ClockKind) -> &Run {
        match kind {
            ClockKind::FirstResponse => &self.first_response,
            ClockKind::NextResponse => &self.next_response,
            ClockKind::Resolution => &self.resolution,
        }
    }

    fn run_mut(&mut self, kind: ClockKind) -> &mut Run {
        match kind {
            ClockKind::FirstResponse => &mut self.first_response,
            ClockKind::NextResponse => &mut self.next_response,
            ClockKind::Resolution => &mut self.resolution,
        }
    }

    /// A clock as it stands at an instant, or at the last event if that is later.
    pub(super) fn clock(&self, kind: ClockKind, hours: &BusinessHours, now: DateTime<Utc>) -> Clock {
        let now = present(now, self.last);
        let run = self.run(kind);
        let terms = run.met.map_or(self.terms, |met| met.terms);
        let is_dropped = self.merged && run.met.is_none();
        let target_minutes = terms.targets.of(kind).filter(|_| run.started.is_some() && !is_dropped);
        let reaches = |seconds: i64| run.reaches(seconds, hours).and_then(instant);
        let mut clock = Clock {
            target_minutes,
            started_at: run.started.and_then(instant),
            due_at: target_minutes.and_then(|minutes| reaches(target(minutes))),
            at_risk_at: target_minutes.and_then(|minutes| reaches(share(minutes, terms.at_risk_percent))),
            as_of: now,
            elapsed: run.elapsed(hours, now.timestamp()),
            paused: run.is_waiting() && run.since.is_none() && !self.merged,
            met_at: run.met.and_then(|met| instant(met.at)),
            state: ClockState::None,
        };
        clock.state = state(&clock, terms.at_risk_percent);
        clock
    }
}

fn state(clock: &Clock, at_risk_percent: u16) -> ClockState {
    match clock.met_at {
        _ if clock.target_minutes.is_none() => ClockState::None,
        Some(met) if clock.due_at.is_none_or(|due| met <= due) => ClockState::Met,
        Some(_) => ClockState::MetLate,
        None if clock.has_reached(100) => ClockState::Missed,
        None if clock.paused => ClockState::Paused,
        None if clock.has_reached(at_risk_percent) => ClockState::AtRisk,
        None => ClockState::Active,
    }
}

fn instant(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
}

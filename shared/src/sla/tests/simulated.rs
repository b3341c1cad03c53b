//! The arithmetic against counting minutes one by one.

use chrono::{DateTime, Duration, Utc};

use super::super::*;
use super::minutes;
use super::random::{Model, Random, beginning, happenings, steps};

const SEEDS: std::ops::Range<u64> = 0..400;
/// Minutes that are looked ahead for what is due: three weeks.
const AHEAD: usize = 21 * 1440;

/// A clock that counts.
#[derive(Clone, Debug, Default)]
struct Counter {
    started: Option<i64>,
    runs: bool,
    /// The end of each minute that it counted.
    counted: Vec<i64>,
    /// When it was met, whether it ran, and what was promised.
    met: Option<(i64, bool, Terms)>,
}

impl Counter {
    fn meet(&mut self, minute: i64, terms: Terms) {
        if self.started.is_some() && self.met.is_none() {
            self.met = Some((minute, self.runs, terms));
        }
    }
}

/// A ticket that lives from minute to minute.
#[derive(Debug, Default)]
struct Ticket {
    category: Category,
    merged: bool,
    terms: Terms,
    first: Counter,
    next: Counter,
    resolution: Counter,
}

impl Ticket {
    fn happens(&mut self, minute: i64, what: What) {
        match what {
            What::Created => {
                self.first.started = Some(minute);
                self.resolution.started = Some(minute);
            }
            What::CustomerMessage => {
                let answered = self.next.started.is_none() || self.next.met.is_some();
                if self.first.met.is_some() && answered {
                    self.next = Counter { started: Some(minute), ..Counter::default() };
                }
            }
            What::AgentReply => {
                self.first.meet(minute, self.terms);
                self.next.meet(minute, self.terms);
            }
            What::StatusChanged { to: to @ (Category::Solved | Category::Closed) } => {
                self.category = to;
                if !self.merged {
                    self.next.meet(minute, self.terms);
                    self.resolution.meet(minute, self.terms);
                }
            }
            What::StatusChanged { to } => {
                (self.category, self.merged, self.resolution.met) = (to, false, None);
            }
            What::PolicyChanged(terms) => self.terms = terms,
            What::Merged => self.merged = true,
        }
        self.set_running();
    }

    fn counter(&self, kind: ClockKind) -> &Counter {
        match kind {
            ClockKind::FirstResponse => &self.first,
            ClockKind::NextResponse => &self.next,
            ClockKind::Resolution => &self.resolution,
        }
    }

    fn set_running(&mut self) {
        let live = !self.merged && !matches!(self.category, Category::Solved | Category::Closed);
        let held = match self.category {
            Category::WaitingCustomer => self.terms.pauses.waiting_customer,
            Category::WaitingThirdParty => self.terms.pauses.waiting_third_party,
            _ => Held { next_response: false, resolution: false },
        };
        let unmet = |counter: &Counter| counter.started.is_some() && counter.met.is_none();
        self.first.runs = live && unmet(&self.first);
        self.next.runs = live && unmet(&self.next) && !held.next_response;
        self.resolution.runs = live && unmet(&self.resolution) && !held.resolution;
    }

    fn passes(&mut self, minute: i64, open: bool) {
        for counter in [&mut self.first, &mut self.next, &mut self.resolution] {
            if counter.runs && open {
                counter.counted.push(minute + 1);
            }
        }
    }
}

/// A made-up ticket in a made-up calendar.
struct Case {
    seed: u64,
    begin: DateTime<Utc>,
    model: Model,
    hours: BusinessHours,
    happened: Vec<(i64, What)>,
    events: Vec<Event>,
    /// Minutes until it is looked at.
    now: i64,
    random: Random,
}

impl Case {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let begin = beginning(&mut random);
        let model = Model::new(&mut random, begin);
        let happened = happenings(&mut random);
        let now = happened.last().map_or(0, |(minute, _)| *minute) + random.within(0, 2_000);
        let event = |(minute, what): &(i64, What)| Event { at: begin + minutes(*minute), what: *what };
        let events = happened.iter().map(event).collect();
        Self { seed, begin, hours: model.hours(), model, happened, events, now, random }
    }

    /// Whether each minute is open, until long after now.
    fn simulate(&self) -> Vec<bool> {
        self.model.simulate(self.begin, self.now as usize + AHEAD)
    }

    fn at(&self, minute: i64) -> DateTime<Utc> {
        self.begin + minutes(minute)
    }

    /// The ticket after minute by minute until now.
    fn lived(&self, open: &[bool]) -> Ticket {
        let mut ticket = Ticket::default();
        let mut coming = self.happened.iter().peekable();
        for minute in 0..=self.now {
            while let Some((_, what)) = coming.next_if(|(at, _)| *at == minute) {
                ticket.happens(minute, *what);
            }
            if minute < self.now {
                ticket.passes(minute, open[minute as usize]);
            }
        }
        ticket
    }

    fn expected(&self, kind: ClockKind, ticket: &Ticket, counter: &Counter) -> Clock {
        let terms = counter.met.map_or(ticket.terms, |(_, _, terms)| terms);
        let is_dropped = ticket.merged && counter.met.is_none();
        let target = terms.targets.of(kind).filter(|_| counter.started.is_some() && !is_dropped);
        Clock {
            target_minutes: target,
            started_at: counter.started.map(|minute| self.at(minute)),
            due_at: None,
            at_risk_at: None,
            as_of: self.at(self.now),
            elapsed: counter.counted.len() as i64 * 60,
            paused: counter.started.is_some() && counter.met.is_none() && !counter.runs && !ticket.merged,
            met_at: counter.met.map(|(minute, _, _)| self.at(minute)),
            state: ClockState::None,
        }
    }

    /// When a counter gets to so many seconds, if that is seen within the time that is looked ahead.
    fn reaches(&self, counter: &Counter, seconds: i64, open: &[bool]) -> Reached {
        let count = (seconds as usize).div_ceil(60);
        let on = match counter.met {
            Some((minute, ran, _)) => ran.then_some(minute),
            None => counter.runs.then_some(self.now),
        };
        let ahead = (on.unwrap_or(i64::MAX)..open.len() as i64).filter(|minute| open[*minute as usize]);
        let counted = counter.counted.iter().copied().chain(ahead.map(|minute| minute + 1)).nth(count - 1);
        match counted {
            Some(end) => Reached::At(self.at(end) - Duration::seconds(count as i64 * 60 - seconds)),
            None if on.is_none() => Reached::Never,
            None => Reached::After(self.at(open.len() as i64)),
        }
    }

    fn compare(&self, kind: ClockKind, ticket: &Ticket, open: &[bool], found: &Clock) {
        let counter = ticket.counter(kind);
        let mut expected = self.expected(kind, ticket, counter);
        if let Some(target) = expected.target_minutes.map(|minutes| i64::from(minutes) * 60) {
            let percent = i64::from(counter.met.map_or(ticket.terms, |(_, _, terms)| terms).at_risk_percent);
            let risky = (1..=target).find(|seconds| seconds * 100 >= target * percent).unwrap_or(target);
            expected.due_at = self.reaches(counter, target, open).or_unseen(found.due_at);
            expected.at_risk_at = self.reaches(counter, risky, open).or_unseen(found.at_risk_at);
            expected.state = match expected.met_at {
                Some(met) if expected.due_at.is_none_or(|due| met <= due) => ClockState::Met,
                Some(_) => ClockState::MetLate,
                None if expected.elapsed >= target => ClockState::Missed,
                None if expected.paused => ClockState::Paused,
                None if expected.elapsed >= risky => ClockState::AtRisk,
                None => ClockState::Active,
            };
        }
        assert_eq!(*found, expected, "{kind:?}, seed {}, {:?}", self.seed, self.events);
    }
}

/// What is known of when a counter gets somewhere.
enum Reached {
    Never,
    At(DateTime<Utc>),
    After(DateTime<Utc>),
}

impl Reached {
    /// The instant; where it isn't seen, the one that was found if it is as late as that.
    fn or_unseen(self, found: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        match self {
            Self::Never => None,
            Self::At(at) => Some(at),
            Self::After(end) => {
                assert!(found.is_none_or(|at| at > end), "{found:?} should have been seen before {end}");
                found
            }
        }
    }
}

#[test]
fn clocks_agree_with_counting_minutes() {
    let mut states = std::collections::BTreeMap::new();
    for seed in SEEDS {
        let case = Case::new(seed);
        let open = case.simulate();
        let ticket = case.lived(&open);
        let clocks = Clocks::at(case.at(case.now), &case.events, &case.hours);
        for kind in ClockKind::ALL {
            let clock = clocks.get(kind);
            case.compare(kind, &ticket, &open, clock);
            *states.entry((kind.code(), clock.state.code())).or_insert(0) += 1;
        }
    }
    assert!(states.len() == 21, "every state of each comes up: {states:?}");
}

#[test]
fn working_time_agrees_with_counting_minutes() {
    for seed in SEEDS {
        let case = Case::new(seed);
        let open = case.simulate();
        let Case { begin, hours, mut random, .. } = case;
        let length = open.len() as i64;
        for _ in 0..20 {
            let from = random.within(0, length - 1);
            let to = random.within(from, length);
            let counted = open[from as usize..to as usize].iter().filter(|open| **open).count() as i64;
            let (start, end) = (begin + minutes(from), begin + minutes(to));
            assert_eq!(hours.between(start, end), minutes(counted), "seed {seed}, {start} to {end}");
            assert_eq!(hours.is_open(start), open[from as usize], "seed {seed}, {start}");
            let work = random.within(1, 2_000);
            let mut ahead = (from..length).filter(|minute| open[*minute as usize]);
            if let Some(last) = ahead.nth(work as usize - 1) {
                let due = begin + minutes(last + 1);
                assert_eq!(hours.add(start, minutes(work)), Some(due), "seed {seed}, {start} and {work}");
            }
        }
    }
}

#[test]
fn over_years_and_to_the_second_adding_and_measuring_agree() {
    for seed in SEEDS {
        let Case { begin, hours, mut random, .. } = Case::new(seed);
        let seconds = Duration::seconds;
        for _ in 0..4 {
            let start = begin + seconds(random.within(-90_000_000, 90_000_000));
            let work = seconds(random.within(1, 9_000_000));
            let Some(due) = hours.add(start, work) else { continue };
            assert_eq!(hours.between(start, due), work, "seed {seed}, {start}");
            assert_eq!(hours.between(start, due - seconds(1)), work - seconds(1), "seed {seed}, {start}");
            let middle = start + seconds(random.within(0, (due - start).num_seconds()));
            assert_eq!(hours.between(start, middle) + hours.between(middle, due), work, "seed {seed}, {middle}");
        }
    }
}

/// What time alone can change.
fn states(clocks: &Clocks, steps: &[Escalation]) -> ([ClockState; 3], Vec<Firing>) {
    (ClockKind::ALL.map(|kind| clocks.get(kind).state), clocks.due_steps(steps, &[]))
}

#[test]
fn nothing_changes_before_the_next_change_and_something_at_it() {
    let mut seen = 0;
    for seed in SEEDS {
        let mut case = Case::new(seed);
        let steps = steps(&mut case.random);
        let mut now = case.at(case.now);
        // As a scheduler does it: from change to change.
        for _ in 0..8 {
            let clocks = Clocks::at(now, &case.events, &case.hours);
            let before = states(&clocks, &steps);
            let Some(next) = clocks.next_change(&steps, &case.hours) else {
                let later = Clocks::at(now + minutes(400 * 1440), &case.events, &case.hours);
                assert_eq!(states(&later, &steps), before, "seed {seed}");
                break;
            };
            let at = |at| states(&Clocks::at(at, &case.events, &case.hours), &steps);
            assert!(next > now, "seed {seed}");
            assert_eq!(at(next - Duration::seconds(1)), before, "seed {seed}, before {next}");
            assert_ne!(at(next), before, "seed {seed}, at {next}");
            (now, seen) = (next, seen + 1);
        }
    }
    assert!(seen > 300, "{seen}");
}

/// Notes what happens, and looks at the clocks again and again, as servers do whose clocks are wrong by up to two hours.
#[test]
fn what_is_kept_follows_from_what_happened_by_whatever_clocks_of_servers() {
    let (mut kept, mut renewed) = (0, 0);
    for seed in SEEDS {
        let mut random = Random::new(seed);
        let begin = beginning(&mut random);
        let hours = Model::new(&mut random, begin).hours();
        let (mut events, mut shown) = (Vec::<Event>::new(), Clocks::default());
        for (minute, what) in happenings(&mut random) {
            let clock = |random: &mut Random| {
                let wrong = random.within(-7_200, 7_201) * i64::from(random.chance(60));
                begin + minutes(minute) + Duration::seconds(wrong)
            };
            let mut now = clock(&mut random);
            let last = events.iter().map(|event| event.at).max();
            // Messages may be said to have been written before, or come with a merge.
            let is_told = matches!(what, What::CustomerMessage | What::AgentReply) && random.chance(30);
            events.push(Event { at: if is_told { now } else { present(now, last) }, what });
            for _ in 0..random.within(1, 4) {
                let fresh = Clocks::at(now, &events, &hours);
                if shown.agree_with(&fresh, &hours) {
                    kept += 1;
                } else {
                    (shown, renewed) = (fresh, renewed + 1);
                }
                let again = Clocks::at(shown.resolution.as_of, &events, &hours);
                assert!(shown.agree_with(&again, &hours), "seed {seed}: {shown:?}, {again:?}, {events:?}");
                now = clock(&mut random);
            }
        }
    }
    assert!(kept > 500 && renewed > 500, "{kept}, {renewed}");
}

#[test]
fn what_a_browser_counts_on_is_what_the_server_would_say() {
    for seed in SEEDS {
        let mut case = Case::new(seed);
        let sent = Clocks::at(case.at(case.now), &case.events, &case.hours);
        for _ in 0..5 {
            let later = case.at(case.now) + Duration::seconds(case.random.within(0, 2_000_000));
            let fresh = Clocks::at(later, &case.events, &case.hours);
            for kind in ClockKind::ALL {
                let (sent, fresh) = (sent.get(kind), fresh.get(kind));
                assert_eq!(sent.state_at(later), fresh.state, "seed {seed}, {kind:?}");
                assert_eq!(sent.remaining(&case.hours, later), fresh.remaining(&case.hours, later), "seed {seed}");
                let used = fresh.target_minutes.map(|target| minutes(target.into()).num_seconds() - fresh.elapsed);
                assert_eq!(fresh.remaining(&case.hours, later).map(|left| left.num_seconds()), used, "seed {seed}");
            }
        }
    }
}

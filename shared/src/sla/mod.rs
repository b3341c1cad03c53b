//! Service levels: opening hours, and the clocks of a ticket that run in them.
//!
//! Everything follows from what happened to a ticket ([`Event`]), when somebody works ([`BusinessHours`]) and what time
//! it is ([`present`]). Instants count in whole seconds: what is finer is cut off.

mod calendar;
pub mod china;
mod clock;
mod escalation;
mod event;
mod history;
mod hours;
mod turns;

pub use calendar::{BusinessHours, Interval};
pub use clock::{CLOCKS, Clock, ClockKind, ClockState, Clocks};
pub use escalation::{ACTIONS, Action, Escalation, Firing, MAX_PERCENT, MIN_PERCENT};
pub use event::{Category, Event, Held, MAX_TARGET_MINUTES, Pauses, Targets, Terms, What};
pub use history::present;
pub use hours::{Holiday, WEEKDAYS, Workday};
pub use turns::{Did, Turn, turns};

#[cfg(test)]
mod tests;

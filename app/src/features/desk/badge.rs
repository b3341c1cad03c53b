//! What a ticket's service level says: a time that counts down, in words and colour.

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use shared::i18n::translate;
use shared::{Row, format};

use super::blocked::is_open;
use crate::context::Page;
use crate::ui::{Icon, Tone};

/// So close to when something is due, seconds are told.
const CLOSE: TimeDelta = TimeDelta::seconds(120);

/// How a service level stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Standing {
    pub(super) tone: Tone,
    pub(super) icon: &'static str,
    pub(super) text: String,
    /// The exact time, and what is due then.
    pub(super) hint: String,
}

/// How a ticket's service level stands now, without asking the server: from when it is due and from when it is at risk.
pub(super) fn standing(page: Page, row: &Row) -> Option<Standing> {
    let locale = page.locale.get();
    let say = |key: &str, params: &[(&str, &str)]| translate(locale, key, params);
    let state = row.text("sla_state").unwrap_or("none");
    let unsettled = is_open(row);
    let due = row.datetime("due_at").filter(|_| unsettled);
    let Some(due) = due else {
        let (tone, icon) = match state {
            "met" => (Tone::Success, "circle-check"),
            "missed" => (Tone::Danger, "circle-alert"),
            // What is settled waits for nothing.
            "paused" if unsettled => (Tone::Neutral, "circle-pause"),
            _ => return None,
        };
        let text = say(&format!("ticket.sla_state.{state}"), &[]);
        return Some(Standing { tone, icon, hint: text.clone(), text });
    };
    let what = row.text("due_clock").map(|clock| say(&format!("ticket.due_clock.{clock}"), &[])).unwrap_or_default();
    let hint = format!("{what} {}", format::date_time(locale, due, &page.zone())).trim().to_owned();
    let (tone, icon, text) = timed(page, due, row.datetime("at_risk_at"));
    Some(Standing { tone, icon, text, hint })
}

/// Tone, icon and words of a time that is due; told anew as soon as they are others.
pub(super) fn timed(page: Page, due: DateTime<Utc>, at_risk: Option<DateTime<Utc>>) -> (Tone, &'static str, String) {
    let locale = page.locale.get();
    let now = page.now_until(|now| next_change(due, at_risk, now));
    let left = short(page, (due - now).num_seconds().unsigned_abs());
    let text = |key: &str| translate(locale, key, &[("time", &left)]);
    if due <= now {
        (Tone::Danger, "circle-alert", text("desk.overdue_by"))
    } else if at_risk.is_some_and(|at| at <= now) {
        (Tone::Warning, "alarm-clock", text("desk.left_at_risk"))
    } else {
        (Tone::Neutral, "clock", text("desk.left"))
    }
}

/// When what is said at `now` is no longer exact enough: at the next second close to when it is due, else when it begins to be at
/// risk or comes close. Minutes may be told late.
fn next_change(due: DateTime<Utc>, at_risk: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let left = due - now;
    if left.abs() <= CLOSE {
        // Behind the whole second: at it there are as many of them still.
        return Some(now + TimeDelta::milliseconds(left.num_milliseconds().rem_euclid(1000) + 1));
    }
    [at_risk, Some(due - CLOSE)].into_iter().flatten().filter(|at| *at > now).min()
}

/// `45s`, `1m 30s`, `25m`, `3h 5m`, `2d 4h`.
fn short(page: Page, seconds: u64) -> String {
    let minutes = seconds / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let part = |key: &str, n: u64| translate(page.locale.get(), key, &[("n", &n.to_string())]);
    let (first, second) = match (days, hours) {
        (0, 0) if minutes == 0 => return part("desk.seconds", seconds),
        (0, 0) if minutes == 1 => (part("desk.minutes", 1), Some(part("desk.seconds", seconds % 60))),
        (0, 0) => return part("desk.minutes", minutes),
        (0, _) => (part("desk.hours", hours), (minutes > 0).then(|| part("desk.minutes", minutes))),
        _ => (part("desk.days", days), (hours > 0).then(|| part("desk.hours", hours))),
    };
    format::duration(page.locale.get(), &first, second.as_deref())
}

/// The badge of a ticket's service level; nothing without one.
pub(super) fn sla_badge(page: Page, row: Signal<Row>) -> AnyView {
    let standing = Memo::new(move |_| row.with(|row| standing(page, row)));
    let badge = move || {
        standing.get().map(|Standing { tone, icon, text, hint }| {
            view! {
                <span class="badge sla" data-tone=tone.attr() title=hint><Icon name=icon/><span>{text}</span></span>
            }
        })
    };
    badge.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_said_anew_when_it_changes() {
        let due = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let (before, at_risk) = (|ms: i64| due - TimeDelta::milliseconds(ms), due - TimeDelta::minutes(10));
        let waits =
            |ms: i64| next_change(due, Some(at_risk), before(ms)).map(|at| (at - before(ms)).num_milliseconds());
        assert_eq!(waits(900_000), Some(300_000), "it comes to be at risk");
        assert_eq!(waits(600_000), Some(480_000), "seconds begin to count");
        assert_eq!(waits(120_000), Some(1));
        assert_eq!(waits(5_300), Some(301), "from five seconds to four");
        assert_eq!(waits(1), Some(2), "it is due");
        assert_eq!(waits(-5_300), Some(701), "five seconds ago, then six");
        assert_eq!(waits(-121_000), None, "minutes may be told late");
    }
}

//! What a ticket's service level says: a time that counts down, in words and colour.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use shared::i18n::translate;
use shared::types::is_unsettled;
use shared::{Row, format};

use crate::context::Page;
use crate::ui::{Icon, Tone};

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
    let due = row.datetime("due_at").filter(|_| is_unsettled(row.text("status").unwrap_or("new")));
    let Some(due) = due else {
        let (tone, icon) = match state {
            "met" => (Tone::Success, "circle-check"),
            "missed" => (Tone::Danger, "circle-alert"),
            "paused" => (Tone::Neutral, "circle-pause"),
            _ => return None,
        };
        let text = say(&format!("ticket.sla_state.{state}"), &[]);
        return Some(Standing { tone, icon, hint: text.clone(), text });
    };
    let now = page.now.get();
    let what = row.text("due_clock").map(|clock| say(&format!("ticket.due_clock.{clock}"), &[])).unwrap_or_default();
    let hint = format!("{what} {}", format::date_time(locale, due, &page.zone())).trim().to_owned();
    let (tone, icon, text) = timed(page, due, row.datetime("at_risk_at"), now);
    Some(Standing { tone, icon, text, hint })
}

/// Tone, icon and words of a time that is due.
pub(super) fn timed(
    page: Page,
    due: DateTime<Utc>,
    at_risk: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> (Tone, &'static str, String) {
    let locale = page.locale.get();
    let left = short(page, (due - now).num_seconds().unsigned_abs());
    let text = |key: &str| translate(locale, key, &[("time", &left)]);
    if due <= now {
        (Tone::Danger, "circle-alert", text("desk.overdue_by"))
    } else if at_risk.is_some_and(|at| at <= now) {
        (Tone::Warning, "alarm-clock", text("desk.left"))
    } else {
        (Tone::Neutral, "clock", text("desk.left"))
    }
}

/// `25m`, `3h 5m`, `2d 4h`.
fn short(page: Page, seconds: u64) -> String {
    let minutes = seconds / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let part = |key: &str, n: u64| translate(page.locale.get(), key, &[("n", &n.to_string())]);
    let (first, second) = match (days, hours) {
        (0, 0) => return part("desk.minutes", minutes),
        (0, _) => (part("desk.hours", hours), (minutes > 0).then(|| part("desk.minutes", minutes))),
        _ => (part("desk.days", days), (hours > 0).then(|| part("desk.hours", hours))),
    };
    second.map_or_else(|| first.clone(), |second| format!("{first} {second}"))
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

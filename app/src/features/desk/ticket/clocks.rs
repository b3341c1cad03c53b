//! The clocks of a ticket: what is promised, and how it stands.

use leptos::prelude::*;
use serde_json::Value;
use shared::i18n::translate;

use super::Ticket;
use crate::features::desk::badge::timed;
use crate::features::desk::blocked::is_open;
use crate::ui::{Icon, Tone};

const KINDS: [&str; 3] = ["first_response", "next_response", "resolution"];

/// Each clock that runs or ran.
pub(super) fn clocks(ticket: Ticket) -> AnyView {
    let all = move || {
        let row = ticket.row();
        let settled = !is_open(&row);
        let clocks = row.value("clocks").clone();
        let waits = matches!(row.text("status"), Some("waiting_customer" | "waiting_third_party"));
        KINDS.into_iter().filter_map(|kind| clock(ticket, kind, clocks.get(kind)?, (settled, waits))).collect_view()
    };
    view! { <div class="clocks">{all}</div> }.into_any()
}

/// One clock. Of a settled ticket only how it went is told: nothing is waited for any more.
fn clock(ticket: Ticket, kind: &'static str, clock: &Value, (settled, waits): (bool, bool)) -> Option<AnyView> {
    let page = ticket.desk.page;
    let locale = page.locale.get();
    let instant = |field: &str| {
        let text = clock.get(field)?.as_str()?;
        Some(chrono::DateTime::parse_from_rfc3339(text).ok()?.to_utc())
    };
    let state = clock.get("state").and_then(Value::as_str).unwrap_or("none");
    let paused = clock.get("paused").and_then(Value::as_bool).unwrap_or_default();
    let due = instant("due_at");
    let say = |key: &str| translate(locale, key, &[]);
    let (tone, icon, text) = match (state, due) {
        ("none", _) => return None,
        ("met", _) => (Tone::Success, "circle-check", say("ticket.sla_state.met")),
        ("met_late", _) => (Tone::Danger, "circle-check", say("desk.met_late")),
        // It is late whatever it does; by how much says a clock that runs.
        ("missed", _) if settled || paused => (Tone::Danger, "circle-alert", say("ticket.sla_state.missed")),
        _ if settled => return None,
        _ if paused => (Tone::Neutral, "circle-pause", say("ticket.sla_state.paused")),
        (_, Some(due)) => timed(page, due, instant("at_risk_at")),
        (state, None) => (Tone::Neutral, "clock", say(&format!("ticket.sla_state.{state}"))),
    };
    let hint = due.map(|due| shared::format::date_time(locale, due, &page.zone()));
    let name = say(&called(kind, state, waits));
    Some(
        view! {
            <span class="clock" data-clock=kind data-met=(state == "met").then_some("") title=hint>
                <span class="meta">{name}</span>
                <span class="badge sla" data-tone=tone.attr()><Icon name=icon/><span>{text}</span></span>
            </span>
        }
        .into_any(),
    )
}

/// The label of a clock's name. Where others stand still because the ticket waits, that of the first answer says why it does not.
fn called(kind: &str, state: &str, waits: bool) -> String {
    match (kind, state) {
        ("first_response", "active" | "at_risk" | "missed") if waits => "desk.first_answer_owed".to_owned(),
        _ => format!("ticket.due_clock.{kind}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_says_why_it_is_waited_for_while_the_ticket_waits() {
        for state in ["active", "at_risk", "missed"] {
            assert_eq!(called("first_response", state, true), "desk.first_answer_owed");
            assert_eq!(called("first_response", state, false), "ticket.due_clock.first_response");
            assert_eq!(called("resolution", state, true), "ticket.due_clock.resolution");
        }
        assert_eq!(called("first_response", "met", true), "ticket.due_clock.first_response");
    }
}

//! Which status follows which: what is closed is only opened again, and what was answered is new no more.

use super::{Ticket, TicketStatus};
use crate::error::FieldError;
use crate::record::{Draft, Values};

/// Each category, and those that may follow it. An organisation's own steps within a category follow each other as they like.
const STEPS: [(&str, &[&str]); 6] = [
    ("new", &["open", "waiting_customer", "waiting_third_party", "solved", "closed"]),
    // New again: whoever took it leaves it to others as it came.
    ("open", &["new", "waiting_customer", "waiting_third_party", "solved", "closed"]),
    ("waiting_customer", &["new", "open", "waiting_third_party", "solved", "closed"]),
    ("waiting_third_party", &["new", "open", "waiting_customer", "solved", "closed"]),
    // It turned out not to be solved, or the matter is over.
    ("solved", &["open", "waiting_customer", "waiting_third_party", "closed"]),
    // Its customer writes about something else from now on; whoever goes on with it says so first.
    ("closed", &["open"]),
];

/// Why a closed ticket gets no other status.
const ONLY_REOPENED: &str = "only_reopened";
/// Why a ticket becomes new no more.
const NOT_NEW_AGAIN: &str = "not_new_again";
/// Why a step is not taken together with a status.
const STEP_OF_OTHER: &str = "step_of_other";

/// Why a ticket can't step from one category to another, as the code of an error; nothing when it can. Only what no agent has
/// answered becomes new again.
fn refusal(from: &str, to: &str, is_answered: bool) -> Option<&'static str> {
    if from == to {
        return None;
    }
    let next = STEPS.iter().find(|(status, _)| *status == from).map(|(_, next)| *next)?;
    match from {
        _ if next.contains(&to) && !(to == "new" && is_answered) => None,
        "closed" => Some(ONLY_REOPENED),
        _ => Some(NOT_NEW_AGAIN),
    }
}

/// Whether the status of a ticket, as it is, may be of a category next.
pub fn may_become(ticket: &Values, category: &str) -> bool {
    let ticket = Ticket(ticket);
    refusal(ticket.status().unwrap_or("new"), category, ticket.agent_wrote_at().is_some()).is_none()
}

/// Whether an error says that a status can't follow another, or goes with no such step. A merge is no step: it gathers what there is.
pub fn is_about_steps(error: &FieldError) -> bool {
    [ONLY_REOPENED, NOT_NEW_AGAIN, STEP_OF_OTHER].contains(&error.code.as_str())
}

/// Refuses a step that is said together with a status to which it does not belong, for one of them would be dropped without a
/// word. A status takes a ticket out of the step that it has, also where that is sent along as it was: whoever sends back what they
/// read says nothing by that. `patch` names the fields that were sent.
pub(crate) fn refuse_contradiction(draft: &mut Draft<'_>, patch: &[String]) {
    let is_said =
        |field: &str| patch.iter().any(|name| name == field) && draft.errors.iter().all(|error| error.field != field);
    if !is_said("status") || !is_said("status_id") || !draft.changed("status_id") {
        return;
    }
    let category = draft.related_row("status_id").and_then(|step| TicketStatus(&step.values).category());
    let is_other = match (category, Ticket(draft.after).status()) {
        (Some(category), Some(status)) => category != status,
        _ => false,
    };
    if is_other {
        draft.error("status_id", STEP_OF_OTHER);
    }
}

/// Refuses what can't follow, at the field by which it was said.
pub(super) fn guard(draft: &mut Draft<'_>) {
    let Some(from) = draft.before.and_then(|row| row.text("status")) else { return };
    let ticket = Ticket(draft.after);
    let code = refusal(from, ticket.status().unwrap_or("new"), ticket.agent_wrote_at().is_some());
    if let Some(code) = code {
        let own = draft.changed("status_id") && draft.has("status_id");
        draft.error(if own { "status_id" } else { "status" }, code);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::TICKET_STATUSES;

    #[test]
    fn every_status_is_told_of_and_every_step_leads_to_one() {
        assert_eq!(STEPS.map(|(status, _)| status).as_slice(), TICKET_STATUSES);
        for (status, next) in STEPS {
            assert!(next.iter().all(|to| TICKET_STATUSES.contains(to) && *to != status), "{status}");
        }
    }

    #[test]
    fn a_closed_ticket_is_only_opened_again() {
        for to in TICKET_STATUSES.iter().filter(|to| !["open", "closed"].contains(to)) {
            assert_eq!(refusal("closed", to, false), Some(ONLY_REOPENED), "{to}");
        }
        assert_eq!(["open", "closed"].map(|to| refusal("closed", to, true)), [None, None]);
    }

    #[test]
    fn only_what_nobody_answered_becomes_new_again() {
        for from in ["open", "waiting_customer", "waiting_third_party"] {
            assert_eq!(refusal(from, "new", false), None, "{from}");
            assert_eq!(refusal(from, "new", true), Some(NOT_NEW_AGAIN), "{from}");
        }
        assert_eq!(refusal("solved", "new", false), Some(NOT_NEW_AGAIN));
        assert_eq!(refusal("new", "new", true), None, "it may have been answered without being taken");
    }

    #[test]
    fn what_is_open_waits_is_solved_or_closed_to_and_fro() {
        for from in ["open", "waiting_customer", "waiting_third_party", "solved"] {
            for to in TICKET_STATUSES.iter().filter(|to| **to != "new") {
                assert_eq!(refusal(from, to, true), None, "{from} {to}");
            }
        }
    }
}

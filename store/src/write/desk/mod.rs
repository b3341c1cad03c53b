//! What follows from writes to tickets and their messages: where new tickets go, what answers mean for the status, and the
//! clocks. All of it happens in the transaction of the write itself.

mod asked;
mod clocks;
mod holding;
mod letters;
mod messages;
mod policy;
mod requester;
mod route;
mod rules;
mod signed;
mod tick;

use chrono::{DateTime, TimeDelta, Utc};
use shared::access::Actor;
use shared::cause::Cause;
use shared::command::{Change, Command, Source};
use shared::types::TICKET;
use shared::{FieldError, RecordDef, Result, Values};
use uuid::Uuid;

pub(super) use self::holding::{Holds, before_merge, before_undo, before_write, hold_all};
pub(crate) use self::holding::{hold, hold_carried};
pub(super) use self::messages::say_last;
pub(crate) use self::policy::levels;
pub(super) use self::requester::said_apart;
pub(super) use self::route::before_each;
pub(super) use self::signed::asked_by;
use super::audit::ChangeSet;
use super::batch;
use super::prepare::Prepared;
use crate::pool::Tx;

/// What is wrong with a time that somebody gives by hand: that to which a ticket is put off is to come, and what is said was said,
/// for what happens to the ticket next is not before it. Files and the system say how it was.
pub(super) fn wrong_time(
    def: &RecordDef,
    row: &Prepared,
    (now, source): (DateTime<Utc>, Source),
) -> Option<FieldError> {
    let by_hand = matches!(source, Source::Web | Source::Api) && row.errors.is_empty();
    let given = |field: &str| row.after.datetime(field).filter(|_| by_hand && row.changed(field));
    match def.name {
        "ticket" => {
            given("snoozed_until").filter(|until| *until <= now).map(|_| FieldError::new("snoozed_until", "in_past"))
        }
        "ticket_message" => {
            // As of tickets: clocks of programs are not always right.
            let soon = now + TimeDelta::minutes(5);
            given("said_at").filter(|said| *said > soon).map(|_| FieldError::new("said_at", "in_future"))
        }
        _ => None,
    }
}

/// Brings tickets up to date after rows of `def` were written.
pub(super) async fn after_write(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    rows: &[Prepared],
    set: &ChangeSet,
) -> Result<()> {
    match def.name {
        "ticket" => {
            clocks::note_changes(tx, rows).await?;
            messages::after_other_receipt(tx, actor, rows).await?;
            if route::is_placed(set.source) {
                route::place(tx, actor, rows, set).await?;
            }
            let ids: Vec<Uuid> = rows.iter().map(|row| row.after.id).collect();
            clocks::renew(tx, actor, &ids, clocks::Told::Along).await
        }
        "ticket_message" => messages::after_write(tx, actor, rows, set).await,
        _ => Ok(()),
    }
}

/// Changes a ticket within the change set that it follows from, and for what reasons: in the name of who wrote, with the rights of
/// the system.
async fn change(tx: &mut Tx, actor: &Actor, (set, causes): (Uuid, Vec<Cause>), id: Uuid, values: Values) -> Result<()> {
    let command = Command {
        record_type: TICKET.name.to_owned(),
        changes: vec![Change::Update { id, version: None, values }],
        change_set: Some(set),
        all_or_nothing: true,
        source: Source::System,
        ..Command::default()
    };
    let outcome = Box::pin(batch::run_because(tx, &actor.unlimited(), &TICKET, &command, causes)).await?;
    // A rule that refers to what is gone changes nothing; the ticket is there all the same.
    if let Some(refusal) = outcome.refused.first() {
        tracing::warn!(error = ?refusal.error, "a ticket could not be placed as its rules say");
    }
    Ok(())
}

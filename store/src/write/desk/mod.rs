//! What follows from writes to tickets and their messages: where new tickets go, what answers mean for the status, and the
//! clocks. All of it happens in the transaction of the write itself.

mod clocks;
mod letters;
mod messages;
mod policy;
mod route;
mod rules;
mod tick;

use shared::access::Actor;
use shared::command::{Change, Command, Source};
use shared::types::TICKET;
use shared::{RecordDef, Result, Values};
use uuid::Uuid;

use super::audit::ChangeSet;
use super::batch;
use super::prepare::Prepared;
use crate::pool::Tx;

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
            if matches!(set.source, Source::Web | Source::Api | Source::Portal | Source::Mail) {
                route::place(tx, actor, rows, set).await?;
            }
            let ids: Vec<Uuid> = rows.iter().map(|row| row.after.id).collect();
            clocks::renew(tx, actor, &ids, clocks::Told::Along).await
        }
        "ticket_message" => messages::after_write(tx, actor, rows, set).await,
        _ => Ok(()),
    }
}

/// Changes a ticket within the write that it follows from: in the name of who wrote, with the rights of the system.
async fn change(tx: &mut Tx, actor: &Actor, set: &ChangeSet, id: Uuid, values: Values) -> Result<()> {
    let system = Actor { zone: actor.zone.clone(), ..Actor::administrator(actor.org_id, actor.user_id) };
    let command = Command {
        record_type: TICKET.name.to_owned(),
        changes: vec![Change::Update { id, version: None, values }],
        change_set: Some(set.id),
        all_or_nothing: true,
        source: Source::System,
        ..Command::default()
    };
    let outcome = Box::pin(batch::run(tx, &system, &TICKET, &command)).await?;
    // A rule that refers to what is gone changes nothing; the ticket is there all the same.
    if let Some(refusal) = outcome.refused.first() {
        tracing::warn!(error = ?refusal.error, "a ticket could not be placed as its rules say");
    }
    Ok(())
}

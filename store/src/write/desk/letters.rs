//! Answers to customers who wrote by mail, or left their address, leave by mail: they are queued with the message itself.

use shared::Result;
use shared::access::Actor;
use shared::command::Source;
use shared::types::{MAILED_CHANNELS, TICKET_MESSAGE, TicketMessage};
use uuid::Uuid;

use super::super::audit::{ChangeSet, events_for};
use super::super::prepare::{Act, Prepared};
use crate::desk::TAKEN_BACK_WITHIN;
use crate::error::from_sqlx;
use crate::pool::Tx;

/// Queues what was just said to customers. What was taken over from elsewhere was sent there.
pub(super) async fn queue(tx: &mut Tx, actor: &Actor, rows: &[Prepared], set: &ChangeSet) -> Result<()> {
    if !matches!(set.source, Source::Web | Source::Api) {
        return Ok(());
    }
    let said: Vec<Uuid> =
        rows.iter().filter(|row| row.act == Act::Create && leaves(row)).map(|row| row.after.id).collect();
    if said.is_empty() {
        return Ok(());
    }
    let queued: Vec<Uuid> = sqlx::query_scalar(
        "with waiting as (
             insert into letters_out (org_id, id, mailbox_id, ticket_id, message_id, kind, next_try)
             select m.org_id, gen_random_uuid(), b.id, t.id, m.id, 'reply', now() + make_interval(secs => $3)
             from ticket_messages m
             join tickets t on t.org_id = m.org_id and t.id = m.ticket_id and t.requester_email is not null
             cross join lateral (select guanxi_mailbox(t.org_id, t.id, t.queue_id) as id) b
             where m.org_id = $1 and m.id = any($2) and b.id is not null
             on conflict do nothing
             returning message_id
         )
         update ticket_messages m set delivery = 'queued', version = m.version + 1
         from waiting w where m.org_id = $1 and m.id = w.message_id returning m.id",
    )
    .bind(tx.org_id)
    .bind(said)
    .bind(TAKEN_BACK_WITHIN)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    if queued.is_empty() { Ok(()) } else { events_for(tx, actor, &TICKET_MESSAGE, &queued).await }
}

/// Whether it is an answer for somebody who gets mail.
fn leaves(row: &Prepared) -> bool {
    let message = TicketMessage(&row.after.values);
    message.kind() == Some("reply")
        && message.direction() == Some("outbound")
        && message.channel().is_some_and(|channel| MAILED_CHANNELS.contains(&channel))
}

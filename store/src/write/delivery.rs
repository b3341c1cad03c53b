//! How far the mail of an answer has come: kept at the message by the store, told as it changes.

use shared::Result;
use shared::access::Actor;
use shared::types::TICKET_MESSAGE;
use uuid::Uuid;

use super::audit::events_for;
use crate::error::from_sqlx;
use crate::pool::Tx;

/// How far a mail has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    Queued,
    Sent,
    Failed,
    Bounced,
}

impl Delivery {
    fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Bounced => "bounced",
        }
    }
}

/// Keeps it at the message, with the reason if something went wrong. A mail that came back was not delivered, whatever is
/// said of it later.
pub(crate) async fn set_delivery(
    tx: &mut Tx,
    actor: &Actor,
    message_id: Uuid,
    (delivery, error): (Delivery, Option<&str>),
) -> Result<()> {
    let touched: Vec<Uuid> = sqlx::query_scalar(
        "update ticket_messages set delivery = $3, delivery_error = left($4, 500), version = version + 1
         where org_id = $1 and id = $2 and direction = 'outbound'
         and (delivery is distinct from 'bounced' or $3 in ('bounced', 'queued'))
         and (delivery, delivery_error) is distinct from ($3, left($4, 500)) returning id",
    )
    .bind(tx.org_id)
    .bind(message_id)
    .bind(delivery.code())
    .bind(error)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    if touched.is_empty() { Ok(()) } else { events_for(tx, actor, &TICKET_MESSAGE, &touched).await }
}

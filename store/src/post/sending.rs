//! What became of letters that were sent.

use shared::access::{Action, Actor};
use shared::post::Notice;
use shared::types::TICKET_MESSAGE;
use shared::{Error, Result};
use uuid::Uuid;

use super::departing::Carried;
use super::told::{note, readers};
use super::{Departing, bounded};
use crate::error::from_sqlx;
use crate::intake::system;
use crate::pool::{DbRole, Store, Tx};
use crate::write::{Delivery, Found, carry_out, hold_carried, set_delivery};

/// Seconds before each further try; after the last one it is given up, a day after the first.
const PAUSES: [f64; 8] = [10.0, 60.0, 300.0, 900.0, 3_600.0, 10_800.0, 21_600.0, 43_200.0];

/// What became of a letter. Reasons are a code of [`shared::post::PostFault`] and what the server said, behind a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// A server took it over.
    Yes,
    /// It may go later.
    Later(String),
    /// It will never go.
    Never(String),
}

impl Store {
    /// Keeps what became of a letter; what failed is tried again for about a day, then the ticket says so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_sent(&self, departing: &Departing, sent: &Sent) -> Result<()> {
        let (org_id, carried) = (departing.account.org_id, &departing.carries);
        let tried = usize::try_from(carried.attempts).unwrap_or_default();
        match sent {
            Sent::Yes => self.note_left(org_id, carried).await,
            Sent::Later(why) => match PAUSES.get(tried.saturating_sub(1)) {
                Some(pause) => self.note_later(org_id, carried, (why, *pause)).await,
                None => self.note_never(org_id, carried, why).await,
            },
            Sent::Never(why) => self.note_never(org_id, carried, why).await,
        }
    }

    async fn note_left(&self, org_id: Uuid, carried: &Carried) -> Result<()> {
        let mut tx = self.begin(org_id, DbRole::Writer).await?;
        hold_carried(&mut tx, carried.ticket_id, carried.message_id).await?;
        let stands = state(&mut tx, carried, ("sent", 0.0, None)).await?;
        if let Some(message) = carried.message_id.filter(|_| stands) {
            set_delivery(&mut tx, &system(org_id), message, (Delivery::Sent, None)).await?;
        }
        tx.commit().await?;
        self.hub.wake();
        Ok(())
    }

    async fn note_later(&self, org_id: Uuid, carried: &Carried, (why, pause): (&str, f64)) -> Result<()> {
        let mut tx = self.begin(org_id, DbRole::Writer).await?;
        hold_carried(&mut tx, carried.ticket_id, carried.message_id).await?;
        let stands = state(&mut tx, carried, ("queued", pause, Some(why))).await?;
        if let Some(message) = carried.message_id.filter(|_| stands) {
            let why = bounded(why, 500);
            set_delivery(&mut tx, &system(org_id), message, (Delivery::Queued, Some(&why))).await?;
        }
        tx.commit().await?;
        self.hub.wake();
        Ok(())
    }

    /// The message says that it did not leave, and a note tells who works the ticket. Both keep the reason as a code, which each
    /// reader gets in their own language.
    pub(super) async fn note_never(&self, org_id: Uuid, carried: &Carried, why: &str) -> Result<()> {
        let mut tx = self.begin(org_id, DbRole::Writer).await?;
        hold_carried(&mut tx, carried.ticket_id, carried.message_id).await?;
        if !state(&mut tx, carried, ("failed", 0.0, Some(why))).await? {
            return Ok(());
        }
        let readers = readers(&mut tx, Some(carried.ticket_id)).await?;
        let why = bounded(why, 500);
        if let Some(message) = carried.message_id {
            set_delivery(&mut tx, &system(org_id), message, (Delivery::Failed, Some(&why))).await?;
        }
        let notice = if carried.message_id.is_some() { Notice::Failed } else { Notice::ConfirmationFailed };
        let told = note(carried.ticket_id, readers, (notice, &why));
        carry_out(&mut tx, &system(org_id), &[told], &Found::new()).await?;
        tx.commit().await?;
        self.hub.wake();
        Ok(())
    }

    /// Sends an answer again that did not arrive.
    ///
    /// # Errors
    /// `NotFound` for messages the actor may not read, that did not fail, or whose ticket became somebody else's, `Forbidden` without the right to answer.
    pub async fn send_again(&self, actor: &Actor, message_id: Uuid) -> Result<()> {
        let message = self.get(actor, &TICKET_MESSAGE, message_id).await?.row;
        if !actor.may(&TICKET_MESSAGE, Action::Create) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        hold_carried(&mut tx, message.reference("ticket_id").ok_or(Error::NotFound)?, Some(message_id)).await?;
        let again = sqlx::query(
            "update letters_out l set state = 'queued', attempts = 0, next_try = now(), error = null
             from ticket_messages m
             where l.org_id = $1 and l.message_id = $2 and m.org_id = l.org_id and m.id = l.message_id and m.apart_from is null
             and l.state in ('failed', 'sent') and m.delivery in ('failed', 'bounced')",
        )
        .bind(actor.org_id)
        .bind(message_id)
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        if again.rows_affected() == 0 {
            return Err(Error::NotFound);
        }
        set_delivery(&mut tx, actor, message_id, (Delivery::Queued, None)).await?;
        tx.commit().await?;
        self.hub.wake();
        Ok(())
    }
}

/// Whoever claimed it last says what became of it; but once it has left, it has left, whoever sent it.
async fn state(tx: &mut Tx, carried: &Carried, (state, pause, why): (&str, f64, Option<&str>)) -> Result<bool> {
    let touched = sqlx::query(
        "update letters_out set state = $3, next_try = now() + make_interval(secs => $4), error = $5,
                sent_at = case when $3 = 'sent' then now() end
         where org_id = $1 and id = $2 and state = 'sending' and (attempts = $6 or $3 = 'sent')",
    )
    .bind(tx.org_id)
    .bind(carried.id)
    .bind(state)
    .bind(pause)
    .bind(why.map(|why| bounded(why, 500)))
    .bind(carried.attempts)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    Ok(touched.rows_affected() == 1)
}

//! Numbers of tickets that were merged into others: they lead to those.

use shared::access::{Action, Actor};
use shared::query::Hit;
use shared::types::TICKET;
use shared::{Error, Result};
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::{Store, Tx};

/// Longest number.
const LONGEST: usize = 40;

impl Store {
    /// The ticket that the one with this number was merged into, if the actor may read it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn merged_ticket(&self, actor: &Actor, number: &str) -> Result<Option<Hit>> {
        let number = number.trim();
        let is_number = number.len() <= LONGEST && number.contains(|c: char| c.is_ascii_digit());
        if !is_number || number.contains(char::is_whitespace) || !actor.sees_title(&TICKET) {
            return Ok(None);
        }
        if !actor.may(&TICKET, Action::Read) {
            return Ok(None);
        }
        let mut tx = self.reading(actor).await?;
        let found = survivor(&mut tx, number).await?;
        drop(tx);
        let Some((id, _)) = found else { return Ok(None) };
        let row = match self.get(actor, &TICKET, id).await {
            Err(Error::NotFound | Error::Forbidden) => return Ok(None),
            found => found?.row,
        };
        let text = |field: &str| row.text(field).unwrap_or_default().to_owned();
        let subtitle = format!("{} → {}", number.to_uppercase(), text("number"));
        Ok(Some(Hit { record_type: TICKET.name.to_owned(), id, title: text("subject"), subtitle }))
    }
}

/// The ticket that the one with this number became when it was merged, and its own number.
pub(crate) async fn survivor(tx: &mut Tx, number: &str) -> Result<Option<(Uuid, Option<String>)>> {
    sqlx::query_as(
        "with recursive way as (
             select into_id from merged_records
             where org_id = $1 and lower(number) = lower($2) and record_type = 'ticket'
             union select m.into_id from way join merged_records m on m.org_id = $1 and m.id = way.into_id
         )
         select t.id, t.number from way join tickets t on t.org_id = $1 and t.id = way.into_id limit 1",
    )
    .bind(tx.org_id)
    .bind(number)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

//! Tickets that came from an address of somebody's, as the log tells, and have another one now or are no more.

use std::collections::BTreeSet;

use shared::Result;
use uuid::Uuid;

use super::parted::named_nobody_but;
use super::whose::Whose;
use crate::error::from_sqlx;
use crate::pool::Tx;

impl Whose {
    /// Tickets that had an address of theirs alone once, while they named no contact and no customer but theirs, and aren't `theirs`
    /// now: those that are there, and those that are no more.
    pub(super) async fn formerly_asked(
        &self,
        tx: &mut Tx,
        theirs: &BTreeSet<Uuid>,
    ) -> Result<(BTreeSet<Uuid>, BTreeSet<Uuid>)> {
        let found: Vec<(Uuid, bool)> = sqlx::query_as(concat!(
            // Which entries take an address away is the condition of an index (migration 0081), to be said in its words: by an index of
            // the addresses nobody could look, as with references (`LEFT`).
            "select distinct e.record_id, t.id is null from audit_entries e
             left join tickets t on t.org_id = e.org_id and t.id = e.record_id
             where e.org_id = $1 and e.record_type = 'ticket' and e.action in ('update', 'delete')
             and e.changes ? 'requester_email' and lower(e.changes #>> '{requester_email,0}') = any($2) and ",
            named_nobody_but!("$3"),
        ))
        .bind(tx.org_id)
        .bind(&self.alone)
        .bind(self.nobody_else())
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let (gone, there): (Vec<_>, Vec<_>) =
            found.into_iter().filter(|(id, _)| !theirs.contains(id)).partition(|(_, is_gone)| *is_gone);
        let ids = |of: Vec<(Uuid, bool)>| of.into_iter().map(|(id, _)| id).collect();
        Ok((ids(there), ids(gone)))
    }
}

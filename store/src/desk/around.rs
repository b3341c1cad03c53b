//! What stands around the lists of the desk, read for one answer.

use shared::access::{Action, Actor};
use shared::desk::Surroundings;
use shared::post::AnswerWay;
use shared::query::{ListQuery, MAX_PAGE, Sort};
use shared::types::{ORGANISATION, QUEUE, SAVED_VIEW, TICKET, TICKET_STATUS, USER, offered_views};
use shared::{Error, RecordDef, Result, Row};

use crate::pool::Store;

impl Store {
    /// Queues, views and steps, whether the actor is away, and the way in which answers go.
    ///
    /// # Errors
    /// `Forbidden` without any right to read tickets.
    pub async fn surroundings(&self, actor: &Actor, way: AnswerWay) -> Result<Surroundings> {
        if !actor.may(&TICKET, Action::Read) {
            return Err(Error::Forbidden);
        }
        let organisation =
            allowed(self.list(actor, &ORGANISATION, &ListQuery { limit: 1, ..ListQuery::default() }).await)?;
        let slug = |row: &Row| row.text("slug").filter(|_| row.flag("portal")).map(str::to_owned);
        let own = allowed(self.get(actor, &USER, actor.user_id).await.map(Some))?;
        Ok(Surroundings {
            queues: self.in_order(actor, &QUEUE).await?,
            saved: allowed(self.list(actor, &SAVED_VIEW, &offered_views(TICKET.name, "list")).await)?.rows,
            steps: self.in_order(actor, &TICKET_STATUS).await?,
            away: own.is_some_and(|detail| detail.row.flag("away")),
            portal: organisation.rows.first().and_then(slug),
            way,
        })
    }

    async fn in_order(&self, actor: &Actor, def: &'static RecordDef) -> Result<Vec<Row>> {
        let sort = Some(Sort { field: "position".to_owned(), descending: false });
        let query = ListQuery { sort, limit: MAX_PAGE, ..ListQuery::default() };
        Ok(allowed(self.list(actor, def, &query).await)?.rows)
    }
}

/// What was found; nothing of what one may not read.
fn allowed<T: Default>(found: Result<T>) -> Result<T> {
    match found {
        Err(Error::Forbidden | Error::NotFound) => Ok(T::default()),
        found => found,
    }
}

//! Whether an article was helpful: each visitor once, counted into the article.

use shared::{Error, Result};
use uuid::Uuid;

use super::Portal;
use crate::auth::{Client, Limit, secret};
use crate::pool::{DbRole, Store};

impl Store {
    /// Keeps what a visitor thinks of a public article; saying it again, or otherwise, changes their vote. `visitor` is
    /// whatever tells one browser from others.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the article is not public; [`Error::RateLimited`] after too many votes from one network.
    pub async fn portal_vote(
        &self,
        portal: &Portal,
        article_id: Uuid,
        (visitor, helpful): (&str, bool),
        client: &Client,
    ) -> Result<()> {
        self.attempt(&Limit::portal_vote(portal.org_id, client)).await?;
        let mut tx = self.begin(portal.org_id, DbRole::Writer).await?;
        let (system, voter) = (portal.system(), secret::hash(&format!("{article_id} {visitor}")));
        if !crate::write::count_vote(&mut tx, &system, article_id, (&voter, helpful)).await? {
            return Err(Error::NotFound);
        }
        tx.commit().await?;
        self.hub.wake();
        Ok(())
    }
}

//! Mails that people get by themselves, whatever they tell: found in each organisation, claimed by one server, and given once.

use std::future::Future;

use shared::Result;
use uuid::Uuid;

use crate::locks::alone;
use crate::pool::{DbRole, Store, Tx};

/// Something that somebody is to be told by mail, once.
pub(crate) trait ToTell: Sized + Send {
    /// Names the kind, to whoever looks for the same meanwhile and in the log.
    const KIND: &'static str;
    /// Where it is looked for: an organisation, with what its mails say of it.
    type Place: Send + Sync;
    /// The mail that tells it.
    type Mail: Send;

    /// The organisation of a place.
    fn org_id(place: &Self::Place) -> Uuid;

    /// What is to be told and was not.
    fn find(tx: &mut Tx, place: &Self::Place) -> impl Future<Output = Result<Vec<Self>>> + Send;

    /// Notes that it is told, and gives what nobody else was faster with.
    fn claim(tx: &mut Tx, due: Vec<Self>) -> impl Future<Output = Result<Vec<Self>>> + Send;

    /// The mail; none where it need not or may not be told any more.
    fn mail(self, store: &Store, place: &Self::Place) -> impl Future<Output = Result<Option<Self::Mail>>> + Send;
}

impl Store {
    /// The mails of a kind to send now. What is found counts as told before it is given, so that nobody is told twice, whatever
    /// becomes of the mail.
    pub(crate) async fn mails_due<T: ToTell>(&self, places: &[T::Place]) -> Vec<T::Mail> {
        let mut mails = Vec::new();
        for place in places {
            // What was claimed of others must not be lost to one organisation's fault, nor to that of one mail.
            let claimed = self.claim_due::<T>(place).await.unwrap_or_else(|fault| {
                tracing::warn!(kind = T::KIND, %fault, "what is due in an organisation could not be told");
                Vec::new()
            });
            for due in claimed {
                match due.mail(self, place).await {
                    Ok(mail) => mails.extend(mail),
                    Err(fault) => tracing::warn!(kind = T::KIND, %fault, "something could not be told"),
                }
            }
        }
        mails
    }

    async fn claim_due<T: ToTell>(&self, place: &T::Place) -> Result<Vec<T>> {
        let mut tx = self.begin(T::org_id(place), DbRole::Writer).await?;
        if !alone(&mut tx, T::KIND).await? {
            return Ok(Vec::new());
        }
        let due = T::find(&mut tx, place).await?;
        if due.is_empty() {
            return Ok(due);
        }
        let claimed = T::claim(&mut tx, due).await?;
        tx.commit().await?;
        Ok(claimed)
    }
}

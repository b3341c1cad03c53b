//! Mails that people get by themselves, for as long as the server runs: one loop over all their kinds.

use std::future::Future;
use std::time::Duration;

use app::api::outgoing::{Letter, Outgoing};
use store::portal::{AnswerMail, SatisfactionMail};
use store::{MentionMail, Store};
use tokio::time::sleep;

use crate::shutdown::Shutdown;

/// How often it is looked whom to write to.
const EVERY: Duration = Duration::from_secs(20);

/// A kind of mail that goes out by itself.
pub(crate) trait Telling: Sized + Send {
    /// What it tells, for the log.
    const KIND: &'static str;
    /// Whether it waits for a way out. What does not counts as told without one, too.
    const WAITS: bool;

    /// Those to send now; each is given once, by whichever server asks first.
    fn due(store: &Store) -> impl Future<Output = shared::Result<Vec<Self>>> + Send;

    /// What is sent.
    fn letter(&self, outgoing: &Outgoing) -> Letter;
}

/// Sends mails as they become due.
pub(crate) async fn run(store: Store, outgoing: Outgoing, shutdown: Shutdown) {
    loop {
        tokio::select! {
            () = sleep(EVERY) => {}
            () = shutdown.requested() => return,
        }
        tell::<SatisfactionMail>(&store, &outgoing).await;
        tell::<AnswerMail>(&store, &outgoing).await;
        tell::<MentionMail>(&store, &outgoing).await;
    }
}

/// Sends what is due of a kind. What could not be claimed is found again the next time.
async fn tell<T: Telling>(store: &Store, outgoing: &Outgoing) {
    if T::WAITS && !outgoing.reaches() {
        return;
    }
    match T::due(store).await {
        Ok(mails) => mails.iter().for_each(|mail| outgoing.send(mail.letter(outgoing))),
        Err(error) => tracing::warn!(kind = T::KIND, %error, "nobody could be told; it is tried again"),
    }
}

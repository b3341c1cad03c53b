//! Trying a mailbox, for whoever sets it up.

use shared::post::Tried;
use store::post::Account;

use super::{Fault, Transport, imap, smtp};

/// Signs in at both servers and opens the folder; nothing is fetched or sent.
pub(crate) async fn check(account: Account, own_way: Option<Transport>) -> Tried {
    let incoming = async {
        let folder = imap::open(&account).await?;
        folder.leave().await;
        Ok::<(), Fault>(())
    };
    let (incoming, outgoing) = tokio::join!(incoming, smtp::try_it(&account, own_way.as_ref()));
    let text = |result: Result<(), Fault>| result.err().map(|fault| fault.text(&account));
    Tried { incoming: text(incoming), outgoing: text(outgoing) }
}

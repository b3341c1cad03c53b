//! Trying a mailbox, for whoever sets it up.

use std::time::Duration;

use shared::post::Tried;
use store::post::Account;

use super::{Fault, Transport, imap, smtp};

/// So long a server may take to greet: it does so at once, unless it waits for encryption to begin.
const GREETED_WITHIN: Duration = Duration::from_secs(8);

/// Signs in at both servers and opens the folder; nothing is fetched or sent.
pub(crate) async fn check(account: Account, own_way: Option<Transport>) -> Tried {
    let outgoing = smtp::try_it(&account, own_way.as_ref(), GREETED_WITHIN);
    let (incoming, outgoing) = tokio::join!(imap::try_it(&account, GREETED_WITHIN), outgoing);
    let text = |result: Result<(), Fault>| result.err().map(|fault| fault.text(&account));
    Tried { incoming: text(incoming), outgoing: text(outgoing) }
}

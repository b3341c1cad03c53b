//! Letters that were too large to be fetched and that somebody wants all the same.

use store::Store;
use store::post::{Account, BEGINNING, Wanted};
use tokio::sync::Notify;

use super::Fault;
use super::fetching::ours;
use super::imap::Folder;

/// Fetches what is wanted, each once.
pub(super) async fn fetch_wanted(
    store: &Store,
    account: &Account,
    folder: &mut Folder,
    arrived: &Notify,
) -> Result<(), Fault> {
    while let Some(wanted) = store.next_wanted(account.org_id, account.id).await.map_err(ours)? {
        if fetch(store, account, folder, wanted).await? {
            arrived.notify_one();
        }
    }
    Ok(())
}

/// Whether it is there still. The server may number it otherwise by now, so it is looked for by its size.
async fn fetch(store: &Store, account: &Account, folder: &mut Folder, wanted: Wanted) -> Result<bool, Fault> {
    let as_large = format!("LARGER {} SMALLER {}", wanted.size - 1, wanted.size + 1);
    for uid in folder.search(&as_large).await? {
        let raw = if wanted.fits() {
            folder.letters(&[uid]).await?.pop().map(|(_, raw)| raw)
        } else {
            folder.beginning(uid, BEGINNING).await?
        };
        if let Some(raw) = raw
            && store.keep_wanted(account.org_id, wanted, raw).await.map_err(ours)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

//! Fetching: each mailbox by one node at a time, which holds it for a while and says again and again that it still does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use shared::post::PostFault;
use store::Store;
use store::mail::MAX_LETTER;
use store::post::Account;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use uuid::Uuid;

use super::Fault;
use super::anew::fetch_wanted;
use super::imap::{self, Folder};
use crate::shutdown::Shutdown;

/// How often it is looked which mailboxes are in use, and whether one that another node had is free.
const LOOKED: Duration = Duration::from_secs(3);
/// So long a mailbox is held, in seconds; a node that died keeps others waiting no longer.
const HELD: f64 = 15.0;
/// How often that is said again.
const HELD_AGAIN: Duration = Duration::from_secs(4);
/// So long a server that tells by itself is listened to before it is looked all the same.
const LISTENED: Duration = Duration::from_secs(25);
/// How often others are asked.
const ASKED: Duration = Duration::from_secs(4);
/// Pauses after something went wrong, doubled up to the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(4), Duration::from_secs(240));
/// Letters fetched at once, and bytes of them.
const AT_ONCE: (usize, u64) = (25, 4 << 20);

type Mailbox = (Uuid, Uuid);

/// Fetches all mailboxes in use until the server stops.
pub(super) async fn run(store: Store, arrived: Arc<Notify>, shutdown: Shutdown) {
    let node = Uuid::now_v7();
    let mut fetched: BTreeMap<Mailbox, JoinHandle<()>> = BTreeMap::new();
    loop {
        match store.mailboxes_in_use().await {
            Ok(wanted) => {
                let gone: Vec<Mailbox> = fetched.keys().filter(|one| !wanted.contains(one)).copied().collect();
                for one in gone {
                    end(&store, node, one, fetched.remove(&one)).await;
                }
                fetched.retain(|_, task| !task.is_finished());
                for one in wanted {
                    fetched
                        .entry(one)
                        .or_insert_with(|| tokio::spawn(keep(store.clone(), node, one, Arc::clone(&arrived))));
                }
            }
            Err(error) => tracing::warn!(%error, "it could not be looked which mailboxes to fetch"),
        }
        tokio::select! {
            () = sleep(LOOKED) => {}
            () = shutdown.requested() => break,
        }
    }
    for (one, task) in fetched {
        end(&store, node, one, Some(task)).await;
    }
}

/// Stops fetching a mailbox, and lets go of it. What was fetched is kept; what was not is fetched by the next one.
async fn end(store: &Store, node: Uuid, (org_id, id): Mailbox, task: Option<JoinHandle<()>>) {
    if let Some(task) = task {
        task.abort();
        let _ = task.await;
    }
    let _ = store.release_mailbox(org_id, id, node).await;
}

/// Fetches a mailbox whenever this node has it.
async fn keep(store: Store, node: Uuid, (org_id, id): Mailbox, arrived: Arc<Notify>) {
    loop {
        match store.hold_mailbox(org_id, id, node, HELD).await {
            Ok(true) => tokio::select! {
                () = hold(&store, node, (org_id, id)) => {}
                () = fetch(&store, (org_id, id), &arrived) => {}
            },
            Ok(false) => {}
            Err(error) => tracing::debug!(%error, mailbox = %id, "a mailbox could not be taken"),
        }
        sleep(LOOKED).await;
    }
}

/// Returns when the mailbox is not this node's any more.
async fn hold(store: &Store, node: Uuid, (org_id, id): Mailbox) {
    loop {
        sleep(HELD_AGAIN).await;
        match store.hold_mailbox(org_id, id, node, HELD).await {
            Ok(true) => {}
            Ok(false) | Err(_) => return,
        }
    }
}

/// Fetches, again and again; tells administrators of what goes wrong.
async fn fetch(store: &Store, (org_id, id): Mailbox, arrived: &Notify) {
    let mut pause = PAUSES.0;
    loop {
        let Ok(account) = store.account(org_id, id).await else { return };
        let began = Utc::now();
        let Err(fault) = session(store, &account, arrived).await else {
            // Its settings were changed.
            pause = PAUSES.0;
            continue;
        };
        let why = fault.text(&account);
        tracing::warn!(mailbox = %id, %why, "a mailbox can't be fetched");
        if store.note_not_fetched(org_id, id, &why).await.is_err() {
            return;
        }
        if Utc::now() - began > TimeDelta::minutes(5) {
            pause = PAUSES.0;
        }
        wait(store, &account, pause).await;
        pause = (pause * 2).min(PAUSES.1);
    }
}

/// Waits, not longer than until somebody changed the settings.
async fn wait(store: &Store, account: &Account, pause: Duration) {
    let until = tokio::time::Instant::now() + pause;
    while tokio::time::Instant::now() < until {
        sleep(LOOKED.min(pause)).await;
        if is_other(store, account).await {
            return;
        }
    }
}

async fn is_other(store: &Store, account: &Account) -> bool {
    store.account(account.org_id, account.id).await.is_ok_and(|now| now != *account)
}

/// One connection: fetches what is there and then what comes, until the settings change.
async fn session(store: &Store, account: &Account, arrived: &Notify) -> Result<(), Fault> {
    let mut folder = imap::open(account).await?;
    loop {
        // Before: what the server tells meanwhile is news for the round, which looks last.
        fetch_wanted(store, account, &mut folder, arrived).await?;
        round(store, account, &mut folder, arrived).await?;
        folder = folder.wait((LISTENED, ASKED)).await?;
        if is_other(store, account).await {
            folder.leave().await;
            return Ok(());
        }
    }
}

/// Fetches what is new.
async fn round(store: &Store, account: &Account, folder: &mut Folder, arrived: &Notify) -> Result<(), Fault> {
    let (org_id, id) = (account.org_id, account.id);
    let progress = store.mailbox_progress(org_id, id).await.map_err(ours)?;
    let known = progress.uid_validity == Some(i64::from(folder.uid_validity));
    let last = progress.last_uid.filter(|_| known).and_then(|uid| u32::try_from(uid).ok());
    let query = match (last, progress.fetched_at) {
        (Some(last), _) => format!("UID {}:*", u64::from(last) + 1),
        // The server numbers anew: what is here already is known by its id.
        (None, Some(at)) => format!("OR UNSEEN SINCE {}", (at - TimeDelta::days(2)).format("%d-%b-%Y")),
        // What was read before this was set up is no new request.
        (None, None) => "UNSEEN".to_owned(),
    };
    // `n:*` names the last letter even if it is before n.
    let uids: Vec<u32> =
        folder.search(&query).await?.into_iter().filter(|uid| last.is_none_or(|last| *uid > last)).collect();
    let end = uids.last().copied().max(last).max(folder.uid_next.map(|next| next.saturating_sub(1))).unwrap_or(0);
    for part in uids.chunks(AT_ONCE.0 * 4) {
        let sizes = folder.sizes(part).await?;
        for some in batches(&sizes) {
            keep_letters(store, account, folder, &some, &sizes).await?;
            arrived.notify_one();
            // From the first letter on each one counts; else only all together, since others lie between them.
            if let (Some(_), Some(uid)) = (last, some.last()) {
                store.note_fetched(org_id, id, (folder.uid_validity, *uid)).await.map_err(ours)?;
            }
        }
    }
    store.note_fetched(org_id, id, (folder.uid_validity, end)).await.map_err(ours)
}

/// Letters that are fetched at once: only so many bytes lie in memory.
fn batches(sizes: &BTreeMap<u32, u64>) -> Vec<Vec<u32>> {
    let mut all: Vec<Vec<u32>> = Vec::new();
    let mut bytes = 0;
    for (uid, size) in sizes {
        match all.last_mut().filter(|batch| batch.len() < AT_ONCE.0 && bytes + size <= AT_ONCE.1) {
            Some(batch) => batch.push(*uid),
            None => {
                bytes = 0;
                all.push(vec![*uid]);
            }
        }
        bytes += size;
    }
    all
}

/// Keeps letters, then marks them.
async fn keep_letters(
    store: &Store,
    account: &Account,
    folder: &mut Folder,
    uids: &[u32],
    sizes: &BTreeMap<u32, u64>,
) -> Result<(), Fault> {
    let (org_id, id) = (account.org_id, account.id);
    let fits = |uid: &u32| sizes.get(uid).is_none_or(|size| *size <= MAX_LETTER as u64);
    let (small, large): (Vec<u32>, Vec<u32>) = uids.iter().copied().partition(fits);
    if !small.is_empty() {
        for (_, raw) in folder.letters(&small).await? {
            store.keep_letter(org_id, id, raw).await.map_err(ours)?;
        }
    }
    for uid in large {
        if let Some(head) = folder.head(uid).await? {
            let size = sizes.get(&uid).copied().unwrap_or_default();
            store.keep_too_large(org_id, id, head, size).await.map_err(ours)?;
        }
    }
    match folder.mark_seen(uids).await {
        // A folder that may only be read: people see them as new, which does no harm.
        Err(fault) if fault.what == PostFault::Protocol => {
            tracing::debug!(mailbox = %id, "letters can't be marked as read");
            Ok(())
        }
        marked => marked,
    }
}

/// Something on our side.
pub(super) fn ours(error: shared::Error) -> Fault {
    tracing::warn!(%error, "what was fetched could not be kept");
    Fault::new(PostFault::NotKept, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_much_is_fetched_at_once() {
        let mega = 1 << 20;
        let sizes = BTreeMap::from([(1, 3 * mega), (2, mega), (3, mega), (4, 29 * mega), (7, 1)]);
        assert_eq!(batches(&sizes), [vec![1, 2], vec![3], vec![4], vec![7]]);
        let many: BTreeMap<u32, u64> = (1..=60).map(|uid| (uid, 100)).collect();
        assert_eq!(batches(&many).iter().map(Vec::len).collect::<Vec<_>>(), [25, 25, 10]);
        assert!(batches(&BTreeMap::new()).is_empty());
    }
}

//! What is said to IMAP servers, each with an end to the patience.

use std::collections::BTreeMap;
use std::future::Future;
use std::iter;
use std::str::Chars;
use std::time::Duration;

use async_imap::extensions::idle::IdleResponse;
use async_imap::imap_proto::{Response, Status};
use async_imap::types::UnsolicitedResponse;
use async_imap::{Client, Session, error::Error};
use futures::TryStreamExt;
use shared::post::PostFault;
use store::post::{Account, Security};
use tokio::time::timeout;

use super::Fault;
use super::wire::{Stream, connect, encrypted};

/// So long a server may take for a command.
const PATIENCE: Duration = Duration::from_secs(60);
/// So long it may take for letters.
const LONG_PATIENCE: Duration = Duration::from_secs(300);

/// A folder that is open.
pub(super) struct Folder {
    session: Session<Stream>,
    /// Which numbering its letters have.
    pub(super) uid_validity: u32,
    /// The number that the next one gets, as it was when the folder was opened.
    pub(super) uid_next: Option<u32>,
    can_idle: bool,
    /// How many letters there are, as the server said last; nothing where some may have gone since.
    exists: Option<u32>,
}

/// Signs in, opens the folder and leaves again; the server has so long to greet.
pub(super) async fn try_it(account: &Account, greeting: Duration) -> Result<(), Fault> {
    open_within(account, greeting).await?.leave().await;
    Ok(())
}

/// Signs in and opens the folder.
pub(super) async fn open(account: &Account) -> Result<Folder, Fault> {
    open_within(account, PATIENCE).await
}

async fn open_within(account: &Account, greeting: Duration) -> Result<Folder, Fault> {
    let password = account.password.as_ref().ok_or_else(|| Fault::new(PostFault::NoPassword, ""))?;
    let client = greeted(account, greeting).await?;
    let signed_in = in_time(PATIENCE, async { Ok(client.login(&account.username, password.expose()).await) }).await?;
    let mut session = signed_in.map_err(|(error, _)| refused(PostFault::SignIn, error))?;
    let can = in_time(PATIENCE, session.capabilities()).await?;
    let (can_idle, has_names) = (can.has_str("IDLE"), can.has_str("ID"));
    if has_names {
        // Some (163, 126) refuse programs that don't say what they are.
        in_time(PATIENCE, session.id([("name", Some("guanxi"))])).await?;
    }
    let folder = in_time(PATIENCE, async { Ok(session.select(&account.folder).await) }).await?;
    let folder = folder.map_err(|error| refused(PostFault::Folder, error))?;
    let uid_validity = folder.uid_validity.ok_or_else(|| Fault::new(PostFault::Protocol, ""))?;
    Ok(Folder { session, uid_validity, uid_next: folder.uid_next, can_idle, exists: Some(folder.exists) })
}

/// A connection on which the server has said hello, encrypted as it is to be.
async fn greeted(account: &Account, patience: Duration) -> Result<Client<Stream>, Fault> {
    let plain: Stream = Box::new(connect(&account.incoming).await?);
    if account.incoming.security == Security::Tls {
        let mut client = Client::new(encrypted(&account.incoming, plain).await?);
        hello(&mut client, PATIENCE).await?;
        return Ok(client);
    }
    let mut client = Client::new(plain);
    hello(&mut client, patience).await.map_err(|fault| match fault.what {
        PostFault::Timeout => Fault::new(PostFault::Silent, ""),
        _ => fault,
    })?;
    if account.incoming.security == Security::None {
        return Ok(client);
    }
    let begun = in_time(PATIENCE, async { Ok(client.run_command_and_check_ok("STARTTLS", None).await) }).await?;
    begun.map_err(|error| refused(PostFault::Encryption, error))?;
    // What was said before is forgotten with the client.
    Ok(Client::new(encrypted(&account.incoming, client.into_inner()).await?))
}

async fn hello(client: &mut Client<Stream>, patience: Duration) -> Result<(), Fault> {
    let greeting = in_time(patience, async { Ok(client.read_response().await?) }).await?;
    match greeting.as_ref().map(|greeting| greeting.parsed()) {
        Some(Response::Data { status: Status::Bye, outcome }) => {
            Err(Fault::new(PostFault::Lost, outcome.information.as_deref().unwrap_or_default()))
        }
        Some(_) => Ok(()),
        None => Err(Fault::new(PostFault::Lost, "")),
    }
}

impl Folder {
    /// The numbers of letters that fit, ascending.
    pub(super) async fn search(&mut self, query: &str) -> Result<Vec<u32>, Fault> {
        // What was told until now is found: only what comes from here on is news.
        let told = &self.session.unsolicited_responses;
        came(&mut self.exists, iter::from_fn(|| told.try_recv().ok()));
        let found = in_time(PATIENCE, self.session.uid_search(query)).await?;
        let mut found: Vec<u32> = found.into_iter().collect();
        found.sort_unstable();
        Ok(found)
    }

    /// How large letters are. One that is gone meanwhile is not among them.
    pub(super) async fn sizes(&mut self, uids: &[u32]) -> Result<BTreeMap<u32, u64>, Fault> {
        let set = set(uids);
        in_time(PATIENCE, async {
            let mut sizes = BTreeMap::new();
            let mut found = self.session.uid_fetch(set, "(UID RFC822.SIZE)").await?;
            while let Some(one) = found.try_next().await? {
                if let (Some(uid), Some(size)) = (one.uid, one.size) {
                    sizes.insert(uid, u64::from(size));
                }
            }
            Ok(sizes)
        })
        .await
    }

    /// Letters as they are, without marking them.
    pub(super) async fn letters(&mut self, uids: &[u32]) -> Result<Vec<(u32, Vec<u8>)>, Fault> {
        let set = set(uids);
        in_time(LONG_PATIENCE, async {
            let mut letters = Vec::new();
            let mut found = self.session.uid_fetch(set, "(UID BODY.PEEK[])").await?;
            while let Some(one) = found.try_next().await? {
                if let (Some(uid), Some(body)) = (one.uid, one.body()) {
                    letters.push((uid, body.to_vec()));
                }
            }
            Ok(letters)
        })
        .await
    }

    /// How a letter begins, so many bytes of it, without marking it.
    pub(super) async fn beginning(&mut self, uid: u32, bytes: u32) -> Result<Option<Vec<u8>>, Fault> {
        in_time(LONG_PATIENCE, async {
            let mut begins = None;
            let query = format!("(UID BODY.PEEK[]<0.{bytes}>)");
            let mut found = self.session.uid_fetch(uid.to_string(), query).await?;
            while let Some(one) = found.try_next().await? {
                begins = begins.or_else(|| one.body().map(<[u8]>::to_vec));
            }
            Ok(begins)
        })
        .await
    }

    /// The head of a letter.
    pub(super) async fn head(&mut self, uid: u32) -> Result<Option<Vec<u8>>, Fault> {
        in_time(PATIENCE, async {
            let mut head = None;
            let mut found = self.session.uid_fetch(uid.to_string(), "(UID BODY.PEEK[HEADER])").await?;
            while let Some(one) = found.try_next().await? {
                head = head.or_else(|| one.header().map(<[u8]>::to_vec));
            }
            Ok(head)
        })
        .await
    }

    /// Marks letters as read, for people who look into the same mailbox.
    pub(super) async fn mark_seen(&mut self, uids: &[u32]) -> Result<(), Fault> {
        let set = set(uids);
        in_time(PATIENCE, async {
            let answers = self.session.uid_store(set, "+FLAGS.SILENT (\\Seen)").await?;
            answers.try_for_each(|_| async { Ok(()) }).await
        })
        .await
    }

    /// Waits until the server tells of something, or for so long. What it told since the last search, beside its answers, it does not
    /// tell again: then there is nothing to wait for.
    pub(super) async fn wait(self, (idle, otherwise): (Duration, Duration)) -> Result<Self, Fault> {
        let Self { session, uid_validity, uid_next, can_idle, mut exists } = self;
        let session = if can_idle {
            let told = session.unsolicited_responses.clone();
            in_time(idle + PATIENCE, async {
                let mut handle = session.idle();
                handle.init().await?;
                // What does not fit in there is lost.
                let lost = told.is_full();
                if !came(&mut exists, iter::from_fn(|| told.try_recv().ok())) && !lost {
                    let (news, _stop) = handle.wait_with_timeout(idle);
                    match news.await? {
                        IdleResponse::ManualInterrupt => return Err(Error::ConnectionLost),
                        IdleResponse::NewData(_) => exists = None,
                        IdleResponse::Timeout => {}
                    }
                }
                handle.done().await
            })
            .await?
        } else {
            let mut session = session;
            tokio::time::sleep(otherwise).await;
            in_time(PATIENCE, session.noop()).await?;
            session
        };
        Ok(Self { session, uid_validity, uid_next, can_idle, exists })
    }

    /// Says goodbye.
    pub(super) async fn leave(mut self) {
        let _ = in_time(Duration::from_secs(5), self.session.logout()).await;
    }
}

/// Whether letters came, by what the server told of itself. Some say at every turn how many there are; another one is there only where
/// that is another number, or one went in between.
fn came(exists: &mut Option<u32>, told: impl Iterator<Item = UnsolicitedResponse>) -> bool {
    let mut came = false;
    for one in told {
        match one {
            UnsolicitedResponse::Exists(n) => came |= exists.replace(n) != Some(n),
            UnsolicitedResponse::Expunge(_) => *exists = None,
            _ => {}
        }
    }
    came
}

fn set(uids: &[u32]) -> String {
    uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

async fn in_time<T>(patience: Duration, work: impl Future<Output = Result<T, Error>>) -> Result<T, Fault> {
    match timeout(patience, work).await {
        Ok(done) => done.map_err(fault),
        Err(_) => Err(Fault::new(PostFault::Timeout, "")),
    }
}

/// A command that was refused, for a reason that is known by the command.
fn refused(what: PostFault, error: Error) -> Fault {
    match error {
        Error::No(shown) | Error::Bad(shown) => Fault::new(what, words(&shown)),
        other => fault(other),
    }
}

fn fault(error: Error) -> Fault {
    match error {
        Error::No(shown) | Error::Bad(shown) => Fault::new(PostFault::Protocol, words(&shown)),
        // A status that the library does not expect comes as this.
        Error::Io(error) => match words(&error.to_string()) {
            said if said.is_empty() => Fault::of_connection(&error),
            said => Fault::new(PostFault::Protocol, said),
        },
        Error::ConnectionLost => Fault::new(PostFault::Lost, ""),
        // Others repeat what was received, at length.
        _ => Fault::new(PostFault::Protocol, ""),
    }
}

/// The server's own words. The library shows its structure with them in it, as one shows it while looking for mistakes:
/// `code: None, info: Some("No such user")`. Quotes within are escaped, so that this begins nowhere else.
fn words(shown: &str) -> String {
    let begins = ["info: Some(\"", "information: Some(\""].into_iter().find_map(|begin| shown.split_once(begin));
    let mut rest = begins.map_or("", |(_, rest)| rest).chars();
    let mut said = String::new();
    while let Some(c) = rest.next() {
        match c {
            '"' => break,
            '\\' => said.push(match rest.next() {
                Some('n' | 'r' | 't' | '0') => ' ',
                Some('u') => escaped(&mut rest),
                other => other.unwrap_or_default(),
            }),
            c => said.push(c),
        }
    }
    said
}

/// The character that is shown by its number, behind `\u`.
fn escaped(rest: &mut Chars<'_>) -> char {
    let number: String = rest.by_ref().skip_while(|c| *c == '{').take_while(|c| *c != '}').collect();
    u32::from_str_radix(&number, 16).ok().and_then(char::from_u32).unwrap_or(' ')
}

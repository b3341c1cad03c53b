//! Mail as a way to the service desk: mailboxes with their passwords, letters in, letters out.
//!
//! Whoever fetches brings raw letters ([`Store::keep_letter`]); they are kept before anything else happens to them, then taken
//! in one by one ([`Store::take_in`]): each becomes a ticket, a message or a note in the transaction that says so of the
//! letter. Whoever sends asks for letters that are due ([`Store::next_departing`]) and says what became of them. Neither of
//! both knows tickets, and nothing here knows sockets.

mod account;
mod anew;
mod aside;
mod by_mailbox;
mod departing;
mod fetched;
mod files;
mod pictures;
mod reading;
mod said;
mod sending;
mod signing;
mod taking;
mod told;
mod whereto;

pub use account::{Account, Endpoint, Password, Security};
pub use anew::{BEGINNING, Wanted};
pub use by_mailbox::ByMailbox;
pub use departing::Departing;
pub use fetched::{Kept, Progress};
pub use sending::Sent;

use shared::access::Actor;
use shared::{Error, Result};

/// How often a letter is tried before it is put aside.
pub const MOST_TRIES: i32 = 5;

/// Mailboxes and what lies in them are administered.
fn must_administer(actor: &Actor) -> Result<()> {
    if actor.grants.admin { Ok(()) } else { Err(Error::Forbidden) }
}

/// A text of so many characters at most, in one line.
fn bounded(text: &str, most: usize) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(most).collect()
}

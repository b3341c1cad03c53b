//! Which ticket a letter belongs to.
//!
//! What we send says so in two places that come back in answers: the address to answer to, and the id. Both are signed with
//! a key that only the servers know, so neither can be made up; whoever has one got a letter of that ticket. Both are made of
//! lower-case letters and digits alone, because servers on the way change the case of addresses.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::auto::Auto;
use super::letter::Letter;

/// The field that marks our letters, so that they are known when they come back.
pub const MARK: &str = "x-guanxi-ticket";
/// Bytes of a signature in an address, where space is short. It can only be tried against a running server.
const SHORT: usize = 8;
/// Bytes of a signature in an id.
const LONG: usize = 16;
/// Letters and digits that a ticket, and its signature in an address, take.
const TICKET_LETTERS: usize = 26;
const SHORT_LETTERS: usize = 13;
/// What the norm allows before the `@`.
const MAX_MAILBOX: usize = 64;

/// Signs and recognises addresses and ids of one mail domain.
#[derive(Clone)]
pub struct Signer {
    key: Vec<u8>,
    domain: String,
}

impl Signer {
    /// For letters of this domain. The key should be 32 random bytes and stay the same: with another, answers to earlier
    /// letters make new tickets.
    #[must_use]
    pub fn new(key: &[u8], domain: &str) -> Self {
        Self { key: key.to_vec(), domain: domain.trim().trim_end_matches('.').to_lowercase() }
    }

    /// The address to which answers about a ticket go: `support+<ticket>.<signature>@host` of `support@host`. As it is if it
    /// has no room for more, or lies in another domain: answers are then recognised by their references.
    #[must_use]
    pub fn reply_address(&self, address: &str, ticket: Uuid) -> String {
        match address.rsplit_once('@') {
            Some((mailbox, host)) if host.eq_ignore_ascii_case(&self.domain) && !mailbox.contains('"') => {
                let signed = format!("{mailbox}+{}", self.mark(ticket));
                if signed.len() <= MAX_MAILBOX { format!("{signed}@{host}") } else { address.to_owned() }
            }
            _ => address.to_owned(),
        }
    }

    /// The id, without brackets, of a letter about a ticket. `message` is the letter's own; the same gives the same id, so
    /// that one that is sent again is known.
    #[must_use]
    pub fn message_id(&self, ticket: Uuid, message: Uuid) -> String {
        let signature = self.sign(b"id", &[ticket.as_bytes(), message.as_bytes()]).finalize().into_bytes();
        let (ticket, message) = (letters(ticket.as_bytes()), letters(message.as_bytes()));
        format!("ticket.{ticket}.{message}.{}@{}", letters(&signature[..LONG]), self.domain)
    }

    /// What [`MARK`] says in letters about a ticket.
    #[must_use]
    pub fn mark(&self, ticket: Uuid) -> String {
        let signature = self.sign(b"address", &[ticket.as_bytes()]).finalize().into_bytes();
        format!("{}.{}", letters(ticket.as_bytes()), letters(&signature[..SHORT]))
    }

    /// The ticket of a letter, by what it answers, what came before it, and whom it is addressed to, in this order. For a
    /// bounce that of the letter which did not arrive. Only what we signed counts.
    ///
    /// Who has such an address may write to the ticket; whether it is somebody who takes part in it is for the caller to see.
    #[must_use]
    pub fn ticket_of(&self, letter: &Letter) -> Option<Uuid> {
        let bounced = match &letter.auto {
            Auto::Bounce(bounce) => {
                let by_id = bounce.original_id.as_deref().and_then(|id| self.ticket_of_id(id));
                by_id.or_else(|| bounce.original_mark.as_deref().and_then(|mark| self.ticket_of_mark(mark)))
            }
            _ => None,
        };
        let ids = letter.in_reply_to.iter().chain(letter.references.iter().rev());
        let addresses = letter.to.iter().chain(&letter.cc).map(|person| person.address.as_str());
        let mut addresses = addresses.chain(letter.delivered_to.iter().map(String::as_str));
        bounced
            .or_else(|| ids.into_iter().find_map(|id| self.ticket_of_id(id)))
            .or_else(|| addresses.find_map(|address| self.ticket_of_address(address)))
    }

    /// The ticket in an id that we signed.
    #[must_use]
    pub fn ticket_of_id(&self, id: &str) -> Option<Uuid> {
        self.message_of_id(id).map(|(ticket, _)| ticket)
    }

    /// The ticket and its message in an id that we signed.
    #[must_use]
    pub fn message_of_id(&self, id: &str) -> Option<(Uuid, Uuid)> {
        let id = id.trim().trim_start_matches('<').trim_end_matches('>').to_ascii_lowercase();
        let parts = id.strip_prefix("ticket.")?.strip_suffix(&format!("@{}", self.domain))?;
        let mut parts = parts.split('.');
        let (ticket, message) = (uuid(parts.next()?)?, uuid(parts.next()?)?);
        let signature: [u8; LONG] = bytes(parts.next()?)?;
        let sign = self.sign(b"id", &[ticket.as_bytes(), message.as_bytes()]);
        (parts.next().is_none() && sign.verify_truncated_left(&signature).is_ok()).then_some((ticket, message))
    }

    /// The ticket in an address that we signed. Servers and people write such addresses in all cases, with another sign
    /// than `+`, in quotation marks, or behind something of their own.
    #[must_use]
    pub fn ticket_of_address(&self, address: &str) -> Option<Uuid> {
        let (mailbox, host) = address.trim().trim_end_matches('>').rsplit_once('@')?;
        if !host.trim_end_matches('.').eq_ignore_ascii_case(&self.domain) {
            return None;
        }
        let mailbox = mailbox.trim_end_matches('"');
        let start = mailbox.len().checked_sub(TICKET_LETTERS + 1 + SHORT_LETTERS)?;
        let before = mailbox.get(..start)?;
        if !before.ends_with(['+', '-', '=', '_']) && !before.to_ascii_lowercase().ends_with("%2b") {
            return None;
        }
        self.ticket_of_mark(mailbox.get(start..)?)
    }

    /// The ticket in a mark that we signed.
    #[must_use]
    pub fn ticket_of_mark(&self, mark: &str) -> Option<Uuid> {
        let mark = mark.trim().to_ascii_lowercase();
        let (ticket, signature) = mark.split_once('.')?;
        let (ticket, signature): (_, [u8; SHORT]) = (uuid(ticket)?, bytes(signature)?);
        self.sign(b"address", &[ticket.as_bytes()]).verify_truncated_left(&signature).is_ok().then_some(ticket)
    }

    /// Whether we sent the letter ourselves and it came back, by a forwarding or a list.
    #[must_use]
    pub fn is_own(&self, letter: &Letter) -> bool {
        letter.desk_mark.as_deref().and_then(|mark| self.ticket_of_mark(mark)).is_some()
            || self.ticket_of_id(&letter.message_id).is_some()
    }

    /// A signature in the making. Its purpose is part of it: what is valid as one thing is so as no other.
    fn sign(&self, purpose: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
        // Of keys every length is right; an empty one, which should not be, signs like any.
        let mut sign = Hmac::<Sha256>::new_from_slice(&self.key).unwrap_or_else(|_| Hmac::new(&Default::default()));
        for part in [b"guanxi mail".as_slice(), purpose, self.domain.as_bytes()] {
            sign.update(part);
            sign.update(&[0]);
        }
        parts.iter().for_each(|part| sign.update(part));
        sign
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.domain)
    }
}

/// Base 32 of RFC 4648, in lower case and without padding.
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

fn letters(bytes: &[u8]) -> String {
    let mut out = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for &byte in bytes {
        held = held << 8 | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(LETTERS[(held >> bits & 31) as usize]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(char::from(LETTERS[(held << (5 - bits) & 31) as usize]));
    }
    out
}

/// Exactly so many bytes, written the one way that they can be.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != (N * 8).div_ceil(5) {
        return None;
    }
    let mut out = [0; N];
    let (mut held, mut bits, mut at) = (0_u32, 0, 0);
    for letter in text.bytes() {
        let value = LETTERS.iter().position(|known| *known == letter)?;
        held = held << 5 | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            *out.get_mut(at)? = u8::try_from(held >> bits & 255).ok()?;
            at += 1;
        }
        held &= (1 << bits) - 1;
    }
    (held == 0 && at == N).then_some(out)
}

fn uuid(text: &str) -> Option<Uuid> {
    bytes(text).map(Uuid::from_bytes)
}

#[cfg(test)]
mod tests;

//! E-mail of the service desk, as far as it needs no database: reading what arrives, telling people from machines, folding
//! what is quoted, making HTML harmless, finding the ticket that a letter belongs to, and wording what is sent.
//!
//! Everything here works on bytes from strangers: nothing panics, and time and memory grow no faster than the letter.

pub mod auto;
pub mod clean;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod letter;
pub mod quote;
mod read;
pub mod subject;
pub mod thread;
pub mod write;

pub use letter::{Attachment, Letter, Person};
pub use read::{MAX_LETTER, read};

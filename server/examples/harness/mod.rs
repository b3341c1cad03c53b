//! What `make bench` and `make torture` share: a client, and the server's process.

pub(crate) mod client;
pub(crate) mod process;

/// A result; what goes wrong ends the whole run with its text.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

//! What a command tells the person at the terminal when it can't go on.

use std::fmt;

/// One clear sentence saying what is wrong and what to do about it. Commands end with it on
/// standard error and exit code 1; nothing branches on it, so it carries no kind.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    /// Wraps the finished sentence. Never put a password or a token in it.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl From<store::StartError> for Failure {
    fn from(error: store::StartError) -> Self {
        Self::new(error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

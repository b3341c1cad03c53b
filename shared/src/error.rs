//! The one error enum that crosses the wire. Details are logged on the server and never sent.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::record::Row;

/// Shorthand for results whose error crosses the wire.
pub type Result<T> = std::result::Result<T, Error>;

/// What is wrong with one field, as a code that each side translates (`error.<code>`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Field name as declared; empty for a rule that concerns the whole record.
    pub field: String,
    /// Message code, a key below `error.` in the catalogs.
    pub code: String,
    /// Parameters of the message, e.g. `max` for `too_long`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

impl FieldError {
    /// A field error without parameters.
    pub fn new(field: impl Into<String>, code: &str) -> Self {
        Self { field: field.into(), code: code.to_owned(), params: BTreeMap::new() }
    }

    /// Adds one message parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

/// Everything that can go wrong from a caller's point of view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Error {
    /// No valid session or token.
    Unauthenticated,
    /// Readable, but this action is not granted.
    Forbidden,
    /// Does not exist or may not be read; the two are not told apart.
    NotFound,
    /// Somebody changed the same field meanwhile.
    Conflict {
        /// The row as it is now, without fields hidden from the caller.
        current: Box<Row>,
        /// The fields both sides changed.
        fields: Vec<String>,
    },
    /// Input that does not fit; one entry per problem.
    Invalid {
        /// What is wrong, field by field.
        fields: Vec<FieldError>,
    },
    /// Too many attempts.
    RateLimited {
        /// Seconds until the next attempt may succeed.
        retry_after: u32,
    },
    /// The server, or its database, could not be reached: it may be tried again.
    Offline,
    /// A fault of ours; the reference finds it in the log.
    Internal {
        /// Identifier written to the log with the details.
        reference: String,
    },
}

impl Error {
    /// An [`Error::Invalid`] with a single entry.
    pub fn invalid(field: &str, code: &str) -> Self {
        Self::Invalid { fields: vec![FieldError::new(field, code)] }
    }

    /// Whether there is nothing here for the caller, however often they ask: what was read before is theirs to see no more.
    pub fn is_denial(&self) -> bool {
        matches!(self, Self::Unauthenticated | Self::Forbidden | Self::NotFound)
    }

    /// Stable code of the error, used in messages (`error.<code>`) and in problem+json types.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict { .. } => "conflict",
            Self::Invalid { .. } => "invalid",
            Self::RateLimited { .. } => "rate_limited",
            Self::Offline => "offline",
            Self::Internal { .. } => "internal",
        }
    }

    /// HTTP status of the error.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict { .. } => 409,
            Self::Invalid { .. } => 422,
            Self::RateLimited { .. } => 429,
            Self::Internal { .. } => 500,
            Self::Offline => 503,
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Invalid { fields } => {
                write!(f, "invalid:")?;
                fields.iter().try_for_each(|e| write!(f, " {}={}", e.field, e.code))
            }
            Self::Internal { reference } => write!(f, "internal ({reference})"),
            other => f.write_str(other.code()),
        }
    }
}

impl std::error::Error for Error {}

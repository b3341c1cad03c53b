//! What a page knows about who looks at it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::i18n::Locale;

/// Name of the cookie with the session token; `HttpOnly`, `SameSite=Lax`. Where pages come over TLS (`secure`) browsers take
/// it from this very host only: a neighbour under the same domain can't plant one.
#[must_use]
pub fn session_cookie(secure: bool) -> &'static str {
    if secure { "__Host-gx_session" } else { "gx_session" }
}

/// A session ends so many days after the sign-in, however much it is used: whoever took a token has it no longer than
/// that. Once a month is what NIST SP 800-63B asks for at its first level. The cookie lives as long; the database holds
/// to it by itself (`migrations/0023_session_end.sql`).
pub const SESSION_DAYS: i32 = 30;

/// A session that is not used for so many days ends before: devices are lost and sold, but nobody should have to sign in
/// after a holiday of two weeks.
pub const IDLE_DAYS: i32 = 15;

/// Fewest characters of a password.
pub const MIN_PASSWORD_LENGTH: usize = 10;

/// The signed-in user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The user with their rights.
    pub actor: Actor,
    /// Name of the user.
    pub name: String,
    /// Address of the user.
    pub email: String,
    /// Name of the organisation.
    pub org_name: String,
    /// Default currency of the organisation, ISO 4217.
    pub currency: String,
}

/// Everything a page needs that must be the same on the server and in the browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Boot {
    /// Who is signed in, if anybody.
    pub session: Option<Session>,
    /// Language: the account's, else the browser's.
    pub locale: Locale,
    /// `light`, `dark` or `auto`.
    pub theme: String,
    /// `comfortable` or `compact`.
    pub density: String,
    /// The server's clock when the page was made.
    #[serde(with = "crate::record::instant")]
    pub now: DateTime<Utc>,
    /// The demo organisation is offered: the sign-in page says how to get in.
    pub demo: bool,
    /// The screen is a phone's, as far as the request tells: less of a page is built before its first sight.
    pub phone: bool,
    /// Most bytes of an uploaded file.
    pub file_max: u64,
}

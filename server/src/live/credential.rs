//! What lets somebody read a stream, kept to look again whether it still does.

use axum::http::{HeaderMap, header};
use shared::access::Actor;
use shared::{Error, Result};
use store::Store;

use crate::request::cookie;
use shared::session::session_cookie;

/// Proof of who reads.
pub(super) enum Credential {
    /// Token of a session cookie.
    Session(String),
    /// API token of a program.
    Bearer(String),
}

impl Credential {
    /// The credential a request carries; a bearer token goes before a cookie, whose name depends on whether pages come over
    /// TLS.
    pub(super) fn of(headers: &HeaderMap, secure: bool) -> Result<Self> {
        if let Some(value) = headers.get(header::AUTHORIZATION) {
            let (scheme, token) = value.to_str().ok().and_then(|v| v.split_once(' ')).ok_or(Error::Unauthenticated)?;
            let is_bearer = scheme.eq_ignore_ascii_case("bearer");
            return if is_bearer { Ok(Self::Bearer(token.trim().to_owned())) } else { Err(Error::Unauthenticated) };
        }
        let token = cookie(headers, session_cookie(secure)).ok_or(Error::Unauthenticated)?;
        Ok(Self::Session(token.to_owned()))
    }

    /// Who reads, with their rights as they are now.
    pub(super) async fn actor(&self, store: &Store) -> Result<Actor> {
        match self {
            Self::Session(token) => Ok(store.session(token).await?.actor.clone()),
            Self::Bearer(token) => store.actor_for_api_token(token).await,
        }
    }

    /// Whether it was withdrawn. A database that does not answer withdraws nothing.
    pub(super) async fn is_withdrawn(&self, store: &Store) -> bool {
        matches!(self.actor(store).await, Err(Error::Unauthenticated))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: header::HeaderName, value: &str) -> Option<String> {
        let headers = HeaderMap::from_iter([(name, value.parse().unwrap())]);
        said(Credential::of(&headers, false).ok()?)
    }

    fn said(credential: Credential) -> Option<String> {
        match credential {
            Credential::Session(token) => Some(format!("session {token}")),
            Credential::Bearer(token) => Some(format!("bearer {token}")),
        }
    }

    #[test]
    fn over_tls_only_a_cookie_of_this_very_host_counts() {
        let headers = HeaderMap::from_iter([(header::COOKIE, "gx_session=planted".parse().unwrap())]);
        assert!(Credential::of(&headers, true).is_err());
        let headers =
            HeaderMap::from_iter([(header::COOKIE, "gx_session=planted; __Host-gx_session=own".parse().unwrap())]);
        assert_eq!(said(Credential::of(&headers, true).unwrap()).as_deref(), Some("session own"));
    }

    #[test]
    fn cookies_and_bearer_tokens_are_taken_and_nothing_else() {
        assert_eq!(of(header::COOKIE, "a=b; gx_session=secret").as_deref(), Some("session secret"));
        assert_eq!(of(header::AUTHORIZATION, "bearer gx_1").as_deref(), Some("bearer gx_1"));
        assert_eq!(of(header::AUTHORIZATION, "Basic gx_1"), None);
        assert_eq!(of(header::COOKIE, "a=b"), None);
    }
}

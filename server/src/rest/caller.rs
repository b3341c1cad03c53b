//! Who calls: a program with a bearer token, or a page with its session.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{header, request::Parts},
};
use shared::Error;
use shared::access::Actor;
use store::Store;
use store::auth::SessionInfo;

use super::problem::Problem;

/// The acting user.
pub(super) struct Caller(pub(super) Actor);

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Store: FromRef<S>,
{
    type Rejection = Problem;

    /// A token that was sent must be good, whatever cookie came along.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Self(actor_of(parts, &Store::from_ref(state)).await?))
    }
}

/// Whose token or session a request brings along.
pub(crate) async fn actor_of(parts: &Parts, store: &Store) -> Result<Actor, Error> {
    if let Some(sent) = parts.headers.get(header::AUTHORIZATION) {
        let token = sent.to_str().ok().and_then(bearer).ok_or(Error::Unauthenticated)?;
        return store.actor_for_api_token(token).await;
    }
    let session = parts.extensions.get::<Arc<SessionInfo>>().ok_or(Error::Unauthenticated)?;
    Ok(session.actor.clone())
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

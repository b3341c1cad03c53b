//! What an address names: a record type, and perhaps one record of it.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use shared::types::ORGANISATION;
use shared::{Error, RecordDef};
use uuid::Uuid;

use super::problem::{Answer, Problem};

/// The record type and record of an address. What cannot be an id is no record's.
pub(super) struct Target {
    pub(super) def: &'static RecordDef,
    id: Option<Uuid>,
}

impl Target {
    pub(super) fn id(&self) -> Answer<Uuid> {
        self.id.ok_or_else(|| Error::NotFound.into())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Target {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = params(parts, state).await?;
        // Only the routes of the organisation name their type themselves.
        let plural = param(&params, "plural").unwrap_or(ORGANISATION.plural);
        let def = shared::types::by_plural(plural).ok_or(Error::NotFound)?;
        Ok(Self { def, id: param(&params, "id").and_then(|id| id.parse().ok()) })
    }
}

/// What an address names that is no record: a run, a file, a change set.
pub(super) struct Id(pub(super) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = params(parts, state).await?;
        let id = param(&params, "id").and_then(|id| id.parse().ok());
        Ok(Self(id.ok_or(Error::NotFound)?))
    }
}

async fn params<S: Send + Sync>(parts: &mut Parts, state: &S) -> Answer<RawPathParams> {
    Ok(RawPathParams::from_request_parts(parts, state).await.map_err(|_| Error::NotFound)?)
}

fn param<'p>(params: &'p RawPathParams, wanted: &str) -> Option<&'p str> {
    params.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

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
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Error::NotFound)?;
        let param = |wanted: &str| params.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
        // Only the routes of the organisation name their type themselves.
        let plural = param("plural").unwrap_or(ORGANISATION.plural);
        let def = shared::types::by_plural(plural).ok_or(Error::NotFound)?;
        Ok(Self { def, id: param("id").and_then(|id| id.parse().ok()) })
    }
}

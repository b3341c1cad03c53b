//! `GET /audit-log/export.csv`: what a search of the audit log finds, as a file.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::Response;
use shared::audit::{ACTIONS, AuditQuery};
use shared::command::Source;
use shared::{Error, FieldError};
use store::Store;

use super::caller::Caller;
use super::listing::pairs;
use super::problem::{Answer, Problem};

/// Names of the parameters.
pub(super) const PARAMETERS: [&str; 7] = ["user", "record_type", "field", "action", "q", "from", "until"];

/// `?user=&record_type=&field=&action=&q=&from=&until=`
pub(super) struct Search(AuditQuery);

impl<S: Send + Sync> FromRequestParts<S> for Search {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = AuditQuery::default();
        let mut fields = Vec::new();
        for (name, value) in pairs(parts) {
            if let Err(code) = set(&mut query, &name, &value) {
                fields.push(FieldError::new(name, code));
            }
        }
        if fields.is_empty() { Ok(Self(query)) } else { Err(Error::Invalid { fields }.into()) }
    }
}

fn set(query: &mut AuditQuery, name: &str, value: &str) -> Result<(), &'static str> {
    match name {
        "user" => query.actor_id = Some(value.parse().map_err(|_| "malformed")?),
        "record_type" => query.record_type = Some(value.to_owned()),
        "field" => query.field = Some(value.to_owned()),
        "action" if ACTIONS.contains(&value) => query.action = Some(value.to_owned()),
        "action" => return Err("choice"),
        "q" => query.words = Some(value.to_owned()),
        "from" => query.from = Some(value.parse().map_err(|_| "malformed")?),
        "until" => query.until = Some(value.parse().map_err(|_| "malformed")?),
        _ => return Err("unknown_field"),
    }
    Ok(())
}

/// The entries, the newest first.
pub(super) async fn export(
    Caller(actor): Caller,
    Search(query): Search,
    State(store): State<Store>,
) -> Answer<Response> {
    Ok(crate::upload::audit_file(&store, &actor, query, (None, Source::Api)).await?)
}

//! `GET /{plural}/export.{csv,xlsx,vcf}`: a list as the file that the pages give.

use axum::{extract::State, response::Response};
use shared::command::Source;
use shared::import::FileKind;
use store::Store;

use super::caller::Caller;
use super::listing::Everything;
use super::problem::Answer;
use super::target::Target;

/// All rows that the query asks for, in its order.
pub(super) async fn export(
    kind: FileKind,
    Caller(actor): Caller,
    target: Target,
    Everything(query): Everything,
    State(store): State<Store>,
) -> Answer<Response> {
    Ok(crate::upload::exported(&store, &actor, target.def, query, (kind, Source::Api)).await?)
}

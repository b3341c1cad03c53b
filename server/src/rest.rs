//! REST under `/api/v1`: one set of handlers over every declared record type, described by an OpenAPI document that
//! comes from the same declarations.

mod body;
mod caller;
mod listing;
mod openapi;
mod problem;
mod records;
mod strict;
mod target;

use axum::{
    Router,
    extract::FromRef,
    middleware,
    routing::{get, post},
};
use store::Store;

use problem::Problem;

/// The routes, relative to `/api/v1`; every answer that is no success is a problem document.
pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Store: FromRef<S>,
{
    Router::new()
        .route("/openapi.json", get(openapi::document))
        // The organisation is only read and changed; its own routes say so in `Allow`.
        .route("/organisations", get(records::list))
        .route("/organisations/{id}", get(records::read).patch(records::change))
        .route("/{plural}", get(records::list).post(records::create))
        .route("/{plural}/bulk", post(records::bulk))
        .route("/{plural}/{id}", get(records::read).patch(records::change).delete(records::remove))
        .route("/{plural}/{id}/restore", post(records::restore))
        .fallback(async || Problem::from(shared::Error::NotFound))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(middleware::from_fn(problem::render))
}

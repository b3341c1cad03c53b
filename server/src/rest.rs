//! REST under `/api/v1`: one set of handlers over every declared record type, described by an OpenAPI document that
//! comes from the same declarations.

mod audit;
mod body;
mod caller;
mod change_sets;
mod exports;
mod files;
mod imports;
mod listing;
mod openapi;
mod problem;
mod records;
mod strict;
mod target;
mod typed;

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    middleware,
    routing::{get, patch, post},
};
use shared::import::{FileKind, MAX_BYTES};
use store::Store;
use store::files::Limits;

pub(crate) use caller::actor_of;
use problem::Problem;

/// The routes, relative to `/api/v1`; every answer that is no success is a problem document.
pub(crate) fn routes<S>(limits: Limits) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Store: FromRef<S>,
{
    Router::new()
        .route("/openapi.json", get(openapi::document))
        // The organisation is only read and changed; its own routes say so in `Allow`.
        .route("/organisations", get(records::list))
        .route("/organisations/{id}", get(records::read).patch(records::change))
        .route("/{plural}", get(records::list).post(files::create).layer(crate::files::body_limit(limits)))
        .route("/{plural}/bulk", post(records::bulk))
        .route("/{plural}/{id}", get(records::read).patch(records::change).delete(records::remove))
        .route("/{plural}/{id}/restore", post(records::restore))
        .route("/{plural}/{id}/content", get(files::content))
        .route("/change-sets/{id}/undo", get(change_sets::read).post(change_sets::undo).delete(change_sets::stop))
        .merge(import_routes())
        .merge(export_routes())
        .fallback(async || Problem::from(shared::Error::NotFound))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(middleware::from_fn(problem::render))
}

fn import_routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Store: FromRef<S>,
{
    Router::new()
        .route("/imports", get(imports::list).post(imports::start))
        .route("/imports/preview", post(imports::preview))
        .route("/imports/files", post(imports::upload).layer(DefaultBodyLimit::max(MAX_BYTES)))
        .route("/imports/files/{id}", patch(imports::reread))
        .route("/imports/files/{id}/suggestion", get(imports::suggest))
        .route("/imports/{id}", get(imports::read))
        .route("/imports/{id}/cancel", post(imports::cancel))
        .route("/imports/{id}/undo", post(imports::undo))
        .route("/imports/{id}/errors", get(imports::errors))
}

fn export_routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Store: FromRef<S>,
{
    let kept = Router::new()
        .route("/exports", get(exports::list).post(exports::start))
        .route("/exports/{id}", get(exports::read).delete(exports::remove))
        .route("/exports/{id}/cancel", post(exports::cancel))
        .route("/exports/{id}/file", get(exports::fetch))
        .route("/audit-log/export.csv", get(audit::export));
    FileKind::ALL.into_iter().fold(kept, |router, kind| {
        let export = move |caller, target, query, store| exports::export(kind, caller, target, query, store);
        // The organisation's own routes would take it for one of its records.
        let own = format!("/organisations/export.{}", kind.extension());
        router.route(&format!("/{{plural}}/export.{}", kind.extension()), get(export)).route(&own, get(export))
    })
}

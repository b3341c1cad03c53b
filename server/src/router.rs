//! Every address the server answers: health, REST and streams first, then files, then pages.

use crate::{
    assets::{self, Site},
    files, health, live,
    request::{self, Identifier},
    shutdown::Shutdown,
    upload,
};
use app::{App, api::outgoing::Outgoing, shell};
use axum::{
    Router,
    body::Body,
    extract::{FromRef, Request},
    http::{Method, StatusCode, header},
    middleware::{self, Next},
    response::Response,
    routing::{MethodRouter, any, get},
};
use leptos::{config::LeptosOptions, context::provide_context};
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_to_stream_with_context};
use store::{Store, files::Limits};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, DefaultPredicate, Predicate as _},
    limit::RequestBodyLimitLayer,
    trace::TraceLayer,
};

/// Longest body of a server function; they read it into memory as a whole. Files have an address of their own.
const LONGEST_CALL: usize = 8 << 20;

/// What handlers share; each takes the part it needs.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    store: Store,
    site: Site,
    shutdown: Shutdown,
    outgoing: Outgoing,
    leptos: LeptosOptions,
}

/// Builds all routes on one database.
pub(crate) fn build(store: Store, site: Site, shutdown: Shutdown, outgoing: Outgoing, demo: bool) -> Router {
    let site_first = site.clone();
    let secure = outgoing.is_secure();
    let identifier = Identifier { store: store.clone(), demo, secure };
    let limits = store.files().limits();
    let leptos = LeptosOptions::builder().output_name("guanxi").build();
    let state = AppState { store, site, shutdown, outgoing, leptos };
    Router::new()
        .merge(health_routes())
        .route("/api/v1/events", get(live::events))
        .nest("/api/v1", crate::rest::routes(limits))
        .merge(page_routes(&state))
        .merge(file_routes(&state, limits))
        .merge(crate::portal::routes())
        .fallback(missing(&state))
        .layer(middleware::from_fn_with_state(site_first, assets::files_first))
        .layer(middleware::from_fn(request::set_fault_status))
        .layer(middleware::from_fn_with_state(identifier, request::identify))
        .layer(middleware::from_fn(request::note_client))
        .layer(middleware::from_fn(request::refuse_cross_site))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(files::is_compressible)))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(secure, request::guard))
        .with_state(state)
}

/// Without the query: links of reset mails hold their secret there.
fn span(request: &Request) -> tracing::Span {
    tracing::debug_span!("request", method = %request.method(), path = request.uri().path())
}

fn health_routes() -> Router<AppState> {
    Router::new().route("/healthz", get(health::healthz)).route("/readyz", get(health::readyz))
}

/// The pages of `App` and its server functions.
fn page_routes(state: &AppState) -> Router<AppState> {
    let options = state.leptos.clone();
    Router::new()
        .leptos_routes_with_context(state, generate_route_list(App), page_context(state), move || {
            shell(options.clone())
        })
        .layer(RequestBodyLimitLayer::new(LONGEST_CALL))
}

/// Files in and out. People who follow a link to one that is gone, or not for them, get the page that says so, and that to sign in
/// before; programs, and pages that fetch something, get the error as it is.
fn file_routes(state: &AppState, limits: Limits) -> Router<AppState> {
    let options = state.leptos.clone();
    let page = render_app_to_stream_with_context(page_context(state), move || shell(options.clone()));
    let answered = move |request: Request, next: Next| {
        let page = page.clone();
        async move {
            if !is_opened(&request) {
                return next.run(request).await;
            }
            let (parts, body) = request.into_parts();
            let again = Request::from_parts(parts.clone(), Body::empty());
            let answer = next.run(Request::from_parts(parts, body)).await;
            let status = answer.status();
            match status {
                StatusCode::UNAUTHORIZED => request::to_sign_in(again.uri()),
                StatusCode::NOT_FOUND | StatusCode::FORBIDDEN => put_as(page(again).await, status),
                _ => answer,
            }
        }
    };
    upload::routes().merge(files::routes(limits)).layer(middleware::from_fn(answered))
}

/// Whether a browser opens it as a page.
fn is_opened(request: &Request) -> bool {
    let accepted = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    request.method() == Method::GET && accepted.is_some_and(|kinds| kinds.contains("text/html"))
}

/// What pages and server functions find in their context.
fn page_context(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static + use<> {
    let state = state.clone();
    move || {
        provide_context(state.store.clone());
        provide_context(state.site.assets.clone());
        provide_context(state.outgoing.clone());
    }
}

/// The page that says that nothing is here.
fn missing(state: &AppState) -> MethodRouter<AppState> {
    let options = state.leptos.clone();
    let page = render_app_to_stream_with_context(page_context(state), move || shell(options.clone()));
    any(move |request: Request| {
        let answer = page(request);
        async move { put_as(answer.await, StatusCode::NOT_FOUND) }
    })
}

/// A page that says that something isn't there, or not for whoever asks, says so in its status too; a redirection stays one.
fn put_as(mut page: Response, status: StatusCode) -> Response {
    if page.status() == StatusCode::OK {
        *page.status_mut() = status;
    }
    page
}

#[cfg(test)]
mod tests;

//! Whether the process runs, and whether it can work.

use axum::{extract::State, http::StatusCode};
use std::time::Duration;
use store::Store;
use tokio::time::timeout;

/// `GET /healthz`: the process is up.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers; otherwise 503, so that a load balancer sends people
/// elsewhere. A server only begins to listen to requests once its database is migrated.
pub(crate) async fn readyz(State(store): State<Store>) -> (StatusCode, &'static str) {
    // A probe wants its answer sooner than a person's request does.
    let ready = timeout(Duration::from_secs(2), store.is_ready()).await.unwrap_or(false);
    if ready { (StatusCode::OK, "ready\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "the database is not ready\n") }
}

//! Whether the process runs, and whether it can work.

use crate::database;
use axum::{extract::State, http::StatusCode};
use sqlx::PgPool;
use std::time::Duration;
use tokio::time::timeout;

/// `GET /healthz`: the process is up.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers and is migrated; otherwise 503, so that a load balancer
/// sends people elsewhere.
pub(crate) async fn readyz(State(pool): State<PgPool>) -> (StatusCode, &'static str) {
    // A probe wants its answer sooner than a person's request does.
    let ready = timeout(Duration::from_secs(2), database::is_ready(&pool)).await.unwrap_or(false);
    if ready { (StatusCode::OK, "ready\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "the database is not ready\n") }
}

//! Refuses changing requests that another site made a browser send.
//!
//! Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`); together with `SameSite=Lax` cookies this
//! replaces CSRF tokens. Requests without either header are no browser's, and requests with a bearer token carry
//! their own proof.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

pub(crate) async fn refuse_cross_site(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_site(request.headers()) {
        next.run(request).await
    } else {
        tracing::warn!(target: "guanxi::security", path = request.uri().path(), "cross-site request refused");
        (StatusCode::FORBIDDEN, "cross-site request refused").into_response()
    }
}

fn is_same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text(header::ORIGIN.as_str()), text(header::HOST.as_str())) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (Some(_), None) => false,
        (None, _) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same_site(headers: &[(&'static str, &'static str)]) -> bool {
        is_same_site(&headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect())
    }

    #[test]
    fn only_other_sites_are_refused() {
        assert!(same_site(&[]));
        assert!(same_site(&[("sec-fetch-site", "same-origin")]));
        assert!(!same_site(&[("sec-fetch-site", "cross-site")]));
        assert!(!same_site(&[("sec-fetch-site", "same-site")]));
        assert!(same_site(&[("origin", "http://a.test:3000"), ("host", "a.test:3000")]));
        assert!(!same_site(&[("origin", "https://evil.test"), ("host", "a.test:3000")]));
        assert!(!same_site(&[("origin", "null"), ("host", "a.test:3000")]));
    }
}

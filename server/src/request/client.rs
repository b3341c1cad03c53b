//! Notes where a request comes from, for the device list and the limits on sign-in.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use store::auth::Client;

/// Set to `1` where a reverse proxy stands in front and sets `X-Forwarded-For`. Without one anybody could claim any
/// address with that header.
const TRUST_PROXY: &str = "GUANXI_TRUST_PROXY";

pub(crate) async fn note_client(mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let trusted = std::env::var(TRUST_PROXY).is_ok_and(|value| value == "1");
    let forwarded = trusted.then(|| forwarded(request.headers())).flatten();
    let user_agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let client = Client { ip: forwarded.or(peer), user_agent: user_agent.map(str::to_owned) };
    request.extensions_mut().insert(client);
    next.run(request).await
}

/// The address the nearest proxy saw: the last entry. Those before it are whatever the caller wrote.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_nearest_proxy_wrote_counts() {
        let headers: HeaderMap = [("x-forwarded-for", "6.6.6.6, 10.0.0.7")]
            .map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap()))
            .into_iter()
            .collect();
        assert_eq!(forwarded(&headers), Some("10.0.0.7".parse().unwrap()));
        assert_eq!(forwarded(&HeaderMap::new()), None);
    }
}

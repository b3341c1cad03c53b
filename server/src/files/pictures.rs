//! Pictures in letters that lie elsewhere, fetched for whoever may read the letter and asks for them. Browsers may not (pages
//! show pictures from here only), and would tell the sender who reads it and where.
//!
//! The address is the sender's. So nothing is asked that lies within one's own network, whatever name or redirection leads there,
//! and what comes is passed on only if its bytes are a picture's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Attempt, Policy};
use shared::Error;
use store::Store;
use store::files::picture_type;
use tokio::net::lookup_host;
use tokio::sync::Semaphore;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};
use url::{Host, Url};
use uuid::Uuid;

use super::Asking;
use crate::upload::Refused;

/// Most bytes of a picture.
const MOST: usize = 8 << 20;
/// Most redirections on the way to one.
const MOST_STEPS: usize = 3;
/// So long one may take altogether.
const PATIENCE: Duration = Duration::from_secs(15);
/// Most that are fetched at a time: each lies in memory until it is passed on, and one letter may name hundreds.
const AT_ONCE: usize = 32;

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// Asks for pictures: without cookies, and saying of who asks only that they use this program.
static CLIENT: LazyLock<Option<reqwest::Client>> = LazyLock::new(client);

/// `GET /api/pictures/{record_type}/{id}/{place}`; nothing where it can't be had, which is no fault of this server's.
pub(super) async fn picture(
    Asking(actor): Asking,
    Path((record_type, id, place)): Path<(String, String, usize)>,
    State(store): State<Store>,
) -> Result<Response, Refused> {
    let id: Uuid = id.parse().map_err(|_| Error::NotFound)?;
    let address = store.remote_picture(&actor, &record_type, id, place).await?;
    Ok(match fetched(&address).await {
        Some((content_type, bytes)) => ([(header::CONTENT_TYPE, content_type)], bytes).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// A picture with its type, if it can be had.
async fn fetched(address: &str) -> Option<(&'static str, Vec<u8>)> {
    let address = Url::parse(address).ok().filter(may_be_asked)?;
    let _turn = TURNS.acquire().await.ok()?;
    let mut answer = CLIENT.as_ref()?.get(address).send().await.ok()?.error_for_status().ok()?;
    let mut bytes = Vec::new();
    while let Some(part) = answer.chunk().await.ok()? {
        if bytes.len() + part.len() > MOST {
            return None;
        }
        bytes.extend_from_slice(&part);
    }
    Some((picture_type(&bytes)?, bytes))
}

fn client() -> Option<reqwest::Client> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let encryption = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let built = reqwest::Client::builder()
        .tls_backend_preconfigured(encryption)
        .dns_resolver(Outside)
        .redirect(Policy::custom(step))
        .user_agent("Guanxi")
        .no_proxy()
        .referer(false)
        .timeout(PATIENCE)
        .build();
    built.inspect_err(|error| tracing::error!(%error, "pictures of letters can't be fetched")).ok()
}

/// Goes on where an answer leads, a few times.
fn step(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let goes_on = attempt.previous().len() <= MOST_STEPS && may_be_asked(attempt.url());
    if goes_on { attempt.follow() } else { attempt.error("it leads too far") }
}

/// Whether an address is on the web, as far as it says; what a name leads to is looked at by [`Outside`].
fn may_be_asked(address: &Url) -> bool {
    let outside = match address.host() {
        Some(Host::Domain(_)) => true,
        Some(Host::Ipv4(ip)) => is_outside(ip.into()),
        Some(Host::Ipv6(ip)) => is_outside(ip.into()),
        None => false,
    };
    outside && matches!(address.scheme(), "http" | "https") && address.username().is_empty()
}

/// Finds the addresses of a name, without those of one's own network: what is asked is what was looked at.
struct Outside;

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(outside(name))
    }
}

async fn outside(name: Name) -> Result<Addrs, Box<dyn std::error::Error + Send + Sync>> {
    let found: Vec<SocketAddr> = lookup_host((name.as_str(), 0)).await?.collect();
    let outside: Vec<SocketAddr> = found.into_iter().filter(|found| is_outside(found.ip())).collect();
    if outside.is_empty() { Err("it lies within".into()) } else { Ok(Box::new(outside.into_iter())) }
}

/// Whether an address is the public network's: not this machine's, a private network's, or one of a special kind.
fn is_outside(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_outside_v4(ip),
        IpAddr::V6(ip) => ip.to_ipv4_mapped().map_or_else(|| is_outside_v6(ip), is_outside_v4),
    }
}

fn is_outside_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = match (a, b) {
        // This network, and what is reserved.
        (0 | 240..=255, _) => true,
        // Between providers and their customers.
        (100, 64..=127) => true,
        (192, 0) => c == 0,
        // For measuring.
        (198, 18 | 19) => true,
        _ => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_multicast() || ip.is_documentation(),
    };
    !special
}

/// Only what is given out to the public, without what leads to addresses of the older kind.
fn is_outside_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let translated = a == 0x2002 || a == 0x2001 && b == 0;
    let documentation = a == 0x2001 && b == 0x0db8;
    a & 0xe000 == 0x2000 && !translated && !documentation
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn only_the_public_network_is_asked() {
        for inside in [
            "http://127.0.0.1/a.png",
            "http://127.1/a.png",
            "http://2130706433/a.png",
            "http://0.0.0.0/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://100.64.0.1/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[64:ff9b::a00:1]/",
            "http://[2002:a00:1::1]/",
            "http://[fd00::1]/",
            "http://[fe80::1]/",
            "ftp://example.com/a.png",
            "file:///etc/passwd",
            "data:image/png;base64,AAAA",
            "http://somebody@example.com/a.png",
        ] {
            assert!(!Url::parse(inside).is_ok_and(|address| may_be_asked(&address)), "{inside}");
        }
        for outside in ["https://example.com/a.png", "http://93.184.215.14/", "http://[2606:4700::1111]/"] {
            assert!(Url::parse(outside).is_ok_and(|address| may_be_asked(&address)), "{outside}");
        }
    }

    #[tokio::test]
    async fn what_lies_within_is_not_asked_by_its_name_either() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let mut asked = [0; 1024];
            while let Ok((mut stream, _)) = listener.accept().await {
                if stream.read(&mut asked).await.is_ok_and(|read| read > 0) {
                    let picture = b"HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
                    stream.write_all(picture).await.unwrap();
                }
            }
        });
        for host in ["127.0.0.1", "localhost"] {
            assert_eq!(fetched(&format!("http://{host}:{port}/a.png")).await, None, "{host}");
        }
    }
}

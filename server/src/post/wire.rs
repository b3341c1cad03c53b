//! Connections to mail servers: plain, or encrypted with the cryptography that everything else uses.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use shared::post::PostFault;
use store::post::Endpoint;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, crypto::ring};

use super::Fault;
use crate::authorities;

/// So long a server may take to answer at all.
const PATIENCE: Duration = Duration::from_secs(20);

/// What IMAP is spoken over.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug> Wire for T {}

/// A connection of whatever kind.
pub(super) type Stream = Box<dyn Wire>;

/// Connects to a server, without encryption as yet.
pub(super) async fn connect(endpoint: &Endpoint) -> Result<TcpStream, Fault> {
    let host = endpoint.host.trim_matches(['[', ']']);
    let connected = async {
        let found = lookup_host((host, endpoint.port)).await.map_err(|_| Fault::new(PostFault::UnknownHost, ""))?;
        let addresses: Vec<SocketAddr> = found.collect();
        TcpStream::connect(addresses.as_slice()).await.map_err(|_| Fault::new(PostFault::Unreachable, ""))
    };
    let stream = timeout(PATIENCE, connected).await.unwrap_or_else(|_| Err(Fault::new(PostFault::Unreachable, "")))?;
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// Encrypts a connection.
pub(super) async fn encrypted(endpoint: &Endpoint, plain: Stream) -> Result<Stream, Fault> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| Fault::new(PostFault::Encryption, ""))?
        .with_root_certificates(authorities::trusted())
        .with_no_client_auth();
    let host = endpoint.host.trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(host).map_err(|_| Fault::new(PostFault::UnknownHost, ""))?;
    match timeout(PATIENCE, TlsConnector::from(Arc::new(config)).connect(name, plain)).await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(error)) => Err(match Fault::of_connection(&error) {
            // Whatever else goes wrong meanwhile, such as a server that hangs up because it speaks none.
            Fault { what: PostFault::Lost | PostFault::Protocol, .. } => Fault::new(PostFault::Encryption, ""),
            fault => fault,
        }),
        Err(_) => Err(Fault::new(PostFault::Timeout, "")),
    }
}

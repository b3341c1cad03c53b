//! A way to a server that can be cut in the middle of anything.

use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::harness::Outcome;

/// Passes connections on to an address until they are cut.
pub(crate) struct Proxy {
    /// Where to connect to.
    pub(crate) host: String,
    cut: Arc<Notify>,
}

impl Proxy {
    /// A way to the address.
    pub(crate) async fn to(address: String) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let host = listener.local_addr()?.to_string();
        let cut = Arc::new(Notify::new());
        let ends = Arc::clone(&cut);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(pass(near, address.clone(), Arc::clone(&ends)));
            }
        });
        Ok(Self { host, cut })
    }

    /// Ends all connections, whatever is under way on them.
    pub(crate) fn cut(&self) {
        self.cut.notify_waiters();
    }
}

async fn pass(mut near: TcpStream, address: String, cut: Arc<Notify>) {
    let ended = cut.notified();
    let Ok(mut far) = TcpStream::connect(address).await else { return };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
        () = ended => {}
    }
}

//! Connections: accepted, served, and ended in time.

use std::{io::ErrorKind, net::SocketAddr, time::Duration};

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use crate::shutdown::Shutdown;

/// How long open requests get to finish once stopping was asked for.
const TIME_TO_DRAIN: Duration = Duration::from_secs(5);
/// How long the head of a request may take, and a kept connection may wait for the next one. Longer than proxies keep
/// theirs, lest they send into one that is being closed.
const TIME_FOR_HEAD: Duration = Duration::from_secs(75);
/// Longest head of a request, and what is written at once, bytes.
const BUFFER: usize = 64 * 1024;
/// Wait after a connection could not be accepted for lack of sockets: others end meanwhile.
const LACK: Duration = Duration::from_millis(200);

/// Serves the routes until stopping is asked for; what is still open when the drain time is over is cut off.
pub(super) async fn answer(listener: TcpListener, routes: Router, shutdown: &Shutdown) {
    let open = GracefulShutdown::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => serve(stream, from, &routes, &open),
                Err(error) => wait_after(&error).await,
            },
            () = shutdown.requested() => break,
        }
    }
    // Nobody connects to a server that is about to end.
    drop(listener);
    let _ = timeout(TIME_TO_DRAIN, open.shutdown()).await;
}

fn serve(stream: TcpStream, from: SocketAddr, routes: &Router, open: &GracefulShutdown) {
    // Live events are small, and are not to wait for more.
    let _ = stream.set_nodelay(true);
    let routes = routes.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(from));
        routes.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(TIME_FOR_HEAD)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    let connection = open.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}

async fn wait_after(error: &std::io::Error) {
    if !matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
    {
        tracing::error!(%error, "no connection can be accepted");
        sleep(LACK).await;
    }
}

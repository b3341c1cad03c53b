//! Clients without manners: requests cut short, without end, of nonsense; readers that don't read; connections that only
//! wait. None of it may keep the others from being served, or be answered as a fault of the server's.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::harness::Outcome;
use crate::world::{NODES, World};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// No head and no body of a request is so long that more of it has to be taken without the server saying no, bytes: more than
/// the buffers of the kernel hold, which takes them for a server that is frozen (36 MB with `tcp_rmem` and `tcp_wmem` as
/// large as they come).
const LONG: usize = 64 << 20;

/// After so many rounds all connections that only wait are there.
const ROUNDS_TO_ALL: usize = 25;

/// What they did, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Rude {
    /// Requests sent.
    pub(crate) sent: u32,
    /// Connections held open.
    pub(crate) held: usize,
    /// What should not have been.
    pub(crate) flaws: Vec<String>,
}

/// Bothers the servers until then, and holds so many connections that only wait.
pub(crate) async fn bother(world: Arc<World>, mut rng: Rng, until: Instant, idle: usize) -> Outcome<Rude> {
    let mut rude = Rude::default();
    let mut held = Vec::new();
    while Instant::now() < until {
        let host = world.address(rng.usize(..NODES)).to_owned();
        for _ in 0..idle.div_ceil(ROUNDS_TO_ALL) {
            held.extend(if held.len() < idle { TcpStream::connect(&host).await.ok() } else { None });
        }
        let mut trying = JoinSet::new();
        for _ in 0..4 {
            trying.spawn(one(rng.fork(), host.clone(), world.cookie().to_owned()));
        }
        while let Some(tried) = trying.join_next().await {
            rude.sent += 1;
            rude.flaws.extend(tried?);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    rude.held = held.len();
    Ok(rude)
}

/// One bad request; what was wrong with the answer.
async fn one(mut rng: Rng, host: String, cookie: String) -> Option<String> {
    let mut stream = TcpStream::connect(&host).await.ok()?;
    let head = format!(
        "POST /api/fn/apply HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\norigin: http://{host}\r\ncontent-type: application/json\r\n"
    );
    match rng.u32(..6) {
        0 => {
            let _ = stream.write_all(&head.as_bytes()[..rng.usize(1..head.len())]).await;
            None
        }
        1 => {
            let taken = pour(&mut stream, head.as_bytes(), b"x-more: and more and more and more\r\n", LONG).await;
            endless("head", taken, LONG).or(fault("a head without end", answer(&mut stream).await))
        }
        2 => {
            let begin = format!("{head}transfer-encoding: chunked\r\n\r\n");
            let chunk = format!("{:x}\r\n{}\r\n", 1 << 16, " ".repeat(1 << 16));
            let taken = pour(&mut stream, begin.as_bytes(), chunk.as_bytes(), LONG).await;
            endless("body", taken, LONG).or(fault("a body without end", answer(&mut stream).await))
        }
        3 => {
            let _ = stream.write_all(format!("{head}content-length: 100\r\n\r\n{{\"command\":").as_bytes()).await;
            let _ = stream.shutdown().await;
            fault("a body cut short", answer(&mut stream).await)
        }
        4 => {
            let nonsense: Vec<u8> = (0..rng.usize(1..2_000)).map(|_| rng.u8(..)).collect();
            let _ = stream.write_all(&nonsense).await;
            let _ = stream.write_all(b"\r\n\r\n").await;
            fault("nonsense", answer(&mut stream).await)
        }
        _ => {
            let ask = format!("GET /api/v1/events HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\n\r\n");
            let _ = stream.write_all(ask.as_bytes()).await;
            // Never read from, and forgotten only after a while.
            tokio::time::sleep(PATIENCE).await;
            None
        }
    }
}

/// Sends `more` again and again until the other side has had enough; how many bytes it took.
async fn pour(stream: &mut TcpStream, begin: &[u8], more: &[u8], most: usize) -> usize {
    let mut taken = 0;
    if stream.write_all(begin).await.is_err() {
        return taken;
    }
    while taken < most {
        match timeout(PATIENCE, stream.write_all(more)).await {
            Ok(Ok(())) => taken += more.len(),
            _ => break,
        }
    }
    taken
}

fn endless(what: &str, taken: usize, most: usize) -> Option<String> {
    (taken >= most).then(|| format!("a {what} without end was taken, {taken} bytes of it"))
}

/// Status of the answer, if there is one.
async fn answer(stream: &mut TcpStream) -> Option<u16> {
    let mut head = [0; 12];
    timeout(PATIENCE, stream.read_exact(&mut head)).await.ok()?.ok()?;
    std::str::from_utf8(&head).ok()?.strip_prefix("HTTP/1.1 ")?.parse().ok()
}

/// A server that is away may say so; anything else from 500 on says that a client broke it.
fn fault(what: &str, status: Option<u16>) -> Option<String> {
    status.filter(|status| *status >= 500 && *status != 503).map(|status| format!("{what} was answered with {status}"))
}

//! One kept-alive connection to a server: as little between it and the clock, or the fault, as can be.

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::Outcome;

/// Longest head of an answer.
const HEAD: usize = 64 * 1024;

/// A connection; it keeps the session that an answer began.
pub(crate) struct Client {
    stream: TcpStream,
    /// `host:port`.
    pub(crate) host: String,
    cookie: String,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects to `host:port`.
    pub(crate) async fn connect(host: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host: host.to_owned(), cookie: String::new(), buffer: Vec::new() })
    }

    /// Connects to `host:port` with a session that is known already, as a `Cookie` header has it.
    pub(crate) async fn carrying(host: &str, cookie: String) -> Outcome<Self> {
        Ok(Self { cookie, ..Self::connect(host).await? })
    }

    /// A connection with the same session, to this server or another one on the same database.
    pub(crate) async fn moved_to(&self, host: &str) -> Outcome<Self> {
        Self::carrying(host, self.cookie.clone()).await
    }

    /// The session, as a `Cookie` header has it.
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Calls a server function; its answer as sent.
    pub(crate) async fn call(&mut self, function: &str, input: &Value) -> Outcome<Vec<u8>> {
        let (status, body) = self.ask(function, input).await?;
        accepted(function, status, body)
    }

    /// Status and body of what a server function answers; an error only when there is no whole answer.
    pub(crate) async fn ask(&mut self, function: &str, input: &Value) -> Outcome<(u16, Vec<u8>)> {
        self.post(&format!("/api/fn/{function}"), "application/json", &input.to_string()).await
    }

    /// Status and body of the answer to something sent.
    pub(crate) async fn post(&mut self, path: &str, content_type: &str, body: &str) -> Outcome<(u16, Vec<u8>)> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {0}\r\norigin: http://{0}\r\ncookie: {1}\r\ncontent-type: {content_type}\r\ncontent-length: {2}\r\n\r\n",
            self.host,
            self.cookie,
            body.len()
        );
        self.exchange(head + body).await
    }

    /// The same, read as JSON.
    pub(crate) async fn json(&mut self, function: &str, input: &Value) -> Outcome<Value> {
        Ok(serde_json::from_slice(&self.call(function, input).await?)?)
    }

    /// Gets a page or a file.
    pub(crate) async fn get(&mut self, path: &str) -> Outcome<Vec<u8>> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\n\r\n", self.host, self.cookie);
        let (status, body) = self.exchange(request).await?;
        accepted(path, status, body)
    }

    /// Opens an endless answer on a connection of its own; its head is read already.
    pub(crate) async fn stream(&self, path: &str) -> Outcome<BufReader<TcpStream>> {
        let mut stream = TcpStream::connect(&self.host).await?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\n\r\n", self.host, self.cookie);
        stream.write_all(request.as_bytes()).await?;
        let mut stream = BufReader::with_capacity(1_024, stream);
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        if !line.contains(" 200 ") {
            return Err(format!("{path}: {line}").into());
        }
        while !line.trim().is_empty() {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Err("the server closed the connection".into());
            }
        }
        Ok(stream)
    }

    async fn exchange(&mut self, request: String) -> Outcome<(u16, Vec<u8>)> {
        self.stream.write_all(request.as_bytes()).await?;
        let (status, length) = self.head().await?;
        let body = match length {
            Some(length) => self.exactly(length).await?,
            None => self.chunks().await?,
        };
        Ok((status, body))
    }

    /// Status and length of the answer; no length when it comes in chunks.
    async fn head(&mut self) -> Outcome<(u16, Option<usize>)> {
        loop {
            let mut headers = [httparse::EMPTY_HEADER; 64];
            let mut answer = httparse::Response::new(&mut headers);
            if let httparse::Status::Complete(end) = answer.parse(&self.buffer)? {
                let status = answer.code.unwrap_or_default();
                let value = |name: &str| {
                    let header = answer.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
                    std::str::from_utf8(header.value).ok()
                };
                let length = value("content-length").and_then(|length| length.parse().ok());
                if let Some((cookie, _)) = value("set-cookie").and_then(|cookie| cookie.split_once(';')) {
                    self.cookie = cookie.to_owned();
                }
                let is_chunked = value("transfer-encoding").is_some();
                self.buffer.drain(..end);
                return Ok((status, length.or((!is_chunked).then_some(0))));
            }
            if self.buffer.len() > HEAD {
                return Err("an answer without end of its head".into());
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> Outcome<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        Ok(())
    }

    async fn exactly(&mut self, length: usize) -> Outcome<Vec<u8>> {
        while self.buffer.len() < length {
            self.more().await?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    async fn chunks(&mut self) -> Outcome<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            match httparse::parse_chunk_size(&self.buffer).map_err(|_| "a chunk of unreadable size")? {
                httparse::Status::Partial => self.more().await?,
                httparse::Status::Complete((end, size)) => {
                    self.buffer.drain(..end);
                    body.extend(self.exactly(usize::try_from(size)?).await?);
                    self.exactly(2).await?;
                    if size == 0 {
                        return Ok(body);
                    }
                }
            }
        }
    }
}

/// The body of an answer that is not a refusal.
fn accepted(what: &str, status: u16, body: Vec<u8>) -> Outcome<Vec<u8>> {
    if (200..300).contains(&status) {
        return Ok(body);
    }
    Err(format!("{what}: {status} {}", String::from_utf8_lossy(&body)).into())
}

//! One kept-alive connection to the server that is measured: as little between it and the clock as can be.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::Outcome;
use crate::data::id;

/// Longest head of an answer.
const HEAD: usize = 64 * 1024;

/// A connection; it keeps the session that an answer began.
pub(crate) struct Client {
    stream: TcpStream,
    host: String,
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

    /// A connection with the same session.
    pub(crate) async fn another(&self) -> Outcome<Self> {
        self.moved_to(&self.host).await
    }

    /// A connection with the same session to another server on the same database.
    pub(crate) async fn moved_to(&self, host: &str) -> Outcome<Self> {
        let mut other = Self::connect(host).await?;
        other.cookie.clone_from(&self.cookie);
        Ok(other)
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Calls a server function; its answer as sent.
    pub(crate) async fn call(&mut self, function: &str, input: &Value) -> Outcome<Vec<u8>> {
        let body = input.to_string();
        let head = format!(
            "POST /api/fn/{function} HTTP/1.1\r\nhost: {0}\r\norigin: http://{0}\r\ncookie: {1}\r\ncontent-type: application/json\r\ncontent-length: {2}\r\n\r\n",
            self.host,
            self.cookie,
            body.len()
        );
        self.exchange(head + &body).await
    }

    /// The same, read as JSON.
    pub(crate) async fn json(&mut self, function: &str, input: &Value) -> Outcome<Value> {
        Ok(serde_json::from_slice(&self.call(function, input).await?)?)
    }

    /// Moves the n-th deal to the top of a stage.
    pub(crate) async fn move_deal(&mut self, n: i64, stage: Uuid) -> Outcome<()> {
        let change = json!({"do": "update", "id": id('d', n), "values": {"stage_id": stage, "rank": "top"}});
        let command = json!({"record_type": "opportunity", "changes": [change], "all_or_nothing": true});
        self.call("apply", &json!({"command": command})).await.map(drop)
    }

    /// Gets a page or a file.
    pub(crate) async fn get(&mut self, path: &str) -> Outcome<Vec<u8>> {
        self.exchange(format!("GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\n\r\n", self.host, self.cookie)).await
    }

    async fn exchange(&mut self, request: String) -> Outcome<Vec<u8>> {
        self.stream.write_all(request.as_bytes()).await?;
        let (status, length) = self.head().await?;
        let body = match length {
            Some(length) => self.exactly(length).await?,
            None => self.chunks().await?,
        };
        if !(200..300).contains(&status) {
            let line = request.lines().next().unwrap_or_default();
            return Err(format!("{line}: {status} {}", String::from_utf8_lossy(&body)).into());
        }
        Ok(body)
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

//! Bytes in and out, in pieces: no file lies in memory as a whole.

use std::ops::Range;

pub use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use object_store::buffered::BufWriter;
use object_store::{GetOptions, GetRange, ObjectStoreExt};
use sha2::{Digest, Sha256};
use shared::{Error, Result, Values};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::Files;
use super::place::{from_place, key};
use super::sniff;
use crate::error::internal;

/// Bytes kept until they are sent on; the least that S3 takes as a part.
const PIECE: usize = 5 << 20;

/// Bytes of the beginning by which a file's type is found out.
const HEAD: usize = 16 << 10;

/// A file's bytes, piece by piece.
pub type Parts = BoxStream<'static, Result<Bytes>>;

/// A file that has arrived and belongs to no record yet: it becomes one, or is dropped.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// Id of the file and of the record to be.
    pub id: Uuid,
    pub(crate) org_id: Uuid,
    pub(crate) size: u64,
    pub(crate) checksum: String,
    pub(crate) content_type: String,
    /// The usual ending of what its bytes say it is.
    pub(crate) sniffed: Option<&'static str>,
}

impl Received {
    /// What the store says of the file in its record.
    pub(crate) fn values(&self) -> Values {
        Values::from_iter([
            ("content_type".to_owned(), self.content_type.as_str().into()),
            ("size".to_owned(), self.size.into()),
            ("checksum".to_owned(), self.checksum.as_str().into()),
        ])
    }
}

/// What is found out of bytes as they pass.
#[derive(Default)]
struct Passing {
    size: u64,
    hash: Sha256,
    head: Vec<u8>,
}

impl Passing {
    fn see(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.hash.update(bytes);
        let room = HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

impl Files {
    /// Puts bytes where they belong as they come. `name` only tells apart kinds of text.
    pub(crate) async fn put(
        &self,
        org_id: Uuid,
        id: Uuid,
        name: &str,
        mut parts: impl Stream<Item = Result<Bytes>> + Unpin,
    ) -> Result<Received> {
        let mut writer = BufWriter::with_capacity(self.open()?, key(org_id, id), PIECE).with_max_concurrency(2);
        let mut passing = Passing::default();
        while let Some(part) = parts.next().await {
            let taken = match part {
                Ok(bytes) => {
                    passing.see(&bytes);
                    if passing.size > self.limits.file {
                        Err(self.limits.file_too_large())
                    } else {
                        writer.put(bytes).await.map_err(from_place)
                    }
                }
                Err(error) => Err(error),
            };
            if let Err(error) = taken {
                let _ = writer.abort().await;
                return Err(error);
            }
        }
        writer.shutdown().await.map_err(|error| error.downcast().map_or_else(internal, from_place))?;
        let Passing { size, hash, head } = passing;
        let checksum = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let content_type = sniff::content_type(&head, name).to_owned();
        Ok(Received { id, org_id, size, checksum, content_type, sniffed: sniff::usual_ending(&head) })
    }

    /// The bytes of a file, or some of them.
    pub(crate) async fn get(&self, org_id: Uuid, id: Uuid, range: Option<Range<u64>>) -> Result<Parts> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.open()?.get_opts(&key(org_id, id), options).await.map_err(from_place)?;
        Ok(found.into_stream().map(|part| part.map_err(from_place)).boxed())
    }

    /// Removes files; that one isn't there is no failure.
    pub(crate) async fn remove(&self, org_id: Uuid, ids: impl IntoIterator<Item = Uuid>) -> Result<()> {
        let open = self.open()?;
        for id in ids {
            match open.delete(&key(org_id, id)).await.map_err(from_place) {
                Ok(()) | Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

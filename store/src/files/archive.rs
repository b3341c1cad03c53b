//! All files as one archive that `tar` reads too: what a backup of the database lacks.

use std::path::Path as File;

use futures::{TryStreamExt, stream};
use object_store::ObjectMeta;
use shared::Error;
use tar::Header;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, BufWriter};
use uuid::Uuid;

use super::Files;
use super::content::Bytes;
use super::place::key;
use crate::error::StartError;

/// What archives are made of.
const BLOCK: usize = 512;

/// Read at once.
const PIECE: usize = 256 << 10;

type Done<T> = Result<T, StartError>;

impl Files {
    /// Writes all files into a new archive, while others come and go; says how many. Without any there is no archive.
    ///
    /// # Errors
    /// When the files can't be read or the archive can't be written.
    pub async fn archive(&self, to: &File) -> Done<u64> {
        if !self.is_somewhere() {
            return Ok(0);
        }
        let mut listing = self.open().map_err(failed)?.list(None);
        let (mut count, mut archive) = (0, None);
        while let Some(meta) = listing.try_next().await.map_err(failed)? {
            let Some((org_id, id)) = ids_of(&meta) else { continue };
            let archive = match &mut archive {
                Some(archive) => archive,
                none => none.insert(BufWriter::new(private(to).await.map_err(failed)?)),
            };
            count += u64::from(self.put_in(archive, (org_id, id), meta.size).await?);
        }
        if let Some(mut archive) = archive {
            archive.write_all(&[0; 2 * BLOCK]).await.map_err(failed)?;
            archive.flush().await.map_err(failed)?;
            archive.into_inner().sync_all().await.map_err(failed)?;
        }
        Ok(count)
    }

    /// Adds one file, unless it has gone since it was listed.
    async fn put_in(
        &self,
        archive: &mut (impl AsyncWrite + Unpin),
        (org_id, id): (Uuid, Uuid),
        size: u64,
    ) -> Done<bool> {
        let mut parts = match self.get(org_id, id, None).await {
            Err(Error::NotFound) => return Ok(false),
            found => found.map_err(failed)?,
        };
        let mut header = Header::new_gnu();
        header.set_path(key(org_id, id).as_ref()).map_err(failed)?;
        header.set_size(size);
        header.set_mode(0o600);
        header.set_cksum();
        archive.write_all(header.as_bytes()).await.map_err(failed)?;
        let mut written = 0;
        while let Some(part) = parts.try_next().await.map_err(failed)? {
            written += part.len() as u64;
            archive.write_all(&part).await.map_err(failed)?;
        }
        if written != size {
            return Err(failed(format!("{org_id}/{id} changed while it was read")));
        }
        archive.write_all(&[0; BLOCK][..padding(size)]).await.map_err(failed)?;
        Ok(true)
    }

    /// Puts all files of an archive where files lie; says how many. Doing it again does no harm.
    ///
    /// # Errors
    /// When the archive is none or is cut short, or the files can't be written.
    pub async fn unpack(&self, from: &File) -> Done<u64> {
        let archive = tokio::fs::File::open(from).await.map_err(failed)?;
        let mut archive = BufReader::with_capacity(PIECE, archive);
        let mut count = 0;
        while let Some((org_id, id, size)) = next(&mut archive).await? {
            let content = (&mut archive).take(size);
            let pieces = stream::try_unfold(content, async |mut content| {
                let mut piece = Vec::with_capacity(PIECE);
                (&mut content).take(PIECE as u64).read_to_end(&mut piece).await.map_err(crate::error::internal)?;
                Ok::<_, Error>((!piece.is_empty()).then(|| (Bytes::from(piece), content)))
            });
            // The limits are for those who upload.
            let unlimited = self.clone().with_limits(super::Limits { file: u64::MAX, ..self.limits });
            let put = unlimited.put(org_id, id, "", std::pin::pin!(pieces)).await.map_err(failed)?;
            let mut rest = [0; BLOCK];
            if put.size != size || archive.read_exact(&mut rest[..padding(size)]).await.is_err() {
                return Err(failed("the archive is cut short"));
            }
            count += 1;
        }
        Ok(count)
    }
}

/// The next file of an archive; `None` at its end.
async fn next(archive: &mut (impl AsyncRead + Unpin)) -> Done<Option<(Uuid, Uuid, u64)>> {
    let mut header = Header::new_gnu();
    let cut = |_| failed("the archive is cut short");
    archive.read_exact(header.as_mut_bytes()).await.map_err(cut)?;
    if header.as_bytes().iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let sum: u32 = header.as_bytes().iter().enumerate().map(|(at, byte)| sum_of(at, *byte)).sum();
    let path = header.path().map_err(failed)?;
    let ids = path
        .to_str()
        .and_then(|path| path.split_once('/'))
        .and_then(|(org_id, id)| Some((org_id.parse().ok()?, id.parse().ok()?)));
    match ids {
        Some((org_id, id)) if header.cksum().ok() == Some(sum) => {
            Ok(Some((org_id, id, header.size().map_err(failed)?)))
        }
        _ => Err(failed("this is no archive of guanxi's files")),
    }
}

/// What a byte of a header adds to its sum; the sum itself counts as blanks.
fn sum_of(at: usize, byte: u8) -> u32 {
    u32::from(if (148..156).contains(&at) { b' ' } else { byte })
}

/// Up to the next block.
fn padding(size: u64) -> usize {
    let over = usize::try_from(size % BLOCK as u64).unwrap_or_default();
    (BLOCK - over) % BLOCK
}

fn ids_of(meta: &ObjectMeta) -> Option<(Uuid, Uuid)> {
    let (org_id, id) = meta.location.as_ref().split_once('/')?;
    Some((org_id.parse().ok()?, id.parse().ok()?))
}

/// It holds everybody's files.
async fn private(file: &File) -> std::io::Result<tokio::fs::File> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(0o600);
    options.open(file).await
}

fn failed(reason: impl std::fmt::Display) -> StartError {
    StartError::Archive(reason.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn filled(sizes: &[usize]) -> (Files, Vec<(Uuid, Uuid, Vec<u8>)>) {
        let files = Files::memory();
        let mut put = Vec::new();
        for (n, size) in sizes.iter().enumerate() {
            let (org_id, id) = (Uuid::from_u128(1 + n as u128 % 2), Uuid::now_v7());
            let content: Vec<u8> = (0..*size).map(|at| u8::try_from((at + n) % 251).unwrap()).collect();
            let parts = stream::iter([Ok(Bytes::from(content.clone()))]);
            files.put(org_id, id, "a.bin", parts).await.unwrap();
            put.push((org_id, id, content));
        }
        (files, put)
    }

    #[tokio::test]
    async fn what_was_archived_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("files.tar");
        let (files, put) = filled(&[0, 1, 511, 512, 513, 700_000]).await;
        assert_eq!(files.archive(&file).await.unwrap(), 6);
        let again = Files::folder(folder.path().join("files"));
        for _ in 0..2 {
            assert_eq!(again.unpack(&file).await.unwrap(), 6);
        }
        for (org_id, id, content) in put {
            let parts = again.get(org_id, id, None).await.unwrap();
            let read: Vec<Bytes> = parts.try_collect().await.unwrap();
            assert_eq!(read.concat(), content, "{} bytes", content.len());
        }
        let listed = std::process::Command::new("tar").arg("tf").arg(&file).output().unwrap();
        assert_eq!(String::from_utf8(listed.stdout).unwrap().lines().count(), 6, "tar reads it too");
    }

    #[tokio::test]
    async fn without_files_there_is_no_archive_and_what_is_none_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("files.tar");
        assert_eq!(Files::memory().archive(&file).await.unwrap(), 0);
        assert!(!file.exists());
        let (files, _) = filled(&[3_000, 5_000]).await;
        files.archive(&file).await.unwrap();
        let whole = std::fs::read(&file).unwrap();
        for cut in [100, 512, 2_000, whole.len() - 600] {
            std::fs::write(&file, &whole[..cut]).unwrap();
            assert!(Files::memory().unpack(&file).await.is_err(), "cut at {cut}");
        }
        std::fs::write(&file, vec![b'x'; 2_000]).unwrap();
        assert!(Files::memory().unpack(&file).await.is_err());
    }
}

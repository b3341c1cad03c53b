//! Where files lie.

use std::path::{Path as Folder, PathBuf};
use std::sync::{Arc, OnceLock};

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{Error as Fault, ObjectStore};
use shared::{Error, Result};
use uuid::Uuid;

use super::Files;
use crate::error::{StartError, internal};

/// Where files lie.
#[derive(Debug, Default)]
pub(super) enum Place {
    /// Nowhere was named: a command that has to do with no file.
    #[default]
    Nowhere,
    /// In a folder; made and opened when it is first needed, so that commands that need none leave none behind.
    Folder(PathBuf, OnceLock<Arc<dyn ObjectStore>>),
    /// In a bucket, or in memory.
    Open(Arc<dyn ObjectStore>),
}

/// A bucket by its address.
pub(super) fn bucket(address: &str) -> std::result::Result<Place, StartError> {
    let bad = |reason: &str| StartError::Files(format!("{address}: {reason}"));
    let rest = address.strip_prefix("s3://").ok_or_else(|| bad("it takes the form s3://bucket/prefix"))?;
    let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if name.is_empty() {
        return Err(bad("it names no bucket"));
    }
    let prefix = Path::parse(prefix.trim_end_matches('/')).map_err(|error| bad(&error.to_string()))?;
    // The one that the database and mail use; the client asks for the process' own.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let built = AmazonS3Builder::from_env().with_bucket_name(name).build();
    let bucket = built.map_err(|error| bad(&error.to_string()))?;
    Ok(Place::Open(Arc::new(PrefixStore::new(bucket, prefix))))
}

/// Memory.
pub(super) fn memory() -> Place {
    Place::Open(Arc::new(InMemory::new()))
}

fn folder(path: &Folder) -> Result<Arc<dyn ObjectStore>> {
    make_private(path).map_err(internal)?;
    let files = LocalFileSystem::new_with_prefix(path).map_err(internal)?;
    // What was acknowledged is there after the power failed.
    Ok(Arc::new(files.with_fsync(true)))
}

/// Everybody's files: for nobody else on the machine.
#[cfg(unix)]
fn make_private(path: &Folder) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private(path: &Folder) -> std::io::Result<()> {
    std::fs::create_dir_all(path)
}

/// Where a file lies.
pub(super) fn key(org_id: Uuid, id: Uuid) -> Path {
    Path::from_iter([org_id.to_string(), id.to_string()])
}

/// What a failure of the place means to the caller.
pub(super) fn from_place(fault: Fault) -> Error {
    match fault {
        Fault::NotFound { .. } => Error::NotFound,
        Fault::Generic { .. } => {
            tracing::warn!(%fault, "the files can't be reached");
            Error::Offline
        }
        other => internal(other),
    }
}

impl Files {
    /// The opened place.
    pub(super) fn open(&self) -> Result<Arc<dyn ObjectStore>> {
        match &*self.place {
            Place::Nowhere => Err(internal("no place for files was named")),
            Place::Open(open) => Ok(Arc::clone(open)),
            Place::Folder(path, opened) => match opened.get() {
                Some(open) => Ok(Arc::clone(open)),
                None => {
                    let open = folder(path)?;
                    Ok(Arc::clone(opened.get_or_init(|| open)))
                }
            },
        }
    }

    /// Whether there is any place that could hold files already.
    pub(super) fn is_somewhere(&self) -> bool {
        match &*self.place {
            Place::Nowhere => false,
            Place::Open(_) => true,
            Place::Folder(path, _) => path.exists(),
        }
    }
}

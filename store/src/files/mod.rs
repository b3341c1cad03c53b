//! Bytes of attachments: outside of the database, in a folder or in a bucket that speaks S3, at `<organisation>/<attachment>`.
//! Several nodes share one such place, a network folder or the bucket.

mod archive;
mod attached;
mod content;
mod orphans;
mod place;
mod refused;
mod sniff;

use std::path::PathBuf;
use std::sync::Arc;

pub use attached::Attached;
pub use content::{Bytes, Parts, Received};
pub(crate) use orphans::UNDOABLE_DAYS;
use orphans::Watch;
use place::Place;
pub(crate) use refused::{REFUSED_AT_FIRST, ending, refused_endings};
use shared::{Error, FieldError};
pub use sniff::picture_type;

use crate::error::StartError;

/// What an upload may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of all files of one upload.
    pub upload: u64,
    /// Files of one upload.
    pub count: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file: 25 << 20, upload: 100 << 20, count: 20 }
    }
}

impl Limits {
    /// The refusal of a file that is too large.
    #[must_use]
    pub fn file_too_large(&self) -> Error {
        Error::Invalid { fields: vec![FieldError::new("file", "upload_too_large").with("max", self.file >> 20)] }
    }

    /// The refusal of an upload that is too large as a whole.
    #[must_use]
    pub fn upload_too_large(&self) -> Error {
        Error::Invalid { fields: vec![FieldError::new("file", "upload_too_much").with("max", self.upload >> 20)] }
    }

    /// The refusal of an upload of too many files.
    #[must_use]
    pub fn too_many(&self) -> Error {
        Error::Invalid { fields: vec![FieldError::new("file", "upload_too_many").with("max", self.count)] }
    }
}

/// Handle to where the bytes lie; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Files {
    place: Arc<Place>,
    limits: Limits,
    /// How far the look for orphans has come on this node.
    watch: Watch,
}

impl Files {
    /// Files in a folder, which is made once something is put there.
    #[must_use]
    pub fn folder(path: PathBuf) -> Self {
        Self::at(Place::Folder(path, std::sync::OnceLock::new()))
    }

    /// Files in a bucket, named by an address such as `s3://bucket/prefix`; who may is told by the usual `AWS_…` variables.
    ///
    /// # Errors
    /// When the address names no bucket, or the variables don't fit together.
    pub fn bucket(address: &str) -> Result<Self, StartError> {
        place::bucket(address).map(Self::at)
    }

    /// Files in memory, for tests: gone with the handle.
    #[must_use]
    pub fn memory() -> Self {
        Self::at(place::memory())
    }

    fn at(place: Place) -> Self {
        Self { place: Arc::new(place), ..Self::default() }
    }

    /// The same place with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// What an upload may be.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Whether the files lie in a folder of this machine's.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        matches!(*self.place, Place::Folder(..))
    }
}

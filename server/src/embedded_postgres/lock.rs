//! One server per data folder.

use super::layout::unusable;
use crate::failure::Failure;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
};

/// Held while this process is in charge of the data folder; the kernel lets go when it dies.
#[derive(Debug)]
pub(crate) struct DataLock(#[expect(dead_code, reason = "holding the file open holds the lock")] File);

impl DataLock {
    /// Takes the data folder, making it first if need be; `None` when another guanxi holds it.
    pub(crate) fn try_take(data: &Path) -> Result<Option<Self>, Failure> {
        fs::create_dir_all(data).map_err(|error| unusable(data, &error))?;
        let path = data.join("guanxi.lock");
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = options.map_err(|error| unusable(&path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(unusable(&path, &error)),
        }
        // Only for whoever is told "in use": a folder that can be locked is ours either way.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
        Ok(Some(Self(file)))
    }

    /// The sentence for a data folder that another guanxi holds.
    pub(crate) fn in_use(data: &Path) -> Failure {
        let mut holder = String::new();
        let read = File::open(data.join("guanxi.lock")).and_then(|mut file| file.read_to_string(&mut holder));
        let process = if read.is_ok() && !holder.is_empty() { format!(" (process {holder})") } else { String::new() };
        Failure::new(format!(
            "Another guanxi{process} uses the data folder {}; stop it, or set GUANXI_DATA to another folder.",
            data.display()
        ))
    }
}

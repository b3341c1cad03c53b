//! Where the private cluster keeps its files, and making those folders.

use super::account::Account;
use crate::failure::Failure;
use nix::sys::statvfs::statvfs;
use std::{
    collections::hash_map::DefaultHasher,
    fs::{self, DirBuilder, Permissions},
    hash::{Hash, Hasher},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
};

/// A socket's path must fit into `sockaddr_un`: 107 bytes with the file's own name.
const LONGEST_SOCKET_PATH: usize = 107;
const SOCKET_FILE: &str = "/.s.PGSQL.5432";

/// A new cluster takes about 40 MB, and Postgres stops on a full disk: leave it some room.
const SPACE_TO_START: u64 = 128 << 20;

/// Where clusters go when the data folder is closed to the user that runs Postgres.
const ELSEWHERE: &str = "/var/lib/guanxi";

/// The folders and files of one private cluster, all below `$GUANXI_DATA/postgres`.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    home: PathBuf,
}

impl Layout {
    /// The path of the cluster's home in a data folder, before anything exists.
    pub(crate) fn home_in(data: &Path) -> PathBuf {
        data.join("postgres")
    }

    /// Makes the folders that are missing and checks that they can be used.
    pub(crate) fn prepare(data: &Path, account: &Account) -> Result<Self, Failure> {
        let wanted = Self::home_in(data);
        if !wanted.exists() {
            make_home(&wanted, account)?;
        }
        let home = wanted.canonicalize().map_err(|error| unusable(&wanted, &error))?;
        if !account.can_write(&home) {
            return Err(Failure::new(format!(
                "{} keeps the database and can't be written by {}; give it back to the user who made it, or set GUANXI_DATA to another folder.",
                home.display(),
                account.name()
            )));
        }
        enough_space(&home)?;
        Ok(Self { home })
    }

    /// Postgres' own data directory.
    pub(crate) fn cluster(&self) -> PathBuf {
        self.home.join("cluster")
    }

    /// Where a cluster is made before it takes its place, so that a half-made one is never used.
    pub(crate) fn unfinished_cluster(&self) -> PathBuf {
        self.home.join("cluster.new")
    }

    /// The generated password of the database's owner, readable by its user only.
    pub(crate) fn password_file(&self) -> PathBuf {
        self.home.join("password")
    }

    /// What `pg_ctl start` prints until the cluster's own log begins.
    pub(crate) fn start_log(&self) -> PathBuf {
        self.home.join("start.log")
    }

    /// The folder of the socket: in the cluster's home, or below `/tmp` where that path is too long.
    pub(crate) fn socket_folder(&self, account: &Account) -> Result<PathBuf, Failure> {
        let near = self.home.join("socket");
        let short = near.as_os_str().len() + SOCKET_FILE.len() <= LONGEST_SOCKET_PATH;
        let folder = if short { near } else { short_socket_folder(&self.home) };
        if !folder.exists() {
            make_private(&folder, account)?;
        }
        // In /tmp somebody else may have made it first, to listen in.
        let owner = fs::metadata(&folder).map_err(|error| unusable(&folder, &error))?.uid();
        let home_owner = fs::metadata(&self.home).map_err(|error| unusable(&self.home, &error))?.uid();
        if owner != home_owner {
            return Err(Failure::new(format!("{} belongs to another user; remove it.", folder.display())));
        }
        Ok(folder)
    }
}

fn short_socket_folder(home: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    home.hash(&mut hasher);
    PathBuf::from(format!("/tmp/guanxi-{:016x}", hasher.finish()))
}

/// Makes the cluster's home in the data folder; where the unprivileged user can't get there (a
/// checkout below /root), the home is made elsewhere and the data folder keeps a link to it.
fn make_home(wanted: &Path, account: &Account) -> Result<(), Failure> {
    make_private(wanted, account)?;
    if account.can_write(wanted) {
        return Ok(());
    }
    fs::remove_dir(wanted).map_err(|error| unusable(wanted, &error))?;
    // A fresh name each time: a data folder that was deleted must not find its old database again.
    let elsewhere = Path::new(ELSEWHERE).join(uuid::Uuid::now_v7().to_string());
    fs::create_dir_all(ELSEWHERE).map_err(|error| unusable(Path::new(ELSEWHERE), &error))?;
    make_private(&elsewhere, account)?;
    tracing::info!(
        "the user {} can't reach {}; the database is kept in {}",
        account.name(),
        wanted.display(),
        elsewhere.display()
    );
    symlink(&elsewhere, wanted).map_err(|error| unusable(wanted, &error))
}

fn make_private(folder: &Path, account: &Account) -> Result<(), Failure> {
    DirBuilder::new().mode(0o700).create(folder).map_err(|error| unusable(folder, &error))?;
    // The process's umask may have taken bits away.
    fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(|error| unusable(folder, &error))?;
    account.own(folder)
}

fn enough_space(folder: &Path) -> Result<(), Failure> {
    let Ok(found) = statvfs(folder) else { return Ok(()) };
    let free = found.blocks_available() * found.fragment_size();
    if free >= SPACE_TO_START {
        return Ok(());
    }
    Err(Failure::new(format!(
        "The disk of {} is full: {} MB are free and the database needs {} MB to start.",
        folder.display(),
        free >> 20,
        SPACE_TO_START >> 20
    )))
}

/// The sentence for a folder or file that can't be made or read.
pub(crate) fn unusable(path: &Path, error: &io::Error) -> Failure {
    let reason = match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "it is read-only".to_owned(),
        _ => error.to_string(),
    };
    Failure::new(format!(
        "{} can't be used: {reason}; set GUANXI_DATA to a folder that can be written.",
        path.display()
    ))
}

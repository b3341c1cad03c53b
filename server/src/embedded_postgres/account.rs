//! The operating-system user that the private cluster runs as. Postgres refuses to run as root.

use crate::failure::Failure;
use nix::unistd::{Uid, User, chown};
use std::{
    ffi::OsStr,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::Path,
    process::Command,
};

/// Users to run the cluster as when guanxi itself is root, best first.
const UNPRIVILEGED: [&str; 3] = ["guanxi", "postgres", "nobody"];

/// Who runs the cluster: this process's own user, or an unprivileged one when it is root.
#[derive(Clone, Debug)]
pub(crate) struct Account(Option<User>);

impl Account {
    /// Chooses the user. A cluster that exists keeps its owner, so that it still opens after
    /// guanxi was once started by somebody else.
    pub(crate) fn choose(existing: &Path) -> Result<Self, Failure> {
        if !Uid::effective().is_root() {
            return Ok(Self(None));
        }
        let owner = std::fs::metadata(existing).ok().map(|found| Uid::from_raw(found.uid()));
        let owner = owner.filter(|uid| !uid.is_root()).and_then(|uid| User::from_uid(uid).ok().flatten());
        let user = owner.or_else(|| UNPRIVILEGED.iter().find_map(|name| User::from_name(name).ok().flatten()));
        user.map(|user| Self(Some(user))).ok_or_else(|| {
            Failure::new("Postgres doesn't run as root, and there is no user guanxi, postgres or nobody to run it as.")
        })
    }

    /// The user's name for messages.
    pub(crate) fn name(&self) -> &str {
        self.0.as_ref().map_or("the current user", |user| &user.name)
    }

    /// A command that runs as this user, untouched by the caller's Postgres settings, and in its
    /// own process group: Ctrl-C in the terminal must reach guanxi only, which then stops in order.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        // The current folder may be closed to the other user, which Postgres' tools complain about.
        command.env("LC_ALL", "C").current_dir("/").process_group(0);
        if let Some(user) = &self.0 {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw()).env("HOME", "/");
        }
        command
    }

    /// Gives a file or folder to this user.
    pub(crate) fn own(&self, path: &Path) -> Result<(), Failure> {
        let Some(user) = &self.0 else { return Ok(()) };
        chown(path, Some(user.uid), Some(user.gid)).map_err(|error| {
            Failure::new(format!("{} can't be given to the user {}: {}.", path.display(), user.name, error.desc()))
        })
    }

    /// Whether this user can reach a folder and write in it; as root that asks a child process,
    /// because only the kernel knows about every parent folder, ACL and mount option.
    pub(crate) fn can_write(&self, folder: &Path) -> bool {
        self.command("/bin/sh")
            .args(["-c", r#"test -w "$0" && test -x "$0""#])
            .arg(folder)
            .status()
            .is_ok_and(|status| status.success())
    }
}

//! Settings every command shares: where the data lives and how much is logged.

use crate::failure::Failure;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use store::files::{Files, Limits};
use tracing_subscriber::EnvFilter;

/// Where the data lives. Flags win over the environment.
#[derive(Args, Clone, Debug)]
pub(crate) struct Config {
    /// Postgres to use, e.g. postgres://guanxi:secret@db.example.com/guanxi; without it guanxi runs its own in the data folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    database_url: Option<String>,

    /// Folder for everything guanxi keeps itself: the embedded Postgres and uploaded files.
    #[arg(long, env = "GUANXI_DATA", default_value = "./data", global = true)]
    data: PathBuf,

    /// Where uploaded files lie instead of in the data folder, e.g. s3://bucket/prefix with the usual AWS_ variables. Several
    /// servers must share the place: a bucket, or a data folder on the network.
    #[arg(long, env = "GUANXI_FILES_URL", global = true)]
    files_url: Option<String>,

    /// Largest uploaded file, megabytes.
    #[arg(long, env = "GUANXI_FILE_MB", default_value = "25", value_parser = clap::value_parser!(u64).range(1..=10_000), global = true)]
    file_mb: u64,

    /// Most that is uploaded at once, megabytes.
    #[arg(long, env = "GUANXI_UPLOAD_MB", default_value = "100", value_parser = clap::value_parser!(u64).range(1..=100_000), global = true)]
    upload_mb: u64,

    /// What to log, e.g. "info", "debug" or "warn,guanxi=debug".
    #[arg(long, env = "GUANXI_LOG", default_value = "info,sqlx=warn", global = true)]
    log: String,

    /// How to write the log: "text" for people, "json" for programs that collect it.
    #[arg(long, env = "GUANXI_LOG_FORMAT", value_enum, default_value = "text", global = true)]
    log_format: LogFormat,
}

/// How the log is written.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum LogFormat {
    /// A line for people.
    Text,
    /// A line of JSON, in which no text can look like an entry of its own.
    Json,
}

impl Config {
    /// The Postgres the operator named, if any. An empty value counts as none, because that is
    /// what `DATABASE_URL=` in an env file means.
    pub(crate) fn database_url(&self) -> Option<&str> {
        self.database_url.as_deref().map(str::trim).filter(|url| !url.is_empty())
    }

    /// The data folder as an absolute path; it need not exist yet.
    pub(crate) fn data_folder(&self) -> Result<PathBuf, Failure> {
        absolute(&self.data)
    }

    /// Where uploaded files lie, and how large they may be. Nothing is made or asked there before the first file.
    pub(crate) fn files(&self) -> Result<Files, Failure> {
        let files = match self.files_url.as_deref().map(str::trim).filter(|url| !url.is_empty()) {
            Some(url) => Files::bucket(url)?,
            None => Files::folder(self.data_folder()?.join("files")),
        };
        Ok(files.with_limits(Limits { file: self.file_mb << 20, upload: self.upload_mb << 20, ..Limits::default() }))
    }

    /// Sends logs to standard error, so that standard output stays the command's answer.
    pub(crate) fn start_logging(&self) -> Result<(), Failure> {
        let filter = EnvFilter::try_new(&self.log)
            .map_err(|error| Failure::new(format!("GUANXI_LOG is not a log filter: {error}.")))?;
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        match self.log_format {
            LogFormat::Text => log.init(),
            LogFormat::Json => log.json().init(),
        }
        Ok(())
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path)
        .map_err(|error| Failure::new(format!("The data folder {} can't be used: {error}.", path.display())))
}

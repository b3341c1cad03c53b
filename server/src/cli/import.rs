//! `guanxi import`

use crate::{config::Config, failure::Failure};
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct Arguments {}

/// Imports records from files.
pub(crate) async fn run(_arguments: Arguments, _config: &Config) -> Result<(), Failure> {
    Err(Failure::new("guanxi import is not part of this version."))
}

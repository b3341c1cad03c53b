//! `guanxi export`

use crate::{config::Config, failure::Failure};
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct Arguments {}

/// Exports records to a file.
pub(crate) async fn run(_arguments: Arguments, _config: &Config) -> Result<(), Failure> {
    Err(Failure::new("guanxi export is not part of this version."))
}

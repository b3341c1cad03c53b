//! `guanxi demo`

use crate::{config::Config, failure::Failure};
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct Arguments {}

/// Fills the demo organisation.
pub(crate) async fn run(_arguments: Arguments, _config: &Config) -> Result<(), Failure> {
    Err(Failure::new("guanxi demo is not part of this version."))
}

/// Makes sure that the demo organisation is there, before a server in demo mode starts.
pub(crate) async fn ensure(_store: &store::Store) -> Result<(), Failure> {
    Ok(())
}

//! `guanxi token`

use crate::{config::Config, failure::Failure};
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct Arguments {}

/// Issues or revokes API tokens.
pub(crate) async fn run(_arguments: Arguments, _config: &Config) -> Result<(), Failure> {
    Err(Failure::new("guanxi token is not part of this version."))
}

//! `guanxi user`

use crate::{config::Config, failure::Failure};
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct Arguments {}

/// Adds or changes people who sign in.
pub(crate) async fn run(_arguments: Arguments, _config: &Config) -> Result<(), Failure> {
    Err(Failure::new("guanxi user is not part of this version."))
}

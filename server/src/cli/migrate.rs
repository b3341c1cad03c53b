//! `guanxi migrate`

use crate::{config::Config, database::Database, failure::Failure};
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct Arguments {}

/// Brings the database to this version's schema; doing it twice changes nothing.
pub(crate) async fn run(_arguments: Arguments, config: &Config) -> Result<(), Failure> {
    let database = Database::open_for_command(config).await?;
    let result = database.migrate().await;
    database.close_after(result).await?;
    println!("The database is up to date.");
    Ok(())
}

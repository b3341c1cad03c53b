//! `guanxi migrate`

use crate::{
    config::Config,
    database::{Database, newest_version},
    failure::Failure,
};
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct Arguments {}

/// Brings the database to this version's schema; doing it twice changes nothing.
pub(crate) async fn run(_arguments: Arguments, config: &Config) -> Result<(), Failure> {
    let database = Database::open_for_command(config).await?;
    let pool = database.pool();
    let result = database.migrate(&pool).await;
    pool.close().await;
    database.close_after(result).await?;
    println!("The database is at version {}.", newest_version());
    Ok(())
}

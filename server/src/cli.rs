//! The command line: one module per command, each with its arguments and its `run`.

mod answer;
mod backup;
mod demo;
mod export;
mod import;
mod migrate;
mod organisation;
mod people;
mod postgres_tool;
mod restore;
mod serve;
mod token;
mod user;

use crate::{config::Config, failure::Failure};
use clap::{Parser, Subcommand};

/// Guanxi 关系, an open CRM: one binary, one Postgres.
#[derive(Debug, Parser)]
#[command(name = "guanxi", version, about, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the web server.
    Serve(serve::Arguments),
    /// Bring the database to this version's schema.
    Migrate(migrate::Arguments),
    /// Fill the demo organisation.
    Demo(demo::Arguments),
    /// Add or change people who sign in.
    User(user::Arguments),
    /// Issue or revoke API tokens.
    Token(token::Arguments),
    /// Import records from CSV files.
    Import(import::Arguments),
    /// Export records to a file.
    Export(export::Arguments),
    /// Write the whole database to one file.
    Backup(backup::Arguments),
    /// Read a backup into an empty database.
    Restore(restore::Arguments),
}

/// Runs the chosen command to its end.
pub(crate) async fn run(cli: Cli) -> Result<(), Failure> {
    let config = cli.config;
    config.start_logging()?;
    match cli.command {
        Command::Serve(arguments) => serve::run(arguments, &config).await,
        Command::Migrate(arguments) => migrate::run(arguments, &config).await,
        Command::Demo(arguments) => demo::run(arguments, &config).await,
        Command::User(arguments) => user::run(arguments, &config).await,
        Command::Token(arguments) => token::run(arguments, &config).await,
        Command::Import(arguments) => import::run(arguments, &config).await,
        Command::Export(arguments) => export::run(arguments, &config).await,
        Command::Backup(arguments) => backup::run(arguments, &config).await,
        Command::Restore(arguments) => restore::run(arguments, &config).await,
    }
}

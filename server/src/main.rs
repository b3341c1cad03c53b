//! The binary `guanxi`: reads the command line, runs one command, ends with one sentence if it fails.

mod assets;
mod authorities;
mod cli;
mod config;
mod database;
mod embedded_postgres;
mod failure;
mod files;
mod health;
mod live;
mod mail;
mod mentions;
mod portal;
mod post;
mod request;
mod rest;
mod router;
mod shutdown;
mod telling;
mod upload;

use clap::Parser;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("guanxi: {failure}");
            ExitCode::FAILURE
        }
    }
}

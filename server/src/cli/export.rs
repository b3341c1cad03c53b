//! `guanxi export`

use std::path::PathBuf;

use clap::Args;
use shared::RecordDef;
use shared::access::Actor;
use shared::i18n::{Locale, error_message};
use sqlx::Connection;
use store::Store;

use super::organisation;
use crate::{config::Config, database::Database, failure::Failure};

#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// What to export, such as customers or opportunities.
    collection: String,

    /// Organisation to export from; needed when there are several.
    #[arg(long)]
    org: Option<String>,

    /// E-mail of the user whose rights apply; an administrator if left out.
    #[arg(long = "as", value_name = "E-MAIL")]
    acting: Option<String>,

    /// File to write; standard output if left out. `guanxi import` reads it back.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

/// Exports records to a file.
pub(crate) async fn run(arguments: Arguments, config: &Config) -> Result<(), Failure> {
    let name = arguments.collection.as_str();
    let def = shared::types::by_plural(name).or_else(|| shared::types::by_name(name));
    let def = def.ok_or_else(|| Failure::new(format!("There is no record type called {name}.")))?;
    let database = Database::open_for_command(config).await?;
    let result = export(&arguments, def, &database).await;
    database.close_after(result).await
}

async fn export(arguments: &Arguments, def: &'static RecordDef, database: &Database) -> Result<(), Failure> {
    database.migrate().await?;
    let mut owner = database.connect_as_owner().await?;
    let (org, user) = organisation::find(&mut owner, arguments.org.as_deref(), arguments.acting.as_deref()).await?;
    let _ = owner.close().await;
    let store = database.store().await?;
    let rows = match store.actor(org, user).await {
        Ok(actor) => rows(&store, &actor, def).await,
        Err(error) => Err(Failure::new(error_message(Locale::En, &error))),
    };
    store.close().await;
    match &arguments.output {
        None => print!("{}", rows?),
        Some(path) => std::fs::write(path, rows?)
            .map_err(|error| Failure::new(format!("{} can't be written: {error}.", path.display())))?,
    }
    Ok(())
}

async fn rows(store: &Store, actor: &Actor, def: &'static RecordDef) -> Result<String, Failure> {
    store.export(actor, def).await.map_err(|error| Failure::new(error_message(Locale::En, &error)))
}

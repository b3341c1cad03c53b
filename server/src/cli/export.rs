//! `guanxi export`

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use shared::RecordDef;
use shared::access::Actor;
use shared::command::Source;
use shared::i18n::{Locale, error_message};
use shared::import::FileKind;
use shared::query::ListQuery;
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

    /// File to write; standard output if left out. `guanxi import` reads it back. Its ending says what it is: .csv (without
    /// one as well), .xlsx or .vcf.
    #[arg(short, long)]
    output: Option<PathBuf>,

    /// Make it for people to read in this language (en or zh-CN), with labels instead of names and codes: `guanxi import` can't
    /// read all of that back.
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    labels: Option<Locale>,
}

fn language(code: &str) -> Result<Locale, String> {
    Locale::parse(code).ok_or_else(|| "it is en or zh-CN".to_owned())
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
    let extension = arguments.output.as_ref().and_then(|path| path.extension()?.to_str());
    let kind = extension.and_then(FileKind::parse).unwrap_or(FileKind::Csv);
    if kind == FileKind::Vcf && arguments.labels.is_some() {
        return Err(Failure::new("Cards have no labels."));
    }
    database.migrate().await?;
    let mut owner = database.connect_as_owner().await?;
    let (org, user) = organisation::find(&mut owner, arguments.org.as_deref(), arguments.acting.as_deref()).await?;
    let _ = owner.close().await;
    let store = database.store().await?;
    let rows = match store.actor(org, user).await {
        Ok(actor) => content(&store, &actor, def, (kind, arguments.labels)).await,
        Err(error) => Err(Failure::new(error_message(Locale::En, &error))),
    };
    store.close().await;
    match &arguments.output {
        None => std::io::stdout()
            .write_all(&rows?)
            .map_err(|error| Failure::new(format!("The output can't be written: {error}.")))?,
        Some(path) => std::fs::write(path, rows?)
            .map_err(|error| Failure::new(format!("{} can't be written: {error}.", path.display())))?,
    }
    Ok(())
}

async fn content(
    store: &Store,
    actor: &Actor,
    def: &'static RecordDef,
    (kind, labels): (FileKind, Option<Locale>),
) -> Result<Vec<u8>, Failure> {
    let said = |error| Failure::new(error_message(Locale::En, &error));
    let export = store.export(actor, def, ListQuery::default(), (kind, Source::System)).await.map_err(said)?;
    let rows = export.labelled(labels).await.map_err(said)?.all().await.map_err(said)?;
    // Spreadsheets, in which people read it, need to be told the character set.
    Ok(if labels.is_some() { [kind.mark(), &rows[..]].concat() } else { rows })
}

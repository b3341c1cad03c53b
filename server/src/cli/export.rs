//! `guanxi export`

use std::io::Write;
use std::path::{Path, PathBuf};

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

    /// File to write; standard output if left out, or -. `guanxi import` reads it back. Its ending says what it is: .csv (without
    /// one as well), .tsv, .xlsx or .vcf.
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

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Written {
    kind: FileKind,
    /// Text has tabs between its cells.
    tabs: bool,
}

/// What a file of that name is.
fn written(path: Option<&Path>) -> Result<Written, Failure> {
    let known = |extension: &str| match extension {
        "tsv" => Some(Written { kind: FileKind::Csv, tabs: true }),
        extension => FileKind::parse(extension).map(|kind| Written { kind, tabs: false }),
    };
    let Some(extension) = path.and_then(Path::extension) else {
        return Ok(Written { kind: FileKind::Csv, tabs: false });
    };
    let extension = extension.to_string_lossy().to_lowercase();
    known(&extension).ok_or_else(|| {
        Failure::new(format!("Files that end in .{extension} can't be written: name one .csv, .tsv, .xlsx or .vcf."))
    })
}

/// Exports records to a file.
pub(crate) async fn run(arguments: Arguments, config: &Config) -> Result<(), Failure> {
    let name = arguments.collection.as_str();
    let def = shared::types::by_plural(name).or_else(|| shared::types::by_name(name));
    let def = def.ok_or_else(|| Failure::new(format!("There is no record type called {name}.")))?;
    let written = written(output(&arguments))?;
    if written.kind == FileKind::Vcf && arguments.labels.is_some() {
        return Err(Failure::new("Cards have no labels."));
    }
    let database = Database::open_for_command(config).await?;
    let result = export(&arguments, (def, written), &database).await;
    database.close_after(result).await
}

/// The file to write; none for standard output.
fn output(arguments: &Arguments) -> Option<&Path> {
    arguments.output.as_deref().filter(|path| *path != Path::new("-"))
}

async fn export(
    arguments: &Arguments,
    (def, written): (&'static RecordDef, Written),
    database: &Database,
) -> Result<(), Failure> {
    database.migrate().await?;
    let mut owner = database.connect_as_owner().await?;
    let (org, user) = organisation::find(&mut owner, arguments.org.as_deref(), arguments.acting.as_deref()).await?;
    let _ = owner.close().await;
    let store = database.store().await?;
    let rows = match store.actor(org, user).await {
        Ok(actor) => content(&store, &actor, def, (written, arguments.labels)).await,
        Err(error) => Err(Failure::new(error_message(Locale::En, &error))),
    };
    store.close().await;
    match output(arguments) {
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
    (Written { kind, tabs }, labels): (Written, Option<Locale>),
) -> Result<Vec<u8>, Failure> {
    let said = |error| Failure::new(error_message(Locale::En, &error));
    let export = store.export(actor, def, ListQuery::default(), (kind, Source::System)).await.map_err(said)?;
    let export = export.labelled(labels).await.map_err(said)?;
    let rows = if tabs { export.with_tabs() } else { export }.all().await.map_err(said)?;
    // Spreadsheets, in which people read it, need to be told the character set.
    Ok(if labels.is_some() { [kind.mark(), &rows[..]].concat() } else { rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_file_says_what_it_is_or_is_refused() {
        let of = |name: &str| written(Some(Path::new(name))).ok().map(|written| (written.kind, written.tabs));
        for (name, kind, tabs) in [
            ("a.csv", FileKind::Csv, false),
            ("a.TSV", FileKind::Csv, true),
            ("a.b/all", FileKind::Csv, false),
            ("a.xlsx", FileKind::Xlsx, false),
            ("a.vcf", FileKind::Vcf, false),
        ] {
            assert_eq!(of(name), Some((kind, tabs)), "{name}");
        }
        for name in ["a.pdf", "a.xls", "a.json", "a.csv.gz"] {
            assert_eq!(of(name), None, "{name}");
        }
        assert_eq!(written(None).ok(), Some(Written { kind: FileKind::Csv, tabs: false }));
    }
}

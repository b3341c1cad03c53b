//! Refused rows: kept with their cells, given out as a file with the reasons.

use std::collections::BTreeSet;

use serde::Serialize;
use shared::access::Actor;
use shared::format::paired;
use shared::i18n::{Locale, error_message, field_error, translate};
use shared::import::label::target_label;
use shared::record::CustomFields;
use shared::types::by_name;
use shared::{Error, RecordDef, Result};
use sqlx::types::Json;
use uuid::Uuid;

use super::formula::harmless;
use super::plan::Place;
use super::table::Table;
use crate::error::{from_sqlx, internal};
use crate::pool::{Store, Tx};
use crate::write::custom_fields;

/// Rows on their way to being kept.
#[derive(Default)]
pub(super) struct Refusals(Vec<Refusal>);

#[derive(Serialize)]
struct Refusal {
    file: usize,
    line: u64,
    record_type: &'static str,
    cells: Vec<String>,
    error: Error,
}

impl Refusals {
    /// Notes a row of one of these files.
    pub(super) fn add(&mut self, place: Place, record_type: &'static str, error: Error, tables: &[Table]) {
        let row = tables.get(place.file).and_then(|table| table.on_line(place.line));
        let cells = row.map(|row| row.cells().map(str::to_owned).collect()).unwrap_or_default();
        self.0.push(Refusal { file: place.file, line: place.line, record_type, cells, error });
    }
}

/// Keeps refused rows with their run.
pub(super) async fn keep(tx: &mut Tx, run: Uuid, refusals: Refusals) -> Result<()> {
    for chunk in refusals.0.chunks(2_000) {
        sqlx::query(
            "insert into import_refusals (org_id, run_id, file, line, record_type, cells, error)
             select $1, $2, file, line, record_type, cells, error
             from jsonb_to_recordset($3) as r (file int, line bigint, record_type text, cells jsonb, error jsonb)
             on conflict do nothing",
        )
        .bind(tx.org_id)
        .bind(run)
        .bind(Json(chunk))
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    }
    Ok(())
}

impl Store {
    /// The refused rows of a run as CSV (UTF-8 with mark, for spreadsheets): their cells and the reason. Rows of
    /// several files follow each other, each kind under its own header.
    ///
    /// # Errors
    /// `NotFound` for runs of others.
    pub async fn import_errors(&self, actor: &Actor, locale: Locale, run: Uuid) -> Result<String> {
        self.import_run(actor, run).await?;
        let mut tx = self.reading(actor).await?;
        let headers: Json<Vec<Vec<String>>> =
            sqlx::query_scalar("select headers from import_runs where org_id = $1 and id = $2")
                .bind(tx.org_id)
                .bind(run)
                .fetch_one(&mut *tx.inner)
                .await
                .map_err(from_sqlx)?;
        let rows = refused(&mut tx, run).await?;
        let types: BTreeSet<&str> = rows.iter().map(|(_, _, name, ..)| name.as_str()).collect();
        let custom = added_to(&mut tx, types.into_iter().filter_map(by_name).collect()).await?;
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        let mut current = None;
        for (file, line, record_type, Json(cells), Json(error)) in rows {
            let header = usize::try_from(file).ok().and_then(|file| headers.0.get(file));
            if current != Some(file) {
                current = Some(file);
                write(&mut writer, header.into_iter().flatten().cloned().chain(added(locale)))?;
            }
            let width = header.map_or(0, Vec::len);
            let cells = cells.into_iter().chain(std::iter::repeat(String::new())).take(width).map(harmless);
            write(&mut writer, cells.chain([line.to_string(), reason(locale, &record_type, &custom, &error)]))?;
        }
        let bytes = writer.into_inner().map_err(internal)?;
        Ok(format!("\u{feff}{}", String::from_utf8(bytes).map_err(internal)?))
    }
}

/// File, line, record type and cells of a refused row, and what is wrong with it.
type Refused = (i32, i64, String, Json<Vec<String>>, Json<Error>);

async fn refused(tx: &mut Tx, run: Uuid) -> Result<Vec<Refused>> {
    sqlx::query_as(
        "select file, line, record_type, cells, error from import_refusals
         where org_id = $1 and run_id = $2 order by file, line, record_type",
    )
    .bind(tx.org_id)
    .bind(run)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// The columns that refused rows have besides their own.
fn added(locale: Locale) -> [String; 2] {
    ["import.preview.row", "import.done.reason"].map(|key| translate(locale, key, &[]))
}

/// Whether columns are those that refused rows have besides their own.
pub(super) fn is_added(columns: &[String; 2]) -> bool {
    Locale::ALL.into_iter().any(|locale| added(locale) == *columns)
}

fn write(writer: &mut csv::Writer<Vec<u8>>, cells: impl Iterator<Item = String>) -> Result<()> {
    writer.write_record(cells.collect::<Vec<_>>()).map_err(internal)
}

/// The fields that administrators added to these types.
async fn added_to(tx: &mut Tx, types: Vec<&'static RecordDef>) -> Result<CustomFields> {
    let mut all = CustomFields::new();
    for def in types {
        all.insert(def.name.to_owned(), custom_fields(tx, def).await?);
    }
    Ok(all)
}

/// What is wrong with a row, field by field.
fn reason(locale: Locale, record_type: &str, custom: &CustomFields, error: &Error) -> String {
    let Error::Invalid { fields } = error else { return error_message(locale, error) };
    let def = by_name(record_type);
    let own = custom.get(record_type).map(Vec::as_slice).unwrap_or_default();
    let one = |error: &shared::FieldError| {
        let message = field_error(locale, error);
        match def.filter(|_| !error.field.is_empty()) {
            Some(def) => paired(locale, &target_label(locale, def, own, &error.field), &message),
            None => message,
        }
    };
    fields.iter().map(one).collect::<Vec<_>>().join(" ")
}

//! From declarations to SQL columns and back.

use serde_json::Value;
use shared::record::{CUSTOM, Kind, RecordDef, Row, Values, named_within};
use shared::{FieldDef, Result};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::error::from_sqlx;

/// Postgres type of a field's column.
pub(crate) fn sql_type(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text(_)
        | Kind::LongText
        | Kind::RichText
        | Kind::Currency
        | Kind::TimeZone
        | Kind::Choice(_)
        | Kind::Email
        | Kind::Url
        | Kind::Rank(_) => "text",
        Kind::Integer(..) | Kind::Rating => "bigint",
        Kind::Decimal(_) | Kind::Money => "numeric",
        Kind::Date => "date",
        Kind::DateTime => "timestamptz",
        Kind::Bool => "boolean",
        Kind::MultiChoice(_) | Kind::Emails | Kind::Phones | Kind::Marked | Kind::Tags => "text[]",
        Kind::Address | Kind::Social | Kind::Json(_) => "jsonb",
        Kind::Reference(_) => "uuid",
        Kind::References(_) => "uuid[]",
    }
}

/// `a.id, a.version, a.<field>, …` in the order [`decode`] expects.
pub(crate) fn select_list(def: &RecordDef, alias: &str) -> String {
    let fields = def.all_fields().map(|field| format!(", {alias}.{}", field.name));
    format!("{alias}.id, {alias}.version{}", fields.collect::<String>())
}

/// Column definitions for `jsonb_to_recordset`, id and version first.
pub(crate) fn recordset(def: &RecordDef) -> String {
    let fields = def.all_fields().map(|field| format!(", {} {}", field.name, sql_type(&field.kind)));
    format!("id uuid, version bigint{}", fields.collect::<String>())
}

/// Reads a row selected with [`select_list`], starting at column `first`.
pub(crate) fn decode(def: &RecordDef, row: &PgRow, first: usize) -> Result<Row> {
    decode_fields(def.all_fields(), row, first)
}

/// Reads id, version and these fields, starting at column `first`.
pub(crate) fn decode_fields(fields: impl Iterator<Item = &'static FieldDef>, row: &PgRow, first: usize) -> Result<Row> {
    let mut values = Values::new();
    for (at, field) in fields.enumerate() {
        let value = read(row, first + 2 + at, &field.kind).map_err(from_sqlx)?;
        if !value.is_null() {
            values.insert(field.name.to_owned(), value);
        }
    }
    Ok(Row { id: row.try_get(first).map_err(from_sqlx)?, version: row.try_get(first + 1).map_err(from_sqlx)?, values })
}

fn read(row: &PgRow, at: usize, kind: &Kind) -> std::result::Result<Value, sqlx::Error> {
    Ok(match sql_type(kind) {
        "bigint" => row.try_get::<Option<i64>, _>(at)?.into(),
        "numeric" => row.try_get::<Option<rust_decimal::Decimal>, _>(at)?.map(|d| d.to_string()).into(),
        "date" => row.try_get::<Option<chrono::NaiveDate>, _>(at)?.map(|d| d.to_string()).into(),
        "timestamptz" => {
            row.try_get::<Option<chrono::DateTime<chrono::Utc>>, _>(at)?.map(shared::record::instant_text).into()
        }
        "boolean" => row.try_get::<Option<bool>, _>(at)?.into(),
        "text[]" => row.try_get::<Option<Vec<String>>, _>(at)?.into(),
        "jsonb" => row.try_get::<Option<Value>, _>(at)?.unwrap_or_default(),
        "uuid" => row.try_get::<Option<Uuid>, _>(at)?.map(|id| id.to_string()).into(),
        "uuid[]" => {
            let ids = row.try_get::<Option<Vec<Uuid>>, _>(at)?;
            ids.map(|ids| ids.iter().map(Uuid::to_string).collect::<Vec<_>>()).into()
        }
        _ => row.try_get::<Option<String>, _>(at)?.into(),
    })
}

/// A row as one object for `jsonb_to_recordset`.
pub(crate) fn to_recordset(row: &Row) -> Value {
    let mut object = row.values.clone();
    object.insert("id".into(), row.id.to_string().into());
    object.insert("version".into(), row.version.into());
    if object.get(CUSTOM).is_none_or(Value::is_null) {
        object.insert(CUSTOM.into(), serde_json::json!({}));
    }
    Value::Object(object)
}

/// The record type a reference field points to.
pub(crate) fn target(field: &FieldDef) -> Option<&'static RecordDef> {
    match field.kind {
        Kind::Reference(name) | Kind::References(name) => shared::types::by_name(name),
        _ => None,
    }
}

/// Every record a row refers to, with the type of each.
pub(crate) fn references<'r>(
    def: &'static RecordDef,
    row: &'r Row,
) -> impl Iterator<Item = (&'static FieldDef, Uuid)> + use<'r> {
    def.all_fields().flat_map(move |field| {
        let ids = match field.kind {
            Kind::Reference(_) => row.reference(field.name).into_iter().collect(),
            Kind::References(_) => shared::record::ids(&row.values, field.name),
            _ => Vec::new(),
        };
        ids.into_iter().map(move |id| (field, id))
    })
}

/// Every record that a row names, with the name of its type: what its references point to, and what its structured values
/// speak of.
pub(crate) fn named<'r>(
    def: &'static RecordDef,
    row: &'r Row,
) -> impl Iterator<Item = (&'static FieldDef, &'static str, Uuid)> + use<'r> {
    let pointed = references(def, row).filter_map(|(field, id)| Some((field, target(field)?.name, id)));
    let spoken = def
        .fields
        .iter()
        .flat_map(|field| named_within(field, &row.values).into_iter().map(move |(target, id)| (field, target, id)));
    pointed.chain(spoken)
}

//! Filters as SQL conditions: identifiers come from declarations only, every value is bound.

use chrono::{Days, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::Value;
use shared::access::{Actor, FieldAccess};
use shared::query::{Filter, Op};
use shared::record::{Kind, normalize};
use shared::{Error, FieldDef, RecordDef, Result};

use crate::columns::sql_type;
use crate::scope::Sql;

/// Deepest nesting and most conditions of a filter.
const DEPTH: usize = 6;
const CONDITIONS: usize = 60;

/// Appends the condition of a filter on the row `t`.
///
/// # Errors
/// `Invalid` naming the field for unknown or hidden fields and values that do not fit.
pub(super) fn push_filter(sql: &mut Sql, actor: &Actor, def: &RecordDef, filter: &Filter) -> Result<()> {
    let mut budget = CONDITIONS;
    push(sql, actor, def, filter, DEPTH, &mut budget)
}

fn push(
    sql: &mut Sql,
    actor: &Actor,
    def: &RecordDef,
    filter: &Filter,
    depth: usize,
    budget: &mut usize,
) -> Result<()> {
    if depth == 0 || *budget == 0 {
        return Err(Error::invalid("filter", "too_complex"));
    }
    *budget -= 1;
    match filter {
        Filter::All(parts) => joined(sql, actor, def, parts, (" and ", "true"), depth, budget),
        Filter::Any(parts) => joined(sql, actor, def, parts, (" or ", "false"), depth, budget),
        Filter::Not(part) => {
            sql.push("not coalesce((");
            push(sql, actor, def, part, depth - 1, budget)?;
            sql.push("), false)");
            Ok(())
        }
        Filter::Field { field, op, value } => condition(sql, actor, def, field, *op, value),
    }
}

fn joined(
    sql: &mut Sql,
    actor: &Actor,
    def: &RecordDef,
    parts: &[Filter],
    (join, neutral): (&str, &str),
    depth: usize,
    budget: &mut usize,
) -> Result<()> {
    sql.push("(").push(neutral);
    for part in parts {
        sql.push(join).push("(");
        push(sql, actor, def, part, depth - 1, budget)?;
        sql.push(")");
    }
    sql.push(")");
    Ok(())
}

fn condition(sql: &mut Sql, actor: &Actor, def: &RecordDef, name: &str, op: Op, value: &Value) -> Result<()> {
    if let Some(key) = name.strip_prefix("custom.") {
        if actor.field_access(def, "custom") == FieldAccess::Hidden {
            return Err(Error::invalid(name, "unknown_field"));
        }
        return custom_condition(sql, key, op, value);
    }
    let id = const { &FieldDef::new("id", Kind::Reference("")) };
    let field = if name == "id" { Some(id) } else { def.field(name) };
    let field = field.filter(|f| actor.sees(def, f)).ok_or_else(|| Error::invalid(name, "unknown_field"))?;
    match op {
        Op::Empty => {
            sql.push(format_args!("t.{name} is null"));
        }
        Op::Present => {
            sql.push(format_args!("t.{name} is not null"));
        }
        Op::In => any_of(sql, actor, field, value)?,
        Op::Contains => contains(sql, actor, field, value)?,
        _ => compare(sql, actor, field, op, value)?,
    }
    Ok(())
}

fn sign(op: Op) -> &'static str {
    match op {
        Op::Lt => "<",
        Op::Lte => "<=",
        Op::Gt => ">",
        Op::Gte => ">=",
        Op::Ne => "is distinct from",
        _ => "=",
    }
}

fn compare(sql: &mut Sql, actor: &Actor, field: &FieldDef, op: Op, value: &Value) -> Result<()> {
    let plain = field.kind.is_sortable() && !(field.kind.is_text_list());
    let ordered =
        matches!(op, Op::Eq | Op::Ne) || !matches!(field.kind, Kind::Bool | Kind::Reference(_) | Kind::Choice(_));
    if !plain || !ordered {
        return Err(Error::invalid(field.name, "operator"));
    }
    // A yes/no field without value counts as no.
    if field.kind == Kind::Bool {
        sql.push(format_args!("coalesce(t.{}, false) {} ", field.name, sign(op)));
    } else {
        sql.push(format_args!("t.{} {} ", field.name, sign(op)));
    }
    sql.push_bind(one(actor, field, value)?).push(format_args!("::{}", sql_type(&field.kind)));
    Ok(())
}

fn contains(sql: &mut Sql, actor: &Actor, field: &FieldDef, value: &Value) -> Result<()> {
    match sql_type(&field.kind) {
        "text[]" | "uuid[]" => {
            let element = sql_type(&field.kind).trim_end_matches("[]");
            sql.push_bind(one(actor, field, value)?).push(format_args!("::{element} = any(t.{})", field.name));
        }
        "text" => {
            let text = value.as_str().ok_or_else(|| Error::invalid(field.name, "text"))?;
            sql.push(format_args!("t.{} ilike ", field.name)).push_bind(containing(text));
        }
        _ => return Err(Error::invalid(field.name, "operator")),
    }
    Ok(())
}

/// The pattern of texts that contain this one.
pub(super) fn containing(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

fn any_of(sql: &mut Sql, actor: &Actor, field: &FieldDef, value: &Value) -> Result<()> {
    let list = value.as_array().filter(|list| list.len() <= 500).ok_or_else(|| Error::invalid(field.name, "list"))?;
    let values: Vec<String> = list.iter().map(|v| one(actor, field, v)).collect::<Result<_>>()?;
    let kind = sql_type(&field.kind);
    match kind {
        "text[]" | "uuid[]" => {
            sql.push(format_args!("t.{} && ", field.name)).push_bind(values).push(format_args!("::{kind}"))
        }
        "jsonb" => return Err(Error::invalid(field.name, "operator")),
        _ => sql.push(format_args!("t.{} = any(", field.name)).push_bind(values).push(format_args!("::{kind}[])")),
    };
    Ok(())
}

/// One value in canonical text. `@me`, `@my_team` and `@today±N` are what they are when the query runs.
fn one(actor: &Actor, field: &FieldDef, value: &Value) -> Result<String> {
    let text = value.as_str().unwrap_or_default();
    let replaced = match text {
        "@me" => Some(actor.user_id.to_string()),
        "@my_team" => Some(actor.team_id.unwrap_or_default().to_string()),
        _ => text.strip_prefix("@today").and_then(|offset| relative_day(actor.zone.day(Utc::now()), offset)),
    };
    let mut value = replaced.map_or_else(|| value.clone(), Value::from);
    if let (Kind::DateTime, Some(text)) = (field.kind, value.as_str()) {
        value = shared::record::instant_in(text, &actor.zone).into();
    }
    let element = match field.kind {
        Kind::References(name) => Kind::Reference(name),
        Kind::MultiChoice(codes) => Kind::Choice(codes),
        Kind::Tags => Kind::Text(60),
        Kind::Emails => Kind::Email,
        Kind::Phones => Kind::Text(40),
        other => other,
    };
    let clean = normalize(field.name, &element, &value).map_err(|error| Error::Invalid { fields: vec![error] })?;
    match clean {
        Value::String(text) => Ok(text),
        Value::Null => Err(Error::invalid(field.name, "required")),
        other => Ok(other.to_string()),
    }
}

fn relative_day(today: NaiveDate, offset: &str) -> Option<String> {
    let days: i64 = if offset.is_empty() { 0 } else { offset.parse().ok()? };
    let span = Days::new(days.unsigned_abs().min(40_000));
    let day = if days < 0 { today.checked_sub_days(span) } else { today.checked_add_days(span) };
    Some(day?.to_string())
}

/// How a number of a custom field is kept: as text with four digits behind the point.
const CUSTOM_NUMBER: &str = r"^-?[0-9]+\.[0-9]{4}$";

/// Numbers compare as numbers; other texts, days among them, by their characters. A box never ticked counts as no.
fn custom_condition(sql: &mut Sql, key: &str, op: Op, value: &Value) -> Result<()> {
    let kept = |sql: &mut Sql| {
        sql.push("(t.custom ->> ").push_bind(key.to_owned()).push(")");
    };
    let text = match value {
        Value::String(s) => s.trim().to_owned(),
        other => other.to_string(),
    };
    match op {
        Op::Empty | Op::Present => {
            kept(sql);
            sql.push(if op == Op::Empty { " is null" } else { " is not null" });
        }
        Op::Contains => {
            kept(sql);
            sql.push(" ilike ").push_bind(containing(&text));
        }
        Op::In => return Err(Error::invalid(&format!("custom.{key}"), "operator")),
        _ if value.is_boolean() => {
            sql.push("coalesce(");
            kept(sql);
            sql.push(format_args!(", 'false') {} ", sign(op))).push_bind(text);
        }
        _ => match text.parse::<Decimal>() {
            Ok(number) => {
                sql.push("case when ");
                kept(sql);
                sql.push(format_args!(" ~ '{CUSTOM_NUMBER}' then "));
                kept(sql);
                sql.push(format_args!("::numeric {} ", sign(op))).push_bind(number.to_string()).push("::numeric else ");
                compare_text(sql, kept, op, text);
                sql.push(" end");
            }
            Err(_) => compare_text(sql, kept, op, text),
        },
    }
    Ok(())
}

fn compare_text(sql: &mut Sql, kept: impl Fn(&mut Sql), op: Op, text: String) {
    kept(sql);
    sql.push(format_args!(" collate \"C\" {} ", sign(op))).push_bind(text);
}

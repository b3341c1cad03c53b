//! Filters as SQL conditions: identifiers come from declarations only, every value is bound.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::Value;
use shared::access::{Action, Actor, FieldAccess};
use shared::import::mapping::ADDRESS_PARTS;
use shared::period::Period;
use shared::quality::{LONGEST, QUIET};
use shared::query::{CHANGE_SET, Filter, MAX_LISTED, Op};
use shared::record::{CUSTOM, Kind, custom_key, custom_name, instant_text, normalize};
use shared::{Error, FieldDef, FieldError, RecordDef, Result};
use uuid::Uuid;

use super::quiet::push_quiet;
use crate::columns::{sql_type, target};
use crate::scope::{Sql, push_scope};

/// Deepest nesting and most conditions of a filter.
const DEPTH: usize = 6;
const CONDITIONS: usize = 60;

/// Most steps from a record to a related one.
const STEPS: usize = 2;

/// What a condition is about: a row of a type, by its alias, as one actor may see it.
#[derive(Clone, Copy)]
struct Subject<'s> {
    actor: &'s Actor,
    def: &'static RecordDef,
    row: &'s str,
    /// Steps to related records that may still be made.
    steps: usize,
}

/// Appends the condition of a filter on the row `t`.
///
/// # Errors
/// `Invalid` naming the field for unknown or hidden fields and values that do not fit.
pub(crate) fn push_filter(sql: &mut Sql, actor: &Actor, def: &'static RecordDef, filter: &Filter) -> Result<()> {
    let mut budget = CONDITIONS;
    push(sql, Subject { actor, def, row: "t", steps: STEPS }, filter, DEPTH, &mut budget)
}

fn push(sql: &mut Sql, of: Subject<'_>, filter: &Filter, depth: usize, budget: &mut usize) -> Result<()> {
    if depth == 0 || *budget == 0 {
        return Err(Error::invalid("filter", "too_complex"));
    }
    *budget -= 1;
    match filter {
        Filter::All(parts) => joined(sql, of, parts, (" and ", "true"), depth, budget),
        Filter::Any(parts) => joined(sql, of, parts, (" or ", "false"), depth, budget),
        Filter::Not(part) => {
            sql.push("not coalesce((");
            push(sql, of, part, depth - 1, budget)?;
            sql.push("), false)");
            Ok(())
        }
        Filter::Field { field, op, value } => condition(sql, of, field, *op, value),
    }
}

fn joined(
    sql: &mut Sql,
    of: Subject<'_>,
    parts: &[Filter],
    (join, neutral): (&str, &str),
    depth: usize,
    budget: &mut usize,
) -> Result<()> {
    sql.push("(").push(neutral);
    for part in parts {
        sql.push(join).push("(");
        push(sql, of, part, depth - 1, budget)?;
        sql.push(")");
    }
    sql.push(")");
    Ok(())
}

fn condition(sql: &mut Sql, of: Subject<'_>, name: &str, op: Op, value: &Value) -> Result<()> {
    let unknown = || Error::invalid(name, "unknown_field");
    if let Some(key) = custom_key(name) {
        if of.actor.field_access(of.def, CUSTOM) == FieldAccess::Hidden {
            return Err(unknown());
        }
        return custom_condition(sql, of, key, op, value);
    }
    if name == QUIET {
        return quiet(sql, of, op, value);
    }
    if name == CHANGE_SET {
        return written_by(sql, of, op, value);
    }
    let (own, further) = name.split_once('.').map_or((name, None), |(own, further)| (own, Some(further)));
    let id = const { &FieldDef::new("id", Kind::Reference("")) };
    let field = if own == "id" { Some(id) } else { of.def.field(own) };
    let field = field.filter(|f| of.actor.sees(of.def, f)).ok_or_else(unknown)?;
    let row = of.row;
    match (further, op) {
        (Some(part), _) if matches!(field.kind, Kind::Address | Kind::Social) => {
            of_part(sql, of, field, (part, op, value))?
        }
        (Some(further), _) => {
            return related(sql, of, field, further, op, value).map_err(|error| within(field.name, error));
        }
        (None, Op::Empty) => drop(sql.push(format_args!("{row}.{name} is null"))),
        (None, Op::Present) => drop(sql.push(format_args!("{row}.{name} is not null"))),
        (None, Op::In) => any_of(sql, of, field, value)?,
        (None, Op::NotIn) => none_of(sql, of, field, value)?,
        (None, Op::Contains) => contains(sql, of, field, value)?,
        (None, Op::During) => during(sql, of, field, value)?,
        (None, _) => compare(sql, of, field, op, value)?,
    }
    Ok(())
}

/// Nothing happened for at least so many days.
fn quiet(sql: &mut Sql, of: Subject<'_>, op: Op, value: &Value) -> Result<()> {
    let days = value.as_i64().filter(|days| (1..=LONGEST).contains(days));
    match (op, days) {
        (Op::Gte, Some(days)) => {
            let since = Utc::now() - TimeDelta::days(days);
            push_quiet(sql, of.def, of.row, &|sql| {
                sql.push_bind(since);
            });
            Ok(())
        }
        (Op::Gte, None) => Err(Error::Invalid {
            fields: vec![FieldError::new(QUIET, "out_of_range").with("min", 1).with("max", LONGEST)],
        }),
        _ => Err(Error::invalid(QUIET, "operator")),
    }
}

/// A change set wrote it.
fn written_by(sql: &mut Sql, of: Subject<'_>, op: Op, value: &Value) -> Result<()> {
    if op != Op::Eq {
        return Err(Error::invalid(CHANGE_SET, "operator"));
    }
    let set: Uuid =
        value.as_str().and_then(|id| id.parse().ok()).ok_or_else(|| Error::invalid(CHANGE_SET, "choice"))?;
    sql.push("exists (select from audit_entries a where a.org_id = ").push_bind(of.actor.org_id);
    sql.push(format_args!(" and a.record_id = {}.id and a.change_set = ", of.row)).push_bind(set);
    sql.push(" and a.record_type = ").push_bind(of.def.name).push(")");
    Ok(())
}

/// A condition on the record that a field refers to, as far as the actor may read it: what can't be read has no values.
fn related(
    sql: &mut Sql,
    of: Subject<'_>,
    field: &'static FieldDef,
    further: &str,
    op: Op,
    value: &Value,
) -> Result<()> {
    let target = target(field).filter(|target| of.steps > 0 && of.actor.may(target, Action::Read));
    let target = target.ok_or_else(|| Error::invalid(further, "unknown_field"))?;
    let row = format!("{}_{}", of.row, field.name);
    // Records without a value match: also those that refer to nothing.
    let (negated, op) = match op {
        Op::Ne => ("not ", Op::Eq),
        Op::NotIn => ("not ", Op::In),
        Op::Empty => ("not ", Op::Present),
        op => ("", op),
    };
    sql.push(format_args!("{negated}exists (select from {} {row} where {row}.org_id = ", target.table()));
    sql.push_bind(of.actor.org_id);
    match field.kind {
        Kind::References(_) => sql.push(format_args!(" and {row}.id = any({}.{}) and ", of.row, field.name)),
        _ => sql.push(format_args!(" and {row}.id = {}.{} and ", of.row, field.name)),
    };
    push_scope(sql, of.actor, target, Action::Read, &row);
    sql.push(" and coalesce((");
    condition(sql, Subject { def: target, row: &row, steps: of.steps - 1, ..of }, further, op, value)?;
    sql.push("), false))");
    Ok(())
}

/// A condition on a part of an address, or on one of the social accounts.
fn of_part(sql: &mut Sql, of: Subject<'_>, field: &FieldDef, (part, op, value): (&str, Op, &Value)) -> Result<()> {
    let name = || format!("{}.{part}", field.name);
    if field.kind == Kind::Address && !ADDRESS_PARTS.contains(&part) {
        return Err(Error::invalid(&name(), "unknown_field"));
    }
    let several = matches!(op, Op::In | Op::NotIn);
    sql.push(if several { "((" } else { "(" });
    sql.push(format_args!("{}.{} ->> ", of.row, field.name)).push_bind(part.to_owned()).push(")");
    let text = || value.as_str().map(str::trim).ok_or_else(|| Error::invalid(&name(), "text"));
    match op {
        Op::Empty => sql.push(" is null"),
        Op::Present => sql.push(" is not null"),
        Op::Contains => sql.push(" ilike ").push_bind(containing(text()?)),
        Op::Eq | Op::Ne => sql.push(format_args!(" {} ", sign(op))).push_bind(text()?.to_owned()),
        // Those without the part are none of them.
        Op::In | Op::NotIn => {
            sql.push(" = any(").push_bind(texts(&name(), value)?).push("::text[])) is ");
            sql.push(if op == Op::In { "true" } else { "not true" })
        }
        _ => return Err(Error::invalid(&name(), "operator")),
    };
    Ok(())
}

/// Some part of an address or social account says it, or the address as a whole does, as either language writes it.
fn says(sql: &mut Sql, of: Subject<'_>, field: &FieldDef, value: &Value) -> Result<()> {
    let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
    let pattern = containing(text.ok_or_else(|| Error::invalid(field.name, "text"))?);
    let whole = |sql: &mut Sql, between: &str, parts: &mut dyn Iterator<Item = &&str>| {
        sql.push(format_args!("concat_ws('{between}'"));
        for part in parts {
            sql.push(format_args!(", {}.{} ->> '{part}'", of.row, field.name));
        }
        sql.push(") ilike ").push_bind(pattern.clone());
    };
    sql.push("(");
    if field.kind == Kind::Address {
        whole(sql, " ", &mut ADDRESS_PARTS.iter());
        sql.push(" or ");
        whole(sql, "", &mut ["country", "province", "city", "district", "street"].iter());
    } else {
        sql.push(format_args!(
            "exists (select from jsonb_each_text({}.{}) part where part.value ilike ",
            of.row, field.name
        ));
        sql.push_bind(pattern).push(")");
    }
    sql.push(")");
    Ok(())
}

/// Names the fields of an error as seen from the record that refers to theirs.
fn within(field: &str, error: Error) -> Error {
    let Error::Invalid { mut fields } = error else { return error };
    for error in &mut fields {
        error.field = format!("{field}.{}", error.field);
    }
    Error::Invalid { fields }
}

/// Days of a period such as this quarter, as they are where the actor is.
fn during(sql: &mut Sql, of: Subject<'_>, field: &FieldDef, value: &Value) -> Result<()> {
    let (from, until) = period(of.actor, field.name, value)?;
    let instant = |day: NaiveDate| of.actor.zone.instant(day.and_time(NaiveTime::MIN));
    let column = format!("{}.{}", of.row, field.name);
    for (sign, day) in [(">=", from), ("<", until)] {
        let Some(day) = day else { continue };
        sql.push(format_args!("{column} {sign} "));
        match field.kind {
            Kind::Date => sql.push_bind(day),
            Kind::DateTime => sql.push_bind(instant(day)),
            _ => return Err(Error::invalid(field.name, "operator")),
        };
        sql.push(" and ");
    }
    sql.push("true");
    Ok(())
}

/// First day of a period and the first after it; nothing for a side that is open.
fn period(actor: &Actor, field: &str, value: &Value) -> Result<(Option<NaiveDate>, Option<NaiveDate>)> {
    let period = value.as_str().and_then(Period::parse).ok_or_else(|| Error::invalid(field, "choice"))?;
    Ok(period.days(actor.zone.day(Utc::now())))
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

fn compare(sql: &mut Sql, of: Subject<'_>, field: &FieldDef, op: Op, value: &Value) -> Result<()> {
    let plain = field.kind.is_sortable() && !(field.kind.is_text_list());
    let ordered =
        matches!(op, Op::Eq | Op::Ne) || !matches!(field.kind, Kind::Bool | Kind::Reference(_) | Kind::Choice(_));
    if !plain || !ordered {
        return Err(Error::invalid(field.name, "operator"));
    }
    // A yes/no field without value counts as no.
    if field.kind == Kind::Bool {
        sql.push(format_args!("coalesce({}.{}, false) {} ", of.row, field.name, sign(op)));
    } else {
        sql.push(format_args!("{}.{} {} ", of.row, field.name, sign(op)));
    }
    sql.push_bind(one(of.actor, field, value)?).push(format_args!("::{}", sql_type(&field.kind)));
    Ok(())
}

fn contains(sql: &mut Sql, of: Subject<'_>, field: &FieldDef, value: &Value) -> Result<()> {
    if field.kind.is_channel() {
        return reached_by(sql, of, field, value);
    }
    if matches!(field.kind, Kind::Address | Kind::Social) {
        return says(sql, of, field, value);
    }
    match sql_type(&field.kind) {
        "text[]" | "uuid[]" => {
            let element = sql_type(&field.kind).trim_end_matches("[]");
            sql.push_bind(one(of.actor, field, value)?)
                .push(format_args!("::{element} = any({}.{})", of.row, field.name));
        }
        "text" => {
            let text = value.as_str().ok_or_else(|| Error::invalid(field.name, "text"))?;
            sql.push(format_args!("{}.{} ilike ", of.row, field.name)).push_bind(containing(text));
        }
        _ => return Err(Error::invalid(field.name, "operator")),
    }
    Ok(())
}

/// A part of an address or of a telephone number, however either is written.
fn reached_by(sql: &mut Sql, of: Subject<'_>, field: &FieldDef, value: &Value) -> Result<()> {
    let text = value.as_str().ok_or_else(|| Error::invalid(field.name, "text"))?.trim();
    let digits = || text.chars().filter(char::is_ascii_digit).collect::<String>();
    // Numbers are kept with the country's code instead of the zero, or the other way round.
    let number = || shared::tidy::national(text).unwrap_or_else(|| digits().trim_start_matches('0').to_owned());
    let part = if field.kind == Kind::Phones { number() } else { text.to_owned() };
    if part.is_empty() {
        return Err(Error::invalid(field.name, "text"));
    }
    sql.push(format_args!("exists (select from unnest({}.{}) part where part ilike ", of.row, field.name));
    sql.push_bind(containing(&part)).push(")");
    Ok(())
}

/// The pattern of texts that contain this one.
pub(super) fn containing(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

fn any_of(sql: &mut Sql, of: Subject<'_>, field: &FieldDef, value: &Value) -> Result<()> {
    let values: Vec<String> =
        listed(field.name, value)?.iter().map(|v| one(of.actor, field, v)).collect::<Result<_>>()?;
    let kind = sql_type(&field.kind);
    match kind {
        "text[]" | "uuid[]" => {
            sql.push(format_args!("{}.{} && ", of.row, field.name)).push_bind(values).push(format_args!("::{kind}"))
        }
        "jsonb" => return Err(Error::invalid(field.name, "operator")),
        _ => sql
            .push(format_args!("{}.{} = any(", of.row, field.name))
            .push_bind(values)
            .push(format_args!("::{kind}[])")),
    };
    Ok(())
}

/// Also those without a value.
fn none_of(sql: &mut Sql, of: Subject<'_>, field: &FieldDef, value: &Value) -> Result<()> {
    sql.push("(");
    any_of(sql, of, field, value)?;
    sql.push(") is not true");
    Ok(())
}

/// The values of a list that is compared with.
fn listed<'v>(field: &str, value: &'v Value) -> Result<&'v [Value]> {
    let list = value.as_array().ok_or_else(|| Error::invalid(field, "list"))?;
    if list.len() > MAX_LISTED {
        return Err(Error::Invalid { fields: vec![FieldError::new(field, "too_many").with("max", MAX_LISTED)] });
    }
    Ok(list)
}

/// The texts of a list that is compared with.
fn texts(field: &str, value: &Value) -> Result<Vec<String>> {
    let text =
        |one: &Value| one.as_str().map(|text| text.trim().to_owned()).ok_or_else(|| Error::invalid(field, "text"));
    listed(field, value)?.iter().map(text).collect()
}

/// One value in canonical text. `@me`, `@my_team`, `@today±N` and `@now` are what they are when the query runs.
fn one(actor: &Actor, field: &FieldDef, value: &Value) -> Result<String> {
    let text = value.as_str().unwrap_or_default();
    let replaced = match text {
        "@me" => Some(actor.user_id.to_string()),
        "@my_team" => Some(actor.team_id.unwrap_or_default().to_string()),
        "@now" => Some(instant_text(Utc::now())),
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
        Kind::Marked => Kind::Text(254),
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
fn custom_condition(sql: &mut Sql, of: Subject<'_>, key: &str, op: Op, value: &Value) -> Result<()> {
    let kept = |sql: &mut Sql| {
        sql.push(format_args!("({}.custom ->> ", of.row)).push_bind(key.to_owned()).push(")");
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
        Op::In | Op::NotIn => {
            let name = custom_name(key);
            let mut texts = Vec::new();
            for one in listed(&name, value)? {
                let text = match one {
                    Value::String(text) => text.trim().to_owned(),
                    Value::Number(number) => number.to_string(),
                    _ => return Err(Error::invalid(&name, "text")),
                };
                texts.extend(kept_number(&text));
                texts.push(text);
            }
            sql.push("(");
            kept(sql);
            sql.push(" = any(").push_bind(texts).push("::text[])) is ");
            sql.push(if op == Op::In { "true" } else { "not true" });
        }
        Op::During => {
            let (from, until) = period(of.actor, &custom_name(key), value)?;
            for (op, day) in [(Op::Gte, from), (Op::Lt, until)] {
                if let Some(day) = day {
                    compare_text(sql, kept, op, day.to_string());
                    sql.push(" and ");
                }
            }
            sql.push("true");
        }
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

/// A number as a custom field keeps it; nothing for other texts, and for numbers that none keeps.
fn kept_number(text: &str) -> Option<String> {
    let mut number = text.parse::<Decimal>().ok()?.normalize();
    if number.scale() > 4 {
        return None;
    }
    number.rescale(4);
    (number.scale() == 4).then(|| number.to_string())
}

fn compare_text(sql: &mut Sql, kept: impl Fn(&mut Sql), op: Op, text: String) {
    kept(sql);
    sql.push(format_args!(" collate \"C\" {} ", sign(op))).push_bind(text);
}

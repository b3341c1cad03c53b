//! Cells as values of fields.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use shared::format::{Zone, date_time};
use shared::i18n::{Locale, choice_label};
use shared::import::lists::{entries, joined};
use shared::import::{Assignment, Candidate, Suggestion, units};
use shared::record::digits::trimmed;
use shared::record::rich::to_text;
use shared::record::{CustomField, Kind, custom_key, normalize};
use shared::{FieldDef, FieldError, RecordDef, Row, Values};
use uuid::Uuid;

use super::{dates, near};

/// Most characters that are shown of a rich text.
const EXCERPT: usize = 200;

/// What a cell means.
pub(super) struct Cell {
    /// The value; `None` leaves the field alone.
    pub(super) value: Option<Value>,
    /// What people read.
    pub(super) shown: String,
    /// What is wrong.
    pub(super) error: Option<FieldError>,
}

impl Cell {
    /// A cell that cannot be understood.
    pub(super) fn refused(field: &FieldDef, text: &str, code: &str) -> Self {
        Self { value: None, shown: text.to_owned(), error: Some(FieldError::new(field.name, code)) }
    }
}

/// Name and address of a person as programs write them together: Anna Berg (anna@example.com).
pub(super) fn reached(text: &str) -> Option<(&str, &str)> {
    let (name, email) = text.trim().strip_suffix([')', '>'])?.rsplit_once(['(', '<'])?;
    email.contains('@').then(|| (name.trim(), email.trim()))
}

/// References that were found.
pub(super) fn references(field: &FieldDef, found: Vec<(Uuid, String)>) -> Cell {
    let shown = found.iter().map(|(_, title)| title.as_str()).collect::<Vec<_>>().join(", ");
    let mut ids: Vec<String> = found.into_iter().map(|(id, _)| id.to_string()).collect();
    ids.dedup();
    let value = match field.kind {
        Kind::References(_) => (!ids.is_empty()).then(|| json!(ids)),
        _ => ids.into_iter().next().map(Value::from),
    };
    Cell { value, shown, error: None }
}

/// Choices that were understood.
pub(super) fn choices(locale: Locale, def: &RecordDef, field: &FieldDef, codes: Vec<String>) -> Cell {
    let labels: Vec<String> = codes.iter().map(|code| choice_label(locale, def, field.name, code)).collect();
    let value = match field.kind {
        Kind::MultiChoice(_) => (!codes.is_empty()).then(|| json!(codes)),
        _ => codes.into_iter().next().map(Value::from),
    };
    Cell { value, shown: labels.join(", "), error: None }
}

/// Any other value.
pub(super) fn plain(field: &FieldDef, text: &str, zone: &Zone) -> Cell {
    let structured = matches!(field.kind, Kind::Address | Kind::Social | Kind::Json(_));
    let given = match serde_json::from_str::<Value>(text) {
        Ok(value) if structured && value.is_object() => value,
        _ if field.kind == Kind::DateTime => shared::record::instant_in(text, zone).into(),
        _ if field.kind == Kind::Date => day_of(text).into(),
        _ if field.kind == Kind::Currency => units::currency(text).unwrap_or(text).into(),
        _ if matches!(field.kind, Kind::Integer(..)) => trimmed(number_of(text)).into(),
        _ if matches!(field.kind, Kind::Decimal(_)) => number_of(text).into(),
        _ if field.kind.is_text_list() => json!(entries(text).collect::<Vec<_>>()),
        _ => Value::from(text),
    };
    match normalize(field.name, &field.kind, &given) {
        Ok(value) => Cell { shown: shown_as(&field.kind, &value), value: Some(value), error: None },
        Err(error) => Cell { value: None, shown: shown_as(&field.kind, &text.into()), error: Some(error) },
    }
}

/// A moment shown as the clocks of its reader show it.
pub(super) fn as_clocks_show(cell: Cell, locale: Locale, zone: &Zone) -> Cell {
    let at = cell.value.as_ref().and_then(Value::as_str).and_then(|text| text.parse::<DateTime<Utc>>().ok());
    let shown = at.map(|at| date_time(locale, at, zone));
    Cell { shown: shown.unwrap_or(cell.shown), ..cell }
}

/// What can be read of a text that as a whole can't: the good ones of several numbers or addresses.
pub(super) fn readable(field: &FieldDef, text: &str, zone: &Zone) -> Cell {
    let nothing = Cell { value: None, shown: String::new(), error: None };
    if !field.kind.is_text_list() {
        return nothing;
    }
    let is_good = |entry: &Cow<'_, str>| plain(field, &joined([entry]), zone).error.is_none();
    let good = joined(entries(text).filter(is_good));
    if good.is_empty() { nothing } else { plain(field, &good, zone) }
}

/// A number without its sign of percent: fields of shares count in hundredths, and say so themselves.
fn number_of(text: &str) -> &str {
    let text = text.trim();
    text.strip_suffix(['%', '％']).unwrap_or(text).trim_end()
}

/// The day of a moment: programs write days as moments at midnight.
fn day_of(text: &str) -> &str {
    let day = text.get(..10).filter(|day| day.parse::<chrono::NaiveDate>().is_ok());
    day.filter(|_| text[10..].starts_with([' ', 'T'])).unwrap_or(text)
}

/// The field of that name that administrators added.
pub(super) fn added<'c>(custom: &'c [CustomField], name: &str) -> Option<&'c CustomField> {
    custom_key(name).and_then(|key| custom.iter().find(|field| field.key == key))
}

/// What a cell says of a part of a field, or of a field that administrators added: days are read as other days are.
pub(super) fn part(custom: &[CustomField], assignment: &Assignment, text: &str) -> String {
    match added(custom, &assignment.field).map(CustomField::value_kind) {
        Some(Kind::Date) => day_of(&dates::read(text, assignment.dates)).to_owned(),
        Some(Kind::Decimal(_)) => number_of(text).to_owned(),
        _ => text.to_owned(),
    }
}

/// A value as a table shows it: of rich text what people read of it, as far as there is room.
fn shown_as(kind: &Kind, value: &Value) -> String {
    match (kind, value) {
        (Kind::RichText, Value::String(html)) => excerpt(&to_text(html)),
        _ => shown(value),
    }
}

/// How a text begins, in one line.
fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = line.char_indices().nth(EXCERPT).map(|(at, _)| at);
    end.map_or_else(|| line.clone(), |end| format!("{}…", line[..end].trim_end()))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(map) => map.values().map(shown).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

/// Puts `address.city` and the like into the field they are part of; the other parts stay as stored.
pub(super) fn put_part(given: &mut Values, before: Option<&Row>, name: &str, text: &str) {
    let Some((field, part)) = name.split_once('.').filter(|_| !text.is_empty()) else { return };
    let stored = || before.map_or(Value::Null, |row| row.value(field).clone());
    let whole = given.entry(field.to_owned()).or_insert_with(stored);
    if !whole.is_object() {
        *whole = json!({});
    }
    whole[part] = Value::from(text);
}

/// The code that a text means: the code itself, or its label in either language.
pub(super) fn code_of(def: &RecordDef, field: &FieldDef, codes: &[&str], text: &str) -> Option<String> {
    let wanted = near::bare(text);
    let means = |code: &str| {
        near::bare(code) == wanted
            || Locale::ALL.iter().any(|locale| near::bare(&choice_label(*locale, def, field.name, code)) == wanted)
    };
    codes.iter().find(|code| means(code)).map(|code| (*code).to_owned())
}

/// A field of choices with its codes.
fn choice(type_name: &str, field: &str) -> Option<(&'static RecordDef, &'static [&'static str])> {
    let def = shared::types::by_name(type_name)?;
    match def.field(field)?.kind {
        Kind::Choice(codes) | Kind::MultiChoice(codes) => Some((def, codes)),
        _ => None,
    }
}

/// All that can be chosen for a field.
pub(super) fn options(locale: Locale, type_name: &str, field: &str) -> Vec<Candidate> {
    let Some((def, codes)) = choice(type_name, field) else { return Vec::new() };
    let option = |code: &&str| Candidate {
        value: (*code).to_owned(),
        title: choice_label(locale, def, field, code),
        detail: String::new(),
    };
    codes.iter().map(option).collect()
}

/// Codes whose label or name is like a text.
pub(super) fn alike_codes(type_name: &str, field: &str, text: &str) -> Vec<Suggestion> {
    let Some((def, codes)) = choice(type_name, field) else { return Vec::new() };
    let named: Vec<(&str, String)> = codes
        .iter()
        .flat_map(|code| {
            let labels = Locale::ALL.map(|locale| (*code, choice_label(locale, def, field, code)));
            labels.into_iter().chain([(*code, (*code).to_owned())])
        })
        .collect();
    near::suggestions(text, named.iter().map(|(code, label)| (*code, label.as_str())))
}

#[cfg(test)]
mod tests {
    use shared::import::DateOrder;
    use shared::types::{ARTICLE, CONTACT, OPPORTUNITY, TASK};

    use super::*;

    #[test]
    fn days_lose_their_midnights_and_moments_keep_their_offsets() {
        let shanghai = Zone::fixed("Asia/Shanghai", 8 * 3600);
        let of = |field: &FieldDef, text: &str| plain(field, &dates::read(text, None), &shanghai).value;
        let (born, due) = (CONTACT.field("birth_date").unwrap(), TASK.field("due_at").unwrap());
        for text in ["1990/4/3 0:00", "1990/4/3 0:00:00", "3-Apr-1990", "1990年4月3日", "1990-04-03T23:00:00-08"] {
            assert_eq!(of(born, text), Some(json!("1990-04-03")), "{text}");
        }
        for text in ["2024-05-31 15:15 +02:00", "2024-05-31T15:15:00+0200", "2024/5/31 下午9:15", "31 May 24 21:15"] {
            assert_eq!(of(due, text), Some(json!("2024-05-31T13:15:00.000000Z")), "{text}");
        }
        assert_eq!(of(due, "2024年5月31日"), Some(json!("2024-05-30T16:00:00.000000Z")));
        assert_eq!(of(due, "1717161300"), None);
    }

    #[test]
    fn shares_are_read_with_and_without_their_sign_and_zeros() {
        let of = |field: &FieldDef, text: &str| plain(field, text, &Zone::fixed("UTC", 0)).value;
        let chance = OPPORTUNITY.field("probability").unwrap();
        for text in ["60", "60%", "60 %", "60％", "60.0", "60.00%"] {
            assert_eq!(of(chance, text), Some(json!(60)), "{text}");
        }
        for text in ["60.5", "60%%", "60%％", "60%%x"] {
            assert_eq!(of(chance, text), None, "{text}");
        }
        assert_eq!(of(OPPORTUNITY.field("amount").unwrap(), "60%"), None, "a share is no amount");
    }

    #[test]
    fn entries_of_lists_may_have_in_them_what_parts_them() {
        let tags = CONTACT.field("tags").unwrap();
        let of = |text: &str| plain(tags, text, &Zone::fixed("UTC", 0)).value;
        assert_eq!(of("Fair; \"Berlin, spring\"; VIP"), Some(json!(["Fair", "Berlin, spring", "VIP"])));
        assert_eq!(of("VIP, 重点；Fair"), Some(json!(["VIP", "重点", "Fair"])));
        let emails = CONTACT.field("emails").unwrap();
        let readable = readable(emails, "a@example.com, \"n/a, n/a\"; b@example.com", &Zone::fixed("UTC", 0));
        assert_eq!(readable.value, Some(json!(["a@example.com", "b@example.com"])));
    }

    #[test]
    fn rich_text_is_shown_as_people_read_it_and_kept_as_it_is() {
        let content = ARTICLE.fields.iter().find(|field| field.kind == Kind::RichText).unwrap();
        let of = |text: &str| plain(content, text, &Zone::fixed("UTC", 0));
        let cell = of("<p>Turn it <b>off</b> &amp; on.</p><ul><li>Wait</li></ul>");
        assert_eq!(cell.shown, "Turn it off & on. Wait");
        assert_eq!(cell.value, Some(json!("<p>Turn it <b>off</b> &amp; on.</p><ul><li>Wait</li></ul>")));
        assert_eq!(of(&format!("<p>{}</p>", "字".repeat(EXCERPT + 1))).shown, "字".repeat(EXCERPT) + "…");
        assert_eq!(of(&"字".repeat(EXCERPT)).shown, "字".repeat(EXCERPT));
    }

    #[test]
    fn days_of_added_fields_are_read_like_others() {
        let field = |key: &str, kind: &str| CustomField {
            key: key.to_owned(),
            label: key.to_owned(),
            kind: kind.to_owned(),
            choices: Vec::new(),
            required: false,
            removed: false,
        };
        let custom = [field("renewal", "date"), field("code", "text")];
        let of = |name: &str, text: &str| {
            let dates = Some(DateOrder::MonthFirst);
            part(&custom, &Assignment { dates, ..Assignment::column(name, "c") }, text)
        };
        assert_eq!(of("custom.renewal", "4/3/1990 0:00"), "1990-04-03");
        assert_eq!((of("custom.renewal", "0/0/00"), of("custom.renewal", "soon")), (String::new(), "soon".to_owned()));
        assert_eq!((of("custom.code", "4/3/1990"), of("address.city", "12")), ("4/3/1990".to_owned(), "12".to_owned()));
    }
}

//! Values in the words of people: labels instead of codes, amounts with their currency, times where who reads them is.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;
use shared::access::Actor;
use shared::format::{self, Zone};
use shared::i18n::{Locale, choice_label, translate};
use shared::import::lists::joined;
use shared::query::Titles;
use shared::record::{CustomField, Kind, custom_key, day, rich};
use shared::survey::Score;
use shared::{FieldDef, RecordDef, Result, Row, Values};
use uuid::Uuid;

use super::columns::{Cell, Form, text, title};
use crate::auth::zone_with_past;
use crate::error::from_sqlx;
use crate::pool::Store;

/// How somebody reads values.
pub(crate) struct Words {
    pub(super) locale: Locale,
    /// The language is not the organisation's own.
    pub(super) is_other: bool,
    zone: Zone,
    /// Of amounts whose record names none.
    currency: String,
}

impl Words {
    /// For a user who takes out records of a type.
    pub(super) async fn of(store: &Store, actor: &Actor, def: &RecordDef, locale: Locale) -> Result<Self> {
        let mut tx = store.reading(actor).await?;
        let organisation = sqlx::query_as("select currency, locale from organisations where org_id = $1 and id = $1");
        let (own, spoken): (String, String) =
            organisation.bind(actor.org_id).fetch_one(&mut *tx.inner).await.map_err(from_sqlx)?;
        // Whoever may not see in which currency amounts are gets them without one, not with another.
        let sees_it = def.field("currency").is_none_or(|field| actor.sees(def, field));
        // Records are older than the years that a page needs to know the clocks of.
        let zone = zone_with_past(&actor.zone.name).unwrap_or_else(|| actor.zone.clone());
        let is_other = spoken != locale.code();
        Ok(Self { locale, is_other, zone, currency: if sees_it { own } else { String::new() } })
    }

    /// For entries of the log, of which none says in which currency an amount was.
    pub(crate) fn of_log(actor: &Actor, locale: Locale) -> Self {
        let zone = zone_with_past(&actor.zone.name).unwrap_or_else(|| actor.zone.clone());
        Self { locale, is_other: false, zone, currency: String::new() }
    }

    /// The language.
    pub(crate) fn locale(&self) -> Locale {
        self.locale
    }

    /// What the zone is called in which times are told.
    pub(crate) fn zone(&self) -> &str {
        &self.zone.name
    }

    /// When something was, where the reader is.
    pub(crate) fn moment_of(&self, at: DateTime<Utc>) -> String {
        format::date_time(self.locale, at, &self.zone)
    }

    /// A value that a field of a type had, as the log keeps it.
    pub(crate) fn logged(
        &self,
        (def, custom): (&RecordDef, &[CustomField]),
        name: &str,
        value: &Value,
        titles: &Titles,
    ) -> String {
        let cell = match (custom_key(name), def.field(name)) {
            (Some(key), _) => match custom.iter().find(|field| field.key == key) {
                Some(field) => self.plain(field.value_kind(), &field.readable(value)),
                None => Cell::text(text(value)),
            },
            (None, Some(field)) => {
                let values = Values::from_iter([(name.to_owned(), value.clone())]);
                self.cell(def, field, &Row { id: Uuid::nil(), version: 0, values }, titles)
            }
            (None, None) => Cell::text(text(value)),
        };
        cell.shown
    }

    /// The value of a field.
    pub(super) fn cell(&self, def: &RecordDef, field: &FieldDef, row: &Row, titles: &Titles) -> Cell {
        let label = |code: &str| choice_label(self.locale, def, field.name, code);
        let each = |list: &[Value], one: &dyn Fn(&str) -> String| {
            Cell::text(joined(list.iter().filter_map(Value::as_str).map(one)))
        };
        if let Some(score) = Score::of(def, field.name, &row.values) {
            let exact = Some(score.given.to_string());
            return Cell { shown: score.out_of(self.locale), exact, form: Form::Number };
        }
        match (field.kind, row.value(field.name)) {
            (Kind::Money, value) => self.amount(value, row),
            (Kind::Choice(_), Value::String(code)) => Cell::text(label(code)),
            (Kind::MultiChoice(_), Value::Array(codes)) => each(codes, &label),
            (Kind::Reference(_), Value::String(id)) => Cell::text(title(titles, id)),
            (Kind::References(_), Value::Array(ids)) => each(ids, &|id| title(titles, id)),
            (kind, value) => self.plain(kind, value),
        }
    }

    /// A value that nothing else of its record is needed for.
    pub(super) fn plain(&self, kind: Kind, value: &Value) -> Cell {
        match (kind, value) {
            (Kind::Date, Value::String(text)) => self.day(text),
            (Kind::DateTime, Value::String(text)) => self.moment(text),
            (Kind::Bool, Value::Bool(is_so)) => {
                Cell::text(translate(self.locale, if *is_so { "ui.word.yes" } else { "ui.word.no" }, &[]))
            }
            (Kind::RichText, Value::String(html)) => Cell::text(rich::to_text(html)),
            (Kind::Address, Value::Object(_)) => Cell::text(format::address(self.locale, value)),
            (Kind::Social, Value::Object(accounts)) => {
                let channel = |name: &str| translate(self.locale, &format!("record.social.{name}"), &[]);
                let named = accounts.iter().map(|(name, handle)| format!("{} {}", channel(name), text(handle)));
                Cell::text(joined(named))
            }
            _ => Cell::canonical(kind, text(value)),
        }
    }

    fn amount(&self, value: &Value, row: &Row) -> Cell {
        let plain = text(value);
        let Ok(amount) = plain.parse::<Decimal>() else { return Cell::text(plain) };
        let currency = row.text("currency").unwrap_or(&self.currency);
        let shown = format::money(self.locale, amount, currency);
        Cell { shown, exact: Some(plain), form: Form::Amount(pattern(self.locale, currency)) }
    }

    fn day(&self, text: &str) -> Cell {
        let Some(day) = day(text) else { return Cell::text(text.to_owned()) };
        Cell { shown: format::date(self.locale, day), exact: Some(text.to_owned()), form: Form::Day }
    }

    fn moment(&self, text: &str) -> Cell {
        let Ok(at) = DateTime::parse_from_rfc3339(text) else { return Cell::text(text.to_owned()) };
        let at: DateTime<Utc> = at.to_utc();
        Cell {
            shown: format::date_time(self.locale, at, &self.zone),
            exact: Some(format::to_local_input(at, &self.zone)),
            form: Form::Moment,
        }
    }
}

/// How a workbook shows amounts of a currency: with its sign, to its smallest unit.
fn pattern(locale: Locale, currency: &str) -> String {
    let (sign, none) = (format::symbol(locale, currency), format::money(locale, Decimal::ZERO, currency));
    let digits = none.strip_prefix(&sign).unwrap_or(&none);
    if sign.is_empty() { format!("#,##{digits}") } else { format!("\"{sign}\"#,##{digits}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::types::{CUSTOMER, SURVEY_RESPONSE, TASK};

    use super::*;

    fn words(locale: Locale) -> Words {
        Words { locale, is_other: false, zone: Zone::fixed("Asia/Shanghai", 8 * 3600), currency: "CNY".into() }
    }

    /// What is shown of a field, and what a workbook holds of it.
    fn of(locale: Locale, def: &RecordDef, field: &str, values: Value) -> (String, Option<String>) {
        let row = Row { id: Uuid::nil(), version: 1, values: values.as_object().cloned().unwrap() };
        let cell = words(locale).cell(def, def.field(field).unwrap(), &row, &Titles::new());
        (cell.shown, cell.exact)
    }

    #[test]
    fn values_read_as_on_pages_and_stay_exact_in_workbooks() {
        let [chinese, english] = Locale::ALL;
        let exact = |shown: &str, exact: &str| (shown.to_owned(), Some(exact.to_owned()));
        let revenue = json!({"revenue": "1234.50"});
        assert_eq!(of(chinese, &CUSTOMER, "revenue", revenue.clone()), exact("¥1,234.50", "1234.50"));
        assert_eq!(of(english, &CUSTOMER, "revenue", revenue), exact("CN¥1,234.50", "1234.50"));
        let dollars = json!({"revenue": "5.00", "currency": "USD"});
        assert_eq!(of(chinese, &CUSTOMER, "revenue", dollars), exact("US$5.00", "5.00"));
        let born = json!({"birth_date": "1990-05-03"});
        assert_eq!(of(chinese, &CUSTOMER, "birth_date", born), exact("1990年5月3日", "1990-05-03"));
        let score = json!({"score": 9, "kind": "nps"});
        assert_eq!(of(english, &SURVEY_RESPONSE, "score", score.clone()), exact("9 of 10", "9"));
        assert_eq!(of(chinese, &SURVEY_RESPONSE, "score", score), exact("9/10 分", "9"));
        let due = json!({"due_at": "2026-03-10T20:30:00.000000Z"});
        assert_eq!(of(english, &TASK, "due_at", due), exact("11 Mar 2026, 04:30", "2026-03-11T04:30"));
    }

    #[test]
    fn codes_become_labels_and_parts_are_named() {
        let [chinese, english] = Locale::ALL;
        let shown = |locale, def, field, values| of(locale, def, field, values).0;
        assert_eq!(shown(english, &CUSTOMER, "category", json!({"category": "important"})), "Key account");
        assert_eq!(shown(chinese, &CUSTOMER, "category", json!({"category": "important"})), "重要客户");
        assert_eq!(shown(english, &CUSTOMER, "tags", json!({"tags": ["VIP", "Fair"]})), "VIP; Fair");
        let address = json!({"address": {"city": "杭州", "street": "文三路 1 号"}});
        assert_eq!(shown(chinese, &CUSTOMER, "address", address), "杭州 文三路 1 号");
        assert_eq!(words(english).plain(Kind::Bool, &json!(true)).shown, "Yes");
        assert_eq!(shown(english, &CUSTOMER, "revenue", json!({})), "");
    }

    #[test]
    fn workbooks_show_amounts_to_the_smallest_unit_of_their_currency() {
        assert_eq!(pattern(Locale::En, "CNY"), "\"CN¥\"#,##0.00");
        assert_eq!(pattern(Locale::En, "JPY"), "\"¥\"#,##0");
        assert_eq!(pattern(Locale::En, ""), "#,##0.00");
    }
}

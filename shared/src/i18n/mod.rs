//! Labels and messages in both languages.
//!
//! Keys are dynamic (field labels follow from the declarations), so the catalogs are plain tables instead of generated
//! functions. `{name}` in a text is replaced by a parameter, set apart from Chinese around it where it is a word in other letters;
//! `{n|one|many}` chooses by number.

mod catalog;
mod joined;

#[cfg(target_family = "wasm")]
pub use catalog::add;
pub use catalog::{has, lookup};

use serde::{Deserialize, Serialize};

use self::joined::Joined;
use crate::error::{Error, FieldError};
use crate::record::RecordDef;

/// Language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Locale {
    /// Simplified Chinese.
    #[default]
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// English.
    #[serde(rename = "en")]
    En,
}

impl Locale {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::ZhCn, Self::En];

    /// BCP 47 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }

    /// The one that is not this.
    pub fn other(self) -> Self {
        match self {
            Self::ZhCn => Self::En,
            Self::En => Self::ZhCn,
        }
    }

    /// The language of a code such as `en-GB` or `zh`; `None` when unsupported.
    pub fn parse(code: &str) -> Option<Self> {
        let code = code.trim().to_ascii_lowercase();
        match code.split(['-', '_']).next()? {
            "zh" => Some(Self::ZhCn),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The first supported language of an `Accept-Language` header.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        header.split(',').find_map(|part| Self::parse(part.split(';').next()?))
    }
}

/// The text of a key with parameters put in; the key itself when the catalog lacks it.
pub fn translate(locale: Locale, key: &str, params: &[(&str, &str)]) -> String {
    let Some(text) = lookup(locale, key) else { return key.to_owned() };
    if params.is_empty() { text.to_owned() } else { fill(text, params) }
}

fn fill(text: &str, params: &[(&str, &str)]) -> String {
    let mut out = Joined::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push(before);
        let Some((slot, tail)) = after.split_once('}') else {
            rest = after;
            break;
        };
        out.push(&slot_text(slot, params));
        rest = tail;
    }
    out.push(rest);
    out.done()
}

fn slot_text(slot: &str, params: &[(&str, &str)]) -> String {
    let mut parts = slot.split('|');
    let name = parts.next().unwrap_or_default();
    let value = params.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| *v);
    match (parts.next(), parts.next()) {
        (Some(one), Some(many)) => (if value == "1" { one } else { many }).to_owned(),
        _ => value.to_owned(),
    }
}

/// Label of a record type: one of it.
pub fn type_label(locale: Locale, def: &RecordDef) -> String {
    translate(locale, &format!("{}._one", def.name), &[])
}

/// Label of a record type: many of it.
pub fn type_label_many(locale: Locale, def: &RecordDef) -> String {
    translate(locale, &format!("{}._many", def.name), &[])
}

/// Label of a field: the type's own, else the one that all types share.
pub fn field_label(locale: Locale, def: &RecordDef, field: &str) -> String {
    lookup(locale, &format!("{}.{field}", def.name))
        .or_else(|| lookup(locale, &format!("record.{field}")))
        .map_or_else(|| field.to_owned(), str::to_owned)
}

/// Label of a field where its value is given: of a record's name in both languages it says which one is meant. `own` is the
/// organisation's language.
pub fn input_label(locale: Locale, own: Locale, def: &RecordDef, field: &str) -> String {
    let language = match def.other_title() {
        Some(other) if other.name == field => own.other(),
        Some(_) if def.title == field => own,
        _ => return field_label(locale, def, field),
    };
    let name = field_label(locale, def, def.title);
    translate(locale, &format!("admin.name_in.{}", language.code()), &[("name", &name)])
}

/// Label of a choice.
pub fn choice_label(locale: Locale, def: &RecordDef, field: &str, code: &str) -> String {
    lookup(locale, &format!("{}.{field}.{code}", def.name)).map_or_else(|| code.to_owned(), str::to_owned)
}

/// Heading of a form group: the type's own, else the one that all types share.
pub fn group_label(locale: Locale, def: &RecordDef, group: &str) -> String {
    lookup(locale, &format!("{}.group.{group}", def.name))
        .or_else(|| lookup(locale, &format!("record.group.{group}")))
        .map_or_else(|| group.to_owned(), str::to_owned)
}

/// Message of a field error. Limits are written as people read numbers; without parameters (the database does not
/// tell its limits) the code's `_plain` message is taken, if there is one.
pub fn field_error(locale: Locale, error: &FieldError) -> String {
    let key = format!("error.{}", error.code);
    if error.params.is_empty() {
        return lookup(locale, &format!("{key}_plain")).map_or_else(|| translate(locale, &key, &[]), str::to_owned);
    }
    let params: Vec<(&str, String)> = error.params.iter().map(|(k, v)| (k.as_str(), readable(locale, k, v))).collect();
    let params: Vec<(&str, &str)> = params.iter().map(|(k, v)| (*k, v.as_str())).collect();
    translate(locale, &key, &params)
}

/// Groups the digits of limits; those of four digits may be years and stay as they are.
fn readable(locale: Locale, name: &str, value: &str) -> String {
    match value.parse::<i64>() {
        Ok(limit) if matches!(name, "min" | "max") && limit.unsigned_abs() > 9999 => {
            crate::format::number(locale, limit)
        }
        _ => value.to_owned(),
    }
}

/// Message of an error as a whole.
pub fn error_message(locale: Locale, error: &Error) -> String {
    match error {
        // Nobody counts hundreds of seconds.
        Error::RateLimited { retry_after } if *retry_after > 60 => {
            translate(locale, "error.rate_limited_minutes", &[("n", &retry_after.div_ceil(60).to_string())])
        }
        Error::RateLimited { retry_after } => {
            translate(locale, "error.rate_limited", &[("n", &retry_after.to_string())])
        }
        Error::Internal { reference } => translate(locale, "error.internal", &[("reference", reference)]),
        other => translate(locale, &format!("error.{}", other.code()), &[]),
    }
}

/// An error as a sentence or several: what is wrong with each field, where that is what it tells.
pub fn error_sentence(locale: Locale, error: &Error) -> String {
    match error {
        Error::Invalid { fields } if !fields.is_empty() => {
            fields.iter().map(|error| field_error(locale, error)).collect::<Vec<_>>().join(" ")
        }
        other => error_message(locale, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_plurals_are_filled_in() {
        assert_eq!(fill("{n} {n|deal|deals} of {who}", &[("n", "1"), ("who", "Li")]), "1 deal of Li");
        assert_eq!(fill("{n} {n|deal|deals}", &[("n", "2")]), "2 deals");
        assert_eq!(fill("由{name}移动", &[("name", "Li")]), "由 Li 移动");
    }

    #[test]
    fn a_name_that_is_there_in_both_languages_says_which_one_it_is_in() {
        use crate::types::{CUSTOMER, REGISTRY, SLA_POLICY};
        let label = |locale, own, field| input_label(locale, own, &SLA_POLICY, field);
        assert_eq!(label(Locale::En, Locale::ZhCn, "name"), "Name (Chinese)");
        assert_eq!(label(Locale::En, Locale::ZhCn, "other_name"), "Name (English)");
        assert_eq!(label(Locale::ZhCn, Locale::ZhCn, "name"), "名称（中文）");
        assert_eq!(label(Locale::ZhCn, Locale::En, "other_name"), "名称（中文）");
        assert_eq!(label(Locale::ZhCn, Locale::En, "position"), "匹配顺序");
        assert_eq!(input_label(Locale::En, Locale::En, &CUSTOMER, "name"), "Name");
        // Of all types that have two, the same words, but for what is a name there.
        for def in REGISTRY.iter().filter(|def| def.other_title().is_some()) {
            let other = input_label(Locale::ZhCn, Locale::ZhCn, def, &format!("other_{}", def.title));
            assert_eq!(other, format!("{}（英文）", field_label(Locale::ZhCn, def, def.title)), "{}", def.name);
        }
    }

    #[test]
    fn field_errors_read_well_with_and_without_limits() {
        let error = FieldError::new("employees", "out_of_range");
        assert_eq!(field_error(Locale::En, &error), "This value is outside what is allowed. Enter another one.");
        let error = error.with("min", 0).with("max", 100_000_000);
        assert_eq!(field_error(Locale::En, &error), "Enter a value from 0 to 100,000,000.");
        let error = FieldError::new("founded", "out_of_range").with("min", 1000).with("max", 2200);
        assert_eq!(field_error(Locale::ZhCn, &error), "请输入 1000 到 2200 之间的值。");
        let error = FieldError::new("amount", "required_by_stage").with("stage", "20000");
        assert_eq!(field_error(Locale::ZhCn, &error), "进入阶段“20000”需要填写此项。");
    }

    #[test]
    fn nobody_waits_for_hundreds_of_seconds() {
        let said = |locale, retry_after| error_message(locale, &Error::RateLimited { retry_after });
        assert_eq!(said(Locale::En, 1), "Too many requests right now. Try again in 1 second.");
        assert_eq!(said(Locale::En, 60), "Too many requests right now. Try again in 60 seconds.");
        assert_eq!(said(Locale::En, 61), "Too many requests in a short time. Try again in 2 minutes.");
        assert_eq!(said(Locale::ZhCn, 420), "短时间内请求过多，请在 7 分钟后重试。");
    }

    #[test]
    fn the_browser_language_is_recognised() {
        assert_eq!(Locale::from_accept_language("fr;q=0.9, en-GB;q=0.8"), Some(Locale::En));
        assert_eq!(Locale::from_accept_language("zh-TW,zh;q=0.9"), Some(Locale::ZhCn));
        assert_eq!(Locale::from_accept_language("fr"), None);
    }
}

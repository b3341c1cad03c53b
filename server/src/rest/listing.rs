//! The query of a list: `?limit=&cursor=&sort=-field&filter=&q=&archived=&count=`.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;
use shared::i18n::Locale;
use shared::query::{Archived, ListQuery, MAX_PAGE, Sort};
use shared::{Error, FieldError, RecordDef};

use super::problem::{Answer, Problem};

/// Names of the parameters; others are refused, because a misspelt filter would show everything.
pub(super) const PARAMETERS: [&str; 7] = ["limit", "cursor", "sort", "filter", "q", "archived", "count"];
/// Those that say which rows, not how many of them at a time.
pub(super) const ROWS: [&str; 4] = ["sort", "filter", "q", "archived"];
/// The one that says in which language a file is for people to read.
pub(super) const LABELS: &str = "labels";
/// Longest name of a file.
pub(super) const NAME: usize = 300;

/// What to list.
pub(super) struct Listing(pub(super) ListQuery);

/// What to give out as a whole, and in which language, if for people to read.
pub(super) struct Everything {
    pub(super) query: ListQuery,
    pub(super) labels: Option<Locale>,
}

/// `?name=`: what a file is called.
pub(super) struct FileName(pub(super) String);

/// `?record_type=`
pub(super) struct TypeName(pub(super) &'static RecordDef);

impl<S: Send + Sync> FromRequestParts<S> for Listing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parse(parts, &PARAMETERS).map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Everything {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parse(parts, &[&ROWS[..], &[LABELS]].concat())?;
        let labels = pairs(parts).filter(|(name, _)| name == LABELS).last().and_then(|(_, value)| word(&value));
        Ok(Self { query, labels })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for FileName {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let name = only(parts, "name")?;
        if name.chars().count() > NAME {
            return Err(FieldError::new("name", "too_long").with("max", NAME).into());
        }
        Ok(Self(name))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for TypeName {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let def = shared::types::by_name(&only(parts, "record_type")?);
        def.map(Self).ok_or_else(|| FieldError::new("record_type", "choice").into())
    }
}

fn parse(parts: &Parts, allowed: &[&str]) -> Answer<ListQuery> {
    let mut query = ListQuery::default();
    let mut fields = Vec::new();
    for (name, value) in pairs(parts) {
        let set = if allowed.contains(&&*name) { set(&mut query, &name, &value) } else { Err("unknown_field") };
        if let Err(code) = set {
            fields.push(if code == "out_of_range" {
                FieldError::new(name, code).with("min", 1).with("max", MAX_PAGE)
            } else {
                FieldError::new(name, code)
            });
        }
    }
    if fields.is_empty() { Ok(query) } else { Err(Error::Invalid { fields }.into()) }
}

/// The value of the only parameter that there may be, and must.
fn only(parts: &Parts, wanted: &str) -> Answer<String> {
    let mut found = String::new();
    for (name, value) in pairs(parts) {
        if name != wanted {
            return Err(FieldError::new(name, "unknown_field").into());
        }
        found = value.into_owned();
    }
    if found.trim().is_empty() { Err(FieldError::new(wanted, "required").into()) } else { Ok(found) }
}

/// Names and values of the query.
pub(super) fn pairs(parts: &Parts) -> url::form_urlencoded::Parse<'_> {
    url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
}

fn set(query: &mut ListQuery, name: &str, value: &str) -> Result<(), &'static str> {
    match name {
        "limit" => {
            query.limit = value.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit)).ok_or("out_of_range")?;
        }
        "cursor" => query.cursor = Some(value.to_owned()),
        "sort" => query.sort = Some(sort(value)),
        "filter" => query.filter = Some(serde_json::from_str(value).map_err(|_| "malformed")?),
        "q" => query.search = Some(value.to_owned()),
        "archived" => query.archived = word::<Archived>(value).ok_or("choice")?,
        "count" => query.count = word(value).ok_or("boolean")?,
        LABELS => word::<Locale>(value).map(drop).ok_or("choice")?,
        _ => return Err("unknown_field"),
    }
    Ok(())
}

fn sort(value: &str) -> Sort {
    match value.strip_prefix('-') {
        Some(field) => Sort { field: field.to_owned(), descending: true },
        None => Sort { field: value.to_owned(), descending: false },
    }
}

/// One of the words of an enumeration, or `true` and `false`.
pub(super) fn word<T: DeserializeOwned>(value: &str) -> Option<T> {
    let quoted = if matches!(value, "true" | "false") { value.to_owned() } else { format!("{value:?}") };
    serde_json::from_str(&quoted).ok()
}

/// A single yes-or-no parameter of another request.
pub(super) fn flag(parts: &Parts, wanted: &str) -> Result<bool, Problem> {
    match pairs(parts).filter(|(name, _)| name == wanted).last() {
        Some((_, value)) => word(&value).ok_or_else(|| FieldError::new(wanted, "boolean").into()),
        None => Ok(false),
    }
}

//! The query of a list: `?limit=&cursor=&sort=-field&filter=&q=&archived=&count=`.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;
use shared::query::{Archived, ListQuery, MAX_PAGE, Sort};
use shared::{Error, FieldError};

use super::problem::Problem;

/// Names of the parameters; others are refused, because a misspelt filter would show everything.
pub(super) const PARAMETERS: [&str; 7] = ["limit", "cursor", "sort", "filter", "q", "archived", "count"];

/// What to list.
pub(super) struct Listing(pub(super) ListQuery);

impl<S: Send + Sync> FromRequestParts<S> for Listing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = ListQuery::default();
        let mut fields = Vec::new();
        for (name, value) in url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            if let Err(code) = set(&mut query, &name, &value) {
                fields.push(if code == "out_of_range" {
                    FieldError::new(name, code).with("min", 1).with("max", MAX_PAGE)
                } else {
                    FieldError::new(name, code)
                });
            }
        }
        if fields.is_empty() { Ok(Self(query)) } else { Err(Error::Invalid { fields }.into()) }
    }
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
    let pairs = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    match pairs.filter(|(name, _)| name == wanted).last() {
        Some((_, value)) => word(&value).ok_or_else(|| FieldError::new(wanted, "boolean").into()),
        None => Ok(false),
    }
}

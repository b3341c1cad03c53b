//! What an address says behind its path.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::router::AppState;

/// What an address says, as texts. Nothing in it is a fault: of what it says twice the last counts, as in forms.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned + Default> FromRequestParts<AppState> for Query<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Infallible> {
        Ok(Self(said(parts.uri.query().unwrap_or_default())))
    }
}

fn said<T: DeserializeOwned + Default>(query: &str) -> T {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let texts: Map<String, Value> =
        pairs.map(|(name, text)| (name.into_owned(), Value::String(text.into_owned()))).collect();
    serde_json::from_value(Value::Object(texts)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Default, Deserialize)]
    struct Wanted {
        q: Option<String>,
        page: Option<String>,
    }

    #[test]
    fn of_what_is_said_twice_the_last_counts() {
        let wanted: Wanted = said("q=a&other=1&q=b%20c&other=2");
        assert_eq!((wanted.q.as_deref(), wanted.page), (Some("b c"), None));
        let wanted: Wanted = said("page&q=%FF");
        assert_eq!((wanted.q.as_deref(), wanted.page.as_deref()), (Some("\u{fffd}"), Some("")));
    }
}

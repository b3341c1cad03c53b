//! Addresses that forms are sent to, asked for as if they were pages: they lead to the page that the form stands on. A browser
//! asks for them after a form was refused, when the address is opened again or the language is changed there.

use axum::extract::Path;
use axum::response::Response;

use super::place::Place;

/// What the address names: whose pages, and what of them.
type Named = Path<(String, String)>;

pub(super) async fn to_ticket(place: Place, Path((_, number)): Named) -> Response {
    let seen = place.signed_in().map(|_| place.go(&format!("/tickets/{}", plain(&number))));
    place.answer(seen)
}

pub(super) async fn to_article(place: Place, Path((_, key)): Named) -> Response {
    place.answer(Ok(place.go(&format!("/articles/{}", plain(&key)))))
}

pub(super) async fn to_sign_in(place: Place) -> Response {
    place.answer(Ok(place.go("/sign-in")))
}

pub(super) async fn to_start(place: Place) -> Response {
    place.answer(Ok(place.go("")))
}

/// A name as it may stand in an address.
pub(super) fn plain(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}

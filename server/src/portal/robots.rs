//! What search engines are told.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{PreEscaped, html};
use shared::Error;

use app::api::outgoing::Outgoing;
use store::Store;

use super::place::Place;

/// Public pages may be read, nothing else.
pub(super) async fn robots(State(store): State<Store>, State(outgoing): State<Outgoing>) -> Response {
    let Ok(portals) = store.portals().await else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let maps =
        portals.iter().map(|portal| format!("Sitemap: {}\n", outgoing.portal_link(&portal.slug, "/sitemap.xml")));
    let text = format!("User-agent: *\nAllow: /portal/\nAllow: /pkg/\nDisallow: /\n\n{}", maps.collect::<String>());
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// Every public article.
pub(super) async fn site_map(place: Place) -> Response {
    let result = map(&place).await;
    place.answer(result)
}

async fn map(place: &Place) -> Result<Response, Error> {
    let articles = place.store.portal_site_map(&place.portal).await?;
    let markup = html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"))
        urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {
            url { loc { (place.link("")) } }
            url { loc { (place.link("/articles")) } }
            @for article in &articles {
                url {
                    loc { (place.link(&format!("/articles/{}", article.key()))) }
                    lastmod { (article.updated_at.to_rfc3339()) }
                }
            }
        }
    };
    Ok(([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], markup.into_string()).into_response())
}

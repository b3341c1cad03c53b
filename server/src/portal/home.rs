//! The first page.

use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use shared::Error;
use shared::i18n::Locale;
use shared::session::Boot;
use store::Store;
use store::portal::{Category, Look};

use super::answer::failed;
use super::articles::{list, search_form};
use super::layout::{Head, page, tongue};
use super::place::Place;

/// `/portal` leads to the only pages there are, if there are just one organisation's.
pub(super) async fn only(State(store): State<Store>, Extension(boot): Extension<Boot>) -> Response {
    match store.portals().await.as_deref() {
        Ok([one]) => Redirect::to(&format!("/portal/{}", one.slug)).into_response(),
        Ok(_) => failed(boot.locale, &Error::NotFound),
        Err(error) => failed(boot.locale, error),
    }
}

pub(super) async fn home(place: Place) -> Response {
    place.answer(first_page(&place).await)
}

async fn first_page(place: &Place) -> Result<Response, Error> {
    let categories = place.store.portal_categories(&place.portal).await?;
    let popular = place.store.portal_articles(&place.portal, place.locale, &Look::default()).await?.articles;
    let mailed = place.answers_by_mail().await?;
    let title = place.t("portal.home.title");
    let description = place.t_with("portal.home.description", &[("name", &place.portal.name)]);
    let body = html! {
        section.portal-hero {
            h1 { (title) }
            (search_form(place, "", None))
        }
        @if !categories.is_empty() { (cards(place, &categories)) }
        @if !popular.is_empty() {
            section {
                h2 { (place.t("portal.home.popular")) }
                (list(place, &popular[..popular.len().min(6)]))
            }
        }
        section.portal-ways {
            a.portal-card href=(place.path("/new")) {
                h2 { (place.t("portal.home.ask")) }
                p { (place.t(if mailed { "portal.home.ask_text" } else { "portal.home.ask_text_without_mail" })) }
            }
            a.portal-card href=(place.path("/tickets")) {
                h2 { (place.t("portal.home.follow")) }
                p { (place.t("portal.home.follow_text")) }
            }
        }
    };
    let alternates =
        Locale::ALL.map(|locale| (locale, place.link(&format!("?lang={}", locale.code())))).into_iter().collect();
    let head = Head {
        title: &title,
        description: Some(&description),
        canonical: Some(String::new()),
        alternates,
        ..Head::default()
    };
    Ok(page(place, StatusCode::OK, head, body))
}

/// The widest categories that hold anything.
fn cards(place: &Place, categories: &[Category]) -> Markup {
    let widest = categories.iter().filter(|category| category.parent_id.is_none() && category.articles > 0);
    html! {
        section {
            h2 { (place.t("portal.home.categories")) }
            div.portal-cards {
                @for category in widest {
                    a.portal-card href=(place.path(&format!("/articles?category={}", category.id))) {
                        h3 lang=[tongue(place, &category.name)] { (category.name) }
                        @if let Some(description) = &category.description { p lang=[tongue(place, description)] { (description) } }
                        p.meta { (place.t_with("portal.articles.count", &[("n", &category.articles.to_string())])) }
                    }
                }
            }
        }
    }
}

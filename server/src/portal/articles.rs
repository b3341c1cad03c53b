//! Lists of public articles, and those that may answer a question while it is typed.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use shared::Error;
use shared::i18n::Locale;
use store::portal::{ArticleLine, Category, Look};
use url::form_urlencoded;
use uuid::Uuid;

use super::answer::html_answer;
use super::layout::{Head, page, tongue, trail};
use super::place::Place;
use super::query::Query;

/// Longest words that are looked for.
const LONGEST: usize = 300;

/// What is looked for; texts, so that nothing in an address is a fault.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    category: Option<String>,
    q: Option<String>,
    page: Option<String>,
}

impl Wanted {
    fn category(&self) -> Option<Uuid> {
        self.category.as_deref()?.parse().ok()
    }

    fn words(&self) -> String {
        self.q.as_deref().unwrap_or_default().chars().filter(|c| !c.is_control()).take(LONGEST).collect()
    }

    fn page(&self) -> u16 {
        self.page.as_deref().and_then(|page| page.parse().ok()).unwrap_or(0)
    }
}

pub(super) async fn articles(place: Place, Query(wanted): Query<Wanted>) -> Response {
    place.answer(listing(&place, &wanted).await)
}

async fn listing(place: &Place, wanted: &Wanted) -> Result<Response, Error> {
    let categories = place.store.portal_categories(&place.portal).await?;
    let current = wanted.category().map(|id| categories.iter().find(|category| category.id == id));
    let current = current.map(|found| found.ok_or(Error::NotFound)).transpose()?;
    let words = wanted.words();
    let look = Look { category: current.map(|category| category.id), words: Some(&words), page: wanted.page() };
    let found = place.store.portal_articles(&place.portal, place.locale, &look).await?;
    let title = match (current, words.trim()) {
        (_, words) if !words.is_empty() => place.t_with("portal.articles.found", &[("words", words)]),
        (Some(category), _) => category.name.clone(),
        _ => place.t("portal.articles.title"),
    };
    let body = html! {
        (trail(place, &[(place.path(""), place.t("portal.home.crumb"))]))
        h1 { (title) }
        (search_form(place, &words, look.category))
        div.portal-columns {
            @if !categories.is_empty() { (category_tree(place, &categories, look.category)) }
            div {
                @if let Some(description) = current.and_then(|category| category.description.as_ref()) {
                    p.muted lang=[tongue(place, description)] { (description) }
                }
                @if found.articles.is_empty() { (nothing(place)) } @else { (list(place, &found.articles)) }
                (pages(place, wanted, found.more))
            }
        }
    };
    let searched = !words.trim().is_empty() || wanted.page() > 0;
    let rest = current.map_or_else(|| "/articles".to_owned(), |category| format!("/articles?category={}", category.id));
    let description = current.and_then(|category| category.description.as_deref());
    let alternates = alternates(place, &rest);
    let head =
        Head { title: &title, description, canonical: (!searched).then_some(rest), alternates, ..Head::default() };
    Ok(page(place, StatusCode::OK, head, body))
}

/// The same page in each language.
fn alternates(place: &Place, rest: &str) -> Vec<(Locale, String)> {
    let joint = if rest.contains('?') { '&' } else { '?' };
    Locale::ALL.iter().map(|locale| (*locale, place.link(&format!("{rest}{joint}lang={}", locale.code())))).collect()
}

fn nothing(place: &Place) -> Markup {
    html! {
        div.portal-card {
            p { (place.t("portal.articles.nothing")) }
            p.actions { a.button data-kind="primary" href=(place.path("/new")) { (place.t("portal.home.ask")) } }
        }
    }
}

fn pages(place: &Place, wanted: &Wanted, more: bool) -> Markup {
    let address = |page: u16| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(category) = wanted.category() {
            query.append_pair("category", &category.to_string());
        }
        if !wanted.words().is_empty() {
            query.append_pair("q", &wanted.words());
        }
        query.append_pair("page", &page.to_string());
        place.path(&format!("/articles?{}", query.finish()))
    };
    let here = wanted.page();
    html! {
        @if here > 0 || more {
            nav.portal-pages aria-label=(place.t("portal.articles.pages")) {
                @if let Some(before) = here.checked_sub(1) {
                    a.button data-kind="secondary" rel="prev" href=(address(before)) { (place.t("portal.articles.before")) }
                }
                @if let Some(next) = here.checked_add(1).filter(|_| more) {
                    a.button data-kind="secondary" rel="next" href=(address(next)) { (place.t("portal.articles.next")) }
                }
            }
        }
    }
}

/// The line to search with.
pub(super) fn search_form(place: &Place, words: &str, category: Option<Uuid>) -> Markup {
    html! {
        form.portal-search role="search" action=(place.path("/articles")) {
            label.visually-hidden for="q" { (place.t("portal.articles.search")) }
            input.input id="q" type="search" name="q" value=(words) placeholder=(place.t("portal.articles.search")) maxlength="300";
            @if let Some(category) = category { input type="hidden" name="category" value=(category); }
            button.button data-kind="primary" data-size="large" { (place.t("portal.articles.find")) }
        }
    }
}

/// Articles, each with its summary.
pub(super) fn list(place: &Place, articles: &[ArticleLine]) -> Markup {
    html! {
        ul.portal-list {
            @for article in articles {
                li lang=[(article.locale() != place.locale).then(|| article.locale().code())] {
                    a href=(place.path(&format!("/articles/{}", article.key()))) { (article.title) }
                    @if let Some(summary) = &article.summary { p { (summary) } }
                }
            }
        }
    }
}

fn category_tree(place: &Place, categories: &[Category], current: Option<Uuid>) -> Markup {
    html! {
        nav.portal-tree aria-label=(place.t("portal.home.categories")) {
            a href=(place.path("/articles")) aria-current=[current.is_none().then_some("page")] { (place.t("portal.articles.all")) }
            (branch(place, categories, None, current, 0))
        }
    }
}

/// Deepest level of categories that is shown.
const DEEPEST: u8 = 6;

fn branch(place: &Place, all: &[Category], parent: Option<Uuid>, current: Option<Uuid>, depth: u8) -> Markup {
    let below: Vec<&Category> =
        all.iter().filter(|category| category.parent_id == parent && category.articles > 0).collect();
    html! {
        @if !below.is_empty() && depth < DEEPEST {
            ul {
                @for category in below {
                    li {
                        a href=(place.path(&format!("/articles?category={}", category.id)))
                            aria-current=[(current == Some(category.id)).then_some("page")] {
                            span lang=[tongue(place, &category.name)] { (category.name) } span.meta { (category.articles) }
                        }
                        (branch(place, all, Some(category.id), current, depth + 1))
                    }
                }
            }
        }
    }
}

/// A part of the form's page: articles that may answer what is being typed.
pub(super) async fn suggest(place: Place, Query(wanted): Query<Wanted>) -> Response {
    let found = place.store.portal_suggestions(&place.portal, place.locale, &wanted.words()).await;
    place.answer(found.map(|found| html_answer(StatusCode::OK, suggested(&place, &found))))
}

fn suggested(place: &Place, found: &[ArticleLine]) -> Markup {
    html! {
        @if !found.is_empty() {
            h2 { (place.t("portal.new.suggested")) }
            (list(place, found))
        }
    }
}

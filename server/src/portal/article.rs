//! One public article, and what readers think of it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::Error;
use shared::i18n::{Locale, translate};
use store::portal::{Article, ArticleLine};
use uuid::Uuid;

use super::articles::list;
use super::files::file_list;
use super::filled::Filled;
use super::layout::{Head, page, trail};
use super::place::Place;
use super::query::Query;
use crate::request::cookie;

/// Name of the cookie that tells one reader's browser from others, for votes alone.
const READER: &str = "gx_reader";
/// It is kept for a year.
const READER_AGE: u32 = 365 * 24 * 60 * 60;
/// Longest answer told to search engines, in characters.
const TOLD: usize = 2_000;

/// What an address says besides which article it is.
#[derive(Default, Deserialize)]
pub(super) struct Aside {
    voted: Option<String>,
}

pub(super) async fn article(
    mut place: Place,
    Path((_, key)): Path<(String, String)>,
    Query(aside): Query<Aside>,
) -> Response {
    let found = place.store.portal_article(&place.portal, &key).await;
    let response = found.map(|article| {
        place.locale = framed_in(&place, &article);
        match article.translations.iter().find(|other| place.chose && other.locale() == place.locale) {
            Some(other) => place.go(&address(other)),
            None if !article.line.key().eq_ignore_ascii_case(&key) => {
                Redirect::permanent(&place.path(&address(&article.line))).into_response()
            }
            None => whole(&place, &article, aside.voted.is_some()),
        }
    });
    place.answer(response)
}

/// Whoever chose no language has the frame in the article's, whatever their browser prefers: one address, one page.
fn framed_in(place: &Place, article: &Article) -> Locale {
    place.chosen.unwrap_or_else(|| article.line.locale())
}

/// Where an article stands, below the portal's address.
fn address(line: &ArticleLine) -> String {
    format!("/articles/{}", line.key())
}

/// The language of an article's own text, where the frame around it speaks another.
fn own_language(place: &Place, line: &ArticleLine) -> Option<&'static str> {
    (line.locale() != place.locale).then(|| line.locale().code())
}

fn whole(place: &Place, article: &Article, voted: bool) -> Response {
    let line = &article.line;
    let (rest, lang) = (address(line), own_language(place, line));
    let mut steps = vec![(place.path("/articles"), place.t("portal.nav.articles"))];
    let category = |(id, name): &(Uuid, String)| (place.path(&format!("/articles?category={id}")), name.clone());
    steps.extend(article.trail.iter().map(category));
    let body = html! {
        article.portal-article {
            (trail(place, &steps))
            h1 lang=[lang] { (line.title) }
            p.meta {
                (place.t("portal.article.updated")) " " (place.day(line.updated_at))
                @for other in &article.translations { " · " (translation(place, other)) }
            }
            @if let Some(summary) = &line.summary { p.portal-summary lang=[lang] { (summary) } }
            div.prose lang=[lang] { (PreEscaped(&article.content)) }
            (file_list(place, article.files.iter().filter(|file| !file.inline)))
            (vote_box(place, &rest, voted))
        }
        @if !article.related.is_empty() {
            section {
                h2 { (place.t("portal.article.related")) }
                (list(place, &article.related))
            }
        }
        section.portal-card {
            h2 { (place.t("portal.article.still")) }
            p.actions { a.button data-kind="secondary" href=(place.path("/new")) { (place.t("portal.home.ask")) } }
        }
    };
    let own = std::iter::once((line.locale(), place.link(&rest)));
    let others = article.translations.iter().map(|other| (other.locale(), place.link(&address(other))));
    let described = line.summary.clone().unwrap_or_else(|| first(&article.text, 160));
    let head = Head {
        title: &line.title,
        description: Some(&described),
        canonical: Some(rest.clone()),
        alternates: own.chain(others).collect(),
        facts: Some(facts(place, article, &rest)),
    };
    page(place, StatusCode::OK, head, body)
}

/// The first so many characters, as one line.
fn first(text: &str, most: usize) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(most).collect()
}

/// The article in the words of schema.org; a title that asks is a question with its answer besides.
fn facts(place: &Place, article: &Article, rest: &str) -> Value {
    let line = &article.line;
    let told = first(&article.text, TOLD);
    let mut graph = vec![json!({
        "@type": "Article", "headline": line.title, "inLanguage": line.locale().code(), "url": place.link(rest),
        "datePublished": line.published_at, "dateModified": line.updated_at, "description": line.summary,
        "keywords": article.keywords, "publisher": {"@type": "Organization", "name": place.portal.name},
    })];
    if line.title.trim_end().ends_with(['?', '\u{ff1f}']) {
        graph.push(json!({
            "@type": "FAQPage", "inLanguage": line.locale().code(),
            "mainEntity": [{"@type": "Question", "name": line.title,
                            "acceptedAnswer": {"@type": "Answer", "text": told}}],
        }));
    }
    json!({"@context": "https://schema.org", "@graph": graph})
}

/// The way to the same in another language, said in that one: whoever needs it may read no other.
fn translation(place: &Place, other: &ArticleLine) -> Markup {
    let (locale, code) = (other.locale(), other.locale().code());
    html! {
        a href=(place.path(&address(other))) hreflang=(code) lang=(code) {
            (translate(locale, "portal.article.other_language", &[]))
        }
    }
}

fn vote_box(place: &Place, rest: &str, voted: bool) -> Markup {
    html! {
        form.portal-vote id="vote" method="post" action=(place.path(&format!("{rest}/vote"))) {
            @if voted {
                p role="status" { (place.t("portal.article.thanks")) }
            } @else {
                p id="vote-question" { (place.t("portal.article.helpful")) }
                div.actions role="group" aria-labelledby="vote-question" {
                    button.button data-kind="secondary" name="helpful" value="yes" { (place.t("ui.word.yes")) }
                    button.button data-kind="secondary" name="helpful" value="no" { (place.t("ui.word.no")) }
                }
            }
        }
    }
}

pub(super) async fn vote(mut place: Place, Path((_, key)): Path<(String, String)>, filled: Filled) -> Response {
    let result = voted(&mut place, &key, &filled).await;
    place.answer(result)
}

async fn voted(place: &mut Place, key: &str, filled: &Filled) -> Result<Response, Error> {
    let article = place.store.portal_article(&place.portal, key).await?;
    // What goes wrong is said on the article's page.
    place.locale = framed_in(place, &article);
    let helpful = match filled.text("helpful") {
        "yes" => true,
        "no" => false,
        _ => return Err(Error::invalid("helpful", "choice")),
    };
    let known = cookie(&place.headers, READER).and_then(|reader| reader.parse::<Uuid>().ok());
    let reader = known.unwrap_or_else(Uuid::now_v7);
    let vote = (reader.to_string(), helpful);
    place.store.portal_vote(&place.portal, article.line.id, (&vote.0, vote.1), &place.client).await?;
    let mut response = place.go(&format!("/articles/{}?voted=1#vote", article.line.key()));
    place.set_cookie(&mut response, READER, &reader.to_string(), READER_AGE);
    Ok(response)
}

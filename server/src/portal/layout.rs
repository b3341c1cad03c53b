//! The frame around every public page.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;
use shared::i18n::Locale;

use super::answer::html_answer;
use super::place::Place;

/// What a page says about itself to browsers and search engines.
#[derive(Default)]
pub(super) struct Head<'p> {
    pub(super) title: &'p str,
    pub(super) description: Option<&'p str>,
    /// Where it stands, below the portal's address; `None` keeps search engines away.
    pub(super) canonical: Option<String>,
    /// The same in other languages, by full address.
    pub(super) alternates: Vec<(Locale, String)>,
    /// What it says in the words of schema.org.
    pub(super) facts: Option<Value>,
}

impl<'p> Head<'p> {
    /// A page that is nobody's business but the visitor's.
    pub(super) fn hidden(title: &'p str) -> Self {
        Self { title, ..Self::default() }
    }
}

/// A whole page.
pub(super) fn page(place: &Place, status: StatusCode, head: Head<'_>, body: Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang=(place.locale.code()) data-theme=(place.theme) {
            (head_of(place, &head))
            body.portal data-offline=(place.t("portal.form.no_connection")) data-failed=(place.t("portal.form.failed")) {
                a.skip-link href="#main" { (place.t("portal.skip")) }
                (top(place))
                main.portal-wide id="main" { (body) }
                (foot(place))
            }
        }
    };
    html_answer(status, markup)
}

fn head_of(place: &Place, head: &Head<'_>) -> Markup {
    let title = format!("{} · {}", head.title, place.portal.name);
    let assets = &place.site.assets.portal;
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
            meta name="color-scheme" content="light dark";
            title { (title) }
            @if let Some(description) = head.description { meta name="description" content=(description); }
            @match &head.canonical {
                Some(rest) => { link rel="canonical" href=(place.link(rest)); }
                None => { meta name="robots" content="noindex"; }
            }
            @for (locale, address) in &head.alternates {
                link rel="alternate" hreflang=(locale.code()) href=(address);
            }
            link rel="stylesheet" href=(assets.css);
            script type="module" src=(assets.js) {}
            link rel="icon" href="/icon.svg" type="image/svg+xml";
            @if let Some(facts) = &head.facts {
                script type="application/ld+json" { (facts_text(facts)) }
            }
        }
    }
}

/// JSON that no text in it can end.
fn facts_text(facts: &Value) -> PreEscaped<String> {
    PreEscaped(facts.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"))
}

fn top(place: &Place) -> Markup {
    let link = |rest: &str, key: &str| {
        let path = place.path(rest);
        let is_here = place.here == path
            || place.here.starts_with(&format!("{path}/"))
            || place.here.starts_with(&format!("{path}?"));
        html! { a href=(path) aria-current=[is_here.then_some("page")] { (place.t(key)) } }
    };
    html! {
        header.portal-top {
            div.portal-wide {
                a.portal-brand href=(place.path("")) { (place.portal.name) }
                nav aria-label=(place.t("portal.nav.label")) {
                    (link("/articles", "portal.nav.articles"))
                    (link("/new", "portal.nav.new"))
                    (link("/tickets", "portal.nav.tickets"))
                }
            }
        }
    }
}

fn foot(place: &Place) -> Markup {
    let joint = if place.here.contains('?') { '&' } else { '?' };
    html! {
        footer.portal-foot {
            div.portal-wide {
                @if place.languages.len() > 1 {
                    nav aria-label=(place.t("portal.nav.language")) {
                        @for locale in place.languages.iter().copied() {
                            a href={ (place.here) (joint) "lang=" (locale.code()) } lang=(locale.code()) hreflang=(locale.code())
                                aria-current=[(locale == place.locale).then_some("true")] { (language(locale)) }
                        }
                    }
                }
                @if let Some(visitor) = &place.visitor {
                    form method="post" action=(place.path("/sign-out")) {
                        span.muted { (place.t_with("portal.signed_in_as", &[("email", &visitor.email)])) }
                        button.button data-kind="ghost" data-size="small" { (place.t("portal.sign_out")) }
                    }
                }
            }
        }
    }
}

/// A language in its own words.
fn language(locale: Locale) -> &'static str {
    match locale {
        Locale::ZhCn => "简体中文",
        Locale::En => "English",
    }
}

/// The language of a name that the organisation gave, where it is plainly another than the page's: what reads pages aloud needs
/// to know.
pub(super) fn tongue(place: &Place, name: &str) -> Option<&'static str> {
    let is_chinese = name.chars().any(|sign| ('\u{4e00}'..='\u{9fff}').contains(&sign));
    (is_chinese && place.locale != Locale::ZhCn).then(|| Locale::ZhCn.code())
}

/// Where a page stands among those above it.
pub(super) fn trail(place: &Place, steps: &[(String, String)]) -> Markup {
    html! {
        nav.portal-trail aria-label=(place.t("portal.nav.trail")) {
            ol {
                @for (path, name) in steps { li lang=[tongue(place, name)] { a href=(path) { (name) } } }
            }
        }
    }
}

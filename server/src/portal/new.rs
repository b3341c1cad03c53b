//! Writing in: the form, and what comes of it.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use shared::Error;
use shared::i18n::choice_label;
use shared::record::Kind;
use shared::types::{TICKET, TICKET_KINDS};
use store::portal::{Category, Choices, LONGEST_TEXT, Made, NewTicket};

use super::fields::{Field, Problems};
use super::files::{file_field, with_files};
use super::filled::Filled;
use super::guard::guards;
use super::layout::{Head, trail};
use super::place::Place;
use super::query::Query;
use super::words::words;

/// The fields that the form shows.
const SHOWN: &[&str] = &[
    "requester_name",
    "requester_email",
    "subject",
    "kind",
    "category_id",
    "queue_id",
    "product_id",
    "order_number",
    "description",
    "files",
];

/// What the address of the form says.
#[derive(Default, Deserialize)]
pub(super) struct Sent {
    sent: Option<String>,
}

pub(super) async fn page(place: Place, Query(sent): Query<Sent>) -> Response {
    let result = match &sent.sent {
        Some(number) => confirmation(&place, number).await,
        None => form(&place, &Filled::default(), &Problems::default()).await,
    };
    place.answer(result)
}

pub(super) async fn ask(place: Place, filled: Filled) -> Response {
    let result = match make(&place, &filled).await {
        Ok(made) => Ok(place.go(&format!("/new?sent={}", made.number))),
        Err(error) => match Problems::of(error) {
            Ok(problems) => form(&place, &filled, &problems).await,
            Err(error) => Err(error),
        },
    };
    place.answer(result)
}

async fn make(place: &Place, filled: &Filled) -> Result<Made, Error> {
    let id = filled.made_by_hand(&place.store, true).await?;
    let text = |name: &str| filled.text(name).to_owned();
    let new = NewTicket {
        id,
        name: text("requester_name"),
        email: text("requester_email"),
        subject: text("subject"),
        kind: text("kind"),
        category_id: filled.id("category_id")?,
        queue_id: filled.id("queue_id")?,
        product_id: filled.id("product_id")?,
        order_number: text("order_number"),
        text: text("description"),
        locale: place.locale,
    };
    let made = place.store.portal_ask(&place.portal, place.visitor.as_ref(), &new, &place.client);
    with_files(place, &filled.files, made).await
}

/// Numbers are what the store makes: an address that somebody made up says nothing.
async fn confirmation(place: &Place, number: &str) -> Result<Response, Error> {
    let next = match (place.answers_by_mail().await?, place.outgoing.reaches()) {
        (true, true) => "portal.new.next",
        (true, false) => "portal.new.next_mailed",
        (false, true) => "portal.new.next_sign_in",
        (false, false) => "portal.new.next_without_mail",
    };
    let can_follow = place.outgoing.reaches() || place.visitor.is_some();
    let shown: String = number.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let title = place.t("portal.new.sent");
    let body = html! {
        section.portal-card.narrow {
            h1 { (title) }
            p { (place.t("portal.new.number")) " " strong.num { (shown) } }
            p { (place.t(next)) }
            p.actions {
                @if can_follow {
                    a.button data-kind="primary" href=(place.path("/tickets")) { (place.t("portal.nav.tickets")) }
                }
                a.button data-kind="secondary" href=(place.path("")) { (place.t("portal.home.back")) }
            }
        }
    };
    Ok(super::layout::page(place, StatusCode::OK, Head::hidden(&title), body))
}

async fn form(place: &Place, filled: &Filled, problems: &Problems) -> Result<Response, Error> {
    let choices = place.store.portal_choices(&place.portal).await?;
    let categories = place.store.portal_categories(&place.portal).await?;
    let stamp = filled.stamp(&place.store, problems).await?;
    let hint = email_hint(place).await?;
    let refused = place.store.refused_endings(place.portal.org_id).await?;
    let title = place.t("portal.new.title");
    let body = html! {
        div.narrow {
            (trail(place, &[(place.path(""), place.t("portal.home.crumb"))]))
            h1 { (title) }
            form.portal-form method="post" enctype="multipart/form-data" action=(place.path("/new"))
                data-words=(words(place, "portal.form.offline")) data-suggest=(place.path("/suggest")) data-keep {
                (problems.summary(place, SHOWN))
                (who(place, filled, problems, hint))
                (what(place, filled, problems, (&choices, &categories, &refused)))
                (guards(place, &stamp))
                p.actions { button.button data-kind="primary" data-size="large" { (place.t("portal.new.send")) } }
            }
        }
    };
    let head = Head { title: &title, canonical: Some("/new".to_owned()), ..Head::default() };
    let status = if problems.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(super::layout::page(place, status, head, body))
}

/// How long a line a field of tickets takes.
fn longest(name: &str) -> Option<usize> {
    match TICKET.field(name)?.kind {
        Kind::Text(most) => Some(usize::from(most)),
        _ => None,
    }
}

/// What becomes of the address: nothing is promised that can't be kept.
async fn email_hint(place: &Place) -> Result<String, Error> {
    let key = match (place.answers_by_mail().await?, place.outgoing.reaches()) {
        (true, _) => "portal.new.email_hint",
        (false, true) => "portal.new.email_hint_sign_in",
        (false, false) => "portal.new.email_hint_without_mail",
    };
    Ok(place.t(key))
}

fn who(place: &Place, filled: &Filled, problems: &Problems, email_hint: String) -> Markup {
    html! {
        @match &place.visitor {
            Some(visitor) => { p.muted { (place.t_with("portal.new.as", &[("email", &visitor.email)])) } }
            None => {
                (Field::new("requester_name", place.t("portal.new.name")).at_most(longest("requester_name"))
                    .line(place, problems, filled.text("requester_name"), ("text", "name")))
                (Field::new("requester_email", place.t("portal.new.email")).required().hint(email_hint)
                    .line(place, problems, filled.text("requester_email"), ("email", "email")))
            }
        }
    }
}

fn what(
    place: &Place,
    filled: &Filled,
    problems: &Problems,
    (choices, categories, refused): (&Choices, &[Category], &[String]),
) -> Markup {
    let kinds: Vec<(String, String)> = TICKET_KINDS
        .iter()
        .map(|kind| ((*kind).to_owned(), choice_label(place.locale, &TICKET, "kind", kind)))
        .collect();
    let queues: Vec<(String, String)> =
        choices.queues.iter().map(|(id, name, _)| (id.to_string(), name.clone())).collect();
    let products: Vec<(String, String)> =
        choices.products.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
    let categories: Vec<(String, String)> =
        categories.iter().map(|category| (category.id.to_string(), full_name(categories, category))).collect();
    let none = || Some(place.t("portal.new.none"));
    let choice = |name: &'static str, label: &str, options: &[(String, String)]| {
        html! {
            @if !options.is_empty() {
                (Field::new(name, place.t(label)).choice(place, problems, (filled.text(name), none()), options))
            }
        }
    };
    html! {
        (Field::new("subject", place.t("portal.new.subject")).required().at_most(longest("subject"))
            .line(place, problems, filled.text("subject"), ("text", "off")))
        div.portal-suggestions data-suggestions aria-live="polite" {}
        (Field::new("description", place.t("portal.new.text")).required().at_most(Some(LONGEST_TEXT))
            .area(place, problems, filled.text("description")))
        (file_field(place, problems, &filled.chosen, refused))
        div.portal-pair {
            (Field::new("kind", place.t("portal.new.kind")).choice(place, problems, (filled.text("kind"), None), &kinds))
            (choice("category_id", "portal.new.category", &categories))
            (choice("queue_id", "portal.new.queue", &queues))
            (choice("product_id", "portal.new.product", &products))
            (Field::new("order_number", place.t("portal.new.order")).at_most(longest("order_number"))
                .line(place, problems, filled.text("order_number"), ("text", "off")))
        }
    }
}

/// A category with those above it, the widest first.
fn full_name(all: &[Category], category: &Category) -> String {
    let mut names = vec![category.name.as_str()];
    let mut above = category.parent_id;
    while let Some(parent) = above.and_then(|id| all.iter().find(|other| other.id == id)).filter(|_| names.len() < 8) {
        names.push(&parent.name);
        above = parent.parent_id;
    }
    names.reverse();
    names.join(" › ")
}

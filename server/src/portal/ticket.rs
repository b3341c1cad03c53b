//! One of a customer's own tickets: the conversation, and what they can do.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, PreEscaped, html};
use shared::Error;
use shared::i18n::choice_label;
use shared::post::{SAYS_NOTHING, with_named_folds};
use shared::types::TICKET;
use store::portal::{LONGEST_TEXT, Made, OwnTicket, PublicMessage};

use super::answer::html_answer;
use super::fields::{Field, Problems};
use super::files::{file_field, file_list, with_files};
use super::filled::Filled;
use super::guard::guards;
use super::layout::{Head, page, trail};
use super::led::plain;
use super::place::Place;
use super::tickets::status;
use super::words::words;

/// What the address names: whose pages, which ticket.
type Numbered = Path<(String, String)>;

pub(super) async fn ticket(place: Place, Path((_, number)): Numbered) -> Response {
    place.answer(whole(&place, &number, &Filled::default(), &Problems::default()).await)
}

async fn whole(place: &Place, number: &str, filled: &Filled, problems: &Problems) -> Result<Response, Error> {
    let visitor = place.signed_in()?;
    let ticket = place.store.portal_ticket(&place.portal, visitor, number).await?;
    // Another number than the one asked for: it was merged into this one.
    if problems.is_none() && !ticket.line.number.eq_ignore_ascii_case(number) {
        return Ok(place.go(&format!("/tickets/{}", plain(&ticket.line.number))));
    }
    let stamp = filled.stamp(&place.store, problems).await?;
    let refused = place.store.refused_endings(place.portal.org_id).await?;
    let path = place.path(&format!("/tickets/{}", ticket.line.number));
    let body = html! {
        div.narrow data-live=(format!("{path}/events")) data-part=(format!("{path}/conversation")) {
            (trail(place, &[(place.path("/tickets"), place.t("portal.nav.tickets"))]))
            div data-fresh aria-live="polite" { (fresh(place, &ticket)) }
            (answer_form(place, &ticket, (filled, problems), (&stamp, &refused)))
        }
    };
    let status = if problems.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page(place, status, Head::hidden(&ticket.line.subject), body))
}

/// The part of the page that others change; the script fetches it anew, while what is being typed stays.
pub(super) async fn conversation(place: Place, Path((_, number)): Numbered) -> Response {
    let found = match place.signed_in() {
        Ok(visitor) => place.store.portal_ticket(&place.portal, visitor, &number).await,
        Err(error) => Err(error),
    };
    // To the script, which could do nothing with a page to sign in on.
    match found {
        Err(error @ (Error::Unauthenticated | Error::NotFound)) => {
            html_answer(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::NOT_FOUND), html! {})
        }
        found => place.answer(found.map(|ticket| html_answer(StatusCode::OK, fresh(&place, &ticket)))),
    }
}

fn fresh(place: &Place, ticket: &OwnTicket) -> Markup {
    html! {
        (head(place, ticket))
        ol.portal-said {
            @for message in &ticket.messages { (said(place, message)) }
        }
        (acts(place, ticket))
    }
}

fn head(place: &Place, ticket: &OwnTicket) -> Markup {
    let fact = |key: &str, value: &Option<String>| {
        html! {
            @if let Some(value) = value { div { dt { (place.t(key)) } dd { (value) } } }
        }
    };
    html! {
        h1 { (ticket.line.subject) }
        p.meta {
            (status(place, &ticket.line.status)) " " span.num { (ticket.line.number) } " · "
            (choice_label(place.locale, &TICKET, "kind", &ticket.kind)) " · " (place.time(ticket.line.created_at))
        }
        dl.portal-facts {
            (fact("portal.new.category", &ticket.category))
            (fact("portal.new.product", &ticket.product))
            (fact("portal.new.order", &ticket.order_number))
        }
        @if let Some(parent) = &ticket.parent {
            p { (place.t("portal.ticket.goes_on")) " " a href=(place.path(&format!("/tickets/{parent}"))) { (parent) } }
        }
    }
}

fn said(place: &Place, message: &PublicMessage) -> Markup {
    let author = message.author.clone().unwrap_or_else(|| place.portal.name.clone());
    html! {
        li id=(message.id) data-own[message.inbound] {
            p.portal-author {
                b { @if message.inbound { (place.t("portal.ticket.you")) } @else { (author) } }
                " " span.meta { (place.time(message.said_at)) }
            }
            @if message.content == SAYS_NOTHING {
                p.muted { (place.t("mail.says_nothing")) }
            } @else {
                div.prose { (PreEscaped(with_named_folds(&message.content, place.locale))) }
            }
            @for line in message.missing.told(place.locale) { p.meta { (line) } }
            (file_list(place, message.files.iter()))
        }
    }
}

/// What can be done besides writing.
fn acts(place: &Place, ticket: &OwnTicket) -> Markup {
    let act = |act: &str, key: &str| {
        html! {
            form method="post" action=(place.path(&format!("/tickets/{}/{act}", ticket.line.number))) {
                button.button data-kind="secondary" { (place.t(key)) }
            }
        }
    };
    html! {
        div.actions {
            @match ticket.line.status.as_str() {
                "closed" => { p.muted { (place.t("portal.ticket.closed")) } }
                "solved" => {
                    p.muted { (place.t("portal.ticket.solved")) }
                    (act("reopen", "portal.ticket.reopen"))
                }
                _ => { (act("solve", "portal.ticket.solve")) }
            }
            @if matches!(ticket.line.status.as_str(), "solved" | "closed") {
                @if let Some(score) = ticket.satisfaction {
                    p.muted { (place.t_with("portal.ticket.rated", &[("score", &score.to_string())])) }
                }
                @if ticket.may_rate {
                    (act("rate", if ticket.satisfaction.is_some() { "portal.ticket.rate_again" } else { "portal.ticket.rate" }))
                }
            }
        }
    }
}

fn answer_form(
    place: &Place,
    ticket: &OwnTicket,
    (filled, problems): (&Filled, &Problems),
    (stamp, refused): (&str, &[String]),
) -> Markup {
    let label = if ticket.line.status == "closed" { "portal.ticket.write_anew" } else { "portal.ticket.write" };
    html! {
        form.portal-form method="post" enctype="multipart/form-data"
            action=(place.path(&format!("/tickets/{}/reply", ticket.line.number)))
            data-words=(words(place, "portal.form.offline")) data-keep {
            (problems.summary(place, &["content", "files"]))
            (Field::new("content", place.t(label)).required().at_most(Some(LONGEST_TEXT))
                .area(place, problems, filled.text("content")))
            (file_field(place, problems, &filled.chosen, refused))
            (guards(place, stamp))
            p.actions { button.button data-kind="primary" { (place.t("portal.ticket.send")) } }
        }
    }
}

pub(super) async fn reply(place: Place, Path((_, number)): Numbered, filled: Filled) -> Response {
    let result = match write(&place, &number, &filled).await {
        Ok(made) => Ok(place.go(&format!("/tickets/{}#{}", made.number, made.message_id))),
        Err(error) => match Problems::of(error) {
            Ok(problems) => whole(&place, &number, &filled, &problems).await,
            Err(error) => Err(error),
        },
    };
    place.answer(result)
}

async fn write(place: &Place, number: &str, filled: &Filled) -> Result<Made, Error> {
    let visitor = place.signed_in()?;
    let id = filled.made_by_hand(&place.store, true).await?;
    let said = (id, filled.text("content"));
    let made = place.store.portal_reply(&place.portal, visitor, number, said, &place.client);
    with_files(place, &filled.files, made).await
}

pub(super) async fn solve(place: Place, Path((_, number)): Numbered) -> Response {
    let done = match place.signed_in() {
        Ok(visitor) => place.store.portal_solve(&place.portal, visitor, &number).await,
        Err(error) => Err(error),
    };
    place.answer(done.map(|()| place.go(&format!("/tickets/{}", plain(&number)))))
}

pub(super) async fn reopen(place: Place, Path((_, number)): Numbered) -> Response {
    let done = match place.signed_in() {
        Ok(visitor) => place.store.portal_reopen(&place.portal, visitor, &number).await,
        Err(error) => Err(error),
    };
    // To where one writes what is still wrong.
    place.answer(done.map(|()| place.go(&format!("/tickets/{}#content", plain(&number)))))
}

pub(super) async fn rate(place: Place, Path((_, number)): Numbered) -> Response {
    let token = match place.signed_in() {
        Ok(visitor) => place.store.portal_rating(&place.portal, visitor, &number).await,
        Err(error) => Err(error),
    };
    place.answer(token.and_then(|token| {
        let token = token.ok_or(Error::NotFound)?;
        Ok(place.go(&format!("/survey/{token}")))
    }))
}

//! Getting in by a mailed link.

use app::api::outgoing::Letter;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;
use shared::{Error, i18n};

use super::fields::{Field, Problems};
use super::filled::Filled;
use super::layout::{Head, page as whole};
use super::letter;
use super::place::{Place, WANTED, session_cookie};
use super::query::Query;
use super::words::words;

/// A session lasts so long, in seconds; the database holds to it by itself (`migrations/0031_portal.sql`).
const SESSION_AGE: u32 = 14 * 24 * 60 * 60;

/// What a link says.
#[derive(Default, Deserialize)]
pub(super) struct Link {
    token: Option<String>,
    sent: Option<String>,
}

pub(super) async fn page(place: Place, Query(link): Query<Link>) -> Response {
    let result = match (&link.token, link.sent.is_some(), place.visitor.is_some()) {
        (Some(token), ..) => confirm(&place, token).await,
        (None, true, _) if place.outgoing.reaches() => Ok(sent(&place)),
        (None, _, true) => Ok(place.go("/tickets")),
        (None, _, false) => Ok(form(&place, "", &Problems::default())),
    };
    place.answer(result)
}

fn form(place: &Place, email: &str, problems: &Problems) -> Response {
    let title = place.t("portal.sign_in.title");
    let body = html! {
        section.portal-card.narrow {
            h1 { (title) }
            @if place.outgoing.reaches() {
                p { (place.t("portal.sign_in.text")) }
                form.portal-form method="post" action=(place.path("/sign-in"))
                    data-words=(words(place, "portal.sign_in.offline")) {
                    (problems.summary(place, &["email"]))
                    (Field::new("email", place.t("portal.new.email")).required().line(place, problems, email, ("email", "email")))
                    p.actions { button.button data-kind="primary" data-size="large" { (place.t("portal.sign_in.send")) } }
                }
            } @else {
                (problems.summary(place, &[]))
                p.portal-notice role="note" { (place.t("portal.sign_in.no_mail")) }
                p.actions { a.button data-kind="primary" href=(place.path("/new")) { (place.t("portal.nav.new")) } }
            }
        }
    };
    let status = if problems.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    whole(place, status, Head::hidden(&title), body)
}

fn sent(place: &Place) -> Response {
    let title = place.t("portal.sign_in.sent");
    let body = html! {
        section.portal-card.narrow {
            h1 { (title) }
            p role="status" { (place.t("portal.sign_in.sent_text")) }
            p.actions { a.button data-kind="secondary" href=(place.path("/sign-in")) { (place.t("portal.sign_in.again")) } }
        }
    };
    whole(place, StatusCode::OK, Head::hidden(&title), body)
}

/// Programs that look into mails follow links, but press no buttons: only that uses the link up.
async fn confirm(place: &Place, token: &str) -> Result<Response, Error> {
    let title = place.t("portal.sign_in.title");
    let body = match place.store.portal_link(&place.portal, token).await {
        Ok(visitor) => html! {
            section.portal-card.narrow {
                h1 { (title) }
                p { (place.t_with("portal.sign_in.confirm", &[("email", &visitor.email)])) }
                form.portal-form method="post" action=(place.path("/session")) {
                    input type="hidden" name="token" value=(token);
                    p.actions { button.button data-kind="primary" data-size="large" { (place.t("portal.sign_in.enter")) } }
                }
            }
        },
        Err(error @ Error::Invalid { .. }) => return Ok(form(place, "", &Problems::of(error)?)),
        Err(error) => return Err(error),
    };
    Ok(whole(place, StatusCode::OK, Head::hidden(&title), body))
}

/// Mails a link to whoever has that address. The answer, and how long it takes, is the same for every address: it depends on how
/// often a link was asked for, not on who is known.
pub(super) async fn ask(place: Place, filled: Filled) -> Response {
    if !place.outgoing.reaches() {
        return place.answer(Ok(form(&place, "", &Problems::default())));
    }
    let email = filled.text("email").to_owned();
    let request = match place.store.count_portal_link(&place.portal, &email, &place.client).await {
        Ok(request) => request,
        Err(error) => {
            let refused = Problems::of(error).map(|problems| form(&place, &email, &problems));
            return place.answer(refused);
        }
    };
    let response = place.answer(Ok(place.go("/sign-in?sent=1")));
    tokio::spawn(async move {
        match place.store.request_portal_link(&place.portal, request).await {
            Ok(Some(mail)) => place.outgoing.send(mailed(&place, &mail)),
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "a link to a customer's tickets could not be prepared"),
        }
    });
    response
}

fn mailed(place: &Place, mail: &store::portal::LinkMail) -> Letter {
    let link = place.link(&format!("/sign-in?token={}", mail.token.expose()));
    let part = |key: &str, link: &str| {
        i18n::translate(place.locale, key, &[("organisation", place.portal.name.as_str()), ("link", link)])
    };
    let pressed = letter::button(&link, &place.t("portal.mail.link_open"));
    Letter {
        to: mail.to.clone(),
        subject: part("portal.mail.link_subject", &link),
        text: part("portal.mail.link_text", &link),
        html: Some(letter::letter(place.locale, &part("portal.mail.link_text", letter::PLACE), &pressed)),
        ..Letter::default()
    }
}

pub(super) async fn redeem(place: Place, filled: Filled) -> Response {
    let result = match place.store.redeem_portal_link(&place.portal, filled.text("token")).await {
        Ok(session) => {
            let wanted = place.wanted();
            let mut response = match &wanted {
                Some(ticket) => Redirect::to(ticket).into_response(),
                None => place.go("/tickets"),
            };
            if wanted.is_some() {
                place.set_cookie(&mut response, WANTED, "", 0);
            }
            let name = session_cookie(place.outgoing.is_secure());
            place.set_cookie(&mut response, name, session.expose(), SESSION_AGE);
            end_former(&place).await.map(|()| response)
        }
        Err(error) => Problems::of(error).map(|problems| form(&place, "", &problems)),
    };
    place.answer(result)
}

/// The session whose cookie is overwritten ends: nobody could end it by hand any more.
async fn end_former(place: &Place) -> Result<(), Error> {
    match &place.token {
        Some(token) => place.store.portal_sign_out(&place.portal, token).await,
        None => Ok(()),
    }
}

pub(super) async fn sign_out(place: Place) -> Response {
    let result = end_former(&place).await.map(|()| {
        let mut response = place.go("");
        place.set_cookie(&mut response, session_cookie(place.outgoing.is_secure()), "", 0);
        response
    });
    place.answer(result)
}

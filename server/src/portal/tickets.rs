//! The list of a customer's own tickets.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use shared::Error;
use store::portal::TicketLine;

use super::layout::{Head, page};
use super::place::Place;

pub(super) async fn tickets(place: Place) -> Response {
    place.answer(listing(&place).await)
}

async fn listing(place: &Place) -> Result<Response, Error> {
    let visitor = place.signed_in()?;
    let tickets = place.store.portal_tickets(&place.portal, visitor).await?;
    let title = place.t("portal.nav.tickets");
    let body = html! {
        div.portal-head {
            h1 { (title) }
            a.button data-kind="primary" href=(place.path("/new")) { (place.t("portal.home.ask")) }
        }
        @if tickets.is_empty() {
            div.portal-card { p { (place.t("portal.tickets.nothing")) } }
        } @else {
            ul.portal-list.portal-tickets {
                @for ticket in &tickets { (line(place, ticket)) }
            }
        }
    };
    Ok(page(place, StatusCode::OK, Head::hidden(&title), body))
}

fn line(place: &Place, ticket: &TicketLine) -> Markup {
    html! {
        li {
            a href=(place.path(&format!("/tickets/{}", ticket.number))) { (ticket.subject) }
            p.meta {
                (status(place, &ticket.status)) " " span.num { (ticket.number) } " · "
                (place.time(ticket.said_at.unwrap_or(ticket.created_at)))
            }
        }
    }
}

/// What a ticket waits for, in a customer's words: whom else the organisation waits for is not theirs to know.
pub(super) fn status(place: &Place, status: &str) -> Markup {
    let (tone, key) = match status {
        "new" => ("info", "portal.status.new"),
        "waiting_customer" => ("warning", "portal.status.waiting_customer"),
        "solved" => ("success", "portal.status.solved"),
        "closed" => ("neutral", "portal.status.closed"),
        _ => ("info", "portal.status.open"),
    };
    html! { span.badge data-tone=(tone) { (place.t(key)) } }
}

//! Pages for customers, who are no users: help, writing in, their own tickets, surveys.
//!
//! They are plain HTML made here, work without script, and load nothing of the wasm application. Text gets into them
//! through `maud`, which escapes it; the only HTML taken as it is comes from the store, which has made it harmless
//! (`store/src/portal/rich.rs`).

mod answer;
mod article;
mod articles;
mod due;
mod events;
mod fields;
mod files;
mod filled;
mod guard;
mod home;
mod layout;
mod led;
mod letter;
mod new;
mod place;
mod query;
mod questions;
mod robots;
mod sign_in;
mod survey;
mod ticket;
mod tickets;
mod words;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::{any, get, post};
use shared::Error;

use self::place::Place;
use crate::router::AppState;

/// Longest form: what may be written, many times over, and not more.
const LONGEST_FORM: usize = 1 << 20;

/// The addresses of public pages.
pub(crate) fn routes() -> Router<AppState> {
    let plain = Router::new()
        .route("/portal", get(home::only))
        .route("/robots.txt", get(robots::robots))
        .route("/portal/{slug}", get(home::home))
        .route("/portal/{slug}/", get(home::home))
        .route("/portal/{slug}/sitemap.xml", get(robots::site_map))
        .route("/portal/{slug}/articles", get(articles::articles))
        .route("/portal/{slug}/articles/{key}", get(article::article))
        .route("/portal/{slug}/articles/{key}/vote", post(article::vote).get(led::to_article))
        .route("/portal/{slug}/suggest", get(articles::suggest))
        .route("/portal/{slug}/files/{id}", get(files::file))
        .route("/portal/{slug}/sign-in", get(sign_in::page).post(sign_in::ask))
        .route("/portal/{slug}/session", post(sign_in::redeem).get(led::to_sign_in))
        .route("/portal/{slug}/sign-out", post(sign_in::sign_out).get(led::to_start))
        .route("/portal/{slug}/tickets", get(tickets::tickets))
        .route("/portal/{slug}/tickets/{number}", get(ticket::ticket))
        .route("/portal/{slug}/tickets/{number}/conversation", get(ticket::conversation))
        .route("/portal/{slug}/tickets/{number}/events", get(events::events))
        .route("/portal/{slug}/tickets/{number}/solve", post(ticket::solve).get(led::to_ticket))
        .route("/portal/{slug}/tickets/{number}/reopen", post(ticket::reopen).get(led::to_ticket))
        .route("/portal/{slug}/tickets/{number}/rate", post(ticket::rate).get(led::to_ticket))
        .route("/portal/{slug}/survey/{token}", get(survey::asked).post(survey::answer))
        .route("/portal/{slug}/s/{id}", get(survey::public).post(survey::answer_public))
        .route("/portal/{slug}/{*rest}", any(none))
        .layer(DefaultBodyLimit::max(LONGEST_FORM));
    let with_files = Router::new()
        .route("/portal/{slug}/new", get(new::page).post(new::ask))
        .route("/portal/{slug}/tickets/{number}/reply", post(ticket::reply).get(led::to_ticket))
        .layer(DefaultBodyLimit::max(filled::LONGEST));
    plain.merge(with_files)
}

/// An address below a portal's that is none: told so by the portal, not by the application its customers don't know.
async fn none(place: Place) -> Response {
    place.answer(Err(Error::NotFound))
}

//! Saying at once that a colleague has named one in a ticket, wherever in the app one is.

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use shared::Row;
use shared::i18n::translate;
use shared::live::LiveEvent;
use shared::query::Titles;
use uuid::Uuid;

use crate::context::Page;
use crate::live::Live;
use crate::ui::{Toasts, Tone};

/// What was said longer ago is no news; that much the clocks of server and browser may differ too.
const NEWS: TimeDelta = TimeDelta::minutes(2);

/// Listens until the caller is cleaned up.
pub(super) fn listen() {
    let (page, toasts) = (Page::take(), Toasts::take());
    // A message may change later, when its mail leaves or its ticket is merged: it is told of once, and while it is new.
    let told = StoredValue::new(Vec::<Uuid>::new());
    Live::take().listen(move |event| {
        let LiveEvent::Changed { record_type, row, titles, .. } = event else { return };
        if record_type != "ticket_message" || !page.actor().is_some_and(|actor| names(row, actor.user_id)) {
            return;
        }
        if !is_news(row, page.now.get_untracked()) {
            return;
        }
        let Some(ticket) = row.reference("ticket_id").filter(|ticket| !is_open(*ticket)) else { return };
        let is_first = told.try_update_value(|told| {
            let is_first = !told.contains(&row.id);
            if is_first {
                told.push(row.id);
            }
            is_first
        });
        if is_first == Some(true) {
            let link = (format!("/tickets/{ticket}"), page.text_now("live.mention_open"));
            toasts.push_linked(sentence(page, row, titles, ticket), Tone::Info, link);
        }
    });
}

/// Whether somebody else names one in a message.
fn names(row: &Row, me: Uuid) -> bool {
    let id = me.to_string();
    let named = row.value("mention_ids").as_array().is_some_and(|ids| ids.iter().any(|one| one == id.as_str()));
    named && row.reference("created_by") != Some(me) && row.text("archived_at").is_none()
}

/// Whether it was said just now.
fn is_news(row: &Row, now: DateTime<Utc>) -> bool {
    row.datetime("created_at").is_some_and(|made| (now - made).abs() < NEWS)
}

/// Whether one looks at the ticket, and so at what is said there.
fn is_open(ticket: Uuid) -> bool {
    window().location().href().is_ok_and(|href| href.contains(&ticket.to_string()))
}

fn sentence(page: Page, row: &Row, titles: &Titles, ticket: Uuid) -> String {
    // What mail says of itself is kept in one language.
    let by_mail = row.text("notice").map(|_| page.text_now("ui.word.system"));
    let name = by_mail.as_deref().or_else(|| row.text("author_name"));
    // Whom messages are signed by may be hidden, who wrote them not.
    let name = name.or_else(|| titles.get(&row.reference("created_by")?).map(String::as_str)).unwrap_or("…");
    let subject = titles.get(&ticket).map_or("…", String::as_str);
    translate(page.locale.get_untracked(), "live.mentioned", &[("name", name), ("subject", subject)])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_is_told_of_what_others_say_to_one() {
        let (me, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let message = |by: Uuid, named: Uuid, archived: Option<&str>| {
            let values = json!({"created_by": by, "mention_ids": [named], "archived_at": archived});
            Row { id: Uuid::from_u128(9), version: 1, values: values.as_object().cloned().unwrap_or_default() }
        };
        assert!(names(&message(other, me, None), me));
        assert!(!names(&message(me, me, None), me), "what one says oneself");
        assert!(!names(&message(other, other, None), me), "what is said to others");
        assert!(!names(&message(other, me, Some("2026-11-21T08:00:00Z")), me), "what was taken back");
    }

    #[test]
    fn what_was_said_long_ago_is_no_news_when_it_changes() {
        let values = json!({"created_at": "2026-11-21T08:00:00Z", "updated_at": "2026-11-21T09:00:00Z"});
        let row = Row { id: Uuid::nil(), version: 2, values: values.as_object().cloned().unwrap_or_default() };
        let made = row.datetime("created_at").unwrap();
        assert!(is_news(&row, made + TimeDelta::seconds(90)));
        assert!(is_news(&row, made - TimeDelta::seconds(30)), "the page's clock moves on every half minute only");
        assert!(!is_news(&row, made + TimeDelta::hours(1)));
    }
}

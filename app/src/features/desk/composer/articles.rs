//! Answers from the knowledge base, put into what one writes: as they are, or as a link to what customers may read.

use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};
use shared::Row;
use shared::record::rich::escape;

use super::fitting::{Fitting, fitting};
use crate::context::t;
use crate::features::desk::ticket::Ticket;
use crate::ui::{Badge, Button, Dialog, Size, TextInput, Tone};

/// How long typing must rest.
const REST: Duration = Duration::from_millis(200);

pub(super) fn dialog(ticket: Ticket, open: RwSignal<bool>) -> AnyView {
    view! {
        <Dialog open title=t("desk.insert_article") close=t("ui.action.close")>{move || search(ticket, open)}</Dialog>
    }
    .into_any()
}

fn search(ticket: Ticket, open: RwSignal<bool>) -> AnyView {
    let words = RwSignal::new(String::new());
    // With the words that it was found by.
    let found = RwSignal::new(None::<(String, Fitting)>);
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        timer.flatten().inspect(TimeoutHandle::clear);
        let asked = words.get();
        let load = move || {
            spawn_local(async move {
                let articles = fitting(ticket, &asked).await;
                // An answer that other words have overtaken is dropped.
                if words.try_with_untracked(|words| *words == asked) == Some(true) {
                    found.set(Some((asked, articles)));
                }
            });
        };
        set_timeout_with_handle(load, REST).ok()
    });
    let lines = move || match found.get() {
        None => ().into_any(),
        Some((_, articles)) if articles.is_empty() => view! { <p class="muted">{t("list.no_results")}</p> }.into_any(),
        Some((_, articles)) => articles.groups().map(|group| lines_of(ticket, open, group)).collect_view().into_any(),
    };
    let place = NodeRef::<Div>::new();
    let key = move |event: KeyboardEvent| {
        // While one still types, what is listed answers other words.
        let current = found.with_untracked(|found| found.as_ref().is_some_and(|(of, _)| *of == words.get_untracked()));
        if !event.is_composing() && place.get_untracked().is_some_and(|place| walk(&place, &event.key(), current)) {
            event.prevent_default();
        }
    };
    view! {
        <div class="stack" node_ref=place on:keydown=key>
            <TextInput value=words kind="search" icon="search" autofocus=true label=t("desk.search_articles") placeholder=t("desk.search_articles")/>
            {lines}
        </div>
    }
    .into_any()
}

/// Arrows lead from the words through the articles and back; Enter at the words takes the first one.
fn walk(place: &Element, key: &str, current: bool) -> bool {
    let all = |selector: &str| -> Vec<HtmlElement> {
        let Ok(found) = place.query_selector_all(selector) else { return Vec::new() };
        (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
    };
    // The first of each line's.
    let (buttons, words) = (all(".desk-article .button:first-of-type"), all("input"));
    let line = document().active_element().and_then(|active| active.closest(".desk-article").ok().flatten());
    let at = line.and_then(|line| buttons.iter().position(|button| line.contains(Some(button))));
    let to = match (key, at) {
        ("ArrowDown", at) => buttons.get(at.map_or(0, |at| at + 1)),
        ("ArrowUp", Some(at)) => at.checked_sub(1).map_or(words.first(), |before| buttons.get(before)),
        ("Enter", None) if current => {
            buttons.first().inspect(|button| button.click());
            return true;
        }
        _ => return false,
    };
    to.inspect(|to| drop(to.focus()));
    true
}

fn lines_of(ticket: Ticket, open: RwSignal<bool>, (heading, rows): (Option<&'static str>, Vec<Row>)) -> AnyView {
    view! {
        {heading.map(|heading| view! { <h3 class="section-title">{t(heading)}</h3> })}
        <ul class="desk-articles">{rows.into_iter().map(|row| line(ticket, open, row)).collect_view()}</ul>
    }
    .into_any()
}

fn line(ticket: Ticket, open: RwSignal<bool>, row: Row) -> AnyView {
    let title = row.text("title").unwrap_or_default().to_owned();
    let summary = row.text("summary").map(str::to_owned);
    let insert = Callback::new(move |html: String| {
        open.set(false);
        // Once the dialog has given the focus back.
        set_timeout(move || ticket.writing.editor.insert_apart(&html), Duration::from_millis(50));
    });
    let inserts = inserts(ticket, &row, insert);
    view! {
        <li class="desk-article">
            <div>
                <strong>{title}</strong>
                {internal_badge(&row)}
                {summary.map(|summary| view! { <p class="meta">{summary}</p> })}
            </div>
            {inserts}
        </li>
    }
    .into_any()
}

/// Marks an article that only colleagues read.
pub(in crate::features::desk) fn internal_badge(row: &Row) -> Option<AnyView> {
    (!is_public(row))
        .then(|| view! { <Badge tone=Tone::Warning icon="lock">{t("article.visibility.internal")}</Badge> }.into_any())
}

/// Whether customers may read it.
fn is_public(article: &Row) -> bool {
    article.text("visibility") == Some("public")
}

/// Puts an article into the answer: a link where customers may read it, or what it says.
pub(in crate::features::desk) fn inserts(ticket: Ticket, row: &Row, insert: Callback<String>) -> AnyView {
    let article = StoredValue::new(row.clone());
    let is_public = is_public(row);
    let put_in = Callback::new(move |html: String| {
        article.with_value(|row| ticket.writing.note_article(row, &html));
        insert.run(html);
    });
    // What is only for colleagues goes to them; who wants to send it says so.
    let insert_text = move |_| {
        if !is_public {
            ticket.writing.note.set(true);
        }
        put_in.run(article.with_value(|row| row.text("content").unwrap_or_default().to_owned()));
    };
    let link = move || {
        let address = article.with_value(|row| public_address(ticket, row)).filter(|_| is_public)?;
        let title = article.with_value(|row| escape(row.text("title").unwrap_or_default()));
        let link = format!("<a href=\"{}\">{title}</a>&nbsp;", escape(&address));
        Some(view! {
            <Button size=Size::Small icon="link" on_click=move |_| put_in.run(link.clone())>{t("desk.insert_link")}</Button>
        })
    };
    view! {
        <div class="row">
            {link}
            <Button size=Size::Small icon="file-text" on_click=insert_text>{t("desk.insert_text")}</Button>
        </div>
    }
    .into_any()
}

/// Where customers read an article, if there are pages for them; tracked, for on a ticket's own page that is known later.
fn public_address(ticket: Ticket, row: &Row) -> Option<String> {
    let portal = ticket.desk.known(|around| around.found.portal.clone())?;
    let origin = window().location().origin().ok()?;
    let key = row.text("slug").map_or_else(|| row.id.to_string(), str::to_owned);
    Some(format!("{origin}/portal/{portal}/articles/{key}"))
}

//! Writing an answer or a note: rich text with mentions, templates, articles and files, and what changes along with it.

mod articles;
mod draft;
mod files;
mod fitting;
mod sending;
mod solving;
mod suggest;
mod templates;

use std::time::Duration;

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use serde_json::Value;
use shared::format::listed;
use shared::i18n;
use shared::post::AnswerWay;
use shared::types::{MAILED_CHANNELS, QUEUE, TICKET};

pub(super) use self::articles::{inserts as article_inserts, internal_badge};
pub(super) use self::draft::Writing;
use self::files::Attaching;
use self::suggest::{Suggest, list, list_id};
use super::blocked::is_open;
use super::ticket::Ticket;
use crate::context::t;
use crate::record::rich_words;
use crate::ui::{
    Button, ButtonKind, Choice, Icon, Menu, MenuItem, Notice, RichText, Segmented, Size, Switch, Tone, is_save_chord,
};

/// Longer than a press by which it is left.
const PRESS: Duration = Duration::from_millis(300);

/// The composer of a ticket.
#[component]
pub(super) fn Composer(ticket: Ticket) -> impl IntoView {
    let (desk, writing) = (ticket.desk, ticket.writing);
    writing.keep(ticket);
    open_when_asked(ticket);
    let suggest = Suggest::new(ticket);
    let (articles, attaching) = (RwSignal::new(false), Attaching::new());
    let key = move |event: KeyboardEvent| {
        if suggest.key(&event) {
            return true;
        }
        if is_save_chord(&event) {
            writing.send(ticket, None);
            return true;
        }
        if event.key() == "Escape" && !event.is_composing() {
            leave();
            return true;
        }
        false
    };
    let suggesting = Signal::derive(move || {
        let open = !suggest.options.with(Vec::is_empty);
        open.then(|| (list_id(), format!("{}-{}", list_id(), suggest.active.get())))
    });
    let kinds = Signal::derive(move || {
        vec![Choice::new("reply", desk.page.text("desk.reply")), Choice::new("note", desk.page.text("desk.note"))]
    });
    let kind = Signal::derive(move || if writing.note.get() { "note".to_owned() } else { "reply".to_owned() });
    let label = Signal::derive(move || desk.page.text(if writing.note.get() { "desk.note" } else { "desk.reply" }));
    let placeholder =
        Signal::derive(move || desk.page.text(if writing.note.get() { "desk.note_hint" } else { "desk.reply_hint" }));
    let tools = move || tools(suggest, articles, attaching);
    let leaving = RwSignal::new(false);
    view! {
        <section
            class="desk-composer"
            data-note=move || writing.note.get().then_some("")
            aria-label=label
            data-leaving=move || leaving.get().then_some("")
            on:focusout=move |event| {
                suggest.close();
                fold_after_press(leaving, &event);
            }
        >
            {crossed(ticket)}
            <div class="desk-composer-head">
                // The focus stays where it is: out of the text, the composer would fold and move from under the pointer.
                <div class="row" on:mousedown=|event| event.prevent_default()>
                    <Segmented value=kind options=kinds label=t("desk.kind") on_change=move |kind| writing.note.set(kind == "note")/>
                </div>
                <span class="meta truncate" title=move || receivers(ticket)>{move || receivers(ticket)}</span>
            </div>
            {by_mail(ticket)}
            {begun_inside(ticket)}
            <RichText editor=writing.editor words=rich_words() label placeholder tools folding=true suggesting on_key=key on_files=move |files| attaching.take(files)/>
            {list(suggest)}
            {staged(ticket)}
            {files::place(ticket, attaching)}
            {move || writing.error.get().map(|text| view! {
                <p class="field-error" role="alert"><Icon name="circle-alert"/><span>{text}</span></p>
            })}
            <div class="desk-composer-foot">
                <span class="meta desktop-only">{t("desk.send_hint")}</span>
                <span class="spacer"></span>
                {buttons(ticket)}
            </div>
        </section>
        {articles::dialog(ticket, articles)}
    }
}

/// On a phone the composer folds when it is left: not before the press by which it was left has met what it was for.
fn fold_after_press(leaving: RwSignal<bool>, event: &FocusEvent) {
    let from = event.target().and_then(|from| from.dyn_into::<Element>().ok());
    // Whoever was at its head had not unfolded it.
    if from.is_some_and(|from| from.closest(".desk-composer-head").ok().flatten().is_none()) {
        let _ = leaving.try_set(true);
        set_timeout(
            move || {
                let _ = leaving.try_set(false);
            },
            PRESS,
        );
    }
}

/// Out of the text, so that the keys act on tickets again.
fn leave() {
    let active = document().active_element().and_then(|e| e.dyn_into::<leptos::web_sys::HtmlElement>().ok());
    if let Some(active) = active {
        drop(active.blur());
    }
}

/// `r` and `n` open the composer, also of a ticket that was opened by them.
fn open_when_asked(ticket: Ticket) {
    let asked = ticket.desk.compose;
    Effect::new(move |_| {
        if let Some(note) = asked.get() {
            ticket.writing.note.set(note);
            asked.set(None);
            request_animation_frame(move || ticket.writing.editor.focus());
        }
    });
}

/// How the customer gets the answers, one that is said to be mailed too; tracked.
fn way(ticket: Ticket, by_mail: bool) -> AnswerWay {
    let (mailed, addressed) = mailed(ticket);
    if mailed || by_mail && addressed { ticket.desk.known(|around| around.way) } else { AnswerWay::Kept }
}

/// Whether answers are mailed without being asked, by the way the ticket came in, and whether there is an address; tracked.
fn mailed(ticket: Ticket) -> (bool, bool) {
    ticket.record.row.with(|row| {
        let mailed = row.text("channel").is_some_and(|channel| MAILED_CHANNELS.contains(&channel));
        (mailed, row.text("requester_email").is_some())
    })
}

/// The customer's language, as far as it is known, else the reader's; tracked.
pub(super) fn language(ticket: Ticket) -> String {
    let theirs = ticket.record.row.with(|row| row.text("locale").map(str::to_owned));
    theirs.unwrap_or_else(|| ticket.desk.page.locale.get().code().to_owned())
}

/// Mails an answer that would only be kept, where there is an address.
fn by_mail(ticket: Ticket) -> AnyView {
    let writing = ticket.writing;
    let offered = Memo::new(move |_| {
        let (mailed, addressed) = mailed(ticket);
        !mailed && addressed && !writing.note.get() && way(ticket, true) != AnswerWay::Kept
    });
    view! {
        <Show when=move || offered.get()>
            <div class="desk-by-mail">
                <Switch value=writing.by_mail on_change=move |on| writing.by_mail.set(on)>{t("desk.by_mail")}</Switch>
            </div>
        </Show>
    }
    .into_any()
}

/// Who gets the answer.
fn receivers(ticket: Ticket) -> String {
    let page = ticket.desk.page;
    if ticket.writing.note.get() {
        return page.text("desk.to_colleagues");
    }
    let row = ticket.row();
    match (row.text("requester_email"), way(ticket, ticket.writing.by_mail.get())) {
        (Some(email), AnswerWay::Mailed) => {
            let all: Vec<String> = [email.to_owned()].into_iter().chain(ticket.copies()).collect();
            page.text_with("desk.to_by_mail", &[("name", &all.join(", "))])
        }
        (Some(email), AnswerWay::Told) => page.text_with("desk.to_told", &[("name", email)]),
        (Some(email), AnswerWay::Kept) => page.text_with("desk.to", &[("name", email)]),
        (None, _) => page.text("desk.to_customer"),
    }
}

/// Others wrote meanwhile.
fn crossed(ticket: Ticket) -> AnyView {
    let count = Memo::new(move |_| ticket.crossed.with(std::collections::BTreeSet::len));
    let text = Signal::derive(move || ticket.desk.page.text_with("desk.crossed", &[("n", &count.get().to_string())]));
    view! {
        <Show when=move || count.get() != 0>
            <Notice tone=Tone::Warning text>
                <Button size=Size::Small on_click=move |_| ticket.writing.look_again(ticket)>{t("desk.crossed_read")}</Button>
            </Notice>
        </Show>
    }
    .into_any()
}

/// What was written for colleagues goes to the customer now.
fn begun_inside(ticket: Ticket) -> AnyView {
    let writing = ticket.writing;
    view! {
        <Show when=move || writing.inside.get() && !writing.note.get()>
            <Notice tone=Tone::Warning text=t("desk.begun_as_note")/>
        </Show>
    }
    .into_any()
}

fn tools(suggest: Suggest, articles: RwSignal<bool>, attaching: Attaching) -> AnyView {
    view! {
        <Button kind=ButtonKind::Ghost size=Size::Small icon="at-sign" label=t("desk.mention") on_click=move |_| suggest.open('@')/>
        <Button kind=ButtonKind::Ghost size=Size::Small icon="zap" label=t("reply_template._many") on_click=move |_| suggest.open('/')/>
        <Button kind=ButtonKind::Ghost size=Size::Small icon="book-open" label=t("desk.insert_article") on_click=move |_| articles.set(true)/>
        {files::button(attaching)}
    }
    .into_any()
}

/// What changes along with the answer; each can be taken away.
fn staged(ticket: Ticket) -> AnyView {
    let writing = ticket.writing;
    let page = ticket.desk.page;
    let chip = move |(field, value): (String, Value)| {
        let (name, label_field) = (field.clone(), field.clone());
        let text = Signal::derive(move || {
            let locale = page.locale.get();
            let (label, said) = (i18n::field_label(locale, &TICKET, &label_field), shown(ticket, &label_field, &value));
            match (label_field.as_str(), &value) {
                ("tags", Value::Array(_)) => page.text_with("ui.record.adds", &[("field", &label), ("value", &said)]),
                _ => page.text_with("structured.setting", &[("field", &label), ("value", &said)]),
            }
        });
        let remove = move |_| writing.staged.update(|staged| drop(staged.remove(&name)));
        let label = Signal::derive(move || format!("{} {}", page.text("ui.action.remove"), text.get()));
        view! {
            <span class="badge" data-tone="info" data-field=field>
                {text}
                <button type="button" class="tag-remove" aria-label=label on:click=remove><Icon name="x" size=Size::Small/></button>
            </span>
        }
    };
    view! {
        <Show when=move || writing.staged.with(|staged| !staged.is_empty())>
            <div class="desk-staged" role="group" aria-label=t("desk.changes_along")>
                <span class="meta">{t("desk.changes_along")}</span>
                {move || writing.staged.get().into_iter().map(chip).collect_view()}
            </div>
        </Show>
    }
    .into_any()
}

/// A staged value in words.
fn shown(ticket: Ticket, field: &str, value: &Value) -> String {
    let page = ticket.desk.page;
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => listed(page.locale.get(), &all.iter().filter_map(Value::as_str).collect::<Vec<_>>()),
        Value::Null => return page.text("ui.word.none"),
        other => other.to_string(),
    };
    if let Ok(id) = text.parse::<uuid::Uuid>() {
        let around = ticket.desk.around.get();
        // Steps have one name.
        let named = around.queues.iter().chain(&around.steps).find(|row| row.id == id);
        let named = named.map(|row| page.called(&QUEUE, row));
        return named.or_else(|| ticket.title(id)).unwrap_or(text);
    }
    i18n::choice_label(page.locale.get(), &TICKET, field, &text)
}

/// Send, and what else one sends with.
fn buttons(ticket: Ticket) -> AnyView {
    let (desk, writing) = (ticket.desk, ticket.writing);
    let label = move || {
        let crossed = ticket.crossed.with(|crossed| !crossed.is_empty()) && !writing.note.get();
        desk.page.text(match (crossed, writing.note.get()) {
            (true, _) => "desk.send_anyway",
            (_, true) => "desk.add_note",
            _ => "desk.send",
        })
    };
    let unsettled = move || ticket.record.row.with(is_open);
    let busy = Signal::derive(move || writing.is_busy());
    let with = move |status: &'static str| move |()| writing.send(ticket, Some(status));
    view! {
        <Show when=unsettled>
            <Menu label=Signal::derive(move || desk.page.text(if writing.note.get() { "desk.note_and" } else { "desk.send_and" })) icon="chevron-up" kind=ButtonKind::Secondary end=true>
                <MenuItem label=t("desk.send_and_wait") icon="hourglass" on_select=with("waiting_customer")/>
                <MenuItem label=t("desk.send_and_third") icon="hourglass" on_select=with("waiting_third_party")/>
                <MenuItem label=t("desk.send_and_open") icon="circle-dot" on_select=with("open")/>
            </Menu>
            <Button busy icon="circle-check" on_click=move |_| writing.send(ticket, Some("solved"))>
                {move || desk.page.text(if writing.note.get() { "desk.note_and_solve" } else { "desk.send_and_solve" })}
            </Button>
        </Show>
        <Button kind=ButtonKind::Primary icon="send" busy on_click=move |_| writing.send(ticket, None)>{label}</Button>
    }
    .into_any()
}

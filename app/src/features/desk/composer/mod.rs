//! Writing an answer or a note: rich text with mentions, templates, articles and files, and what changes along with it.

mod articles;
mod buttons;
mod draft;
mod files;
mod fitting;
mod receivers;
mod sending;
mod solving;
mod staged;
mod suggest;
mod templates;

use std::time::Duration;

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

pub(super) use self::articles::{inserts as article_inserts, internal_badge};
use self::buttons::buttons;
pub(super) use self::draft::Writing;
use self::files::Attaching;
pub(super) use self::receivers::language;
use self::receivers::{by_mail, receivers};
use self::staged::staged;
use self::suggest::{Suggest, list, list_id};
use super::ticket::Ticket;
use crate::context::t;
use crate::record::rich_words;
use crate::ui::{Button, ButtonKind, Choice, Icon, Notice, RichText, Segmented, Size, Tone, is_save_chord};

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
            {list(suggest)}
            // All but what says why it was not sent, and what sends it, which are always to be seen.
            <div class="desk-composer-body">
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
                {staged(ticket)}
                {files::place(ticket, attaching)}
            </div>
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
        // One that is about to give way leaves it to the one that comes.
        if let Some(note) = asked.get().filter(|_| ticket.is_asked() && !ticket.desk.gives_way()) {
            ticket.writing.note.set(note);
            asked.set(None);
            request_animation_frame(move || ticket.writing.editor.focus());
        }
    });
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

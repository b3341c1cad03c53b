//! Letters that could not be taken in: why, what they say, and what to do about it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::format::{paired, relative};
use shared::i18n::{error_message, translate};
use shared::post::{AsideLetter, GONE};

use super::aside_letter;
use super::roster::Failed;
use crate::api::Fault;
use crate::api::post::{discard_letter, letters_aside, try_letter_again};
use crate::chunk;
use crate::chunk::once;
use crate::context::{Page, t};
use crate::ui::{Button, ButtonKind, ConfirmDialog, Icon, Size, Toasts, Tone, open_about};

type Letters = Resource<Result<Vec<AsideLetter>, Fault>>;

// What shows a letter comes when one is opened.
chunk! {
    part fn reader(reading: RwSignal<Option<AsideLetter>>) in letter { aside_letter::dialog(reading) }
}

/// The list; nothing while there is none.
#[component]
pub fn AsideLetters() -> impl IntoView {
    let loaded = Resource::new(|| (), |()| letters_aside());
    let (reading, discarding) = (RwSignal::new(None::<AsideLetter>), RwSignal::new(None::<AsideLetter>));
    let list = move |letters: Vec<AsideLetter>| {
        if letters.is_empty() {
            return ().into_any();
        }
        let lines =
            letters.into_iter().map(|letter| view! { <Letter letter loaded reading discarding/> }).collect_view();
        view! {
            <section aria-label=t("mail.aside.title")>
                <h3>{t("mail.aside.title")}</h3>
                <p class="meta">{t("mail.aside.text")}</p>
                <ul class="admin-list" data-aside="">{lines}</ul>
            </section>
        }
        .into_any()
    };
    view! {
        <Transition fallback=|| ()>
            {move || loaded.get().map(|result| match result {
                Ok(letters) => list(letters),
                Err(fault) => view! { <Failed error=fault.0/> }.into_any(),
            })}
        </Transition>
        {once(move || reading.with(Option::is_some), move || reader::view(reading))}
        <Discard loaded discarding/>
    }
}

#[component]
fn Letter(
    letter: AsideLetter,
    loaded: Letters,
    reading: RwSignal<Option<AsideLetter>>,
    discarding: RwSignal<Option<AsideLetter>>,
) -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    let (own, read) = (letter.clone(), letter.clone());
    let AsideLetter { id, mailbox, sender, subject, received_at, reason, error, complete, wanted, .. } = letter;
    let again = move |_| {
        spawn_local(async move {
            let locale = page.locale.get_untracked();
            match try_letter_again(id).await {
                Ok(()) => {
                    let done = if complete { "mail.aside.tried" } else { "mail.aside.wanted" };
                    toasts.push(translate(locale, done, &[]), Tone::Success, None);
                }
                Err(fault) => toasts.push(error_message(locale, &fault.0), Tone::Danger, None),
            }
            loaded.refetch();
        });
    };
    let why = move || {
        if wanted {
            return page.text("mail.aside.wanted");
        }
        let known = page.text(&format!("mail.aside.{reason}"));
        match error.as_deref() {
            Some(GONE) => page.text("mail.aside.gone"),
            Some(error) => paired(page.locale.get(), &known, error),
            None => known,
        }
    };
    let from = if sender.is_empty() { page.text("mail.aside.no_sender") } else { sender };
    let about = if subject.is_empty() { page.text("mail.no_subject") } else { subject };
    let when = move || relative(page.locale.get(), received_at, page.now.get());
    view! {
        <li class="admin-row">
            <Icon name="mail" size=Size::Large/>
            <div class="admin-row-main">
                <b>{about}</b>
                <span class="meta">{from}" → "{mailbox}" · "{when}</span>
                <span>{why}</span>
            </div>
            <div class="admin-row-tools">
                {complete.then(|| view! {
                    <Button on_click=move |_| reading.set(Some(read.clone()))>{t("mail.aside.read")}</Button>
                })}
                <Button on_click=again>{t("mail.aside.again")}</Button>
                <Button kind=ButtonKind::Ghost on_click=move |_| discarding.set(Some(own.clone()))>{t("mail.aside.discard")}</Button>
            </div>
        </li>
    }
}

#[component]
fn Discard(loaded: Letters, discarding: RwSignal<Option<AsideLetter>>) -> impl IntoView {
    let (page, toasts) = (Page::take(), Toasts::take());
    let (open, busy) = (open_about(discarding), RwSignal::new(false));
    let discard = move |()| {
        let Some(id) = discarding.with_untracked(|letter| letter.as_ref().map(|letter| letter.id)) else { return };
        busy.set(true);
        spawn_local(async move {
            let locale = page.locale.get_untracked();
            match discard_letter(id).await {
                Ok(()) => toasts.push(translate(locale, "mail.aside.discarded", &[]), Tone::Success, None),
                Err(fault) => toasts.push(error_message(locale, &fault.0), Tone::Danger, None),
            }
            busy.set(false);
            open.set(false);
            loaded.refetch();
        });
    };
    view! {
        <ConfirmDialog
            open
            title=t("mail.aside.discard")
            text=t("mail.aside.discard_ask")
            action=t("mail.aside.discard")
            cancel=t("ui.action.cancel")
            busy
            on_confirm=discard
        />
    }
}

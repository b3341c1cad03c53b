//! A letter that could not be taken in, to be read.

use leptos::prelude::*;
use shared::format::{date_time, file_size};
use shared::post::{AsideContent, AsideFile, AsideLetter};
use uuid::Uuid;

use crate::api::post::letter_aside;
use crate::context::{Page, t};
use crate::record::part_failed;
use crate::ui::{Dialog, Icon, Notice, Size, SkeletonRows, Tone, open_about};

/// Shows the letter for as long as there is one to read.
pub(super) fn dialog(reading: RwSignal<Option<AsideLetter>>) -> AnyView {
    let page = Page::take();
    let open = open_about(reading);
    let title = Signal::derive(move || {
        let subject = reading.with(|letter| letter.as_ref().map(|letter| letter.subject.clone()));
        subject.filter(|subject| !subject.is_empty()).unwrap_or_else(|| page.text("mail.no_subject"))
    });
    let id = Memo::new(move |_| reading.with(|letter| letter.as_ref().map(|letter| letter.id)));
    view! {
        <Dialog open title close=t("ui.action.close") size=Size::Large>
            {move || id.get().map(content)}
        </Dialog>
    }
    .into_any()
}

fn content(id: Uuid) -> AnyView {
    let loaded = Resource::new(move || id, letter_aside);
    view! {
        <Transition fallback=|| view! { <SkeletonRows count=6/> }>
            {move || loaded.get().map(|found| match found {
                Ok(found) => letter(found),
                Err(fault) => part_failed(fault.0, move || loaded.refetch()),
            })}
        </Transition>
    }
    .into_any()
}

fn letter(found: AsideContent) -> AnyView {
    if let Some(source) = found.source {
        return view! {
            <Notice tone=Tone::Warning text=t("mail.aside.source")/>
            <pre class="letter-source">{source}</pre>
        }
        .into_any();
    }
    let page = Page::take();
    let from = Some(found.from).filter(|from| !from.is_empty());
    let from = move || from.clone().unwrap_or_else(|| page.text("mail.aside.no_sender"));
    let to = |label: &'static str, names: Vec<String>| {
        (!names.is_empty()).then(|| view! { <div><dt>{t(label)}</dt><dd>{names.join(", ")}</dd></div> })
    };
    let date = found.date.map(|at| {
        let date = move || date_time(page.locale.get(), at, &page.zone());
        view! { <div><dt>{t("mail.aside.date")}</dt><dd><time datetime=at.to_rfc3339()>{date}</time></dd></div> }
    });
    view! {
        <dl class="letter-head">
            <div><dt>{t("mail.aside.from")}</dt><dd>{from}</dd></div>
            {to("mail.aside.to", found.to)}
            {to("mail.aside.cc", found.cc)}
            {date}
        </dl>
        {said(found.html)}
        {files(found.files)}
    }
    .into_any()
}

fn said(html: String) -> AnyView {
    if html.is_empty() {
        return view! { <p class="meta">{t("mail.says_nothing")}</p> }.into_any();
    }
    // The store let through only what is harmless.
    view! { <div class="letter-text rich" tabindex="0" inner_html=html></div> }.into_any()
}

/// Names and sizes alone: who opens such files should know who sent them.
fn files(files: Vec<AsideFile>) -> Option<AnyView> {
    if files.is_empty() {
        return None;
    }
    let page = Page::take();
    let line = |file: AsideFile| {
        let size = move || file_size(page.locale.get(), file.size);
        view! {
            <li>
                <Icon name="paperclip" size=Size::Small/>
                <span>{file.name}</span>
                <span class="meta num">{size}</span>
            </li>
        }
    };
    let lines = files.into_iter().map(line).collect_view();
    Some(view! { <h3>{t("mail.aside.files")}</h3><ul class="letter-files">{lines}</ul> }.into_any())
}

//! One's exports that are made in the background: how far they are, their files, and the way to be rid of them. As a page,
//! and in a dialog where one was just begun.

mod told;

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::export::Run;
use shared::format::{number, relative};
use shared::i18n::{Locale, error_message, translate};
use shared::import::Status;

use self::told::{Asked, Known, filtered, filters, learn, what};
use crate::api::Answer;
use crate::api::export::{cancel_export, delete_export, export_runs};
use crate::chunk;
use crate::context::{Page, PageTitle, t};
use crate::record::missing::failed;
use crate::ui::{
    Badge, Button, ButtonKind, Dialog, EmptyState, LinkButton, Progress, Size, SkeletonRows, Toasts, Tone,
};

/// How often open runs are looked at.
const PULSE: Duration = Duration::from_secs(1);

chunk! {
    page fn exports() in exports { exports_page() }
    part fn made(open: RwSignal<bool>) in exports { exports_dialog(open) }
}

/// The page at `/exports`.
pub fn page() -> AnyView {
    exports::view()
}

/// Gets the code of the page.
pub fn fetch() -> chunk::Fetching {
    exports::fetch()
}

/// The same in a dialog.
pub(super) fn dialog(open: RwSignal<bool>) -> AnyView {
    made::view(open)
}

fn exports_page() -> AnyView {
    view! {
        <PageTitle text=t("exports.own.title")/>
        <div class="page">
            <header class="page-head"><h1>{t("exports.own.title")}</h1></header>
            <div class="page-body" data-width="narrow">{runs()}</div>
        </div>
    }
    .into_any()
}

fn exports_dialog(open: RwSignal<bool>) -> AnyView {
    let footer = || view! { <LinkButton href="/exports">{t("exports.own.title")}</LinkButton> };
    view! {
        <Dialog open title=t("exports.own.title") close=t("ui.action.close") footer>{runs}</Dialog>
    }
    .into_any()
}

/// The list, looked at again while something is under way.
fn runs() -> AnyView {
    let loaded = Resource::new(|| (), |()| export_runs());
    let latest = RwSignal::new(None::<Answer<Vec<Run>>>);
    let look = move || {
        spawn_local(async move {
            let found = export_runs().await;
            // A lost connection comes back; the next look will tell.
            if found.is_ok() {
                latest.try_set(Some(found));
            }
        });
    };
    let known = move || latest.get().or_else(|| loaded.get());
    let is_open =
        move || untrack(known).is_some_and(|found| found.is_ok_and(|runs| runs.iter().any(|r| r.status.is_open())));
    Effect::new(move |_| {
        let timer = set_interval_with_handle(
            move || {
                if is_open() {
                    look();
                }
            },
            PULSE,
        );
        on_cleanup(move || drop(timer.map(|timer| timer.clear())));
    });
    let page = Page::take();
    let (names, asked) = (RwSignal::new(None::<Known>), StoredValue::new(None::<Asked>));
    let list = move |runs: Vec<Run>| {
        let all = filters(&runs);
        Effect::new(move |_| {
            // In another language records may be called otherwise.
            let now = Some((page.locale.get(), all.clone()));
            if asked.with_value(|asked| *asked != now) {
                asked.set_value(now);
                learn(page, names, asked);
            }
        });
        if runs.is_empty() {
            return view! { <EmptyState icon="download" title=t("exports.own.title") text=t("exports.own.empty")/> }
                .into_any();
        }
        let lines = runs.into_iter().map(|run| line(run, names, Callback::new(move |()| look()))).collect_view();
        view! { <p class="meta">{t("exports.own.hint")}</p><ul class="export-runs">{lines}</ul> }.into_any()
    };
    view! {
        <Transition fallback=|| view! { <SkeletonRows count=4/> }>
            {move || known().map(|found| match found {
                Ok(runs) => list(runs),
                Err(fault) => failed(fault.0, move || loaded.refetch()),
            })}
        </Transition>
    }
    .into_any()
}

fn line(run: Run, names: RwSignal<Option<Known>>, look: Callback<()>) -> AnyView {
    let page = Page::take();
    let toasts = Toasts::take();
    let (tone, status) = match run.status {
        Status::Waiting => (Tone::Info, "import.status.waiting"),
        Status::Running => (Tone::Info, "import.status.running"),
        Status::Finished => (Tone::Success, "import.status.finished"),
        Status::Failed => (Tone::Danger, "import.status.failed"),
        Status::Cancelled | Status::Undone => (Tone::Warning, "import.status.cancelled"),
    };
    let id = run.id;
    let act = move |stop: bool| {
        spawn_local(async move {
            let done = if stop { cancel_export(id).await.map(drop) } else { delete_export(id).await };
            if let Err(fault) = done {
                toasts.push(error_message(page.locale.get_untracked(), &fault.0), Tone::Danger, None);
            }
            look.run(());
        });
    };
    let told = run.clone();
    let what = move || what(page.locale.get(), &told);
    let asked = run.clone();
    let filter = move || names.with(|known| known.as_ref().and_then(|known| filtered(page, &asked, known)));
    let (open, finished) = (run.status.is_open(), run.status == Status::Finished);
    #[expect(clippy::cast_precision_loss, reason = "a bar needs no more")]
    let part = (run.total > 0).then(|| run.done as f64 / run.total as f64);
    let kind = run.kind.extension();
    let is_for_reading = run.labels.is_some();
    let facts = move || facts(page.locale.get(), &run, page);
    view! {
        <li>
            <div class="export-run">
                <strong class="truncate">
                    {what}" · "{kind}{is_for_reading.then(|| view! { " · "{t("exports.reading")} })}
                </strong>
                <Badge tone>{t(status)}</Badge>
                <span class="spacer"></span>
                {finished.then(|| view! {
                    <LinkButton kind=ButtonKind::Primary size=Size::Small icon="download" file=true href=format!("/api/export/runs/{id}/file")>{t("exports.own.fetch")}</LinkButton>
                })}
                {open.then(|| view! { <Button size=Size::Small on_click=move |_| act(true)>{t("exports.own.stop")}</Button> })}
                {(!open).then(|| view! {
                    <Button kind=ButtonKind::Ghost icon="trash-2" label=t("ui.action.delete") on_click=move |_| act(false)/>
                })}
            </div>
            {open.then(|| view! { <Progress value=Signal::stored(part) label=t("exports.own.making")/> })}
            {move || filter().map(|text| view! { <p class="meta">{text}</p> })}
            <p class="meta num" role="status">{facts}</p>
        </li>
    }
    .into_any()
}

/// Rows, size and age; while it is made, how far it is.
fn facts(locale: Locale, run: &Run, page: Page) -> String {
    let n = |n: i64| number(locale, n);
    let when = relative(locale, run.created_at, page.now.get());
    let key = |name: &str| format!("exports.own.{name}");
    match run.status {
        Status::Waiting | Status::Running if run.total == 0 => translate(locale, &key("beginning"), &[]),
        Status::Waiting | Status::Running => {
            translate(locale, &key("progress"), &[("done", &n(run.done)), ("total", &n(run.total)), ("when", &when)])
        }
        Status::Finished => {
            let until =
                shared::format::date_short(locale, page.zone().day(run.expires_at), page.zone().day(page.now.get()));
            let params = [("rows", n(run.rows)), ("size", size(locale, run.bytes)), ("when", when), ("until", until)];
            let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
            translate(locale, &key("facts"), &params)
        }
        _ => when,
    }
}

/// The size of a file, rounded up.
fn size(locale: Locale, bytes: i64) -> String {
    match bytes {
        ..1_000_000 => format!("{} kB", number(locale, (bytes + 999) / 1000)),
        _ => format!("{} MB", number(locale, (bytes + 999_999) / 1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_up() {
        assert_eq!(size(Locale::En, 1), "1 kB");
        assert_eq!(size(Locale::En, 999_999), "1,000 kB");
        assert_eq!(size(Locale::En, 1_000_001), "2 MB");
    }
}

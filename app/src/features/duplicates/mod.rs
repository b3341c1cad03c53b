//! The duplicates of a record type: looked for, decided on pair by pair.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::Element;
use leptos_router::hooks::use_params_map;
use shared::duplicates::{Agreement, MOST_SHOWN, Pair, Pairs, Reason, SHOWN, can_have};
use shared::format::{number, relative};
use shared::quality::MOST_COMPARED;
use shared::{RecordDef, Row, i18n};
use uuid::Uuid;

use crate::api::duplicates::{dismiss_duplicate, duplicates, look_for_duplicates};
use crate::context::{Page, PageTitle, t};
use crate::record::{MergeDialog, refocus, told_reason};
use crate::ui::{Button, ButtonKind, EmptyState, ErrorState, LinkButton, Progress, SkeletonRows, Toasts, Tone, Undo};

/// How often it is looked whether a search has ended.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What the page works with; cheap to copy.
#[derive(Clone, Copy)]
struct Review {
    page: Page,
    toasts: Toasts,
    def: &'static RecordDef,
    /// What was loaded, or why it couldn't be.
    pairs: RwSignal<Option<Result<Pairs, shared::Error>>>,
    /// How many pairs are shown at most.
    shown: RwSignal<u32>,
    /// The pair being merged.
    merging: RwSignal<Vec<Uuid>>,
    open: RwSignal<bool>,
}

/// The pairs of the type named in the address (`/duplicates/<plural>`).
#[component]
pub fn DuplicatesPage() -> impl IntoView {
    let params = use_params_map();
    let def = Memo::new(move |_| {
        let plural = params.with(|params| params.get("id").unwrap_or_default());
        shared::types::by_plural(&plural).filter(|def| can_have(def)).map(|def| def.name)
    });
    let missing = || view! { <ErrorState title=t("ui.state.not_found") text=t("ui.state.not_found_text")/> };
    move || match def.get().and_then(shared::types::by_name) {
        Some(def) => view! { <OfType def/> }.into_any(),
        None => view! { <div class="page">{missing()}</div> }.into_any(),
    }
}

#[component]
fn OfType(def: &'static RecordDef) -> impl IntoView {
    let page = Page::take();
    let review = Review {
        page,
        toasts: Toasts::take(),
        def,
        pairs: RwSignal::new(None),
        shown: RwSignal::new(SHOWN),
        merging: RwSignal::new(Vec::new()),
        open: RwSignal::new(false),
    };
    Effect::new(move |_| review.load());
    let title = Signal::derive(move || {
        page.text_with("duplicates.title", &[("types", &i18n::type_label_many(page.locale.get(), def))])
    });
    view! {
        <PageTitle text=title/>
        <div class="page">
            <header class="page-head">
                <h1>{title}</h1>
                <span class="spacer"></span>
                <LinkButton href=format!("/{}", def.plural) kind=ButtonKind::Ghost icon="arrow-left">
                    {move || i18n::type_label_many(page.locale.get(), def)}
                </LinkButton>
                <Button kind=ButtonKind::Primary icon="search" disabled=Signal::derive(move || review.is_running())
                    on_click=move |_| review.look() attr:data-keep="">{t("duplicates.look")}</Button>
            </header>
            <div class="page-body" data-width="narrow">
                {review.state()}
            </div>
        </div>
        <MergeDialog def ids=review.merging open=review.open on_merged=move |_| review.merged() on_gone=move |()| review.merged()/>
    }
}

/// Where a pair stands on the page.
fn place(pair: &Pair) -> String {
    format!("{}/{}", pair.first.id, pair.second.id)
}

/// Where one goes on: at a pair, or where the page begins when none is left.
fn spot(place: Option<String>) -> Option<Element> {
    let begin = || document().get_element_by_id("content");
    place.map_or_else(begin, |place| document().query_selector(&format!("[data-pair='{place}'] a")).ok().flatten())
}

/// What a pair shows.
fn key(pair: &Pair) -> (Uuid, i64, Uuid, i64, u8) {
    (pair.first.id, pair.first.version, pair.second.id, pair.second.version, pair.score)
}

/// Something of what was loaded.
fn told<T>(pairs: &Option<Result<Pairs, shared::Error>>, read: impl FnOnce(&Pairs) -> T) -> Option<T> {
    pairs.as_ref().and_then(|pairs| pairs.as_ref().ok()).map(read)
}

impl Review {
    fn load(self) {
        self.load_at(None);
    }

    /// Loads the pairs anew; the focus goes on at that one of them, or the last one, unless something has it.
    fn load_at(self, at: Option<usize>) {
        // One may take back a dismissal after leaving the page.
        let Some(shown) = self.shown.try_get_untracked() else { return };
        spawn_local(async move {
            let found = duplicates(self.def.name.to_owned(), shown).await.map_err(|fault| fault.0);
            let running = found.as_ref().is_ok_and(|pairs| pairs.running);
            let pair = at.zip(found.as_ref().ok());
            let pair = pair.map(|(at, found)| found.pairs.get(at).or(found.pairs.last()).map(place));
            if self.pairs.try_set(Some(found)).is_some() {
                return;
            }
            if let Some(place) = pair {
                refocus(move || spot(place));
            }
            if running {
                set_timeout(move || self.load(), LOOK_AGAIN);
            }
        });
    }

    /// Shows further pairs.
    fn load_more(self) {
        let begun = self.pairs.with_untracked(|pairs| told(pairs, |pairs| pairs.pairs.len()));
        self.shown.update(|shown| *shown = (*shown + SHOWN).min(MOST_SHOWN));
        self.load_at(begun);
    }

    /// A pair was decided on, and the next one comes.
    fn decided(self, first: Uuid, second: Uuid) {
        let is_it = |pair: &Pair| pair.first.id == first && pair.second.id == second;
        let at = |pairs: &Pairs| pairs.pairs.iter().position(is_it);
        // One may have left the page meanwhile.
        self.load_at(self.pairs.try_with_untracked(|pairs| told(pairs, at)).flatten().flatten());
    }

    fn merged(self) {
        match self.merging.try_get_untracked().unwrap_or_default().as_slice() {
            [first, second] => self.decided(*first, *second),
            _ => self.load(),
        }
    }

    /// Something of what was loaded; tracked.
    fn of<T>(self, read: impl FnOnce(&Pairs) -> T) -> Option<T> {
        self.pairs.with(|pairs| told(pairs, read))
    }

    fn look(self) {
        spawn_local(async move {
            match look_for_duplicates(self.def.name.to_owned()).await {
                Ok(_) => self.load(),
                Err(fault) => self.fail(&fault.0),
            }
        });
    }

    fn fail(self, error: &shared::Error) {
        self.toasts.push(i18n::error_message(self.page.locale.get_untracked(), error), Tone::Danger, None);
    }

    fn is_running(self) -> bool {
        self.pairs.with(|pairs| matches!(pairs, Some(Ok(pairs)) if pairs.running))
    }

    fn state(self) -> AnyView {
        let page = self.page;
        let stage = Memo::new(move |_| self.pairs.with(|pairs| pairs.as_ref().map(Result::is_ok)));
        let state = move || match stage.get() {
            None => view! { <SkeletonRows count=4/> }.into_any(),
            Some(false) => {
                let text = Signal::derive(move || {
                    let failed = |pairs: &Option<Result<Pairs, shared::Error>>| pairs.clone().and_then(Result::err);
                    let error = self.pairs.with(failed);
                    error.map(|error| i18n::error_message(page.locale.get(), &error)).unwrap_or_default()
                });
                view! { <ErrorState title=t("ui.state.error") text/> }.into_any()
            }
            Some(true) => self.found(),
        };
        state.into_any()
    }

    /// The pairs; those that stay when they are loaded anew are left as they are, with the focus.
    fn found(self) -> AnyView {
        let running = Memo::new(move |_| self.is_running());
        let is_empty = Memo::new(move |_| {
            let is_empty = |pairs: &Pairs| pairs.pairs.is_empty() && !pairs.running && pairs.looked_at.is_some();
            self.of(is_empty).unwrap_or(false)
        });
        let has_more = Memo::new(move |_| {
            let is_part = |pairs: &Pairs| i64::try_from(pairs.pairs.len()).is_ok_and(|shown| shown < pairs.open);
            self.shown.get() < MOST_SHOWN && self.of(is_part).unwrap_or(false)
        });
        let pairs = move || self.of(|pairs| pairs.pairs.clone()).unwrap_or_default();
        let dismissed = move || self.dismissed(self.of(|pairs| pairs.dismissed.clone()).unwrap_or_default());
        view! {
            <div class="stack">
                <p class="muted">{move || self.head()}<br/>{move || self.by_itself()}</p>
                {move || running.get().then(|| view! { <Progress value=Signal::derive(|| None) label=t("duplicates.looking")/> })}
                {move || is_empty.get().then(|| view! { <EmptyState icon="circle-check" title=t("duplicates.none") text=t("duplicates.none_text")/> })}
                <For each=pairs key=key let:pair>{self.pair(pair)}</For>
                <Show when=move || has_more.get()>
                    <Button on_click=move |_| self.load_more()>{t("ui.action.load_more")}</Button>
                </Show>
                {dismissed}
            </div>
        }
        .into_any()
    }

    /// How many wait, and when they were looked for; tracked.
    fn head(self) -> String {
        let (open, looked_at) = self.of(|pairs| (pairs.open, pairs.looked_at.clone())).unwrap_or_default();
        match looked_at.and_then(|at| at.parse().ok()) {
            Some(at) => {
                let when = relative(self.page.locale.get(), at, self.page.now.get());
                self.page.text_with("duplicates.state", &[("n", &open.to_string()), ("when", &when)])
            }
            None => self.page.text("duplicates.never"),
        }
    }

    /// Whether they are looked for without anybody asking; tracked.
    fn by_itself(self) -> String {
        match self.of(|pairs| pairs.too_many).unwrap_or(false) {
            true => {
                let most = number(self.page.locale.get(), MOST_COMPARED);
                self.page.text_with("duplicates.too_many", &[("n", &most)])
            }
            false => self.page.text("duplicates.daily"),
        }
    }

    /// What speaks for or against a pair; of the company that both are of, which.
    fn reason(self, pair: &Pair, reason: Reason) -> AnyView {
        let is_of_both = reason.about == "company" && reason.agreement == Agreement::Same;
        let company = pair.first.reference("customer_id").filter(|_| is_of_both);
        let name = |pairs: &Pairs| company.and_then(|id| pairs.titles.get(&id).cloned());
        let name = self.pairs.with_untracked(|pairs| told(pairs, name)).flatten();
        told_reason(self.page, reason, name)
    }

    fn pair(self, pair: Pair) -> AnyView {
        let (first, second) = (pair.first.id, pair.second.id);
        let score = pair.score.to_string();
        let page = self.page;
        let reasons = pair.reasons.iter().map(|reason| self.reason(&pair, reason.clone())).collect_view();
        view! {
            <section class="panel stack duplicate-pair" data-pair=place(&pair)>
                <div class="duplicate-two">
                    {self.record(&pair.first)}
                    {self.record(&pair.second)}
                </div>
                <div class="row">
                    <span class="meta num">{move || page.text_with("duplicates.score", &[("n", &score)])}</span>
                    {reasons}
                    <span class="spacer"></span>
                    <Button on_click=move |_| self.dismiss(first, second)>{t("duplicates.dismiss")}</Button>
                    <Button kind=ButtonKind::Primary icon="merge" on_click=move |_| {
                        self.merging.set(vec![first, second]);
                        self.open.set(true);
                    }>{t("duplicates.merge")}</Button>
                </div>
            </section>
        }
        .into_any()
    }

    /// Pairs that somebody said are not the same: minds change.
    fn dismissed(self, pairs: Vec<Pair>) -> Option<AnyView> {
        let one = |pair: Pair| {
            let (first, second) = (pair.first.id, pair.second.id);
            view! {
                <section class="panel stack duplicate-decided" data-dismissed=format!("{first}/{second}")>
                    <div class="duplicate-two">{self.record(&pair.first)}{self.record(&pair.second)}</div>
                    <div class="row">
                        <span class="spacer"></span>
                        <Button on_click=move |_| self.consider(first, second)>{t("duplicates.again")}</Button>
                    </div>
                </section>
            }
        };
        (!pairs.is_empty()).then(|| {
            view! {
                <h2>{t("duplicates.dismissed_pairs")}</h2>
                {pairs.into_iter().map(one).collect_view()}
            }
            .into_any()
        })
    }

    fn consider(self, first: Uuid, second: Uuid) {
        spawn_local(async move {
            match dismiss_duplicate(self.def.name.to_owned(), first, second, true).await {
                Ok(()) => self.load(),
                Err(fault) => self.fail(&fault.0),
            }
        });
    }

    fn record(self, row: &Row) -> AnyView {
        let title = row.text(self.def.title).unwrap_or_default().to_owned();
        let also: Vec<String> = ["emails", "phones"]
            .iter()
            .flat_map(|field| shared::record::texts(&row.values, field).map(str::to_owned).collect::<Vec<_>>())
            .collect();
        view! {
            <div>
                <a href=format!("/{}/{}", self.def.plural, row.id)><strong>{title}</strong></a>
                <p class="meta">{also.join(" · ")}</p>
            </div>
        }
        .into_any()
    }

    fn dismiss(self, first: Uuid, second: Uuid) {
        spawn_local(async move {
            match dismiss_duplicate(self.def.name.to_owned(), first, second, false).await {
                Ok(()) => {
                    let undo = Undo::new(move || self.consider(first, second));
                    self.toasts.push(self.page.text("duplicates.dismissed"), Tone::Success, Some(undo));
                    self.decided(first, second);
                }
                Err(fault) => self.fail(&fault.0),
            }
        });
    }
}

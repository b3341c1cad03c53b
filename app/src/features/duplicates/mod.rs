//! The duplicates of a record type: looked for, decided on pair by pair.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;
use shared::duplicates::{Pair, Pairs, can_have};
use shared::format::{number, relative};
use shared::quality::MOST_COMPARED;
use shared::{RecordDef, Row, i18n};
use uuid::Uuid;

use crate::api::duplicates::{dismiss_duplicate, duplicates, look_for_duplicates};
use crate::context::{Page, PageTitle, t};
use crate::record::{MergeDialog, reason_badge};
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
                {move || review.state()}
            </div>
        </div>
        <MergeDialog def ids=review.merging open=review.open on_merged=move |_| review.load()/>
    }
}

impl Review {
    fn load(self) {
        spawn_local(async move {
            let found = duplicates(self.def.name.to_owned()).await.map_err(|fault| fault.0);
            let running = found.as_ref().is_ok_and(|pairs| pairs.running);
            if self.pairs.try_set(Some(found)).is_none() && running {
                set_timeout(move || self.load(), LOOK_AGAIN);
            }
        });
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
        match self.pairs.get() {
            None => view! { <SkeletonRows count=4/> }.into_any(),
            Some(Err(error)) => {
                let text = Signal::derive(move || i18n::error_message(page.locale.get(), &error));
                view! { <ErrorState title=t("ui.state.error") text/> }.into_any()
            }
            Some(Ok(pairs)) => {
                let running = pairs.running;
                let looked_at = pairs.looked_at.as_deref().and_then(|at| at.parse().ok());
                let head = move || match looked_at {
                    Some(at) => {
                        let when = relative(page.locale.get(), at, page.now.get());
                        page.text_with("duplicates.state", &[("n", &pairs.open.to_string()), ("when", &when)])
                    }
                    None => page.text("duplicates.never"),
                };
                let too_many = pairs.too_many;
                let by_itself = move || match too_many {
                    true => {
                        let most = number(page.locale.get(), MOST_COMPARED);
                        page.text_with("duplicates.too_many", &[("n", &most)])
                    }
                    false => page.text("duplicates.daily"),
                };
                let is_empty = pairs.pairs.is_empty() && !running && looked_at.is_some();
                view! {
                    <div class="stack">
                        <p class="muted">{head}<br/>{by_itself}</p>
                        {running.then(|| view! { <Progress value=Signal::derive(|| None) label=t("duplicates.looking")/> })}
                        {is_empty.then(|| view! { <EmptyState icon="circle-check" title=t("duplicates.none") text=t("duplicates.none_text")/> })}
                        {pairs.pairs.into_iter().map(|pair| self.pair(pair)).collect_view()}
                        {self.dismissed(pairs.dismissed)}
                    </div>
                }
                .into_any()
            }
        }
    }

    fn pair(self, pair: Pair) -> AnyView {
        let (first, second) = (pair.first.id, pair.second.id);
        let score = pair.score.to_string();
        let page = self.page;
        view! {
            <section class="panel stack duplicate-pair" data-pair=format!("{first}/{second}")>
                <div class="duplicate-two">
                    {self.record(&pair.first)}
                    {self.record(&pair.second)}
                </div>
                <div class="row">
                    <span class="meta num">{move || page.text_with("duplicates.score", &[("n", &score)])}</span>
                    {pair.reasons.into_iter().map(|reason| reason_badge(page, reason)).collect_view()}
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
                    self.load();
                }
                Err(fault) => self.fail(&fault.0),
            }
        });
    }
}

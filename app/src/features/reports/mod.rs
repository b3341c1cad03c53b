//! Reports of the service desk: numbers of tickets, each of which opens the tickets that it counts.
//!
//! `address` says what is asked for, `shown` leads from numbers to lists, `figures`, `over_time` and `table` show them, and
//! `file` saves them.

mod address;
mod column;
mod figures;
mod file;
mod over_time;
mod shown;
mod table;
mod words;

use leptos::prelude::*;
use shared::access::Action;
use shared::i18n;
use shared::live::LiveEvent;
use shared::query::Titles;
use shared::report::{Dimension, Measure, offered};
use shared::types::TICKET;

use self::address::{CUSTOM, Nav, PERIODS, PLACE};
use self::column::{AGENTS, GROUPS};
use self::shown::Shown;
use crate::api::desk::desk_report;
use crate::context::{Page, PageTitle, t};
use crate::live::Live;
use crate::record::{conditions, failed, no_access};
use crate::ui::{ButtonKind, Choice, DateInput, EmptyState, LinkButton, Select, SkeletonRows};

/// The reports at `/desk/reports`.
#[component]
pub fn ReportsPage() -> impl IntoView {
    let page = Page::take();
    if !page.actor().is_some_and(|actor| actor.may(&TICKET, Action::Read)) {
        return no_access();
    }
    let nav = Nav::new();
    let titles = RwSignal::new(Titles::new());
    view! {
        <PageTitle text=t("report.title")/>
        <div class="page reports">
            <header class="page-head">
                <h1>{t("report.title")}</h1>
                <span class="spacer"></span>
                <LinkButton href="/desk" kind=ButtonKind::Ghost icon="inbox">{t("desk.title")}</LinkButton>
            </header>
            <div class="page-bar report-bar">
                {period(page, nav)}
                {grouping(page, nav)}
                {conditions(&TICKET, PLACE, titles)}
            </div>
            <div class="page-body">{body(page, nav, titles)}</div>
        </div>
    }
    .into_any()
}

/// Which days.
fn period(page: Page, nav: Nav) -> AnyView {
    let value = RwSignal::new(nav.asked.with_untracked(|asked| asked.period.clone()));
    let (from, to) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let today = today(page);
    Effect::new(move |_| {
        let asked = nav.asked.get();
        let span = asked.span(today.get());
        let last = span.until.pred_opt().unwrap_or(span.until);
        value.set(asked.period);
        from.set(span.from.to_string());
        to.set(last.to_string());
    });
    let options = Signal::derive(move || {
        let named = |code: &str| Choice::new(code, page.text(&format!("list.period.{code}")));
        let own = Choice::new(CUSTOM, page.text("report.custom"));
        PERIODS.into_iter().map(named).chain([own]).collect::<Vec<_>>()
    });
    // Choosing days begins with those that are shown.
    let days = move || Some((shared::record::day(&from.get_untracked())?, shared::record::day(&to.get_untracked())?));
    let choose = move |code: String| {
        nav.change(|asked| {
            asked.days = (code == CUSTOM).then(days).flatten();
            asked.period = code;
        });
    };
    let set = move |_: String| {
        if let Some((from, to)) = days() {
            nav.change(|asked| asked.days = Some((from.min(to), from.max(to))));
        }
    };
    let is_custom = Memo::new(move |_| nav.asked.with(|asked| asked.period == CUSTOM));
    view! {
        <Select value options label=t("report.period") on_change=choose/>
        <Show when=move || is_custom.get()>
            <DateInput value=from label=t("list.filter.from") on_change=set/>
            <DateInput value=to label=t("list.filter.to") on_change=set/>
        </Show>
    }
    .into_any()
}

/// By what.
fn grouping(page: Page, nav: Nav) -> AnyView {
    let value = RwSignal::new(nav.asked.with_untracked(|asked| asked.by.clone()));
    Effect::new(move |_| value.set(nav.asked.get().by));
    let all = StoredValue::new(page.actor().map(|actor| offered(&actor)).unwrap_or_default());
    let options = Signal::derive(move || {
        let choice = |by: &Dimension| {
            let label = page.text_with("report.by_what", &[("what", &words::dimension(page, by))]);
            Choice::new(by.path(), label)
        };
        all.with_value(|all| all.iter().map(choice).collect::<Vec<_>>())
    });
    view! { <Select value options label=t("report.by") on_change=move |path: String| nav.change(|asked| asked.by = path)/> }
        .into_any()
}

/// The day it is where the reader is.
fn today(page: Page) -> Memo<chrono::NaiveDate> {
    Memo::new(move |_| page.zone().day(page.now.get()))
}

/// The numbers. They are asked for by the browser: the page does not wait for what may take a second.
fn body(page: Page, nav: Nav, titles: RwSignal<Titles>) -> AnyView {
    let today = today(page);
    let query = Memo::new(move |_| nav.asked.with(|asked| asked.query(today.get())));
    let found = LocalResource::new(move || {
        let query = query.get();
        async move { (query.clone(), desk_report(query).await) }
    });
    // Such as in another language.
    Live::take().listen(move |event| {
        if *event == LiveEvent::Reset {
            found.refetch();
        }
    });
    let busy = move || found.with(|found| found.as_ref().is_none_or(|(of, _)| query.with(|query| query != of)));
    Effect::new(move |_| {
        found.with(|found| {
            if let Some((_, Ok(report))) = found {
                titles.set(report.titles.clone());
            }
        });
    });
    let content = move || match found.get() {
        None => view! { <SkeletonRows count=12/> }.into_any(),
        Some((_, Err(fault))) => failed(fault.0, move || found.refetch()),
        Some((query, Ok(report))) => match Shown::new(page, nav, query, report) {
            Some(shown) if shown.is_empty() => nothing(),
            Some(shown) => sections(shown),
            None => no_access(),
        },
    };
    view! { <div class="stack report" aria-busy=move || busy().then_some("true")>{content}</div> }.into_any()
}

fn nothing() -> AnyView {
    view! { <EmptyState icon="chart-column" title=t("report.empty") text=t("report.empty_hint")/> }.into_any()
}

fn sections(shown: Shown) -> AnyView {
    let page = shown.page;
    let by = shown.by;
    let named = Signal::derive(move || page.text_with("report.by_what", &[("what", &words::dimension(page, &by))]));
    let groups = shown.report.with_value(|report| report.groups.clone());
    let agents = shown.report.with_value(|report| report.agents.clone());
    let agent = shared::report::dimension("owner_id").filter(|_| !agents.is_empty());
    let left_out = shown.report.with_value(|report| report.left_out);
    let more = move || page.text_with("report.left_out", &[("n", &left_out.to_string())]);
    view! {
        {figures::figures(shown)}
        {over_time::over_time(shown)}
        {table::table(shown, "groups", named, by, groups, GROUPS)}
        {(left_out > 0).then(|| view! { <p class="muted">{more}</p> })}
        {agent.map(|agent| table::table(shown, "agents", t("report.agents"), agent, agents, AGENTS))}
        {explained(shown)}
    }
    .into_any()
}

/// How each number is measured, in words.
fn explained(shown: Shown) -> AnyView {
    let page = shown.page;
    let line = move |key: &'static str| {
        let (name, text) = (format!("report.{key}"), format!("report.{key}_hint"));
        view! {
            <div><dt>{move || page.text(&name)}</dt><dd>{move || page.text(&text)}</dd></div>
        }
    };
    let keys = column::explained(shown);
    let zone = move || page.text_with("report.zone", &[("zone", &page.zone().name)]);
    view! {
        <details class="panel report-words">
            <summary class="section-title">{t("report.how")}</summary>
            <dl>{keys.into_iter().map(line).collect_view()}</dl>
            <p class="muted">{zone}</p>
            <p class="muted">{move || {
                let types = i18n::type_label_many(page.locale.get(), &TICKET);
                page.text_with("report.scope", &[("types", &types)])
            }}</p>
        </details>
    }
    .into_any()
}

/// Whether a number of this kind is for the reader.
fn sees(page: Page, measure: Measure) -> bool {
    page.actor().is_some_and(|actor| measure.is_open_to(&actor))
}

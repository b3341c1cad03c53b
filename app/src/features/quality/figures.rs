//! Counts that lead to the lists of what they count.

use leptos::prelude::*;
use serde_json::Value;
use shared::RecordDef;
use shared::access::Action;
use shared::duplicates::Pairs;
use shared::format::{number, relative};
use shared::i18n;
use shared::quality::{Quality, quiet_for};
use shared::query::{Filter, ListQuery, Op};
use shared::record::NOT_WORKING;

use crate::api::duplicates::duplicates;
use crate::api::quality::quality_of;
use crate::api::records::list_records;
use crate::context::{Page, t};
use crate::record::{failed, list_address};
use crate::ui::{ButtonKind, Choice, LinkButton, Progress, Segmented, SkeletonRows};

/// Days without anything, to choose from.
const DAYS: [i64; 3] = [90, 180, 365];

pub(super) fn figures(page: Page, def: &'static RecordDef) -> AnyView {
    let found = LocalResource::new(move || quality_of(def.name.to_owned()));
    let body = move || match found.get() {
        None => view! { <SkeletonRows count=4/> }.into_any(),
        Some(Err(fault)) => failed(fault.0, move || found.refetch()),
        Some(Ok(figures)) => view! {
            {complete(page, def, &figures)}
            {def.is_reachable().then(|| channels(page, def, figures.not_working))}
        }
        .into_any(),
    };
    view! {
        {body}
        {quiet(page, def)}
    }
    .into_any()
}

/// How complete the records are, and which fields lack most.
fn complete(page: Page, def: &'static RecordDef, figures: &Quality) -> AnyView {
    let (total, share) = (figures.total, figures.share().to_string());
    let mut fields: Vec<(&'static str, i64)> = figures
        .filled
        .iter()
        .filter_map(|(name, filled)| Some((def.field(name).filter(|field| !field.required)?.name, *filled)))
        .collect();
    fields.sort_by_key(|(_, filled)| *filled);
    view! {
        <section class="panel stack" data-quality="complete">
            <h2 class="section-title">
                {move || page.text_with("quality.complete", &[("n", &share)])}
                <span class="spacer"></span>
                <span class="count num">{move || page.text_with("quality.of_total", &[("n", &number(page.locale.get(), total))])}</span>
            </h2>
            {fields.into_iter().map(|(name, filled)| field(page, def, name, filled, total)).collect_view()}
        </section>
    }
    .into_any()
}

fn field(page: Page, def: &'static RecordDef, name: &'static str, filled: i64, total: i64) -> AnyView {
    let label = Signal::derive(move || i18n::field_label(page.locale.get(), def, name));
    #[expect(clippy::cast_precision_loss, reason = "a part of a bar")]
    let part = Signal::stored(Some(filled as f64 / total.max(1) as f64));
    let lacking = total - filled;
    let text = move || match lacking {
        0 => page.text("quality.full"),
        n => page.text_with("quality.lacking", &[("n", &number(page.locale.get(), n))]),
    };
    let line = view! {
        <span class="row"><span>{label}</span><span class="spacer"></span><span class="meta num">{text}</span></span>
        <Progress value=part label/>
    };
    if lacking == 0 {
        return view! { <div class="quality-line" data-field=name>{line}</div> }.into_any();
    }
    let href = list_address(def, vec![Filter::field(name, Op::Empty, Value::Null)]);
    view! { <a class="quality-line" data-field=name href=href>{line}</a> }.into_any()
}

/// Who can't be reached any more, and who may be there twice.
fn channels(page: Page, def: &'static RecordDef, not_working: i64) -> AnyView {
    let text = move || page.text_with("quality.channels_text", &[("n", &number(page.locale.get(), not_working))]);
    let show = (not_working > 0).then(|| {
        let href = list_address(def, vec![Filter::field(NOT_WORKING.name, Op::Present, Value::Null)]);
        show(page, href, not_working)
    });
    let may_decide = page.actor().is_some_and(|actor| actor.may(def, Action::Update) && actor.sees_title(def));
    view! {
        <section class="panel stack" data-quality="channels">
            <div class="row"><span>{text}</span><span class="spacer"></span>{show}</div>
            {may_decide.then(|| pairs(page, def))}
        </section>
    }
    .into_any()
}

fn pairs(page: Page, def: &'static RecordDef) -> AnyView {
    let found = LocalResource::new(move || duplicates(def.name.to_owned(), 0));
    let line = move |pairs: Pairs| {
        let open = pairs.open;
        let looked_at = pairs.looked_at.as_deref().and_then(|at| at.parse().ok());
        let text = move || match looked_at {
            None => page.text("duplicates.never"),
            Some(at) => {
                let when = relative(page.locale.get(), at, page.now.get());
                page.text_with("duplicates.state", &[("n", &number(page.locale.get(), open)), ("when", &when)])
            }
        };
        view! { <span>{text}</span> }
    };
    view! {
        <div class="row" data-quality="pairs">
            {move || match found.get() {
                None => ().into_any(),
                Some(Err(fault)) => failed(fault.0, move || found.refetch()),
                Some(Ok(pairs)) => line(pairs).into_any(),
            }}
            <span class="spacer"></span>
            <LinkButton href=format!("/duplicates/{}", def.plural) icon="merge">{t("duplicates.about_all")}</LinkButton>
        </div>
    }
    .into_any()
}

/// Records that nothing happens with.
fn quiet(page: Page, def: &'static RecordDef) -> AnyView {
    let days = RwSignal::new(DAYS[0]);
    let count = LocalResource::new(move || {
        let query = ListQuery { filter: Some(quiet_for(days.get())), limit: 1, count: true, ..ListQuery::default() };
        list_records(def.name.to_owned(), query)
    });
    let options = Signal::derive(move || {
        let choice =
            |days: i64| Choice::new(days.to_string(), page.text_with("quality.days", &[("n", &days.to_string())]));
        DAYS.into_iter().map(choice).collect::<Vec<_>>()
    });
    let body = move || match count.get() {
        None => view! { <SkeletonRows count=1/> }.into_any(),
        Some(Err(fault)) => failed(fault.0, move || count.refetch()),
        Some(Ok(found)) => match found.total.unwrap_or(0) {
            0 => view! { <span class="muted">{t("quality.no_quiet")}</span> }.into_any(),
            n => show(page, list_address(def, vec![quiet_for(days.get())]), n),
        },
    };
    view! {
        <section class="panel stack" data-quality="quiet">
            <h2 class="section-title">{t("quality.quiet")}</h2>
            <p class="muted">{t("quality.quiet_text")}</p>
            <div class="row">
                <Segmented
                    value=Signal::derive(move || days.get().to_string())
                    options
                    label=t("quality.quiet")
                    on_change=move |chosen: String| days.set(chosen.parse().unwrap_or(DAYS[0]))
                />
                <span class="spacer"></span>
                {body}
            </div>
        </section>
    }
    .into_any()
}

/// The link to the list.
fn show(page: Page, href: String, count: i64) -> AnyView {
    let text = move || page.text_with("quality.show", &[("n", &number(page.locale.get(), count))]);
    view! { <LinkButton href=href kind=ButtonKind::Secondary icon="list">{text}</LinkButton> }.into_any()
}

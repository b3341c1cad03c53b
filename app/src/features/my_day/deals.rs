//! Beside the tasks: tickets and deals that want attention, as far as one works them, and what I did last.

use chrono::{DateTime, Duration, Utc};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value;
use shared::access::Action;
use shared::query::{Filter, ListQuery, Op, Page as Rows, Sort};
use shared::record::instant_text;
use shared::types::{OPPORTUNITY, TICKET, rotting};
use shared::{Error, RecordDef, Row, format};

use super::tickets;
use crate::api::records::list_records;
use crate::api::{Answer, Fault};
use crate::context::{Page, t};
use crate::ui::{Icon, Money};

/// Days ahead in which a deal closes soon.
const SOON: &str = "@today+7";
/// Lines per list.
pub(super) const LINES: u32 = 8;
/// How long changes may gather before the lists are read again.
const REST: std::time::Duration = std::time::Duration::from_millis(800);

/// What the side shows.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Side {
    /// My tickets that are due today or at risk.
    tickets: Rows,
    /// Open deals expected to close this week or before.
    closing: Rows,
    /// Open deals without activity for too long, with the days over their stage's limit.
    stale: Vec<(Row, i64)>,
    /// My last activities.
    recent: Rows,
}

/// Reads the lists; a type one may not read is an empty list.
pub(super) async fn load(page: Page) -> Answer<Side> {
    let tickets = tickets::load(page).await?;
    let open = || vec![Filter::field("owner_id", Op::Eq, "@me"), Filter::field("status", Op::Eq, "open")];
    let mut soon = open();
    soon.push(Filter::field("expected_close", Op::Lte, SOON));
    let closing = read("opportunity", soon, ("expected_close", false), LINES).await?;
    let own = vec![Filter::field("owner_id", Op::Eq, "@me")];
    let recent = read("activity", own, ("occurred_at", true), LINES).await?;
    let stale = stale(open(), page.now.get_untracked()).await?;
    Ok(Side { tickets, closing, stale, recent })
}

/// Deals past the limit of their stage, the longest first.
async fn stale(mut filter: Vec<Filter>, now: DateTime<Utc>) -> Answer<Vec<(Row, i64)>> {
    let limited = vec![Filter::field("rotting_days", Op::Present, Value::Null)];
    let stages = read("stage", limited, ("rotting_days", false), 200).await?.rows;
    let limit = |id| stages.iter().find(|stage| Some(stage.id) == id).and_then(|stage| stage.integer("rotting_days"));
    let Some(shortest) = stages.iter().filter_map(|stage| stage.integer("rotting_days")).min() else {
        return Ok(Vec::new());
    };
    let before = |field: &str, at: DateTime<Utc>| Filter::field(field, Op::Lt, instant_text(at));
    let idle = now - Duration::days(shortest);
    filter.push(before("stage_changed_at", idle));
    for (field, at) in [("last_activity_at", idle), ("next_activity_at", now)] {
        filter.push(Filter::Any(vec![Filter::field(field, Op::Empty, Value::Null), before(field, at)]));
    }
    let found = read("opportunity", filter, ("stage_changed_at", false), 200).await?;
    let over = |row: Row| rotting(&row, limit(row.reference("stage_id")), now).map(|days| (row, days));
    let mut stale: Vec<(Row, i64)> = found.rows.into_iter().filter_map(over).collect();
    stale.sort_by_key(|(row, days)| (-days, row.id));
    stale.truncate(LINES as usize);
    Ok(stale)
}

/// So many records that fit, in this order, and how many there are; none without a right on the type.
pub(super) async fn read(
    record_type: &str,
    filter: Vec<Filter>,
    (field, descending): (&str, bool),
    limit: u32,
) -> Answer<Rows> {
    let sort = Some(Sort { field: field.into(), descending });
    let query = ListQuery { filter: Some(Filter::All(filter)), sort, limit, count: true, ..ListQuery::default() };
    match list_records(record_type.to_owned(), query).await {
        Err(Fault(Error::Forbidden)) => Ok(Rows::default()),
        result => result,
    }
}

/// Runs `reload` a moment after the last call of what it gives.
pub(super) fn debounced(reload: impl Fn() + Copy + 'static) -> impl Fn() + Copy + 'static {
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    on_cleanup(stop);
    move || {
        stop();
        timer.set_value(set_timeout_with_handle(reload, REST).ok());
    }
}

/// The lists of the side.
#[component]
pub(super) fn SideLists(side: Side) -> impl IntoView {
    let page = Page::take();
    let Side { tickets: due, closing, stale, recent } = side;
    let sells = may(page, &OPPORTUNITY, Action::Read);
    // Whoever sells has tickets now and then only.
    let helps = may(page, &TICKET, Action::Update) && (!sells || !due.rows.is_empty());
    let today = move || page.zone().day(page.now.get());
    let closing_line = move |row: Row| {
        let day = row.date("expected_close");
        let late = move || day.is_some_and(|day| day < today());
        let text = move || day.map(|day| format::date_short(page.locale.get(), day, today()));
        deal(page, row, view! { <time class="meta" data-late=move || late().then_some("")>{text}</time> }.into_any())
    };
    let stale_line = move |(row, days): (Row, i64)| {
        let text = move || page.text_with("my_day.days_over", &[("n", &days.to_string())]);
        deal(page, row, view! { <span class="meta">{text}</span> }.into_any())
    };
    let titles = recent.titles;
    let recent_line = move |row: Row| recent_line(page, row, &titles);
    view! {
        {helps.then(|| list("my_day.tickets_due", tickets::lines(page, due.rows), due.total))}
        {sells.then(|| {
            let (total, closing) = (closing.total, closing.rows.into_iter().map(closing_line).collect_view());
            list("my_day.closing_soon", closing.into_any(), total)
        })}
        {sells.then(|| list("my_day.rotting", stale.into_iter().map(stale_line).collect_view().into_any(), None))}
        {list("my_day.recent_activity", recent.rows.into_iter().map(recent_line).collect_view().into_any(), None)}
    }
}

/// Whether one may do that to records of a type.
pub(super) fn may(page: Page, def: &RecordDef, action: Action) -> bool {
    page.actor().is_some_and(|actor| actor.may(def, action))
}

/// A list with its heading; says so when it is empty.
fn list(title: &'static str, lines: AnyView, total: Option<i64>) -> impl IntoView {
    view! {
        <section class="section">
            <h2 class="section-title">{t(title)}{total.filter(|n| *n > 0).map(|n| view! { " "<span class="count">{n}</span> })}</h2>
            <ul class="related">{lines}</ul>
            <p class="meta day-none">{t("ui.word.none")}</p>
        </section>
    }
}

fn deal(page: Page, row: Row, end: AnyView) -> impl IntoView {
    let amount = row.decimal("amount");
    let currency = row.text("currency").map_or_else(|| page.currency(), str::to_owned);
    let money = move |amount: Decimal| {
        let (short, exact) = (currency.clone(), currency);
        let text = Signal::derive(move || format::money_short(page.locale.get(), amount, &short));
        let exact = Signal::derive(move || format::money(page.locale.get(), amount, &exact));
        view! { <Money text exact/> }
    };
    view! {
        <li>
            <a class="related-item" href=format!("/opportunities/{}", row.id)>
                <Icon name="target"/>
                <span class="truncate">{row.text("name").unwrap_or_default().to_owned()}</span>
                {amount.map(money)}
                {end}
            </a>
        </li>
    }
}

fn recent_line(page: Page, row: Row, titles: &shared::query::Titles) -> impl IntoView + use<> {
    let at = row.datetime("occurred_at");
    let place =
        [("opportunity", "opportunities"), ("customer", "customers"), ("lead", "leads"), ("contact", "contacts")]
            .into_iter()
            .find_map(|(name, plural)| Some((plural, row.reference(&format!("{name}_id"))?)));
    let about = place.and_then(|(_, id)| titles.get(&id).cloned());
    let href = place.map_or_else(|| format!("/activities/{}", row.id), |(plural, id)| format!("/{plural}/{id}"));
    let subject = row.text("subject").unwrap_or_default().to_owned();
    let icon = match row.text("kind") {
        Some("call") => "phone",
        Some("email") => "mail",
        Some("meeting") => "users",
        Some("visit") => "map-pin",
        Some("chat") => "message-circle",
        _ => "sticky-note",
    };
    let exact = move || at.map(|at| format::date_time(page.locale.get(), at, &page.zone()));
    let when = move || at.map(|at| format::relative(page.locale.get(), at, page.now.get()));
    view! {
        <li>
            <a class="related-item" href=href>
                <Icon name=icon/>
                <span class="truncate">{subject}{about.map(|about| view! { <span class="meta">" · "{about}</span> })}</span>
                <time class="meta" title=exact>{when}</time>
            </a>
        </li>
    }
}

//! What belongs to a record: the records of other types that refer to it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::params::ParamsMap;
use shared::access::{Action, Actor};
use shared::query::{Filter, ListQuery, Op, Page as Found, Titles};
use shared::record::listed_with;
use shared::types::{REGISTRY, TICKET};
use shared::{RecordDef, Row, Values, i18n};
use uuid::Uuid;

use crate::api::records::list_records;
use crate::context::{Page, t};
use crate::record::RecordForm;
use crate::record::attribute::Attribute;
use crate::record::called::called;
use crate::record::list::address::list_address;
use crate::record::value::{Shown, value_view};
use crate::ui::{Button, ButtonKind, Icon, LinkButton, Size};

/// Rows of a related list; the rest is one click away.
const SHOWN: u32 = 5;

/// Types whose records are listed on a page of `def`, with the path by which they belong to it.
fn referring(def: &'static RecordDef, actor: &Actor) -> Vec<(&'static RecordDef, &'static str)> {
    let found = |other: &&'static RecordDef| {
        let path = listed_with(other, def, actor)?;
        (!other.admin && !other.uploaded).then_some((*other, path))
    };
    REGISTRY.iter().filter_map(found).collect()
}

pub(super) fn related(page: Page, def: &'static RecordDef, id: Uuid) -> AnyView {
    let Some(actor) = page.actor() else { return ().into_any() };
    let one = |(other, path): (&'static RecordDef, &'static str)| {
        // A new one would not be listed where another record leads here.
        let may_create = !path.contains('.') && actor.may(other, Action::Create);
        view! { <RelatedList def=other path id may_create/> }
    };
    referring(def, &actor).into_iter().map(one).collect_view().into_any()
}

#[component]
fn RelatedList(def: &'static RecordDef, path: &'static str, id: Uuid, may_create: bool) -> impl IntoView {
    let page = Page::take();
    let condition = move || Filter::field(path, Op::Eq, id.to_string());
    let query = move || ListQuery { filter: Some(condition()), limit: SHOWN, count: true, ..ListQuery::default() };
    // Below the fold: loaded in the browser, so that the page itself is there sooner. Not a resource: the page would
    // wait for it.
    let found = RwSignal::new(None::<Found>);
    let load = move || {
        spawn_local(async move {
            if let Ok(page) = list_records(def.name.to_owned(), query()).await {
                found.try_set(Some(page));
            }
        });
    };
    Effect::new(move |_| load());
    let creating = RwSignal::new(false);
    let initial = Signal::stored(Values::from_iter([(path.to_owned(), id.to_string().into())]));
    let heading = move || i18n::type_label_many(page.locale.get(), def);
    let new_label = Signal::derive(move || page.text(&format!("{}._new", def.name)));
    let rows = move || found.get().map(|found| list(page, def, found, &condition()));
    let count = move || found.with(|found| found.as_ref().and_then(|found| found.total));
    view! {
        <section class="facts-group" data-related=def.plural>
            <h2 class="section-title">
                {heading}
                <span class="count">{count}</span>
                <span class="spacer"></span>
                {(def.name == TICKET.name).then(|| view! {
                    <LinkButton href=report_of(&condition()) kind=ButtonKind::Ghost size=Size::Small icon="chart-column" label=t("report.title")/>
                })}
                {may_create.then(|| view! {
                    <Button kind=ButtonKind::Ghost size=Size::Small icon="plus" label=new_label on_click=move |_| creating.set(true)/>
                })}
            </h2>
            {rows}
        </section>
        <RecordForm record_type=def.name open=creating initial on_saved=move |_| load()/>
    }
}

/// The reports of these tickets alone.
fn report_of(condition: &Filter) -> String {
    let mut params = ParamsMap::new();
    params.insert("f", serde_json::to_string(&[condition]).unwrap_or_default());
    format!("/desk/reports{}", params.to_query_string())
}

fn list(page: Page, def: &'static RecordDef, found: Found, condition: &Filter) -> AnyView {
    let shown = i64::try_from(found.rows.len()).unwrap_or_default();
    let all = found.total.filter(|total| *total > shown).map(|_| {
        let address = list_address(def, vec![condition.clone()]);
        view! { <li><a class="related-item" href=address>{t("ui.action.show_all")}</a></li> }
    });
    let item = |row: Row| {
        let title = Some(called(page, def, &row)).filter(|title| !title.is_empty());
        let title = title.unwrap_or_else(|| "–".to_owned());
        // What has no title is called by it.
        let said = (!page.called(def, &row).is_empty()).then(|| said(page, def, &row)).flatten();
        let amount = row.decimal("amount").map(|amount| {
            let code = crate::record::value::currency(page, &row.values);
            let short = shared::format::money_short(page.locale.get(), amount, &code);
            view! { <data class="money" value=amount.to_string()>{short}</data> }
        });
        view! {
            <li>
                <a class="related-item" href=format!("/{}/{}", def.plural, row.id)>
                    <Icon name=def.icon/>
                    <span class="truncate">{title}</span>
                    {amount}
                    {said}
                </a>
            </li>
        }
    };
    view! { <ul class="related">{found.rows.into_iter().map(item).collect_view()}{all}</ul> }.into_any()
}

/// What the customer thought of it: stars of a ticket, the score of an answer, as lists show them.
fn said(page: Page, def: &'static RecordDef, row: &Row) -> Option<AnyView> {
    let field = ["satisfaction", "score"].into_iter().find(|field| !row.value(field).is_null())?;
    let attribute = Attribute::named(def, field, &[])?;
    let label = attribute.label(page.locale.get());
    let score = value_view(page, &attribute, &row.values, &Titles::new(), Shown::Row);
    Some(view! { <span class="meta num" title=label>{score}</span> }.into_any())
}

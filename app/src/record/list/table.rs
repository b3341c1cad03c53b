//! The table: head and virtual rows.

use leptos::prelude::*;
use shared::i18n;

use super::ListContext;
use super::columns::{shown, template};
use super::data::ListData;
use super::row;
use crate::record::attribute::Attribute;
use crate::record::ticks::box_of_shown;
use crate::ui::{Icon, VirtualTable};

pub(super) fn table(context: ListContext, all: StoredValue<Vec<Attribute>>, data: ListData) -> AnyView {
    let page = context.page;
    let columns = Memo::new(move |_| shown(context, all));
    let label = Signal::derive(move || {
        let name = i18n::type_label_many(page.locale.get(), context.def);
        page.text_with("list.table_of", &[("type", &name)])
    });
    let key = move |at: usize| data.rows.with(|rows| rows.get(at).map(|row| row.id.to_string()).unwrap_or_default());
    view! {
        <VirtualTable
            count=Signal::derive(move || data.rows.with(Vec::len))
            columns=Signal::derive(move || columns.with(|columns| template(columns, page.locale.get())))
            head=move || head(context, columns, data)
            row=move |at| row::row(context, columns, data, at)
            key=key
            on_range=move |(_, end)| data.seen_to(end)
            label
        />
    }
    .into_any()
}

fn head(context: ListContext, columns: Memo<Vec<Attribute>>, data: ListData) -> AnyView {
    view! {
        <tr role="row">
            <th class="cell-check" role="columnheader">{box_of_shown(data)}</th>
            {move || columns.get().into_iter().map(|column| head_cell(context, column)).collect_view()}
        </tr>
    }
    .into_any()
}

fn head_cell(context: ListContext, column: Attribute) -> AnyView {
    let nav = context.nav;
    let label = column.label_signal(context.page);
    let class = if column.kind().is_number() { "cell-num" } else { "" };
    if !column.is_sortable() {
        return view! { <th role="columnheader" class=class>{label}</th> }.into_any();
    }
    let name = column.name();
    let own = name.clone();
    let order = Memo::new(move |_| {
        nav.state.with(|state| state.sort.as_ref().filter(|sort| sort.field == own).map(|sort| sort.descending))
    });
    let sorted = move || match order.get() {
        Some(true) => "descending",
        Some(false) => "ascending",
        None => "none",
    };
    view! {
        <th role="columnheader" class=class aria-sort=sorted>
            <button type="button" class="th-sort" on:click=move |_| nav.change(|state| state.turn(&name))>
                <span class="truncate">{label}</span>
                {move || match order.get() {
                    Some(true) => view! { <Icon name="arrow-down"/> },
                    _ => view! { <Icon name="arrow-up"/> },
                }}
            </button>
        </th>
    }
    .into_any()
}

//! One row of a list, and its cells.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, Event};
use shared::access::{Action, Holder};
use shared::record::{NOT_WORKING, texts};
use shared::{Row, i18n};
use uuid::Uuid;

use super::ListContext;
use super::columns::{is_bare_number, phone_places};
use super::data::ListData;
use crate::record::attribute::Attribute;
use crate::record::called::called;
use crate::record::inline::{focus, inline_editor, refocus};
use crate::record::ticks::tick;
use crate::record::value::{Shown, value_view};
use crate::ui::{Badge, Checkbox, Tone};

/// From this width on there is room for a record beside the list.
const WIDE: f64 = 768.0;

pub(super) fn row(context: ListContext, columns: Memo<Vec<Attribute>>, data: ListData, at: usize) -> AnyView {
    let Some(id) = data.rows.with_untracked(|rows| rows.get(at).map(|row| row.id)) else { return ().into_any() };
    let row = Memo::new(move |_| data.at(at).filter(|row| row.id == id));
    let ticked = Memo::new(move |_| data.selected.with(|selected| selected.contains(&id)));
    let open = Memo::new(move |_| context.nav.is_open(id));
    let shift = StoredValue::new(false);
    let page = context.page;
    let label = Signal::derive(move || {
        let name = row.with(|row| row.as_ref().map(|row| called(page, context.def, row)));
        page.text_with("list.select_row", &[("name", &name.unwrap_or_default())])
    });
    let cells = move || {
        let columns = columns.get();
        let places = phone_places(&columns);
        let cell = |(column, place)| cell(Cell { context, data, row, id, column, place });
        columns.into_iter().zip(places).map(cell).collect_view()
    };
    let click = move |event: MouseEvent| {
        if closest(&event, "a, button, input, label, select, textarea, .inline-edit").is_none() && is_wide() {
            context.nav.peek(id);
        }
    };
    let key = move |event: KeyboardEvent| {
        let field = closest(&event, "td[data-field]").and_then(|cell| cell.get_attribute("data-field"));
        if let Some(field) = field.filter(|_| event.key() == "F2") {
            event.prevent_default();
            begin(context, data, columns, id, field);
        }
    };
    view! {
        <tr
            role="row"
            data-row=""
            data-id=id.to_string()
            aria-rowindex=(at + 2).to_string()
            aria-selected=move || ticked.get().to_string()
            data-selected=move || ticked.get().then_some("")
            data-open=move || open.get().then_some("")
            on:click=click
            on:keydown=key
        >
            <td class="cell-check" role="cell" on:pointerdown=move |event| shift.set_value(event.shift_key())>
                <Checkbox
                    value=ticked
                    label
                    on_change=move |on| {
                        let range = shift.try_update_value(std::mem::take).unwrap_or_default();
                        tick(data, id, on, range);
                    }
                />
            </td>
            {cells}
        </tr>
    }
    .into_any()
}

/// What a cell is made from.
#[derive(Clone)]
struct Cell {
    context: ListContext,
    data: ListData,
    row: Memo<Option<Row>>,
    id: Uuid,
    column: Attribute,
    place: Option<&'static str>,
}

fn cell(cell: Cell) -> AnyView {
    let Cell { context, data, row, id, column, place } = cell.clone();
    let page = context.page;
    let name = column.name();
    let (own, refused_name) = (name.clone(), name.clone());
    let editing =
        Memo::new(move |_| data.editing.with(|e| e.as_ref().is_some_and(|(row, field)| *row == id && *field == own)));
    let refused = Memo::new(move |_| {
        data.refused.with(|refused| {
            refused.as_ref().filter(|(row, e)| *row == id && e.field == refused_name).map(|(_, e)| e.clone())
        })
    });
    let class = match &column {
        column if column.is_title() => "cell-main",
        column if column.kind().is_number() => "cell-num",
        _ => "",
    };
    let label = is_bare_number(&column).then(|| column.label_signal(page));
    let content = move || {
        if editing.get() {
            return editor(&cell).into_any();
        }
        row.get().map(|row| value(&cell, &row)).into_any()
    };
    view! {
        <td
            role="cell"
            class=class
            data-field=name
            data-phone=place
            data-label=move || label.map(|label| label.get())
            data-editing=move || editing.get().then_some("")
            data-invalid=move || refused.with(Option::is_some).then_some("")
        >
            {content}
            {move || refused.get().map(|error| view! {
                <p class="field-error" role="alert">{i18n::field_error(page.locale.get(), &error)}</p>
            })}
        </td>
    }
    .into_any()
}

fn editor(cell: &Cell) -> Option<AnyView> {
    let Cell { context, data, row, id, column, .. } = cell.clone();
    let current = row.get_untracked()?;
    let name = column.name();
    let done = move || {
        data.editing.set(None);
        focus_cell(id, &name);
    };
    Some(inline_editor(data.target(context), column, current, done))
}

/// The value: the title leads to the record, what may be changed is a button that begins to edit.
fn value(cell: &Cell, row: &Row) -> AnyView {
    let Cell { context, data, id, column, .. } = cell.clone();
    let page = context.page;
    if column.is_title() {
        let title = Some(called(page, context.def, row)).filter(|title| !title.is_empty());
        let title = title.unwrap_or_else(|| "–".to_owned());
        let open = move |event: MouseEvent| {
            let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
            if !modified && event.button() == 0 && is_wide() {
                event.prevent_default();
                context.nav.peek(id);
            }
        };
        // On a phone not all channels have a place of their own.
        let is_marked = texts(&row.values, NOT_WORKING.name).next().is_some();
        let word = move || i18n::field_label(page.locale.get(), context.def, NOT_WORKING.name);
        return view! {
            <a href=format!("/{}/{id}", context.def.plural) on:click=open>{title}</a>
            {is_marked.then(|| view! { <Badge tone=Tone::Danger>{word}</Badge> })}
        }
        .into_any();
    }
    let shown = data.titles.with(|titles| value_view(page, &column, &row.values, titles, Shown::Row));
    if !may_edit(context, &column, row) {
        return shown;
    }
    let name = column.name();
    let label = page.text_with("ui.record.edit_field", &[("field", &column.label(page.locale.get()))]);
    let begin = move |_| {
        data.refused.set(None);
        data.editing.set(Some((id, name.clone())));
    };
    view! { <button type="button" class="cell-edit" title=label on:click=begin>{shown}</button> }.into_any()
}

/// Whether this cell may be changed, as far as the browser can tell; the server decides.
pub(super) fn may_edit(context: ListContext, column: &Attribute, row: &Row) -> bool {
    let Some(actor) =
        context.page.actor().filter(|_| column.editable && !column.is_structured() && column.applies(&row.values))
    else {
        return false;
    };
    actor.holds(context.def, Action::Update, &Holder::of(row))
}

fn begin(context: ListContext, data: ListData, columns: Memo<Vec<Attribute>>, id: Uuid, field: String) {
    let column = columns.with_untracked(|columns| columns.iter().find(|c| c.name() == field).cloned());
    let row = data.rows.with_untracked(|rows| rows.iter().find(|row| row.id == id).cloned());
    if let (Some(column), Some(row)) = (column, row)
        && may_edit(context, &column, &row)
    {
        data.refused.set(None);
        data.editing.set(Some((id, field)));
    }
}

/// Back to where editing began, so that the keyboard goes on from there.
fn focus_cell(id: Uuid, field: &str) {
    let selector = format!("tr[data-id='{id}'] td[data-field='{field}'] :is(button, a)");
    request_animation_frame(move || focus(document().query_selector(&selector).ok().flatten()));
}

/// The field of the cell that has the focus, if one of this row has it; empty where that is no field's.
pub(super) fn focused_field(id: Uuid) -> Option<String> {
    let cell = document().active_element()?.closest(&format!("tr[data-id='{id}'] td")).ok()??;
    Some(cell.get_attribute("data-field").unwrap_or_default())
}

/// Goes on in a row that takes the place of one which had the focus: in the same column, or in what else can be edited.
pub(super) fn go_on_in(id: Uuid, field: &str) {
    let cell = format!("tr[data-id='{id}'] td[data-field='{field}'] :is(button, a)");
    let find = move |selector: &str| document().query_selector(selector).ok().flatten();
    refocus(move || find(&cell).or_else(|| find(&format!("tr[data-id='{id}'] .cell-edit"))));
}

pub(super) fn closest(event: &impl AsRef<Event>, selector: &str) -> Option<Element> {
    event.as_ref().target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?
}

pub(super) fn is_wide() -> bool {
    window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width >= WIDE)
}

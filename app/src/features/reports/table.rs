//! Numbers by group, one row each, in the order of whichever column one likes.

use leptos::prelude::*;
use rust_decimal::Decimal;
use shared::report::{Dimension, Figures, Group};

use super::column::{Column, seen};
use super::shown::Shown;
use super::{file, words};
use crate::context::t;
use crate::ui::{Button, ButtonKind, Icon};

/// What rows are ordered by: a column or, without one, the name; the other way round.
type Order = (Option<Column>, bool);

pub(super) fn table(
    shown: Shown,
    key: &'static str,
    title: Signal<String>,
    by: Dimension,
    groups: Vec<Group>,
    columns: &'static [Column],
) -> AnyView {
    let page = shown.page;
    let columns = StoredValue::new(seen(page, columns));
    let groups = StoredValue::new(groups);
    // As they come: the largest first.
    let order = RwSignal::new(None::<Order>);
    let sorted = Memo::new(move |_| groups.with_value(|groups| sorted(shown, by, groups, order.get())));
    let row = move |at: usize| groups.with_value(|groups| groups.get(at).map(|group| row(shown, by, group, columns)));
    let save = move |_| {
        let lines = untrack(|| lines(shown, by, columns, groups));
        file::save(&title.get_untracked(), &lines);
    };
    let heads = columns.with_value(|all| all.iter().map(|column| head(shown, Some(*column), order)).collect_view());
    let total = shown.report.with_value(|report| report.total.clone());
    let first = Signal::derive(move || words::dimension(page, &by));
    view! {
        <section class="panel stack" data-report=key>
            <h2 class="section-title">
                {title}
                <span class="spacer"></span>
                <Button kind=ButtonKind::Ghost icon="download" label=t("report.save") on_click=save/>
            </h2>
            <div class="report-scroll">
                <table class="report-table">
                    <thead><tr>{name_head(first, order)}{heads}</tr></thead>
                    <tbody>{move || sorted.get().into_iter().filter_map(row).collect_view()}</tbody>
                    <tfoot>
                        <tr>
                            <th scope="row">{t("report.all")}</th>
                            {columns.with_value(|all| all.iter().map(|column| cell(shown, *column, &total, None)).collect_view())}
                        </tr>
                    </tfoot>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// Places of the groups in the order they are shown in; those without a number come last.
fn sorted(shown: Shown, by: Dimension, groups: &[Group], order: Option<Order>) -> Vec<usize> {
    let mut places: Vec<usize> = (0..groups.len()).collect();
    match order {
        None => {}
        Some((None, turned)) => {
            let name = |at: &usize| shown.name((&by, groups[*at].key.as_deref())).to_lowercase();
            places.sort_by_cached_key(name);
            if turned {
                places.reverse();
            }
        }
        Some((Some(column), turned)) => places.sort_by_key(|at| {
            let value = column.value(&groups[*at].figures);
            (value.is_none(), value.map(|value| if turned { -value } else { value }))
        }),
    }
    places
}

/// The next order when a head is pressed: numbers begin with the largest, names with the first; then turned; then as they came.
fn next(order: Option<Order>, column: Option<Column>) -> Option<Order> {
    let first = column.is_some();
    match order.filter(|(own, _)| *own == column) {
        None => Some((column, first)),
        Some((_, turned)) if turned == first => Some((column, !first)),
        Some(_) => None,
    }
}

fn sort_button(label: Signal<String>, column: Option<Column>, order: RwSignal<Option<Order>>) -> AnyView {
    let turned = move || order.get().filter(|(own, _)| *own == column).map(|(_, turned)| turned);
    view! {
        <button type="button" class="th-sort" on:click=move |_| order.update(|order| *order = next(*order, column))>
            <span>{label}</span>
            {move || match turned() {
                Some(true) => view! { <Icon name="arrow-down"/> },
                _ => view! { <Icon name="arrow-up"/> },
            }}
        </button>
    }
    .into_any()
}

fn aria(order: RwSignal<Option<Order>>, column: Option<Column>) -> impl Fn() -> &'static str {
    move || match order.get().filter(|(own, _)| *own == column) {
        Some((_, true)) => "descending",
        Some((_, false)) => "ascending",
        None => "none",
    }
}

fn name_head(label: Signal<String>, order: RwSignal<Option<Order>>) -> AnyView {
    view! { <th scope="col" aria-sort=aria(order, None)>{sort_button(label, None, order)}</th> }.into_any()
}

fn head(shown: Shown, column: Option<Column>, order: RwSignal<Option<Order>>) -> AnyView {
    let page = shown.page;
    let key = column.map(Column::key).unwrap_or_default();
    let label = Signal::derive(move || page.text(&format!("report.{key}")));
    let hint = move || page.text(&format!("report.{key}_hint"));
    view! {
        <th scope="col" class="num" data-column=key title=hint aria-sort=aria(order, column)>{sort_button(label, column, order)}</th>
    }
    .into_any()
}

fn row(shown: Shown, by: Dimension, group: &Group, columns: StoredValue<Vec<Column>>) -> AnyView {
    let key = group.key.clone();
    let name = move || shown.name((&by, key.as_deref()));
    let figures = &group.figures;
    let of = Some((&by, group.key.as_deref()));
    view! {
        <tr data-key=group.key.clone().unwrap_or_default()>
            <th scope="row">{name}</th>
            {columns.with_value(|all| all.iter().map(|column| cell(shown, *column, figures, of)).collect_view())}
        </tr>
    }
    .into_any()
}

/// A number that opens its tickets.
fn cell(shown: Shown, column: Column, figures: &Figures, of: Option<super::shown::Key<'_>>) -> AnyView {
    let page = shown.page;
    let key = column.key();
    let Some(value) = column.value(figures) else {
        return view! { <td class="num" data-column=key><span class="muted">"–"</span></td> }.into_any();
    };
    let href = shown.href(column.opens(), of);
    let figures = figures.clone();
    let hint = move || column.of(page, &figures);
    view! {
        <td class="num" data-column=key><a href=href title=hint>{move || column.text(page, value)}</a></td>
    }
    .into_any()
}

/// The same for a file: times in seconds, shares in percent, in the order in which they came.
fn lines(
    shown: Shown,
    by: Dimension,
    columns: StoredValue<Vec<Column>>,
    groups: StoredValue<Vec<Group>>,
) -> Vec<Vec<String>> {
    let page = shown.page;
    let columns = columns.get_value();
    let head = |column: &Column| {
        let name = page.text(&format!("report.{}", column.key()));
        match column {
            Column::Median(_) | Column::Most(_) => page.text_with("report.in_seconds", &[("name", &name)]),
            Column::Share(..) => page.text_with("report.in_percent", &[("name", &name)]),
            _ => name,
        }
    };
    let first = [words::dimension(page, &by)].into_iter().chain(columns.iter().map(head)).collect();
    let line = |group: &Group| {
        let numbers = columns.iter().map(|column| plain(*column, &group.figures));
        [shown.name((&by, group.key.as_deref()))].into_iter().chain(numbers).collect()
    };
    [first].into_iter().chain(groups.with_value(|all| all.iter().map(line).collect::<Vec<_>>())).collect()
}

fn plain(column: Column, figures: &Figures) -> String {
    let Some(value) = column.value(figures) else { return String::new() };
    match column {
        Column::Share(..) => Decimal::new(value, 1).to_string(),
        Column::Rating => Decimal::new(value, 2).to_string(),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use shared::report::Measure;

    use super::*;

    #[test]
    fn a_head_turns_the_order_and_then_lets_go() {
        let solved = Some(Column::Count(Measure::Solved));
        let first = next(None, solved);
        assert_eq!(first, Some((solved, true)), "the largest number first");
        assert_eq!(next(first, solved), Some((solved, false)));
        assert_eq!(next(next(first, solved), solved), None);
        assert_eq!(next(first, None), Some((None, false)), "the first name first");
    }
}

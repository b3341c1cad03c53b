//! The numbers of all tickets.

use leptos::prelude::*;
use shared::report::{Measure, Timed};

use super::column::{Column, seen};
use super::shown::Shown;

const SHOWN: &[Column] = &[
    Column::Count(Measure::Received),
    Column::Count(Measure::Solved),
    Column::Count(Measure::Open),
    Column::Median(Timed::FirstResponse),
    Column::Median(Timed::Resolution),
    Column::Share(Measure::Kept, Measure::Promised),
    Column::Share(Measure::Reopened, Measure::FirstSolved),
    Column::Rating,
    Column::Nps,
];

pub(super) fn figures(shown: Shown) -> AnyView {
    let one = |column: Column| figure(shown, column);
    view! { <div class="figures report-figures">{seen(shown.page, SHOWN).into_iter().map(one).collect_view()}</div> }
        .into_any()
}

fn figure(shown: Shown, column: Column) -> AnyView {
    let page = shown.page;
    let key = column.key();
    let figures = shown.report.with_value(|report| report.total.clone());
    let value = column.value(&figures);
    let (name, hint) = (format!("report.{key}"), format!("report.{key}_hint"));
    let number = match value {
        None => view! { <span class="figure-value">"–"</span> }.into_any(),
        Some(value) => {
            let href = shown.href(column.opens(), None);
            view! { <a class="figure-value" href=href>{move || column.text(page, value)}</a> }.into_any()
        }
    };
    view! {
        <div class="figure" data-figure=key title=move || page.text(&hint)>
            <span class="figure-label">{move || page.text(&name)}</span>
            {number}
            <span class="figure-note">{note(shown, column)}</span>
        </div>
    }
    .into_any()
}

/// What stands below: what else belongs to it, with the way there.
fn note(shown: Shown, column: Column) -> Option<AnyView> {
    let page = shown.page;
    let figures = shown.report.with_value(|report| report.total.clone());
    let counted = move |key: &'static str, measure: Measure| {
        let count = figures.count(measure);
        let text = move || page.text_with(key, &[("n", &shared::format::number(page.locale.get(), count))]);
        (count > 0).then(|| view! { <a href=shown.href(measure, None)>{text}</a> }.into_any())
    };
    match column {
        Column::Count(Measure::Open) => counted("report.n_overdue", Measure::Overdue),
        Column::Share(Measure::Kept, _) => counted("report.n_missed", Measure::Missed),
        Column::Share(Measure::Reopened, _) => counted("report.n_reopened", Measure::Reopened),
        Column::Rating => counted("report.n_rated", Measure::Rated),
        Column::Nps => counted("report.n_rated", Measure::NpsAnswers),
        Column::Median(timed) => times(shown, timed),
        _ => None,
    }
}

/// How long nine of ten took, and how long it was in working time.
fn times(shown: Shown, timed: Timed) -> Option<AnyView> {
    let page = shown.page;
    let worked = if timed == Timed::FirstResponse { Timed::FirstResponseWorked } else { Timed::ResolutionWorked };
    let times = shown.report.with_value(|report| report.total.times.clone());
    let most = times.get(&timed)?.most;
    let worked = times.get(&worked).map(|times| times.median);
    let text = move || {
        let time = |seconds: i64| super::words::duration(page.locale.get(), seconds);
        let most = page.text_with("report.nine_of_ten", &[("time", &time(most))]);
        match worked {
            None => most,
            Some(worked) => format!("{most} · {}", page.text_with("report.in_work", &[("time", &time(worked))])),
        }
    };
    Some(text.into_any())
}

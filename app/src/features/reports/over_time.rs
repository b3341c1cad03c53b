//! Volume and backlog, drawn or as a table.

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::format::{date_short, month_heading};
use shared::i18n::{Locale, translate};
use shared::report::{Bucket, Measure, Span, Step};

use super::file;
use super::shown::Shown;
use super::today;
use crate::context::t;
use crate::ui::{Button, ButtonKind, Chart, Choice, Drawn, Segmented, Series};

pub(super) fn over_time(shown: Shown) -> Option<AnyView> {
    let page = shown.page;
    let buckets = shown.report.with_value(|report| report.buckets.clone());
    if buckets.is_empty() {
        return None;
    }
    let buckets = StoredValue::new(buckets);
    let as_table = RwSignal::new(false);
    let ways = Signal::derive(move || {
        vec![Choice::new("chart", page.text("report.as_chart")), Choice::new("table", page.text("report.as_table"))]
    });
    let way = Signal::derive(move || if as_table.get() { "table".to_owned() } else { "chart".to_owned() });
    let save = move |_| file::save(&page.text_now("report.over_time"), &lines(shown, buckets));
    Some(
        view! {
            <section class="panel stack" data-report="over_time">
                <h2 class="section-title">
                    {t("report.over_time")}
                    <span class="spacer"></span>
                    <Segmented value=way options=ways label=t("report.as") on_change=move |way: String| as_table.set(way == "table")/>
                    <Button kind=ButtonKind::Ghost icon="download" label=t("report.save") on_click=save/>
                </h2>
                {move || if as_table.get() { numbers(shown, buckets) } else { charts(shown, buckets) }}
            </section>
        }
        .into_any(),
    )
}

/// What a part of the period is called.
fn name(locale: Locale, step: Step, span: Span, today: NaiveDate) -> String {
    match step {
        // The first week and the last may be a single day.
        Step::Week if span.days() > 1 => {
            let last = span.until.pred_opt().unwrap_or(span.until);
            let (from, to) = (date_short(locale, span.from, today), date_short(locale, last, today));
            translate(locale, "report.days", &[("from", &from), ("to", &to)])
        }
        Step::Day | Step::Week => date_short(locale, span.from, today),
        Step::Month => month_heading(locale, span.from),
    }
}

/// The same; a part that is shorter than the others says so.
fn name_in_full(locale: Locale, step: Step, span: Span, today: NaiveDate) -> String {
    let name = name(locale, step, span, today);
    if span.is_whole(step, today) {
        return name;
    }
    let key = if span.until > today { "report.so_far" } else { "report.in_part" };
    translate(locale, key, &[("days", &name)])
}

fn charts(shown: Shown, buckets: StoredValue<Vec<Bucket>>) -> AnyView {
    let page = shown.page;
    let today = today(page);
    let places = Signal::derive(move || {
        let (locale, today, step) = (page.locale.get(), today.get(), shown.step());
        let name = |bucket: &Bucket| name_in_full(locale, step, bucket.span, today);
        buckets.with_value(|all| all.iter().map(name).collect::<Vec<_>>())
    });
    let shorter = Signal::derive(move || {
        let (today, step) = (today.get(), shown.step());
        buckets.with_value(|all| all.iter().map(|bucket| !bucket.span.is_whole(step, today)).collect::<Vec<_>>())
    });
    let series = move |key: &'static str, of: fn(&Bucket) -> i64| Series {
        name: page.text(key),
        values: buckets.with_value(|all| all.iter().map(of).collect()),
    };
    let volume = Signal::derive(move || {
        vec![series("report.received", |bucket| bucket.received), series("report.solved", |bucket| bucket.solved)]
    });
    let backlog = Signal::derive(move || vec![series("report.backlog", |bucket| bucket.backlog)]);
    let number = move |n: i64| shared::format::number(page.locale.get(), n);
    let span = move |at: usize| buckets.with_value(|all| all.get(at).map(|bucket| bucket.span));
    let open_received = move |at: usize| {
        if let Some(span) = span(at) {
            shown.nav.open(shown.href_within(Measure::Received, span));
        }
    };
    let open_backlog = move |at: usize| {
        if let Some(span) = span(at) {
            shown.nav.open(shown.href_backlog(span));
        }
    };
    view! {
        <Chart drawn=Drawn::Bars series=volume places shorter label=t("report.volume_chart") number on_open=open_received/>
        <Chart drawn=Drawn::Line series=backlog places label=t("report.backlog_chart") number on_open=open_backlog/>
    }
    .into_any()
}

fn numbers(shown: Shown, buckets: StoredValue<Vec<Bucket>>) -> AnyView {
    let page = shown.page;
    let today = today(page);
    let step = shown.step();
    let line = move |bucket: &Bucket| {
        let span = bucket.span;
        let cell = |href: String, n: i64| {
            view! { <td class="num"><a href=href>{move || shared::format::number(page.locale.get(), n)}</a></td> }
        };
        view! {
            <tr>
                <th scope="row">{move || name_in_full(page.locale.get(), step, span, today.get())}</th>
                {cell(shown.href_within(Measure::Received, span), bucket.received)}
                {cell(shown.href_within(Measure::Solved, span), bucket.solved)}
                {cell(shown.href_backlog(span), bucket.backlog)}
            </tr>
        }
    };
    let rows = buckets.with_value(|all| all.iter().map(line).collect_view());
    let head = move |key: &'static str, hint: &'static str| {
        view! { <th scope="col" class="num" title=move || page.text(hint)>{move || page.text(key)}</th> }
    };
    view! {
        <div class="report-scroll">
            <table class="report-table">
                <thead>
                    <tr>
                        <th scope="col">{t("report.when")}</th>
                        {head("report.received", "report.received_hint")}
                        {head("report.solved", "report.solved_hint")}
                        {head("report.backlog", "report.backlog_hint")}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The same for a file: days as programs read them.
fn lines(shown: Shown, buckets: StoredValue<Vec<Bucket>>) -> Vec<Vec<String>> {
    let page = shown.page;
    let head = ["report.first_day", "report.last_day", "report.received", "report.solved", "report.backlog"];
    let head = head.map(|key| page.text_now(key)).to_vec();
    let line = |bucket: &Bucket| {
        let last = bucket.span.until.pred_opt().unwrap_or(bucket.span.until);
        let numbers = [bucket.received, bucket.solved, bucket.backlog].map(|n| n.to_string());
        [bucket.span.from.to_string(), last.to_string()].into_iter().chain(numbers).collect()
    };
    [head].into_iter().chain(buckets.with_value(|all| all.iter().map(line).collect::<Vec<_>>())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_of_a_single_day_is_called_by_that_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let called = |step, until| {
            name(Locale::En, step, Span { from: day("2026-11-30"), until: day(until) }, day("2026-11-30"))
        };
        assert_eq!(called(Step::Week, "2026-12-01"), "30 Nov");
        assert_eq!(called(Step::Day, "2026-12-01"), "30 Nov");
        assert_eq!(called(Step::Week, "2026-12-07"), "30 Nov – 6 Dec");
    }

    #[test]
    fn what_is_shorter_than_the_others_says_so() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let called = |step, from, until| {
            let span = Span { from: day(from), until: day(until) };
            name_in_full(Locale::En, step, span, day("2026-12-08"))
        };
        assert_eq!(called(Step::Week, "2026-11-30", "2026-12-07"), "30 Nov – 6 Dec");
        assert_eq!(called(Step::Week, "2026-12-01", "2026-12-07"), "1 Dec – 6 Dec (in part)");
        assert_eq!(called(Step::Week, "2026-12-07", "2026-12-09"), "7 Dec – 8 Dec (so far)");
        assert_eq!(called(Step::Month, "2026-10-15", "2026-11-01"), "October 2026 (in part)");
    }
}

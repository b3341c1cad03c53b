//! A small chart: bars side by side, or a line. Drawn to the width there is; what is written stands beside the drawing, so
//! that it keeps its size. Put a table with the same numbers on the page: that is for keys and for readers who don't see it.

use leptos::{ev::PointerEvent, html::Div, prelude::*};

/// Units of the drawing for each place, and for its height.
const PLACE: f64 = 10.0;
const HEIGHT: f64 = 100.0;

/// Numbers that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What they are.
    pub name: String,
    /// One for each place.
    pub values: Vec<i64>,
}

/// How numbers are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// As bars side by side.
    Bars,
    /// As a line over an area.
    Line,
}

/// A chart of one or two series.
#[component]
pub fn Chart(
    /// How they are drawn.
    drawn: Drawn,
    /// The series, each with as many numbers as there are places.
    #[prop(into)]
    series: Signal<Vec<Series>>,
    /// What the places are called, such as days.
    #[prop(into)]
    places: Signal<Vec<String>>,
    /// Which places stand for less than the others: their bars are drawn lighter.
    #[prop(optional, into)]
    shorter: Signal<Vec<bool>>,
    /// What the whole shows, in a sentence.
    #[prop(into)]
    label: Signal<String>,
    /// Writes a number.
    #[prop(into)]
    number: Callback<i64, String>,
    /// Opens what is behind a place.
    #[prop(into)]
    on_open: Callback<usize>,
) -> impl IntoView {
    let plot = NodeRef::<Div>::new();
    let pointed = RwSignal::new(None::<usize>);
    let count = Memo::new(move |_| places.with(Vec::len));
    let top = Memo::new(move |_| series.with(|all| above(all.iter().flat_map(|one| &one.values).copied().max())));
    let at = move |event: &PointerEvent| {
        let shape = plot.get_untracked()?.get_bounding_client_rect();
        place_at(f64::from(event.client_x()) - shape.left(), shape.width(), count.get_untracked())
    };
    let shapes = move || {
        let shape = |(nth, one): (usize, &Series)| shorter.with(|shorter| shape(drawn, nth, one, top.get(), shorter));
        series.get().iter().enumerate().map(shape).collect_view()
    };
    let band = move || {
        pointed.get().map(|at| view! { <rect class="chart-band" x=place(at) y="0" width=PLACE height=HEIGHT></rect> })
    };
    view! {
        <div class="chart">
            {legend(series)}
            <div class="chart-scale num">
                <span>{move || number.run(top.get())}</span>
                <span>{move || number.run(0)}</span>
            </div>
            <div
                class="chart-plot"
                node_ref=plot
                on:pointermove=move |event| pointed.set(at(&event))
                on:pointerleave=move |_| pointed.set(None)
                on:click=move |_| {
                    if let Some(at) = pointed.get_untracked() {
                        on_open.run(at);
                    }
                }
            >
                <svg
                    role="img"
                    aria-label=label
                    preserveAspectRatio="none"
                    viewBox=move || format!("0 0 {} {HEIGHT}", place(count.get().max(1)))
                >
                    {band}
                    {shapes}
                </svg>
                {move || pointed.get().map(|at| hint(series, places, number, at, count.get_untracked()))}
            </div>
            <div class="chart-places" aria-hidden="true">{move || marks(&places.get())}</div>
        </div>
    }
}

/// Which series is which.
fn legend(series: Signal<Vec<Series>>) -> AnyView {
    let names = move || series.get().into_iter().map(|one| one.name).enumerate();
    let mark = |(nth, name): (usize, String)| {
        view! { <li><span class="chart-mark" data-series=nth.to_string() aria-hidden="true"></span>{name}</li> }
    };
    view! { <ul class="chart-legend">{move || names().map(mark).collect_view()}</ul> }.into_any()
}

fn shape(drawn: Drawn, nth: usize, one: &Series, top: i64, shorter: &[bool]) -> AnyView {
    let nth_text = nth.to_string();
    match drawn {
        Drawn::Bars => {
            let bar = |(at, value): (usize, &i64)| {
                let y = height(*value, top);
                let x = place(at) + 1.4 + place(nth) * 0.36;
                let part = shorter.get(at).is_some_and(|shorter| *shorter).then_some("");
                view! { <rect x=x y=y width="3.4" height={HEIGHT - y} data-part=part></rect> }
            };
            view! { <g class="chart-bars" data-series=nth_text>{one.values.iter().enumerate().map(bar).collect_view()}</g> }
                .into_any()
        }
        Drawn::Line => {
            let line = path(&one.values, top);
            let area = format!("{line}V{HEIGHT}H0Z");
            view! {
                <g data-series=nth_text>
                    <path class="chart-area" d=area></path>
                    <path class="chart-line" d=line vector-effect="non-scaling-stroke"></path>
                </g>
            }
            .into_any()
        }
    }
}

/// A line with a step for each place: one number is a line too.
fn path(values: &[i64], top: i64) -> String {
    let step = |(at, value): (usize, &i64)| {
        let y = height(*value, top);
        let move_to = if at == 0 { format!("M0 {y}") } else { format!("V{y}") };
        format!("{move_to}H{}", place(at + 1))
    };
    values.iter().enumerate().map(step).collect()
}

#[expect(clippy::cast_precision_loss, reason = "places on a screen")]
fn place(at: usize) -> f64 {
    at as f64 * PLACE
}

/// How far from above a number is.
#[expect(clippy::cast_precision_loss, reason = "a height on a screen")]
fn height(value: i64, top: i64) -> f64 {
    (HEIGHT * (1.0 - value.max(0) as f64 / top.max(1) as f64) * 100.0).round() / 100.0
}

/// The next round number that is not below the largest: 1, 2 or 5 with zeros.
fn above(largest: Option<i64>) -> i64 {
    let largest = largest.unwrap_or(0).max(1);
    let mut unit = 1_i64;
    loop {
        for step in [1, 2, 5] {
            if unit.saturating_mul(step) >= largest {
                return unit.saturating_mul(step);
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// The place under a pointer.
#[expect(clippy::cast_precision_loss, reason = "places on a screen")]
fn place_at(x: f64, width: f64, count: usize) -> Option<usize> {
    (count > 0 && width > 0.0).then(|| ((x.max(0.0) / width * count as f64) as usize).min(count - 1))
}

/// What the place under the pointer says.
fn hint(
    series: Signal<Vec<Series>>,
    places: Signal<Vec<String>>,
    number: Callback<i64, String>,
    at: usize,
    count: usize,
) -> AnyView {
    let name = places.with(|places| places.get(at).cloned().unwrap_or_default());
    let line = |one: Series| {
        let value = one.values.get(at).copied().unwrap_or_default();
        view! { <span>{one.name}" "<strong class="num">{number.run(value)}</strong></span> }
    };
    let is_right = at * 2 >= count;
    let left = format!("inset-inline-start:{}%", 100 * at / count.max(1));
    view! {
        <div class="chart-hint" style=left data-before=is_right.then_some("") aria-hidden="true">
            <span class="meta">{name}</span>
            {series.get().into_iter().map(line).collect_view()}
        </div>
    }
    .into_any()
}

/// The first place, the one in the middle, and the last.
fn marks(places: &[String]) -> AnyView {
    let shown: &[usize] = match places.len() {
        0 => &[],
        1 => &[0],
        2 => &[0, 1],
        count => &[0, count / 2, count - 1],
    };
    shown
        .iter()
        .filter_map(|at| places.get(*at).cloned())
        .map(|name| view! { <span>{name}</span> })
        .collect_view()
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        let ends = [0, 1, 3, 7, 10, 11, 380, 5_001].map(|largest| above(Some(largest)));
        assert_eq!(ends, [1, 1, 5, 10, 10, 20, 500, 10_000]);
        assert_eq!(above(None), 1);
    }

    #[test]
    fn a_pointer_is_over_one_of_the_places() {
        assert_eq!([0.0, 99.0, 100.0, 400.0, 999.0].map(|x| place_at(x, 400.0, 4)), [0, 0, 1, 3, 3].map(Some));
        assert_eq!((place_at(5.0, 0.0, 4), place_at(5.0, 400.0, 0)), (None, None));
    }

    #[test]
    fn a_line_steps_from_place_to_place() {
        assert_eq!(path(&[5, 0], 10), "M0 50H10V100H20");
    }
}

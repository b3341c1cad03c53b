//! Which month or week it is, the way to others, and by which date.

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::calendar::{Span, shifted};
use shared::format::{date, month_heading};

use super::super::ListContext;
use super::super::address::ByDay;
use super::Hand;
use crate::context::t;
use crate::ui::{Button, ButtonKind, Choice, Segmented, Select};

pub(super) fn head(context: ListContext, hand: Hand) -> AnyView {
    let page = context.page;
    let span = Memo::new(move |_| by_day(context).span);
    let at = Memo::new(move |_| by_day(context).at.unwrap_or_else(|| context.today.get()));
    let heading = move || {
        let (locale, at) = (page.locale.get(), at.get());
        match span.get() {
            Span::Month => month_heading(locale, at),
            Span::Week => {
                let (from, days) = Span::Week.grid(at);
                format!("{} – {}", date(locale, from), date(locale, shifted(from, i64::from(days) - 1)))
            }
        }
    };
    let go = move |day: Option<NaiveDate>| {
        hand.chosen.set(None);
        change(context, |by_day| by_day.at = day);
    };
    let turn = move |by: i32| go(Some(span.get_untracked().shifted(at.get_untracked(), by)));
    let spans = Signal::derive(move || {
        let choice = |code: &str| Choice::new(code, page.text(&format!("calendar.{code}")));
        [Span::Month, Span::Week].map(|span| choice(span.code())).to_vec()
    });
    let choose = move |code: String| {
        let chosen = hand.chosen.get_untracked();
        change(context, |by_day| {
            by_day.span = Span::parse(&code).unwrap_or_default();
            by_day.at = chosen.or(by_day.at);
        });
    };
    let code = Signal::derive(move || span.get().code().to_owned());
    view! {
        <header class="calendar-head">
            <Button kind=ButtonKind::Ghost icon="chevron-left" label=t("calendar.previous") on_click=move |_| turn(-1)/>
            <Button kind=ButtonKind::Ghost icon="chevron-right" label=t("calendar.next") on_click=move |_| turn(1)/>
            <h2 aria-live="polite">{heading}</h2>
            <Button on_click=move |_| go(None)>{t("format.today")}</Button>
            <span class="spacer"></span>
            {field_choice(context)}
            <Segmented value=code options=spans label=t("calendar.span") on_change=choose/>
        </header>
    }
    .into_any()
}

fn by_day(context: ListContext) -> ByDay {
    context.nav.state.with(|state| state.by_day.clone()).unwrap_or_default()
}

/// Shows other days, or the same ones in another way.
pub(super) fn change(context: ListContext, change: impl FnOnce(&mut ByDay)) {
    context.nav.change(|state| change(state.by_day.get_or_insert_default()));
}

/// By which date, where there are several.
fn field_choice(context: ListContext) -> Option<AnyView> {
    let page = context.page;
    if context.dates.with_value(Vec::len) < 2 {
        return None;
    }
    let options = Signal::derive(move || {
        let locale = page.locale.get();
        let choice = |dates: &Vec<crate::record::Attribute>| {
            dates.iter().map(|date| Choice::new(date.name(), date.label(locale))).collect::<Vec<_>>()
        };
        context.dates.with_value(choice)
    });
    let first = context.dates.with_value(|dates| dates[0].name());
    let current = Memo::new(move |_| by_day(context).by.unwrap_or_else(|| first.clone()));
    let value = RwSignal::new(current.get_untracked());
    // Back and views change the address under the input.
    Effect::new(move |_| value.set(current.get()));
    let choose = move |name: String| change(context, |by_day| by_day.by = Some(name));
    Some(view! { <Select value options label=t("calendar.by") on_change=choose/> }.into_any())
}

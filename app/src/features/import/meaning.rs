//! How the cells of a column are meant: order of days, unit, time zone, words.

use leptos::prelude::*;
use shared::RecordDef;
use shared::i18n::choice_label;
use shared::import::units::FACTORS;
use shared::import::{Assignment, DateOrder, From};
use shared::record::Kind;
use uuid::Uuid;

use super::wizard::Wizard;
use crate::context::t;
use crate::preferences::time_zones;
use crate::ui::{Button, ButtonKind, Choice, Segmented, Select, Size};

/// Words of a column that are shown with what they mean.
const WORDS: usize = 8;

/// A part of how the cells of a column are meant: what its assignments say that can have such a part, nothing where none can; and
/// saying it otherwise.
fn of_column<T: Clone + 'static>(
    (wizard, at, column): (Wizard, usize, StoredValue<String>),
    can: impl Fn(&Assignment) -> bool + Copy + Send + Sync + 'static,
    read: fn(&Assignment) -> T,
    write: fn(&mut Assignment, T),
) -> (impl Fn() -> Option<T> + Copy + Send + Sync + 'static, impl Fn(T) + Copy + Send + Sync + 'static) {
    let is_its = move |a: &Assignment| a.from.columns().contains(&column.read_value().as_str()) && can(a);
    let said = move || wizard.step(at, |step| step.assignments.iter().find(|a| is_its(a)).map(read)).flatten();
    let say = move |what: T| {
        wizard.map(at, |step| {
            step.assignments.iter_mut().filter(|a| is_its(a)).for_each(|a| write(a, what.clone()));
        });
    };
    (said, say)
}

/// What comes first in the days of a column.
#[component]
pub fn Order(
    /// The wizard's state.
    wizard: Wizard,
    /// Position of the file.
    at: usize,
    /// Name of the column.
    column: StoredValue<String>,
) -> impl IntoView {
    let has_days = |a: &Assignment| a.dates.is_some();
    let (of, say) = of_column((wizard, at, column), has_days, |a| a.dates, Assignment::tell_dates);
    let value = Signal::derive(move || of().flatten().unwrap_or(DateOrder::DayFirst).code().to_owned());
    let page = wizard.page;
    let options = Signal::derive(move || {
        DateOrder::ALL
            .map(|order| Choice::new(order.code(), page.text(&format!("import.dates.{}", order.code()))))
            .to_vec()
    });
    view! {
        <Show when=move || of().is_some()>
            <Segmented value options label=t("import.mapping.dates")
                on_change=move |code: String| say(DateOrder::parse(&code))/>
        </Show>
    }
}

/// What the numbers of a column are in; amounts are often given in thousands, in China in 万.
#[component]
pub fn Unit(
    /// The wizard's state.
    wizard: Wizard,
    /// Position of the file.
    at: usize,
    /// What is made of it.
    def: &'static RecordDef,
    /// Name of the column.
    column: StoredValue<String>,
) -> impl IntoView {
    let page = wizard.page;
    let is_scaled = move |a: &Assignment| {
        matches!(a.from, From::Column(_)) && def.field(&a.field).is_some_and(|field| field.kind.is_scaled())
    };
    let (of, say) = of_column((wizard, at, column), is_scaled, |a| a.times, |a, times| a.times = times);
    let value = Signal::derive(move || of().flatten().unwrap_or(1).to_string());
    let options = Signal::derive(move || {
        let label = |factor: &u64| Choice::new(factor.to_string(), page.text(&format!("import.unit.{factor}")));
        FACTORS.iter().map(label).collect::<Vec<_>>()
    });
    let chosen = RwSignal::new(String::new());
    Effect::new(move |_| chosen.set(value.get()));
    let set = move |factor: String| say(factor.parse().ok().filter(|factor| *factor > 1));
    view! {
        <Show when=move || of().is_some()>
            <Select value=chosen options label=t("import.mapping.unit") on_change=set/>
        </Show>
    }
}

/// The time zone in which the times of a column are meant: that of who brings them in, unless they say another.
#[component]
pub fn TimesIn(
    /// The wizard's state.
    wizard: Wizard,
    /// Position of the file.
    at: usize,
    /// What is made of it.
    def: &'static RecordDef,
    /// Name of the column.
    column: StoredValue<String>,
) -> impl IntoView {
    let page = wizard.page;
    let is_time = move |a: &Assignment| def.field(&a.field).is_some_and(|field| field.kind == Kind::DateTime);
    let (of, say) = of_column((wizard, at, column), is_time, |a| a.zone.clone(), |a, zone| a.zone = zone);
    let chosen = RwSignal::new(untrack(of).flatten().unwrap_or_default());
    Effect::new(move |_| chosen.set(of().flatten().unwrap_or_default()));
    let own = Signal::derive(move || page.text_with("import.mapping.zone_own", &[("zone", &page.zone().name)]));
    let options = Signal::derive(move || time_zones(&chosen.get()));
    let set = move |zone: String| say(Some(zone).filter(|zone| !zone.is_empty()));
    view! {
        <Show when=move || of().is_some()>
            <p class="meta">{t("import.mapping.zone")}</p>
            <Select value=chosen options empty=own label=t("import.mapping.zone") on_change=set/>
        </Show>
    }
}

/// What the words of a column were said to mean, in this import or the last one of such a file; they can be asked about again.
#[component]
pub fn Words(
    /// The wizard's state.
    wizard: Wizard,
    /// Position of the file.
    at: usize,
    /// What is made of it.
    def: &'static RecordDef,
    /// Name of the column.
    column: StoredValue<String>,
) -> impl IntoView {
    let page = wizard.page;
    let is_its = move |a: &Assignment| {
        matches!(&a.from, From::Column(name) if *name == *column.read_value()) && !a.values.is_empty()
    };
    let said = move || {
        let locale = page.locale.get();
        // Records are named by their ids.
        let titles = wizard.files.with(|files| files.get(at).map(|file| file.titles.clone())).unwrap_or_default();
        let called = |id: &str| id.parse::<Uuid>().ok().and_then(|id| titles.get(&id).cloned());
        let words = wizard.step(at, |step| {
            let assignment = step.assignments.iter().find(|a| is_its(a))?;
            let meant = |code: &str| match code {
                "" => "–".to_owned(),
                code => called(code).unwrap_or_else(|| choice_label(locale, def, &assignment.field, code)),
            };
            let shown = assignment.values.iter().take(WORDS).map(|(word, code)| format!("{word} → {}", meant(code)));
            let more = (assignment.values.len() > WORDS).then(|| "…".to_owned());
            Some(shown.chain(more).collect::<Vec<_>>().join(" · "))
        });
        words.flatten()
    };
    let forget = move |_| {
        wizard.map(at, |step| step.assignments.iter_mut().filter(|a| is_its(a)).for_each(|a| a.values.clear()));
    };
    view! {
        <Show when=move || said().is_some()>
            <p class="meta">{move || said().unwrap_or_default()}</p>
            <Button kind=ButtonKind::Ghost size=Size::Small icon="x" on_click=forget>{t("import.mapping.ask_again")}</Button>
        </Show>
    }
}

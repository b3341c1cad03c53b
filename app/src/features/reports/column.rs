//! The columns of tables: what they show, and which tickets their numbers open.

use leptos::prelude::Get;
use shared::report::{Figures, Measure, Timed};

use super::sees;
use super::shown::Shown;
use super::words::{duration, points, share, stars};
use crate::context::Page;

/// What a column shows of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// How many there are.
    Count(Measure),
    /// How long half of them took at most.
    Median(Timed),
    /// How long nine of ten took at most.
    Most(Timed),
    /// Which part the first is of the second.
    Share(Measure, Measure),
    /// What customers said on average.
    Rating,
    /// How many would recommend us, less how many would rather not.
    Nps,
}

/// Of groups.
pub(super) const GROUPS: &[Column] = &[
    Column::Count(Measure::Received),
    Column::Count(Measure::Solved),
    Column::Count(Measure::Open),
    Column::Count(Measure::Overdue),
    Column::Median(Timed::FirstResponse),
    Column::Most(Timed::FirstResponse),
    Column::Median(Timed::Resolution),
    Column::Most(Timed::Resolution),
    Column::Share(Measure::Kept, Measure::Promised),
    Column::Count(Measure::Missed),
    Column::Share(Measure::Reopened, Measure::FirstSolved),
    Column::Count(Measure::Reopened),
    Column::Rating,
    Column::Nps,
    Column::Count(Measure::NpsAnswers),
];
/// Of agents.
pub(super) const AGENTS: &[Column] = &[
    Column::Count(Measure::Open),
    Column::Count(Measure::Taken),
    Column::Count(Measure::Replies),
    Column::Count(Measure::Solved),
    Column::Median(Timed::FirstResponse),
    Column::Share(Measure::Kept, Measure::Promised),
    Column::Count(Measure::Missed),
    Column::Rating,
    Column::Share(Measure::Satisfied, Measure::Rated),
    Column::Nps,
    Column::Count(Measure::NpsAnswers),
];

impl Column {
    /// Its label is `report.<key>`, how it is measured `report.<key>_hint`.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Count(measure) => measure.code(),
            Self::Median(Timed::FirstResponse) => "first_response",
            Self::Most(Timed::FirstResponse) => "first_response_most",
            Self::Median(Timed::FirstResponseWorked) | Self::Most(Timed::FirstResponseWorked) => {
                "first_response_worked"
            }
            Self::Median(Timed::Resolution) => "resolution",
            Self::Most(Timed::Resolution) => "resolution_most",
            Self::Median(Timed::ResolutionWorked) | Self::Most(Timed::ResolutionWorked) => "resolution_worked",
            Self::Share(Measure::Kept, _) => "kept_share",
            Self::Share(Measure::Reopened, _) => "reopened_share",
            Self::Share(..) => "satisfied_share",
            Self::Rating => "rating",
            Self::Nps => "nps",
        }
    }

    /// The tickets or answers behind the number: those it counts, or those it is worked out from.
    pub(super) fn opens(self) -> Measure {
        match self {
            Self::Count(measure) => measure,
            Self::Median(timed) | Self::Most(timed) => timed.of(),
            Self::Share(_, whole) => whole,
            Self::Rating => Measure::Rated,
            Self::Nps => Measure::NpsAnswers,
        }
    }

    /// The number as files have it and rows are ordered by; nothing where there is nothing to say.
    pub(super) fn value(self, figures: &Figures) -> Option<i64> {
        match self {
            Self::Count(measure) => Some(figures.count(measure)),
            Self::Median(timed) => figures.times.get(&timed).map(|times| times.median),
            Self::Most(timed) => figures.times.get(&timed).map(|times| times.most),
            Self::Share(part, whole) => figures.share(part, whole),
            Self::Rating => figures.rating,
            Self::Nps => figures.nps(),
        }
    }

    /// The number as people read it; tracked.
    pub(super) fn text(self, page: Page, value: i64) -> String {
        let locale = page.locale.get();
        match self {
            Self::Count(_) => shared::format::number(locale, value),
            Self::Median(_) | Self::Most(_) => duration(locale, value),
            Self::Share(..) => share(locale, value),
            Self::Rating => stars(locale, value),
            Self::Nps => points(locale, value),
        }
    }

    /// How many tickets it is worked out from, where the number itself does not say so; tracked.
    pub(super) fn of(self, page: Page, figures: &Figures) -> Option<String> {
        let number = |measure| shared::format::number(page.locale.get(), figures.count(measure));
        match self {
            Self::Count(_) => None,
            Self::Share(part, whole) => {
                Some(page.text_with("report.part_of", &[("part", &number(part)), ("whole", &number(whole))]))
            }
            own => Some(page.text_with("report.of", &[("n", &number(own.opens()))])),
        }
    }

    fn is_open_to(self, page: Page) -> bool {
        match self {
            Self::Share(part, whole) => sees(page, part) && sees(page, whole),
            own => sees(page, own.opens()),
        }
    }
}

/// Those that the reader may see.
pub(super) fn seen(page: Page, all: &'static [Column]) -> Vec<Column> {
    all.iter().copied().filter(|column| column.is_open_to(page)).collect()
}

/// Keys of everything that is explained, in the order in which it is shown.
pub(super) fn explained(shown: Shown) -> Vec<&'static str> {
    let worked = [Column::Median(Timed::FirstResponseWorked), Column::Median(Timed::ResolutionWorked)];
    let tables = seen(shown.page, GROUPS).into_iter().chain(seen(shown.page, AGENTS));
    let mut keys: Vec<&'static str> = Vec::new();
    for key in tables.chain(worked).map(Column::key).chain(["backlog"]) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use shared::i18n::{Locale, lookup};

    use super::*;

    #[test]
    fn every_column_has_a_name_and_says_how_it_is_measured() {
        let worked = [Column::Median(Timed::FirstResponseWorked), Column::Median(Timed::ResolutionWorked)];
        for key in GROUPS.iter().chain(AGENTS).chain(&worked).map(|column| column.key()).chain(["backlog"]) {
            for name in [format!("report.{key}"), format!("report.{key}_hint")] {
                assert!(Locale::ALL.into_iter().all(|locale| lookup(locale, &name).is_some()), "{name}");
            }
        }
    }
}

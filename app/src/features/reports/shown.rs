//! A report as it is shown: from each number to the list of what it counts.

use leptos::prelude::*;
use shared::i18n::choice_label;
use shared::query::Filter;
use shared::report::{Dimension, Measure, Report, ReportQuery, Span, Step, dimension};
use shared::types::TICKET;
use uuid::Uuid;

use super::address::Nav;
use crate::context::Page;
use crate::record::list_address;

/// What was asked for and what came; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    pub(super) page: Page,
    pub(super) nav: Nav,
    pub(super) by: Dimension,
    query: StoredValue<ReportQuery>,
    pub(super) report: StoredValue<Report>,
}

/// A group by its dimension and its key.
pub(super) type Key<'k> = (&'k Dimension, Option<&'k str>);

impl Shown {
    pub(super) fn new(page: Page, nav: Nav, query: ReportQuery, report: Report) -> Option<Self> {
        let by = dimension(&query.by)?;
        Some(Self { page, nav, by, query: StoredValue::new(query), report: StoredValue::new(report) })
    }

    /// How long the parts are that it is drawn in.
    pub(super) fn step(self) -> Step {
        self.query.with_value(|query| query.span.step())
    }

    /// Nothing came in, nothing happened, nothing is open.
    pub(super) fn is_empty(self) -> bool {
        self.report.with_value(|report| {
            let backlog: i64 = report.buckets.iter().map(|bucket| bucket.backlog).sum();
            backlog == 0 && report.total.counts.values().all(|count| *count == 0)
        })
    }

    /// The list of what a measure counts, of all tickets or those of a group.
    pub(super) fn href(self, measure: Measure, of: Option<Key<'_>>) -> String {
        // Replies are whose who wrote them.
        let group = of.map(|(by, key)| match measure {
            Measure::Replies => by.condition(key),
            _ => measure.about(&by.condition(key)),
        });
        self.query.with_value(|query| {
            let about = query.filter.iter().map(|condition| measure.about(condition));
            list_address(measure.counts(), about.chain(group).chain(measure.conditions(query.span)).collect())
        })
    }

    /// The list of what a measure counts within some of the days.
    pub(super) fn href_within(self, measure: Measure, span: Span) -> String {
        self.of_tickets(measure.conditions(span))
    }

    /// The list of the tickets that were open when some days ended.
    pub(super) fn href_backlog(self, span: Span) -> String {
        self.of_tickets(Measure::backlog(span))
    }

    fn of_tickets(self, conditions: Vec<Filter>) -> String {
        self.query.with_value(|query| list_address(&TICKET, query.filter.iter().cloned().chain(conditions).collect()))
    }

    /// What a group is called; tracked.
    pub(super) fn name(self, (by, key): Key<'_>) -> String {
        let page = self.page;
        let Some(key) = key else {
            return page.text(if by.field.name == "owner_id" { "desk.nobody" } else { "report.none" });
        };
        if by.target().is_some() {
            let title = key
                .parse::<Uuid>()
                .ok()
                .and_then(|id| self.report.with_value(|report| report.titles.get(&id).cloned()));
            return title.unwrap_or_else(|| page.text("ui.record.lookup_failed"));
        }
        if by.is_list() { key.to_owned() } else { choice_label(page.locale.get(), by.def, by.field.name, key) }
    }
}

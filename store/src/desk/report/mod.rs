//! Reports: numbers of the tickets that somebody may read, counted by the filters that open their lists.

mod basis;
mod series;

use std::collections::{BTreeMap, BTreeSet};

use chrono::Utc;
use shared::access::{Action, Actor};
use shared::query::{Filter, Titles};
use shared::report::{Dimension, Figures, GROUPS, Group, LONGEST_DAYS, Measure, Report, ReportQuery, dimension};
use shared::types::TICKET;
use shared::{Error, FieldError, Kind, Result};
use uuid::Uuid;

use self::basis::{Found, Of, found, replies};
use crate::pool::{Store, Tx};
use crate::read::titles_of;

/// The measures that others are parts of. Each is read by one statement.
const BASES: [Measure; 6] =
    [Measure::Received, Measure::Open, Measure::Taken, Measure::Answered, Measure::Solved, Measure::FirstSolved];

impl Store {
    /// The report of the service desk, over the tickets that the actor may read.
    ///
    /// # Errors
    /// `Forbidden` without any right to read tickets, `Invalid` for days, grouping and filters that do not fit.
    pub async fn desk_report(&self, actor: &Actor, query: &ReportQuery) -> Result<Report> {
        if !actor.may(&TICKET, Action::Read) {
            return Err(Error::Forbidden);
        }
        let by = checked(actor, query)?;
        let mut tx = self.reading(actor).await?;
        let mut kept = Kept::default();
        for basis in BASES.into_iter().filter(|basis| basis.is_open_to(actor)) {
            kept.take(basis, found(&mut tx, actor, query, basis, &by).await?);
        }
        kept.take(Measure::Replies, replies(&mut tx, actor, query).await?);
        let buckets = match Measure::backlog(query.span).iter().all(|condition| shown(actor, condition)) {
            true => series::buckets(&mut tx, actor, query, actor.zone.day(Utc::now())).await?,
            false => Vec::new(),
        };
        let Kept { total, groups, agents } = kept;
        let (groups, left_out) = largest(groups);
        let agents = largest(agents).0;
        let titles = named(&mut tx, actor, query, &by, &groups, &agents).await?;
        Ok(Report { total, groups, left_out, agents, buckets, titles })
    }
}

/// The grouping that is asked for, once everything asked for makes sense.
fn checked(actor: &Actor, query: &ReportQuery) -> Result<Dimension> {
    let days = query.span.days();
    if !(1..=LONGEST_DAYS).contains(&days) {
        let error = FieldError::new("span", "out_of_range").with("min", 1).with("max", LONGEST_DAYS);
        return Err(Error::Invalid { fields: vec![error] });
    }
    let by = dimension(&query.by).filter(|by| by.is_open_to(actor));
    by.ok_or_else(|| Error::invalid("by", "unknown_field"))
}

/// Whether the actor sees what a condition is about.
fn shown(actor: &Actor, condition: &Filter) -> bool {
    match condition {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().all(|part| shown(actor, part)),
        Filter::Not(part) => shown(actor, part),
        Filter::Field { field, .. } => TICKET.field(field).is_some_and(|field| actor.sees(&TICKET, field)),
    }
}

/// Numbers put together, measure by measure.
#[derive(Default)]
struct Kept {
    total: Figures,
    groups: BTreeMap<Option<String>, Figures>,
    agents: BTreeMap<Option<String>, Figures>,
}

impl Kept {
    fn take(&mut self, basis: Measure, all: Vec<Found>) {
        for found in all {
            let figures = match found.of {
                Of::All => &mut self.total,
                Of::Group => self.groups.entry(found.key).or_default(),
                Of::Agent => self.agents.entry(found.key).or_default(),
            };
            figures.counts.insert(basis, found.count);
            figures.counts.extend(found.parts);
            figures.times.extend(found.times);
            figures.rating = figures.rating.or(found.rating);
        }
    }
}

/// The groups with most tickets, and how many others there are.
fn largest(groups: BTreeMap<Option<String>, Figures>) -> (Vec<Group>, usize) {
    let size = |figures: &Figures| BASES.iter().map(|basis| figures.count(*basis)).sum::<i64>();
    let mut all: Vec<Group> = groups.into_iter().map(|(key, figures)| Group { key, figures }).collect();
    all.sort_by_key(|group| std::cmp::Reverse(size(&group.figures)));
    let left_out = all.len().saturating_sub(GROUPS);
    all.truncate(GROUPS);
    (all, left_out)
}

/// Titles of what groups and filters refer to.
async fn named(
    tx: &mut Tx,
    actor: &Actor,
    query: &ReportQuery,
    by: &Dimension,
    groups: &[Group],
    agents: &[Group],
) -> Result<Titles> {
    let mut wanted: BTreeMap<&'static str, BTreeSet<Uuid>> = BTreeMap::new();
    let ids = |groups: &[Group]| groups.iter().filter_map(|group| group.key.as_ref()?.parse().ok()).collect::<Vec<_>>();
    if let Some(target) = by.target() {
        wanted.entry(target).or_default().extend(ids(groups));
    }
    wanted.entry("user").or_default().extend(ids(agents));
    query.filter.iter().for_each(|condition| referred(condition, &mut wanted));
    titles_of(tx, actor, &wanted).await
}

/// Records that a filter names by its own fields.
fn referred(condition: &Filter, wanted: &mut BTreeMap<&'static str, BTreeSet<Uuid>>) {
    match condition {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().for_each(|part| referred(part, wanted)),
        Filter::Not(part) => referred(part, wanted),
        Filter::Field { field, value, .. } => {
            let target = TICKET.field(field).and_then(|field| match field.kind {
                Kind::Reference(target) | Kind::References(target) => Some(target),
                _ => None,
            });
            let id = value.as_str().and_then(|text| text.parse().ok());
            if let (Some(target), Some(id)) = (target, id) {
                wanted.entry(target).or_default().insert(id);
            }
        }
    }
}

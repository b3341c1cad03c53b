//! Reports: numbers of the tickets that somebody may read, counted by the filters that open their lists.

mod answers;
mod numbers;
mod series;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::Utc;
use shared::access::{Action, Actor};
use shared::query::{Filter, Titles};
use shared::report::{Dimension, GROUPS, Group, LONGEST_DAYS, Measure, Report, ReportQuery, dimension};
use shared::types::TICKET;
use shared::{Error, FieldError, Kind, RecordDef, Result};
use uuid::Uuid;

use self::numbers::Tally;
use crate::pool::{Store, Tx};
use crate::read::titles_of;

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
        let mut all = numbers::read(&mut tx, actor, query, &by).await?;
        numbers::count_replies(&mut tx, actor, query, &mut all).await?;
        answers::count(&mut tx, actor, query, &by, &mut all).await?;
        let buckets = match Measure::backlog(query.span).iter().all(|condition| shown(actor, &TICKET, condition)) {
            true => series::buckets(&mut tx, actor, query, actor.zone.day(Utc::now())).await?,
            false => Vec::new(),
        };
        let (groups, left_out) = largest(all.groups);
        let agents = largest(all.agents).0;
        let total = all.total.figures();
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
fn shown(actor: &Actor, def: &RecordDef, condition: &Filter) -> bool {
    match condition {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().all(|part| shown(actor, def, part)),
        Filter::Not(part) => shown(actor, def, part),
        Filter::Field { field, .. } => def.field(field).is_some_and(|field| actor.sees(def, field)),
    }
}

/// The groups with most tickets, and how many others there are.
fn largest(groups: BTreeMap<Option<String>, Tally>) -> (Vec<Group>, usize) {
    let size = |group: &Group| {
        let bases = group.figures.counts.iter().filter(|(measure, _)| measure.basis() == **measure);
        Reverse(bases.map(|(_, count)| count).sum::<i64>())
    };
    let mut all: Vec<Group> = groups.into_iter().map(|(key, tally)| Group { key, figures: tally.figures() }).collect();
    all.sort_by_key(size);
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
    let ids = |groups: &[Group]| {
        groups.iter().filter_map(|group| group.key.as_ref()?.parse::<Uuid>().ok()).collect::<Vec<_>>()
    };
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

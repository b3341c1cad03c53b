//! Every number of tickets, from one statement: by group and agent, put together here.
//!
//! Times come as they are and are ordered here: to have Postgres find the middle of three hundred thousand, for all tickets, each
//! group and each agent, took it ten times as long as all the rest.

use std::collections::BTreeMap;

use shared::access::{Action, Actor};
use shared::query::{Filter, ListQuery};
use shared::report::{Dimension, Figures, Measure, ReportQuery, Timed, Times, replies as sent, within_tickets};
use shared::types::{TICKET, TICKET_MESSAGE};
use shared::{Error, Result};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::shown;
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::read::{push_filter, push_from};
use crate::scope::{Sql, push_scope};

/// The numbers of some tickets, as far as they are put together.
#[derive(Default)]
pub(super) struct Tally {
    counts: BTreeMap<Measure, i64>,
    seconds: BTreeMap<Timed, Vec<i32>>,
    stars: i64,
}

/// All of them.
#[derive(Default)]
pub(super) struct Tallies {
    pub(super) total: Tally,
    pub(super) groups: BTreeMap<Option<String>, Tally>,
    pub(super) agents: BTreeMap<Option<String>, Tally>,
}

/// What the actor may be told.
struct Told {
    measures: Vec<Measure>,
    times: Vec<Timed>,
    stars: bool,
    agents: bool,
}

pub(super) fn sees(actor: &Actor, name: &str) -> bool {
    TICKET.field(name).is_some_and(|field| actor.sees(&TICKET, field))
}

impl Told {
    fn to(actor: &Actor) -> Self {
        let measures = Measure::ALL.into_iter().filter(|measure| measure.counts().name == TICKET.name);
        let times = Timed::ALL.into_iter().filter(|timed| {
            timed.of().is_open_to(actor)
                && worked(*timed).map_or_else(|| sees(actor, "received_at"), |name| sees(actor, name))
        });
        Self {
            measures: measures.filter(|measure| measure.is_open_to(actor)).collect(),
            times: times.collect(),
            stars: Measure::Rated.is_open_to(actor),
            agents: sees(actor, "owner_id"),
        }
    }
}

/// The field that holds the working time, if it is that.
fn worked(timed: Timed) -> Option<&'static str> {
    match timed {
        Timed::FirstResponseWorked => Some("first_response_worked"),
        Timed::ResolutionWorked => Some("resolution_worked"),
        Timed::FirstResponse | Timed::Resolution => None,
    }
}

/// What each ticket took, in whole seconds.
fn seconds(timed: Timed) -> String {
    let end = if timed.of() == Measure::Answered { "first_answered_at" } else { "solved_at" };
    match worked(timed) {
        Some(name) => format!("t.{name}::int"),
        None => format!(
            "least(greatest(extract(epoch from date_trunc('second', t.{end}) - date_trunc('second', t.received_at)), 0), 2147483647)::int"
        ),
    }
}

/// Reads the numbers of all tickets, by group and by agent.
pub(super) async fn read(tx: &mut Tx, actor: &Actor, query: &ReportQuery, by: &Dimension) -> Result<Tallies> {
    let told = Told::to(actor);
    let mut sql = Sql::new("select ");
    push_value(&mut sql, actor, by, (by.via, by.field.name));
    sql.push(if told.agents { ", t.owner_id" } else { ", null::uuid" });
    for measure in &told.measures {
        sql.push(", count(*) filter (where ");
        push_filter(&mut sql, actor, &TICKET, &Filter::All(measure.conditions(query.span)))?;
        sql.push(")");
    }
    for timed in &told.times {
        let seconds = seconds(*timed);
        sql.push(format_args!(", array_agg({seconds}) filter (where {seconds} is not null and "));
        push_filter(&mut sql, actor, &TICKET, &Filter::All(timed.of().conditions(query.span)))?;
        sql.push(")");
    }
    if told.stars {
        sql.push(", coalesce(sum(t.satisfaction) filter (where ");
        push_filter(&mut sql, actor, &TICKET, &Filter::All(Measure::Rated.conditions(query.span)))?;
        sql.push("), 0)::bigint");
    }
    push_tickets(&mut sql, actor, query)?;
    let bases = told.measures.iter().filter(|measure| measure.basis() == **measure);
    let counted = bases.map(|measure| Filter::All(measure.conditions(query.span))).collect();
    sql.push(" and ");
    push_filter(&mut sql, actor, &TICKET, &Filter::Any(counted))?;
    sql.push(" group by 1, 2");
    let rows = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    let mut all = Tallies::default();
    for raw in &rows {
        let (keys, agent, tally) = decode(raw, &told, by)?;
        all.total.add(&tally);
        if told.agents {
            all.agents.entry(agent.map(|id| id.to_string())).or_default().add(&tally);
        }
        keys.into_iter().for_each(|key| all.groups.entry(key).or_default().add(&tally));
    }
    Ok(all)
}

/// The value by which rows are grouped: their own, or one of the record that they refer to. Of those whom the actor may not
/// read there is none, as filters have it.
pub(super) fn push_value(sql: &mut Sql, actor: &Actor, by: &Dimension, (via, name): (Option<&str>, &str)) {
    let cast = if by.is_list() { "text[]" } else { "text" };
    let Some(via) = via else {
        sql.push(format_args!("t.{name}::{cast}"));
        return;
    };
    sql.push(format_args!("(select k.{name}::{cast} from {} k where k.org_id = ", by.def.table()));
    sql.push_bind(actor.org_id).push(format_args!(" and k.id = t.{via} and "));
    push_scope(sql, actor, by.def, Action::Read, "k");
    sql.push(")");
}

/// ` from … where` for the tickets that a report is about.
pub(super) fn push_tickets(sql: &mut Sql, actor: &Actor, query: &ReportQuery) -> Result<()> {
    let filter = (!query.filter.is_empty()).then(|| Filter::All(query.filter.clone()));
    push_from(sql, actor, &TICKET, &ListQuery { filter, ..ListQuery::default() })
}

/// The groups that rows are in, by the first column. Whoever has several tags is in several groups.
pub(super) fn keys(raw: &PgRow, by: &Dimension) -> Result<Vec<Option<String>>> {
    if !by.is_list() {
        return Ok(vec![raw.try_get(0).map_err(from_sqlx)?]);
    }
    Ok(match raw.try_get::<Option<Vec<String>>, _>(0).map_err(from_sqlx)? {
        Some(tags) if !tags.is_empty() => tags.into_iter().map(Some).collect(),
        _ => vec![None],
    })
}

/// The groups that tickets are in, whose they are, and their numbers.
fn decode(raw: &PgRow, told: &Told, by: &Dimension) -> Result<(Vec<Option<String>>, Option<Uuid>, Tally)> {
    let mut tally = Tally::default();
    let mut at = 2;
    for measure in &told.measures {
        tally.counts.insert(*measure, raw.try_get(at).map_err(from_sqlx)?);
        at += 1;
    }
    for timed in &told.times {
        if let Some(seconds) = raw.try_get(at).map_err(from_sqlx)? {
            tally.seconds.insert(*timed, seconds);
        }
        at += 1;
    }
    if told.stars {
        tally.stars = raw.try_get(at).map_err(from_sqlx)?;
    }
    Ok((keys(raw, by)?, raw.try_get(1).map_err(from_sqlx)?, tally))
}

impl Tally {
    fn add(&mut self, other: &Self) {
        for (measure, count) in &other.counts {
            *self.counts.entry(*measure).or_default() += count;
        }
        for (timed, seconds) in &other.seconds {
            self.seconds.entry(*timed).or_default().extend(seconds);
        }
        self.stars += other.stars;
    }

    /// Adds what is counted by a statement of its own.
    pub(super) fn count(&mut self, measure: Measure, count: i64) {
        *self.counts.entry(measure).or_default() += count;
    }

    /// The numbers, once all are there.
    pub(super) fn figures(self) -> Figures {
        let rated = self.counts.get(&Measure::Rated).copied().unwrap_or(0);
        let times = self.seconds.into_iter().filter_map(|(timed, seconds)| Some((timed, times(seconds)?)));
        Figures {
            times: times.collect(),
            // Rounded to the next.
            rating: (self.stars * 200 + rated).checked_div(rated * 2),
            counts: self.counts,
        }
    }
}

fn times(mut seconds: Vec<i32>) -> Option<Times> {
    Some(Times { median: within(&mut seconds, 5)?, most: within(&mut seconds, 9)? })
}

/// The time within which so many tenths lie: between the two that are next to it, in proportion, as `percentile_cont` has it.
fn within(seconds: &mut [i32], tenths: usize) -> Option<i64> {
    let place = seconds.len().checked_sub(1)? * tenths;
    let (_, lower, above) = seconds.select_nth_unstable(place / 10);
    let lower = i64::from(*lower);
    let upper = above.iter().min().map_or(lower, |next| i64::from(*next));
    let part = i64::try_from(place % 10).unwrap_or(0);
    Some(lower + ((upper - lower) * part + 5) / 10)
}

/// Counts replies to customers about the tickets that a report is about, in all and by who sent them. Nothing where the filter
/// reaches further than a message's may, or the actor may not see messages.
pub(super) async fn count_replies(tx: &mut Tx, actor: &Actor, query: &ReportQuery, all: &mut Tallies) -> Result<()> {
    if !actor.may(&TICKET_MESSAGE, Action::Read)
        || !sent(query.span).iter().all(|part| shown(actor, &TICKET_MESSAGE, part))
    {
        return Ok(());
    }
    let conditions = query.filter.iter().map(within_tickets).chain(sent(query.span)).collect();
    let list = ListQuery { filter: Some(Filter::All(conditions)), ..ListQuery::default() };
    let mut sql = Sql::new("select t.owner_id, count(*)");
    match push_from(&mut sql, actor, &TICKET_MESSAGE, &list) {
        Err(Error::Invalid { .. }) => return Ok(()),
        pushed => pushed?,
    }
    sql.push(" group by 1");
    let rows: Vec<(Option<Uuid>, i64)> = sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    all.total.count(Measure::Replies, rows.iter().map(|(_, count)| count).sum());
    let whose = TICKET_MESSAGE.field("owner_id").is_some_and(|field| actor.sees(&TICKET_MESSAGE, field));
    for (agent, count) in rows.into_iter().filter(|_| whose && sees(actor, "owner_id")) {
        all.agents.entry(agent.map(|id| id.to_string())).or_default().count(Measure::Replies, count);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_and_nine_tenths_lie_between_their_neighbours() {
        let of = |seconds: &[i32]| times(seconds.to_vec()).map(|times| (times.median, times.most));
        assert_eq!(of(&[600, 7_200, 600, 1_800]), Some((1_200, 5_580)));
        assert_eq!(of(&[7]), Some((7, 7)));
        assert_eq!(of(&[2, 1]), Some((2, 2)), "one and a half is two in whole seconds");
        assert_eq!(of(&[]), None);
        assert_eq!(of(&(0..=100).rev().collect::<Vec<_>>()), Some((50, 90)));
    }

    #[test]
    fn ratings_are_averages_of_those_who_rated() {
        let of = |stars: i64, rated: i64| {
            let counts = [(Measure::Rated, rated)].into();
            Tally { counts, stars, ..Tally::default() }.figures().rating
        };
        assert_eq!([of(7, 2), of(13, 3), of(0, 0)], [Some(350), Some(433), None]);
    }
}

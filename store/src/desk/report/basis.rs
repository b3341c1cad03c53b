//! The tickets of one measure, counted as a whole, by group and by agent in one statement.

use shared::access::{Action, Actor};
use shared::query::{Archived, Filter, ListQuery};
use shared::report::{Dimension, Measure, ReportQuery, Timed, Times, replies as sent, within_tickets};
use shared::types::{CUSTOMER, TICKET, TICKET_MESSAGE};
use shared::{Error, Result};
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::read::{push_filter, push_from};
use crate::scope::{Sql, push_scope};

/// What numbers are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// All tickets.
    All,
    /// Those of a group.
    Group,
    /// Those of an agent.
    Agent,
}

/// Numbers of some tickets of a measure.
pub(super) struct Found {
    pub(super) of: Of,
    pub(super) key: Option<String>,
    pub(super) count: i64,
    pub(super) parts: Vec<(Measure, i64)>,
    pub(super) times: Vec<(Timed, Times)>,
    pub(super) rating: Option<i64>,
}

/// What is told of the tickets of a measure besides how many there are.
struct Told {
    parts: Vec<Measure>,
    times: Vec<Timed>,
    rating: bool,
}

impl Told {
    fn of(actor: &Actor, basis: Measure) -> Self {
        let sees = |name: &str| TICKET.field(name).is_some_and(|field| actor.sees(&TICKET, field));
        let times = Timed::ALL.into_iter().filter(|timed| timed.of() == basis && sees("received_at"));
        Self {
            parts: basis.parts().filter(|part| part.is_open_to(actor)).collect(),
            times: times.filter(|timed| clock(*timed).is_none() || sees("clocks")).collect(),
            rating: basis == Measure::Solved && sees("satisfaction"),
        }
    }

    /// The columns of one row of numbers, in the order in which [`Found::read`] expects them.
    fn numbers(&self) -> String {
        let mut sql = "count(*), array[".to_owned();
        let parts: Vec<String> = (0..self.parts.len()).map(|at| format!("count(*) filter (where b.p{at})")).collect();
        sql += &parts.join(", ");
        sql += "]::bigint[], ";
        sql += if self.rating { "round(avg(b.rating) * 100)::bigint" } else { "null::bigint" };
        for timed in &self.times {
            let name = column(*timed);
            sql += &format!(", percentile_cont(array[0.5, 0.9]) within group (order by b.{name})");
        }
        sql
    }
}

/// The clock of the service level that counts its working time, if that is what it is of.
fn clock(timed: Timed) -> Option<&'static str> {
    match timed {
        Timed::FirstResponseWorked => Some("first_response"),
        Timed::ResolutionWorked => Some("resolution"),
        Timed::FirstResponse | Timed::Resolution => None,
    }
}

fn column(timed: Timed) -> &'static str {
    match clock(timed) {
        Some(_) => "worked",
        None => "seconds",
    }
}

/// What a ticket took, in seconds: between two times, or as its clock counted it. Clocks without a target are not kept current.
fn push_seconds(sql: &mut Sql, timed: Timed) {
    let end = if timed.of() == Measure::Answered { "first_answered_at" } else { "solved_at" };
    let name = column(timed);
    match clock(timed) {
        None => sql.push(format_args!(
            ", greatest(extract(epoch from date_trunc('second', t.{end}) - date_trunc('second', t.received_at)), 0)::float8 as {name}"
        )),
        Some(clock) => sql.push(format_args!(
            ", case when t.clocks #>> '{{{clock},state}}' in ('met', 'met_late')
               then (t.clocks #>> '{{{clock},elapsed}}')::float8 end as {name}"
        )),
    };
}

/// The tickets of a measure: all of them, by group, and by agent as far as the actor sees whose they are.
pub(super) async fn found(
    tx: &mut Tx,
    actor: &Actor,
    query: &ReportQuery,
    basis: Measure,
    by: &Dimension,
) -> Result<Vec<Found>> {
    let told = Told::of(actor, basis);
    let mut sql = Sql::new("with b as materialized (select ");
    push_key(&mut sql, actor, by);
    sql.push(" as key, t.owner_id");
    for (at, part) in told.parts.iter().enumerate() {
        sql.push(", coalesce((");
        push_filter(&mut sql, actor, &TICKET, &Filter::All(part.narrower()))?;
        sql.push(format_args!("), false) as p{at}"));
    }
    told.times.iter().for_each(|timed| push_seconds(&mut sql, *timed));
    if told.rating {
        sql.push(", t.satisfaction as rating");
    }
    push_tickets(&mut sql, actor, query, basis.conditions(query.span))?;
    let numbers = told.numbers();
    sql.push(format_args!(") select 0, null::text, {numbers} from b"));
    // Whoever has several tags is in several groups.
    let (key, each) = match by.is_list() {
        true => ("u.tag", " left join lateral unnest(b.key) u (tag) on true"),
        false => ("b.key", ""),
    };
    sql.push(format_args!(" union all select 1, {key}::text, {numbers} from b{each} group by {key}"));
    if TICKET.field("owner_id").is_some_and(|field| actor.sees(&TICKET, field)) {
        sql.push(format_args!(" union all select 2, b.owner_id::text, {numbers} from b group by b.owner_id"));
    }
    let rows = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    rows.iter().map(|raw| Found::read(&told, raw)).collect()
}

/// The value by which a ticket is grouped. Of customers whom the actor may not read there is none, as filters have it.
fn push_key(sql: &mut Sql, actor: &Actor, by: &Dimension) {
    let Some(via) = by.via else {
        sql.push(format_args!("t.{}", by.field.name));
        return;
    };
    sql.push(format_args!("(select k.{} from {} k where k.org_id = ", by.field.name, by.def.table()));
    sql.push_bind(actor.org_id).push(format_args!(" and k.id = t.{via} and "));
    push_scope(sql, actor, &CUSTOMER, Action::Read, "k");
    sql.push(")");
}

/// ` from … where` for the tickets that a report is about and that meet these conditions.
pub(super) fn push_tickets(sql: &mut Sql, actor: &Actor, query: &ReportQuery, conditions: Vec<Filter>) -> Result<()> {
    let filter = Some(Filter::All(query.filter.iter().cloned().chain(conditions).collect()));
    push_from(sql, actor, &TICKET, &ListQuery { filter, ..ListQuery::default() })
}

impl Found {
    fn read(told: &Told, raw: &PgRow) -> Result<Self> {
        let of = match raw.try_get::<i32, _>(0).map_err(from_sqlx)? {
            0 => Of::All,
            1 => Of::Group,
            _ => Of::Agent,
        };
        let parts: Vec<i64> = raw.try_get(3).map_err(from_sqlx)?;
        let mut times = Vec::new();
        for (at, timed) in told.times.iter().enumerate() {
            let seconds: Option<Vec<Option<f64>>> = raw.try_get(5 + at).map_err(from_sqlx)?;
            if let Some([Some(median), Some(most)]) = seconds.as_deref() {
                times.push((*timed, Times { median: whole(*median), most: whole(*most) }));
            }
        }
        Ok(Self {
            of,
            key: raw.try_get(1).map_err(from_sqlx)?,
            count: raw.try_get(2).map_err(from_sqlx)?,
            parts: told.parts.iter().copied().zip(parts).collect(),
            times,
            rating: raw.try_get(4).map_err(from_sqlx)?,
        })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "seconds between two instants that Postgres keeps")]
fn whole(seconds: f64) -> i64 {
    seconds.round() as i64
}

/// Replies to customers about the tickets that a report is about, in all and by who sent them. Nothing where the filter
/// reaches further than a message's may, or the actor may not see messages.
pub(super) async fn replies(tx: &mut Tx, actor: &Actor, query: &ReportQuery) -> Result<Vec<Found>> {
    if !actor.may(&TICKET_MESSAGE, Action::Read) {
        return Ok(Vec::new());
    }
    let conditions = query.filter.iter().map(within_tickets).chain(sent(query.span)).collect();
    let filter = Some(Filter::All(conditions));
    let list = ListQuery { filter, archived: Archived::Without, ..ListQuery::default() };
    let mut sql = Sql::new("with b as (select t.owner_id, count(*) as n");
    match push_from(&mut sql, actor, &TICKET_MESSAGE, &list) {
        Err(Error::Invalid { .. }) => return Ok(Vec::new()),
        pushed => pushed?,
    }
    sql.push(
        " group by t.owner_id)
         select 0, null::text, coalesce(sum(n), 0)::bigint from b union all select 2, owner_id::text, n from b",
    );
    let rows: Vec<(i32, Option<String>, i64)> =
        sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    let one = |(of, key, count)| {
        let of = if of == 0 { Of::All } else { Of::Agent };
        Found { of, key, count, parts: Vec::new(), times: Vec::new(), rating: None }
    };
    Ok(rows.into_iter().map(one).collect())
}

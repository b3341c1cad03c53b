//! Volume and backlog over time.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use shared::access::Actor;
use shared::query::{Filter, Op};
use shared::report::{Bucket, Measure, ReportQuery, Span};
use shared::types::TICKET;
use shared::{Error, Result};

use super::numbers::push_tickets;
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::read::push_filter;
use crate::scope::Sql;

/// Tickets by the parts of a period in which they came in and were solved last: 0 is before the first part, and what is
/// still to be solved was solved in none.
type Lives = Vec<(i32, Option<i32>, bool, i64)>;

/// The parts of the period, as far as they have begun.
pub(super) async fn buckets(tx: &mut Tx, actor: &Actor, query: &ReportQuery, today: NaiveDate) -> Result<Vec<Bucket>> {
    let parts = query.span.parts(today);
    let Some(last) = parts.last() else { return Ok(Vec::new()) };
    let days = parts.iter().map(|part| part.from).chain([last.until]);
    let bounds = days.map(|day| actor.zone.instant(day.and_time(NaiveTime::MIN))).collect::<Option<Vec<_>>>();
    let bounds = bounds.ok_or_else(|| Error::invalid("span", "datetime"))?;
    let all = Span { until: last.until, ..query.span };
    let lives = lives(tx, actor, query, all, bounds).await?;
    let mut buckets: Vec<Bucket> = parts.into_iter().zip(1..).map(|(span, at)| bucket(span, at, &lives)).collect();
    let quiet = buckets.iter().take_while(|bucket| is_quiet(bucket)).count();
    // Before the first ticket of all there was nothing to count.
    if quiet > 0 && !had_begun(tx, actor, query).await? {
        buckets.drain(..quiet);
    }
    Ok(buckets)
}

/// Whether nothing happened, and nothing was open.
fn is_quiet(bucket: &Bucket) -> bool {
    bucket.received == 0 && bucket.solved == 0 && bucket.backlog == 0
}

/// Whether a ticket had come in before the period.
async fn had_begun(tx: &mut Tx, actor: &Actor, query: &ReportQuery) -> Result<bool> {
    let before = Filter::field("received_at", Op::Lt, query.span.from.to_string());
    let mut sql = Sql::new("select exists (select");
    push_tickets(&mut sql, actor, query)?;
    sql.push(" and ");
    push_filter(&mut sql, actor, &TICKET, &before)?;
    sql.push(")");
    sql.build_query_scalar().fetch_one(&mut *tx.inner).await.map_err(from_sqlx)
}

/// Tickets that came in or were solved within the days, or were open all the time.
async fn lives(
    tx: &mut Tx,
    actor: &Actor,
    query: &ReportQuery,
    all: Span,
    bounds: Vec<DateTime<Utc>>,
) -> Result<Lives> {
    let before = Filter::field("received_at", Op::Lt, all.from.to_string());
    let after = Filter::field("solved_at", Op::Gte, all.until.to_string());
    let open = Filter::All([before.clone()].into_iter().chain(Measure::Open.conditions(all)).collect());
    let alive = Filter::Any(vec![
        Filter::All(Measure::Received.conditions(all)),
        Filter::All(Measure::Solved.conditions(all)),
        Filter::All(vec![before, after]),
        open,
    ]);
    // What never came in is never open.
    let mut sql = Sql::new("select coalesce(width_bucket(t.received_at, ");
    sql.push_bind(bounds.clone()).push("), 2147483647), width_bucket(t.solved_at, ").push_bind(bounds).push("), ");
    sql.push("t.status not in ('solved', 'closed'), count(*)");
    push_tickets(&mut sql, actor, query)?;
    sql.push(" and ");
    push_filter(&mut sql, actor, &TICKET, &alive)?;
    sql.push(" group by 1, 2, 3");
    sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

fn bucket(span: Span, at: i32, lives: &Lives) -> Bucket {
    let count = |holds: &dyn Fn(i32, Option<i32>, bool) -> bool| {
        lives.iter().filter(|(received, solved, open, _)| holds(*received, *solved, *open)).map(|life| life.3).sum()
    };
    Bucket {
        span,
        received: count(&|received, _, _| received == at),
        solved: count(&|_, solved, _| solved == Some(at)),
        backlog: count(&|received, solved, open| received <= at && (open || solved.is_some_and(|solved| solved > at))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_in_the_backlog_from_when_it_came_in_until_it_was_solved() {
        let span = Span { from: "2026-11-02".parse().unwrap(), until: "2026-11-03".parse().unwrap() };
        // Open since before, solved in the third part, solved after all, came and went in the second, solved by mistake before.
        let lives = vec![
            (0, None, true, 5),
            (1, Some(3), false, 1),
            (2, Some(4), false, 10),
            (2, Some(2), false, 100),
            (3, Some(1), false, 1_000),
        ];
        let numbers = [1, 2, 3].map(|at| {
            let bucket = bucket(span, at, &lives);
            (bucket.received, bucket.solved, bucket.backlog)
        });
        assert_eq!(numbers, [(1, 1_000, 6), (110, 100, 16), (1_000, 1, 15)]);
    }
}

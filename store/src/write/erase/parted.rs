//! What the log of merges tells of somebody's tickets: which became part of others, and what went there with them.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::Result;
use shared::record::rich::escape;
use shared::types::TICKET;
use sqlx::types::Json;
use uuid::Uuid;

use super::apart::parts;
use super::whose::Whose;
use super::{Known, references};
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::Sql;

/// Whether a ticket `t` named nobody but some when an entry `e` of the log was written. What that left as it was stands in what came
/// after it.
macro_rules! named_nobody_but {
    ($these:literal) => {
        concat!(
            "not exists (
                 select from unnest(array['contact_id', 'customer_id'], array[t.contact_id::text, t.customer_id::text])
                     as w (field, since)
                 where coalesce((
                     select coalesce(l.changes -> w.field ->> 0, '') from audit_entries l
                     where l.org_id = e.org_id and l.record_id = e.record_id and l.version >= e.version
                     and l.changes ? w.field order by l.version limit 1), w.since, '') <> all(",
            $these,
            "))"
        )
    };
}
pub(super) use named_nobody_but;

/// A ticket of theirs that a merge made part of one of somebody else's, or somebody else's itself.
pub(super) struct Parted {
    pub(super) id: Uuid,
    /// The merge.
    set: Uuid,
    /// It is no more.
    pub(super) gone: bool,
    pub(super) number: Option<String>,
    pub(super) description: Option<String>,
    /// User-defined values of it that the other ticket took over, with their keys.
    pub(super) custom: Vec<(String, Value)>,
}

impl Whose {
    /// Tickets that were theirs before a merge and not after it. Where a contact is named, it is whose they were, else the address
    /// tells, unless they were another customer's.
    pub(super) async fn parted(&self, tx: &mut Tx) -> Result<Vec<Parted>> {
        type Found = (Uuid, Uuid, bool, Option<String>, Option<String>, Option<Json<Value>>, Option<Json<Value>>);
        let found: Vec<Found> = sqlx::query_as(concat!(
            // From the merges on, of which there are few: by type, the whole log would be read. A ticket may have got another
            // number since; marks name the one that it had.
            "select e.record_id, e.change_set, e.action = 'delete', coalesce(m.number, (
                        select l.changes #>> '{number,0}' from audit_entries l
                        where l.org_id = e.org_id and l.record_id = e.record_id and l.version >= e.version
                        and l.changes ? 'number' order by l.version limit 1), t.number),
                    e.changes #>> '{description,0}', e.changes #> '{custom,0}', w.changes -> 'custom'
             from change_sets s
             cross join lateral (
                 select a.* from audit_entries a
                 where a.org_id = $1 and a.change_set = s.id and a.record_type = 'ticket' and a.source = 'merge' offset 0
             ) e
             left join merged_records m on m.org_id = e.org_id and m.id = e.record_id
             left join audit_entries w on w.org_id = e.org_id and w.change_set = e.change_set and w.record_id = m.into_id
                 and w.action = 'update'
             left join tickets t on t.org_id = e.org_id and t.id = e.record_id
             where s.org_id = $1 and s.source = 'merge'
             and (e.action = 'update' or e.action = 'delete' and m.change_set = e.change_set)
             and (e.changes #>> '{customer_id,0}' = any($2) or e.changes #>> '{contact_id,0}' = any($2)
                  or lower(e.changes #>> '{requester_email,0}') = any($3) and ",
            // By an address they are theirs who named nobody or one of these.
            named_nobody_but!("$4"),
            ")
             and coalesce(e.changes #>> '{customer_id,1}', '') <> all($2)
             and coalesce(e.changes #>> '{contact_id,1}', '') <> all($2)",
        ))
        .bind(tx.org_id)
        .bind(&self.ids)
        .bind(&self.alone)
        .bind(self.nobody_else())
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let parted = |(id, set, gone, number, description, own, other): Found| {
            let custom = own.zip(other).map(|(Json(own), Json(other))| taken_over(&own, &other)).unwrap_or_default();
            Parted { id, set, gone, number, description, custom }
        };
        Ok(found.into_iter().map(parted).collect())
    }
}

/// User-defined values that a ticket had from another one, of which it had none before; its own are on both sides of the change.
fn taken_over(from: &Value, change: &Value) -> Vec<(String, Value)> {
    let is_given =
        |key: &str, value: &Value| change[0].get(key).is_none_or(Value::is_null) && change[1].get(key) == Some(value);
    let given = from.as_object().into_iter().flatten().filter(|(key, value)| !value.is_null() && is_given(key, value));
    given.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Records that merges led from such tickets to others, by type.
pub(super) async fn moved(tx: &mut Tx, parted: &[Parted]) -> Result<Known> {
    let mut moved = Known::new();
    let (sets, tickets): (Vec<Uuid>, Vec<Uuid>) = parted.iter().map(|one| (one.set, one.id)).unzip();
    for part in parts() {
        for field in references(part, &TICKET) {
            let mut sql = Sql::new("select a.record_id from unnest(");
            sql.push_bind(sets.clone()).push("::uuid[], ").push_bind(tickets.clone());
            sql.push("::uuid[]) as p (change_set, id) join audit_entries a on a.change_set = p.change_set");
            sql.push(format_args!(" and a.changes #>> '{{{field},0}}' = p.id::text where a.org_id = "));
            sql.push_bind(tx.org_id).push(" and a.record_type = ").push_bind(part.name);
            let found: Vec<Uuid> = sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
            moved.entry(part.name).or_default().extend(found);
        }
    }
    Ok(moved)
}

/// Notes in which merges kept what was asked at first in such tickets, which they begin with (`write/desk/asked.rs`).
pub(super) async fn noted(tx: &mut Tx, parted: &[Parted]) -> Result<Vec<Uuid>> {
    let beginning = |one: &Parted| Some((one.set, format!("<p><strong>{} ", escape(one.number.as_deref()?))));
    let (sets, beginnings): (Vec<Uuid>, Vec<String>) = parted.iter().filter_map(beginning).unzip();
    sqlx::query_scalar(
        "select a.record_id from unnest($2::uuid[], $3::text[]) as p (change_set, beginning)
         join audit_entries a on a.change_set = p.change_set and starts_with(a.changes #>> '{content,1}', p.beginning)
         where a.org_id = $1 and a.record_type = 'ticket_message' and a.action = 'create'",
    )
    .bind(tx.org_id)
    .bind(sets)
    .bind(beginnings)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)
}

/// The tickets that such tickets became, one after the other, and those that became somebody else's themselves.
pub(super) async fn led(tx: &mut Tx, parted: &[Parted]) -> Result<BTreeSet<Uuid>> {
    let led: Vec<Uuid> = sqlx::query_scalar(
        "with recursive way as (
             select into_id as id from merged_records where org_id = $1 and id = any($2)
             union select m.into_id from way join merged_records m on m.org_id = $1 and m.id = way.id
         ) select id from way",
    )
    .bind(tx.org_id)
    .bind(parted.iter().map(|one| one.id).collect::<Vec<_>>())
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let given = parted.iter().filter(|one| !one.gone).map(|one| one.id);
    Ok(led.into_iter().chain(given).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_user_defined_values_those_were_taken_over_that_were_not_there_before() {
        let from = json!({"passport": "E1", "vip": true, "size": "big", "none": null});
        let change = json!([{"vip": true, "none": null}, {"vip": true, "passport": "E1", "size": "small"}]);
        assert_eq!(taken_over(&from, &change), [("passport".to_owned(), json!("E1"))]);
        assert_eq!(taken_over(&from, &json!([null, {"vip": true}])), [("vip".to_owned(), json!(true))]);
        assert!(taken_over(&Value::Null, &change).is_empty() && taken_over(&from, &Value::Null).is_empty());
    }
}

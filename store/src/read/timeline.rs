//! One timeline per record: activities, tasks, tickets, stage and field changes, what clocks did.

mod clocks;
mod merges;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use shared::access::{Action, Actor, FieldAccess};
use shared::cause::Cause;
use shared::live::Cursor;
use shared::timeline::{Happening, Merged, TimelineEntry, TimelinePage, TimelineQuery, linked_by};
use shared::types::{ACTIVITY, ACTIVITY_KINDS, OPPORTUNITY, QUEUE, SLA_POLICY, TASK, TICKET, TICKET_RULE};
use shared::{Error, RecordDef, Result, Row};
use sqlx::types::Json;
use uuid::Uuid;

use self::clocks::{Told, clocks, may_name};
use self::merges::merges;
use super::changes::{custom_named, shown_changes};
use super::titles::{Wanted, note, titles_then};
use crate::error::from_sqlx;
use crate::live::{SNAPSHOT, cursor_of};
use crate::pool::{Store, Tx};
use crate::scope::{Sql, push_scope};
use crate::write::rows_by_id;

/// Entries per page.
const PAGE: usize = 40;

/// One found entry before its record is loaded.
type Found = (String, DateTime<Utc>, String);

/// An entry of the audit log.
#[derive(sqlx::FromRow)]
struct Entry {
    id: i64,
    record_type: String,
    record_id: Uuid,
    title: Option<String>,
    action: String,
    actor_id: Option<Uuid>,
    source: String,
    change_set: Uuid,
    changes: Json<Map<String, Value>>,
    causes: Option<Json<Vec<Value>>>,
}

impl Entry {
    /// Nothing became other, and nobody wants to know: where others became part of it, or parted from it, it is told.
    fn is_nothing(&self, merge: Option<&Merged>) -> bool {
        self.action == "update" && self.changes.is_empty() && merge.is_none()
    }
}

impl Store {
    /// A page of the timeline of a record.
    ///
    /// # Errors
    /// `NotFound` when the record does not exist or may not be read.
    pub async fn timeline(
        &self,
        actor: &Actor,
        def: &'static RecordDef,
        id: Uuid,
        query: &TimelineQuery,
    ) -> Result<TimelinePage> {
        let mut tx = self.reading(actor).await?;
        let live = readable(&mut tx, actor, def, id).await?;
        let mut found = find(&mut tx, actor, def, id, query).await?;
        let told = clocks(&mut tx, actor, def, id, query).await?;
        if !told.is_empty() {
            found.extend(told.iter().map(|(key, (at, _))| ("clock".to_owned(), *at, key.clone())));
            found.sort_by(|(_, at, key), (_, other_at, other_key)| (other_at, other_key).cmp(&(at, key)));
        }
        let next = (found.len() > PAGE).then(|| cursor_text(&found[PAGE - 1]));
        found.truncate(PAGE);
        let (entries, titles) = load(&mut tx, actor, found, told).await?;
        let changes = entries.iter().filter_map(|entry| match &entry.what {
            Happening::Change { record_type, changes, .. } => Some((record_type.as_str(), changes)),
            _ => None,
        });
        let custom = custom_named(&mut tx, changes).await?;
        Ok(TimelinePage { entries, titles, custom, next, live: live.to_string() })
    }
}

/// That the actor may read the record, and up to where the log is complete by then.
async fn readable(tx: &mut Tx, actor: &Actor, def: &'static RecordDef, id: Uuid) -> Result<Cursor> {
    let mut sql = Sql::new(format!("select {SNAPSHOT} from {} t where t.org_id = ", def.table()));
    sql.push_bind(tx.org_id).push(" and t.id = ").push_bind(id).push(" and ");
    push_scope(&mut sql, actor, def, Action::Read, "t");
    let xmin: Option<String> = sql.build_query_scalar().fetch_optional(&mut *tx.inner).await.map_err(from_sqlx)?;
    cursor_of(&xmin.ok_or(Error::NotFound)?)
}

fn cursor_text((_, at, key): &Found) -> String {
    format!("{}|{key}", shared::record::instant_text(*at))
}

pub(super) fn parse_cursor(text: &str) -> Result<(DateTime<Utc>, String)> {
    let parsed = text
        .split_once('|')
        .and_then(|(at, key)| Some((DateTime::parse_from_rfc3339(at).ok()?.to_utc(), key.to_owned())));
    parsed.ok_or_else(|| Error::invalid("cursor", "cursor"))
}

/// Newest entries of all sources, in one query; each source is cut to a page before they are merged.
async fn find(tx: &mut Tx, actor: &Actor, def: &RecordDef, id: Uuid, query: &TimelineQuery) -> Result<Vec<Found>> {
    let wanted = |kind: &str| query.kinds.is_empty() || query.kinds.iter().any(|k| k == kind);
    let kinds: Vec<String> = ACTIVITY_KINDS.iter().filter(|k| wanted(k)).map(|k| (*k).to_owned()).collect();
    let before = query.cursor.as_deref().map(parse_cursor).transpose()?;
    let mut sql = Sql::new("select source, at, key from (");
    let mut parts = 0;
    let mut part = |sql: &mut Sql| {
        sql.push(if parts > 0 { " union all (" } else { "(" });
        parts += 1;
    };
    if let Some(link) = linked_by(def.name) {
        let told = [(&ACTIVITY, !kinds.is_empty()), (&TASK, wanted("task")), (&TICKET, wanted("ticket"))];
        for (kind, _) in told.into_iter().filter(|(kind, wanted)| *wanted && kind.field(link).is_some()) {
            part(&mut sql);
            let at = moment(kind);
            sql.push(format_args!(
                "select '{}' as source, {at} as at, t.id::text as key from {} t",
                kind.name,
                kind.table()
            ));
            sql.push(" where t.org_id = ").push_bind(tx.org_id).push(format_args!(" and t.{link} = ")).push_bind(id);
            sql.push(" and t.archived_at is null and ");
            if kind.name == ACTIVITY.name {
                sql.push("t.kind = any(").push_bind(kinds.clone()).push(") and ");
            }
            push_scope(&mut sql, actor, kind, Action::Read, "t");
            push_page(&mut sql, (at, "t.id"), before.as_ref());
        }
    }
    if wanted("change") {
        part(&mut sql);
        push_changes(&mut sql, actor, def, id, tx.org_id);
        push_page(&mut sql, ("a.at", "a.id::text"), before.as_ref());
    }
    if parts == 0 {
        return Err(Error::invalid("kinds", "choice"));
    }
    sql.push(") f order by at desc, key desc limit ").push_bind(PAGE as i64 + 1);
    sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

/// When a record of a type happened, as a timeline sees it. The moments have indexes.
fn moment(def: &RecordDef) -> &'static str {
    match def.name {
        "activity" => "t.occurred_at",
        "task" => "coalesce(t.done_at, t.due_at, t.created_at)",
        _ => "coalesce(t.received_at, t.created_at)",
    }
}

/// Changes of the record itself and, for a customer, of its opportunities; for a ticket, the tasks that steps of its service
/// level made of it.
fn push_changes(sql: &mut Sql, actor: &Actor, def: &RecordDef, id: Uuid, org_id: Uuid) {
    sql.push("select 'change' as source, a.at, a.id::text as key from audit_entries a where a.org_id = ")
        .push_bind(org_id);
    // An array, because an "or" with a query in it would look at every entry there is.
    sql.push(" and a.record_id = any (array(select ").push_bind(id).push("::uuid");
    if def.name == "customer" {
        sql.push(" union all select t.id from opportunities t where t.org_id = ").push_bind(org_id);
        sql.push(" and t.customer_id = ").push_bind(id).push(" and ");
        push_scope(sql, actor, &OPPORTUNITY, Action::Read, "t");
    } else if def.name == "ticket" {
        sql.push(" union all select t.id from tasks t where t.org_id = ").push_bind(org_id);
        sql.push(" and t.ticket_id = ").push_bind(id).push(" and ");
        push_scope(sql, actor, &TASK, Action::Read, "t");
    }
    // An id names one record, but of any type: nobody gets at another's history by taking its id.
    let related = if def.name == "customer" { "opportunity" } else { def.name };
    sql.push(format_args!(")) and (a.record_type in ('{}', '{related}')", def.name));
    if def.name == "ticket" {
        sql.push(" and a.record_id = ").push_bind(id).push(" or a.record_type = 'task' and a.causes is not null");
    }
    sql.push(")");
    // A new order within a column is nothing to tell; that others became part of it, or parted from it, is, even if it says
    // nothing new.
    sql.push(" and (a.action <> 'update' or a.source = 'merge' or (a.changes - 'rank') <> '{}'::jsonb");
    sql.push(" or a.source = 'undo' and a.changes = '{}'::jsonb)");
}

/// One page of a source. UUIDs are in the order of their texts, by which sources are merged, and their order has an index.
fn push_page(sql: &mut Sql, (at, key): (&str, &str), before: Option<&(DateTime<Utc>, String)>) {
    if let Some((time, last)) = before {
        sql.push(format_args!(" and {at} <= ")).push_bind(*time);
        sql.push(format_args!(" and ({at}, ({key})::text) < (")).push_bind(*time).push(", ");
        sql.push_bind(last.clone()).push(")");
    }
    sql.push(format_args!(" order by {at} desc, {key} desc limit ")).push_bind(PAGE as i64 + 1).push(")");
}

async fn load(
    tx: &mut Tx,
    actor: &Actor,
    found: Vec<Found>,
    mut clocks: Told,
) -> Result<(Vec<TimelineEntry>, shared::query::Titles)> {
    let mut wanted = Wanted::new();
    let activities = rows(tx, actor, &ACTIVITY, &found, &mut wanted).await?;
    let tasks = rows(tx, actor, &TASK, &found, &mut wanted).await?;
    let tickets = rows(tx, actor, &TICKET, &found, &mut wanted).await?;
    let changes = changes(tx, actor, &found, &mut wanted).await?;
    let entries = found.into_iter().filter_map(|(source, at, key)| {
        let row = |rows: &BTreeMap<Uuid, Row>| rows.get(&key.parse().ok()?).cloned();
        let what = match source.as_str() {
            "activity" => Happening::Activity { row: row(&activities)? },
            "task" => Happening::Task { row: row(&tasks)? },
            "ticket" => Happening::Ticket { row: row(&tickets)? },
            "clock" => clocks.remove(&key)?.1,
            _ => changes.get(&key.parse().ok()?).cloned()?,
        };
        Some(TimelineEntry { at, what })
    });
    let entries = entries.collect();
    let titles = titles_then(tx, actor, &wanted).await?;
    Ok((entries, titles))
}

async fn rows(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    found: &[Found],
    wanted: &mut Wanted,
) -> Result<BTreeMap<Uuid, Row>> {
    let ids = found.iter().filter(|(source, ..)| source == def.name).filter_map(|(.., key)| key.parse().ok()).collect();
    let mut rows = rows_by_id(tx, def, &ids).await?;
    for row in &mut rows {
        note(wanted, actor, def, row);
        actor.redact(def, &mut row.values);
    }
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

async fn changes(tx: &mut Tx, actor: &Actor, found: &[Found], wanted: &mut Wanted) -> Result<BTreeMap<i64, Happening>> {
    let of = found.iter().filter(|(source, ..)| source == "change");
    let (times, ids): (Vec<DateTime<Utc>>, Vec<i64>) =
        of.filter_map(|(_, at, key)| Some((at, key.parse::<i64>().ok()?))).unzip();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let entries: Vec<Entry> = sqlx::query_as(
        "select a.id, a.record_type, a.record_id, a.title, a.action, a.actor_id, a.source, a.change_set, a.changes, a.causes
         from unnest($2::timestamptz[], $3::bigint[]) as found (at, id)
         join audit_entries a on a.org_id = $1 and a.at = found.at and a.id = found.id",
    )
    .bind(tx.org_id)
    .bind(times)
    .bind(ids)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let mut merges = merges(tx, &entries).await?;
    let told = entries.into_iter().filter_map(|entry| {
        let merge = merges.remove(&entry.id);
        let id = entry.id;
        if entry.is_nothing(merge.as_ref()) { None } else { Some((id, change(actor, entry, merge, wanted)?)) }
    });
    Ok(told.collect())
}

/// A change as the reader may see it.
fn change(actor: &Actor, entry: Entry, merge: Option<Merged>, wanted: &mut Wanted) -> Option<Happening> {
    let Entry { id, record_type, record_id, title, action, actor_id, source, changes, causes, .. } = entry;
    let def = shared::types::by_name(&record_type)?;
    wanted.entry("user").or_default().extend(actor_id);
    let changes = shown_changes(actor, def, changes.0, wanted);
    let title = title.filter(|_| actor.sees_title(def)).unwrap_or_default();
    if let Some(merge) = &merge {
        wanted.entry(def.name).or_default().extend(merge.records.iter().chain(&merge.into));
    }
    // What a newer server noted, and this one does not know, is left out.
    let causes = causes.into_iter().flat_map(|Json(all)| all);
    let causes = causes.filter_map(|one| serde_json::from_value::<Cause>(one).ok());
    let causes: Vec<Cause> = causes.filter_map(|cause| told(actor, cause)).collect();
    Some(Happening::Change { id, record_type, record_id, title, action, actor_id, source, merge, causes, changes })
}

/// A cause in the actor's language, if they may read what it is called and that the ticket has to do with it: it tells both.
fn told(actor: &Actor, cause: Cause) -> Option<Cause> {
    let sees = |field: &str| actor.field_access(&TICKET, field) > FieldAccess::Hidden;
    let (def, may_know) = match &cause {
        Cause::Rule { .. } => (&TICKET_RULE, true),
        Cause::Queue { .. } => (&QUEUE, sees("queue_id")),
        Cause::Step { .. } => (&SLA_POLICY, sees("sla_policy_id")),
        Cause::NoRule | Cause::CustomerWrote => return Some(cause),
    };
    (may_know && may_name(actor, def)).then(|| cause.told(actor.other_title(def).is_some()))
}

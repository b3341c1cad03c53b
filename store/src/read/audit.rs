//! The audit log for administrators.

mod called;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use shared::access::Actor;
use shared::audit::{AuditEntry, AuditPage, AuditQuery, is_of_file};
use shared::command::Source;
use shared::record::custom_key;
use shared::types::by_name;
use shared::{Error, Result};
use sqlx::types::Json;
use uuid::Uuid;

pub(super) use self::called::Called;
use super::change_sets::want;
use super::changes::{custom_named, shown_changes};
use super::titles::{Wanted, titles_of, titles_then};
use crate::error::from_sqlx;
use crate::pool::Store;
use crate::scope::Sql;

/// Entries per page.
const PAGE: usize = 50;

#[derive(sqlx::FromRow)]
struct Found {
    id: i64,
    at: DateTime<Utc>,
    actor_id: Option<Uuid>,
    source: String,
    change_set: Uuid,
    record_type: String,
    record_id: Uuid,
    title: Option<String>,
    action: String,
    changes: Json<Map<String, Value>>,
}

impl Store {
    /// A page of the organisation's audit log, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for others than administrators; `cursor` for a cursor that was not made here.
    pub async fn audit(&self, actor: &Actor, query: &AuditQuery) -> Result<AuditPage> {
        let mut page = self.audit_page(actor, query, &mut None, PAGE).await?;
        page.gone = self.gone(actor, &page.entries).await?;
        Ok(page)
    }

    /// The records that entries are about and to which no address leads any more. Those of what became part of another one do.
    async fn gone(&self, actor: &Actor, entries: &[AuditEntry]) -> Result<BTreeSet<Uuid>> {
        let about: Vec<&AuditEntry> =
            entries.iter().filter(|one| !is_of_file(&one.action) && by_name(&one.record_type).is_some()).collect();
        let mut wanted = Wanted::new();
        want(&mut wanted, about.iter().map(|one| (&one.record_type, &one.record_id)));
        let mut tx = self.reading(actor).await?;
        let there = titles_of(&mut tx, actor, &wanted).await?;
        let mut gone: BTreeSet<Uuid> =
            about.iter().map(|one| one.record_id).filter(|id| !there.contains_key(id)).collect();
        let merged: Vec<Uuid> = sqlx::query_scalar("select id from merged_records where org_id = $1 and id = any($2)")
            .bind(actor.org_id)
            .bind(gone.iter().copied().collect::<Vec<_>>())
            .fetch_all(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        for id in merged {
            gone.remove(&id);
        }
        Ok(gone)
    }

    /// As [`Store::audit`], with so many entries; what the words mean is looked up where it is not known yet.
    pub(super) async fn audit_page(
        &self,
        actor: &Actor,
        query: &AuditQuery,
        called: &mut Option<Called>,
        entries: usize,
    ) -> Result<AuditPage> {
        if !actor.grants.admin {
            return Err(Error::Forbidden);
        }
        let mut tx = self.reading(actor).await?;
        let words = query.words.as_deref().map(str::trim).filter(|words| !words.is_empty());
        if let Some(words) = words.filter(|_| called.is_none()) {
            *called = Some(Called::look_up(&mut tx, query, words).await?);
        }
        let mut sql = select(actor, query, called.as_ref(), entries)?;
        let mut found: Vec<Found> = sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        let more = found.len() > entries;
        found.truncate(entries);
        let next = found.last().filter(|_| more).map(|last| format!("{}~{}", last.at.to_rfc3339(), last.id));
        let mut wanted: Wanted = BTreeMap::new();
        let entries: Vec<AuditEntry> = found.into_iter().map(|found| entry(actor, found, &mut wanted)).collect();
        let titles = titles_then(&mut tx, actor, &wanted).await?;
        let changes = entries.iter().map(|entry| (entry.record_type.as_str(), &entry.changes));
        let custom = custom_named(&mut tx, changes).await?;
        Ok(AuditPage { entries, titles, custom, gone: BTreeSet::new(), next })
    }
}

fn select(actor: &Actor, query: &AuditQuery, called: Option<&Called>, entries: usize) -> Result<Sql> {
    let mut sql = Sql::new(
        "select id, at, actor_id, source, change_set, record_type, record_id, title, action, changes from audit_entries where org_id = ",
    );
    sql.push_bind(actor.org_id);
    if let Some(user) = query.actor_id {
        sql.push(" and actor_id = ").push_bind(user);
    }
    push_within(&mut sql, query);
    if let Some(field) = &query.field {
        match custom_key(field) {
            Some(key) => {
                sql.push(" and changes #> array['custom', '0', ").push_bind(key.to_owned());
                sql.push("] is distinct from changes #> array['custom', '1', ").push_bind(key.to_owned()).push("]");
            }
            None => drop(sql.push(" and changes ? ").push_bind(field.clone())),
        }
    }
    if let Some(action) = &query.action {
        push_action(&mut sql, action);
    }
    if let Some(called) = called {
        called.push(&mut sql);
    }
    if let Some(cursor) = &query.cursor {
        let (at, id) = position(cursor).ok_or_else(|| Error::invalid("cursor", "cursor"))?;
        sql.push(" and (at, id) < (").push_bind(at).push(", ").push_bind(id).push(")");
    }
    sql.push(format_args!(" order by at desc, id desc limit {}", entries + 1));
    Ok(sql)
}

/// Appends that something was done so. What a merge did to records is called by its name only.
fn push_action(sql: &mut Sql, action: &str) {
    match action {
        "merge" => sql.push(" and action in ('update', 'delete') and source = ").push_bind(Source::Merge.code()),
        "update" | "delete" => {
            sql.push(" and source <> ").push_bind(Source::Merge.code());
            sql.push(" and action = ").push_bind(action.to_owned())
        }
        _ => sql.push(" and action = ").push_bind(action.to_owned()),
    };
}

/// Appends the time and the type that are asked for.
fn push_within(sql: &mut Sql, query: &AuditQuery) {
    if let Some(record_type) = &query.record_type {
        sql.push(" and record_type = ").push_bind(record_type.clone());
    }
    if let Some(from) = query.from {
        sql.push(" and at >= ").push_bind(from);
    }
    if let Some(until) = query.until {
        sql.push(" and at < ").push_bind(until);
    }
}

fn position(cursor: &str) -> Option<(DateTime<Utc>, i64)> {
    let (at, id) = cursor.split_once('~')?;
    Some((DateTime::parse_from_rfc3339(at).ok()?.to_utc(), id.parse().ok()?))
}

fn entry(actor: &Actor, found: Found, wanted: &mut Wanted) -> AuditEntry {
    let Found { id, at, actor_id, source, change_set, record_type, record_id, title, action, changes } = found;
    wanted.entry("user").or_default().extend(actor_id);
    let changes = match by_name(&record_type).filter(|_| !is_of_file(&action)) {
        Some(def) => shown_changes(actor, def, changes.0, wanted),
        None => changes.0,
    };
    let title = title.unwrap_or_default();
    AuditEntry { id, at, actor_id, source, change_set, record_type, record_id, title, action, changes }
}

//! The organisation's rules for new tickets.

use std::collections::BTreeMap;

use serde_json::Value;
use shared::access::Actor;
use shared::query::Filter;
use shared::record::texts;
use shared::types::{TICKET, TICKET_RULE, TicketRule};
use shared::{Result, Row, Values};
use uuid::Uuid;

use crate::columns::{decode, select_list};
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::read::push_filter;
use crate::scope::{Sql, push_ids};

/// The rules in use, in the order in which they are tried.
pub(super) async fn rules(tx: &mut Tx) -> Result<Vec<Row>> {
    let mut sql = Sql::new("select ");
    sql.push(select_list(&TICKET_RULE, "t")).push(" from ticket_rules t where t.org_id = ").push_bind(tx.org_id);
    sql.push(" and t.archived_at is null and t.active order by t.position, t.id");
    let found = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    found.iter().map(|raw| decode(&TICKET_RULE, raw, 0)).collect()
}

/// Which of the tickets a rule is about.
pub(super) async fn fitting(tx: &mut Tx, system: &Actor, rule: &Row, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let filter = match TicketRule(&rule.values).conditions() {
        Value::Null => None,
        conditions => match serde_json::from_value::<Filter>(conditions.clone()) {
            Ok(filter) => Some(filter),
            Err(_) => return Ok(Vec::new()),
        },
    };
    let mut sql = Sql::new("select t.id from tickets t where t.org_id = ");
    sql.push_bind(tx.org_id);
    push_ids(&mut sql, "t", ids.to_vec());
    if let Some(filter) = &filter {
        sql.push(" and ");
        // A condition on a field that is gone fits nothing.
        if push_filter(&mut sql, system, &TICKET, filter).is_err() {
            return Ok(Vec::new());
        }
    }
    sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

/// Lays over a ticket's changes what a rule sets and nothing has set before; whether that is anything.
pub(super) fn add(changes: &mut Values, is_set: impl Fn(&str) -> bool, ticket: &Row, rule: &Row) -> bool {
    let mut has_effect = false;
    let effects: BTreeMap<&str, &str> = [
        ("queue_id", "queue_id"),
        ("priority", "priority"),
        ("category_id", "category_id"),
        ("owner_id", "assignee_id"),
    ]
    .into();
    for (field, effect) in effects {
        let value = rule.value(effect);
        if !value.is_null() && !is_set(field) && !changes.contains_key(field) {
            changes.insert(field.to_owned(), value.clone());
            has_effect = true;
        }
    }
    let own = changes.get("tags").cloned().unwrap_or_else(|| ticket.value("tags").clone());
    let mut tags: Vec<Value> = own.as_array().cloned().unwrap_or_default();
    let before = tags.len();
    for tag in texts(&rule.values, "add_tags") {
        if !tags.iter().any(|own| own == tag) {
            tags.push(tag.into());
        }
    }
    if tags.len() > before {
        changes.insert("tags".to_owned(), tags.into());
        has_effect = true;
    }
    has_effect
}

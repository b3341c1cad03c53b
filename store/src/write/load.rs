//! Loads what a batch needs: the rows to change, locked, and the rows they refer to.

use std::collections::{BTreeMap, BTreeSet};

use shared::access::{Action, Actor};
use shared::{RecordDef, Result, Row};
use sqlx::Row as _;
use uuid::Uuid;

use crate::columns::{decode, select_list};
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::{Sql, push_ids, push_scope};

/// A stored row with what the actor may do with it.
pub(super) struct Stored {
    pub(super) row: Row,
    pub(super) readable: bool,
    pub(super) updatable: bool,
    pub(super) deletable: bool,
}

/// What rows are locked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lock {
    /// They are referred to: nobody may delete them.
    Refer,
    /// They stay: others may write meanwhile what refers to them.
    Change,
    /// Some may go: nobody may begin to refer to them.
    Delete,
}

impl Lock {
    /// In id order, so that two batches cannot deadlock.
    pub(super) fn clause(self) -> &'static str {
        match self {
            Self::Refer => " order by t.id for key share of t",
            Self::Change => " order by t.id for no key update of t",
            Self::Delete => " order by t.id for update of t",
        }
    }
}

/// Loads the rows of `ids` and locks them.
pub(super) async fn locked(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    ids: &[Uuid],
    lock: Lock,
) -> Result<BTreeMap<Uuid, Stored>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new("select ");
    for action in [Action::Read, Action::Update, Action::Delete] {
        push_scope(&mut sql, actor, def, action, "t");
        sql.push(", ");
    }
    sql.push(select_list(def, "t"));
    sql.push(format_args!(" from {} t where t.org_id = ", def.table())).push_bind(tx.org_id);
    push_ids(&mut sql, "t", ids.to_vec());
    sql.push(lock.clause());
    let rows = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    rows.iter()
        .map(|raw| {
            let row = decode(def, raw, 3)?;
            let flag = |at: usize| raw.try_get::<Option<bool>, _>(at).map(|f| f.unwrap_or(false)).map_err(from_sqlx);
            let stored = Stored { readable: flag(0)?, updatable: flag(1)?, deletable: flag(2)?, row };
            Ok((stored.row.id, stored))
        })
        .collect()
}

/// Locks the rows of `ids` until the transaction ends.
pub(super) async fn hold(tx: &mut Tx, def: &'static RecordDef, ids: Vec<Uuid>, lock: Lock) -> Result<()> {
    lock_rows(tx, def, ids, (lock, "")).await?;
    Ok(())
}

/// Holds what is referred to as far as nobody is to be waited for; whether that is all of it.
pub(super) async fn hold_at_once(tx: &mut Tx, def: &'static RecordDef, ids: Vec<Uuid>) -> Result<bool> {
    let wanted = ids.len() as u64;
    Ok(lock_rows(tx, def, ids, (Lock::Refer, " skip locked")).await? == wanted)
}

/// How many rows are locked now; what follows the lock says what becomes of those that somebody else has.
async fn lock_rows(tx: &mut Tx, def: &'static RecordDef, ids: Vec<Uuid>, (lock, others): (Lock, &str)) -> Result<u64> {
    if ids.is_empty() {
        return Ok(0);
    }
    let mut sql = Sql::new(format!("select from {} t where t.org_id = ", def.table()));
    sql.push_bind(tx.org_id);
    push_ids(&mut sql, "t", ids);
    sql.push(lock.clause()).push(others);
    let locked = sql.build().execute(&mut *tx.inner).await.map_err(from_sqlx)?;
    Ok(locked.rows_affected())
}

/// Rows by id within the organisation, without the caller's scope: for rules, not for showing.
pub(crate) async fn rows_by_id(tx: &mut Tx, def: &'static RecordDef, ids: &BTreeSet<Uuid>) -> Result<Vec<Row>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("select ");
    sql.push(select_list(def, "t"));
    sql.push(format_args!(" from {} t where t.org_id = ", def.table())).push_bind(tx.org_id);
    push_ids(&mut sql, "t", ids.iter().copied().collect());
    let rows = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    rows.iter().map(|raw| decode(def, raw, 0)).collect()
}

/// Which of `ids` the actor may read.
pub(super) async fn readable(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    ids: &BTreeSet<Uuid>,
) -> Result<BTreeSet<Uuid>> {
    within(tx, actor, def, ids, Action::Read).await
}

/// With which of `ids` the actor may do so.
pub(super) async fn within(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    ids: &BTreeSet<Uuid>,
    action: Action,
) -> Result<BTreeSet<Uuid>> {
    let mut sql = Sql::new("select t.id");
    sql.push(format_args!(" from {} t where t.org_id = ", def.table())).push_bind(tx.org_id);
    push_ids(&mut sql, "t", ids.iter().copied().collect());
    sql.push(" and ");
    push_scope(&mut sql, actor, def, action, "t");
    let rows = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    rows.iter().map(|raw| raw.try_get(0).map_err(from_sqlx)).collect()
}

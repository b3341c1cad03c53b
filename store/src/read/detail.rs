//! One record with what its page needs.

use shared::access::{Action, Actor};
use shared::query::Detail;
use shared::record::{CustomField, CustomFields};
use shared::{Error, RecordDef, Result};
use sqlx::Row as _;
use uuid::Uuid;

use super::titles::titles;
use crate::columns::{decode, select_list, target};
use crate::error::from_sqlx;
use crate::live::{SNAPSHOT, cursor_of};
use crate::pool::Store;
use crate::scope::{Sql, push_scope};

impl Store {
    /// One record, archived or not.
    ///
    /// # Errors
    /// `NotFound` when it does not exist or may not be read.
    pub async fn get(&self, actor: &Actor, def: &'static RecordDef, id: Uuid) -> Result<Detail> {
        let mut tx = self.reading(actor).await?;
        let mut sql = Sql::new(format!("select {SNAPSHOT}, "));
        push_scope(&mut sql, actor, def, Action::Update, "t");
        sql.push(", ");
        push_scope(&mut sql, actor, def, Action::Delete, "t");
        sql.push(", ").push(select_list(def, "t"));
        sql.push(format_args!(" from {} t where t.org_id = ", def.table())).push_bind(actor.org_id);
        sql.push(" and t.id = ").push_bind(id).push(" and ");
        push_scope(&mut sql, actor, def, Action::Read, "t");
        let found = sql.build().fetch_optional(&mut *tx.inner).await.map_err(from_sqlx)?.ok_or(Error::NotFound)?;
        let flag = |at: usize| found.try_get::<Option<bool>, _>(at).map(|f| f.unwrap_or(false)).map_err(from_sqlx);
        let live = cursor_of(found.try_get(0).map_err(from_sqlx)?)?;
        let (may_update, may_delete) = (flag(1)?, flag(2)?);
        let mut row = decode(def, &found, 3)?;
        let titles = titles(&mut tx, actor, def, std::slice::from_ref(&row)).await?;
        actor.redact(def, &mut row.values);
        Ok(Detail { row, titles, may_update, may_delete, live: live.to_string() })
    }

    /// The user-defined fields of a type.
    ///
    /// # Errors
    /// `Forbidden` without any read right on the type.
    pub async fn custom_fields(&self, actor: &Actor, def: &RecordDef) -> Result<Vec<CustomField>> {
        if !actor.may(def, Action::Read) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.reading(actor).await?;
        crate::write::custom_fields(&mut tx, def).await
    }

    /// The user-defined fields of a type and of those types of owned records that it refers to and the actor may read; by type.
    ///
    /// # Errors
    /// `Forbidden` without any read right on the type.
    pub async fn custom_fields_around(&self, actor: &Actor, def: &'static RecordDef) -> Result<CustomFields> {
        if !actor.may(def, Action::Read) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.reading(actor).await?;
        let mut found = CustomFields::new();
        let is_told = |target: &&'static RecordDef| target.is_owned() && actor.may(target, Action::Read);
        let referred = def.all_fields().filter_map(target).filter(is_told);
        for def in std::iter::once(def).chain(referred) {
            if !found.contains_key(def.name) {
                let fields = crate::write::custom_fields(&mut tx, def).await?;
                found.insert(def.name.to_owned(), fields);
            }
        }
        Ok(found)
    }
}

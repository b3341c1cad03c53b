//! The global search and the choices of reference fields.

use shared::access::{Action, Actor};
use shared::query::Hit;
use shared::types::REGISTRY;
use shared::{Error, RecordDef, Result};
use uuid::Uuid;

use super::filter::containing;
use crate::error::from_sqlx;
use crate::pool::Store;
use crate::scope::{Sql, push_scope};
use crate::write::query_tokens;

/// Candidates looked at per type; what is cut off was not distinctive enough anyway.
const CANDIDATES: i64 = 200;

impl Store {
    /// Records of any type that contain the words, best and newest first, at most `limit`.
    ///
    /// # Errors
    /// Database faults only; unreadable records are simply not found.
    pub async fn search(&self, actor: &Actor, words: &str, limit: u32) -> Result<Vec<Hit>> {
        let types: Vec<_> = REGISTRY.iter().copied().filter(|def| !def.admin && actor.may(def, Action::Read)).collect();
        self.find(actor, &types, words, limit).await
    }

    /// Records of one type to choose from; with no words the most recently changed ones.
    ///
    /// # Errors
    /// `Forbidden` without any read right on the type.
    pub async fn lookup(&self, actor: &Actor, def: &'static RecordDef, words: &str, limit: u32) -> Result<Vec<Hit>> {
        if !actor.may(def, Action::Read) {
            return Err(Error::Forbidden);
        }
        self.find(actor, &[def], words, limit).await
    }

    async fn find(&self, actor: &Actor, types: &[&'static RecordDef], words: &str, limit: u32) -> Result<Vec<Hit>> {
        let tokens = query_tokens(words);
        let types: Vec<_> = types.iter().filter(|def| actor.sees_title(def)).collect();
        if types.is_empty() || (tokens.is_none() && !words.trim().is_empty()) {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new("select f.record_type, f.record_id, f.title, f.subtitle from (");
        for (index, def) in types.iter().enumerate() {
            sql.push(if index > 0 { " union all " } else { "" });
            push_type(&mut sql, actor, def, tokens.as_deref().map(|tokens| (words, tokens)));
        }
        sql.push(") f order by (lower(f.title) = ").push_bind(words.trim().to_lowercase());
        sql.push(") desc, starts_with(lower(f.title), ").push_bind(words.trim().to_lowercase());
        sql.push(") desc, f.updated_at desc, f.record_id limit ").push_bind(i64::from(limit.clamp(1, 50)));
        let mut tx = self.reading(actor).await?;
        let found: Vec<(String, Uuid, String, String)> =
            sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        Ok(found
            .into_iter()
            .map(|(record_type, id, title, subtitle)| Hit { record_type, id, title, subtitle })
            .collect())
    }
}

/// Whether words of the index, and what it shows beside a title, may be of fields that the actor doesn't see.
fn is_guarded(actor: &Actor, def: &RecordDef) -> bool {
    def.fields.iter().any(|field| field.searchable && !actor.sees(def, field))
}

/// The condition that the record `t`, whose id is `column`, contains the words.
pub(super) fn push_found(sql: &mut Sql, actor: &Actor, def: &RecordDef, column: &str, (words, tokens): (&str, &str)) {
    sql.push(format_args!("{column} in (select guanxi_found(")).push_bind(def.name).push(", ");
    sql.push_bind(tokens.to_owned()).push("::tsquery))");
    if is_guarded(actor, def) {
        // The index doesn't know which field a word is from: here all must be in the title.
        for word in words.split_whitespace() {
            sql.push(format_args!(" and t.{} ilike ", def.title)).push_bind(containing(word));
        }
    }
}

fn push_type(sql: &mut Sql, actor: &Actor, def: &RecordDef, sought: Option<(&str, &str)>) {
    let subtitle = if is_guarded(actor, def) { "''" } else { "s.subtitle" };
    sql.push(format_args!(
        "(select s.record_type, s.record_id, s.title, {subtitle} as subtitle, s.updated_at from search_entries s"
    ));
    sql.push(format_args!(" join {} t on t.org_id = s.org_id and t.id = s.record_id where s.org_id = ", def.table()));
    sql.push_bind(actor.org_id).push(" and s.record_type = ").push_bind(def.name).push(" and not s.archived and ");
    if let Some(sought) = sought {
        push_found(sql, actor, def, "s.record_id", sought);
        sql.push(" and ");
    }
    push_scope(sql, actor, def, Action::Read, "t");
    sql.push(" order by s.updated_at desc limit ").push_bind(CANDIDATES).push(")");
}

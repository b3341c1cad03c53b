//! Which records the words of a search of the log mean.

use std::collections::BTreeSet;

use shared::Result;
use shared::audit::AuditQuery;
use shared::types::REGISTRY;
use uuid::Uuid;

use super::push_within;
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::Sql;
use crate::write::query_tokens;

/// Entries, and hits of the search index, that are looked at for the records they are about.
const MOST: usize = 1_000;

/// The records that are called as words say, or were; looked up once for all pages of a file.
pub(in crate::read) struct Called {
    words: String,
    ids: Vec<Uuid>,
    /// More entries fit than were looked at: there are many, so that the newest of them are soon found.
    is_part: bool,
}

impl Called {
    /// Looks up what is called so now, and what the log says was called so in the time and of the type that are asked for.
    pub(super) async fn look_up(tx: &mut Tx, query: &AuditQuery, words: &str) -> Result<Self> {
        let told = told(tx, query, words).await?;
        let is_part = told.len() == MOST;
        let mut ids: BTreeSet<Uuid> = told.into_iter().chain(words.parse::<Uuid>()).collect();
        ids.extend(known(tx, words).await?);
        Ok(Self { words: words.to_owned(), ids: ids.into_iter().collect(), is_part })
    }

    /// Appends that an entry is about one of them.
    pub(super) fn push(&self, sql: &mut Sql) {
        sql.push(" and (record_id = any(").push_bind(self.ids.clone()).push(")");
        if self.is_part {
            sql.push(" or ");
            push_fits(sql, &self.words);
        }
        sql.push(")");
    }
}

/// What the newest entries are about that fit by themselves. It has no index: only where few fit is all of the time read.
async fn told(tx: &mut Tx, query: &AuditQuery, words: &str) -> Result<Vec<Uuid>> {
    let mut sql = Sql::new("select record_id from audit_entries where org_id = ");
    sql.push_bind(tx.org_id);
    push_within(&mut sql, query);
    sql.push(" and ");
    push_fits(&mut sql, words);
    sql.push(format_args!(" order by at desc, id desc limit {MOST}"));
    sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

/// The condition that an entry's title has the words, or that it gave or took this number.
fn push_fits(sql: &mut Sql, words: &str) {
    sql.push("(strpos(lower(title), lower(").push_bind(words.to_owned()).push(")) > 0");
    // Only what may be a number is worth a look into all that was changed.
    let has_digit = words.bytes().any(|byte| byte.is_ascii_digit());
    let fields = REGISTRY.iter().flat_map(|def| def.fields).filter(|f| has_digit && f.name.ends_with("number"));
    for name in fields.map(|field| field.name).collect::<BTreeSet<&str>>() {
        sql.push(" or lower(").push_bind(words.to_owned());
        sql.push(format_args!(") in (lower(changes #>> '{{{name},0}}'), lower(changes #>> '{{{name},1}}'))"));
    }
    sql.push(")");
}

/// What is called so now, or has this number, or had it before it became part of another record: by index.
async fn known(tx: &mut Tx, words: &str) -> Result<Vec<Uuid>> {
    let mut sql = Sql::new("select m.id from merged_records m where m.org_id = ");
    sql.push_bind(tx.org_id).push(" and lower(m.number) = lower(").push_bind(words.to_owned()).push(")");
    for def in REGISTRY {
        for field in def.fields.iter().filter(|field| field.unique && field.name.ends_with("number")) {
            sql.push(" union all select guanxi_holding(").push_bind(def.table()).push("::text::regclass, ");
            sql.push_bind(field.name).push(", ").push_bind(vec![words.to_lowercase()]).push(")");
        }
    }
    if let Some(tokens) = query_tokens(words) {
        let types: Vec<&str> = REGISTRY.iter().map(|def| def.name).collect();
        sql.push(" union all select h.record_id from guanxi_hits(").push_bind(types).push(", ").push_bind(tokens);
        sql.push(format_args!("::tsquery, {MOST}) h where strpos(lower(h.title), lower("));
        sql.push_bind(words.to_owned()).push(")) > 0");
    }
    sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)
}

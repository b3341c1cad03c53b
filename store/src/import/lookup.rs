//! Finds the records that cells name: by title or unique field, within the reader's scope, and among those that the
//! import itself is about to make.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use shared::access::{Action, Actor};
use shared::record::Kind;
use shared::{RecordDef, Result, Row};
use sqlx::Row as _;
use uuid::Uuid;

use crate::columns::{decode, select_list};
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::{Sql, push_scope};

/// Texts per query.
const TEXTS: usize = 5_000;
/// So many titles are compared when looking for near matches; where there are more, those that the search index knows as
/// similar.
const TITLES: i64 = 10_000;

/// Text as it is looked up: case does not count.
pub(super) fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Reference of `target` that this type has too: stages are looked up within the record's pipeline.
pub(super) fn shared_parent(def: &RecordDef, target: &RecordDef) -> Option<&'static str> {
    let mut parents = target.fields.iter().filter(|f| f.required && matches!(f.kind, Kind::Reference(_)));
    parents.find(|parent| def.fields.iter().any(|own| own.name == parent.name)).map(|parent| parent.name)
}

/// Records of one type by what they are called.
#[derive(Default)]
pub(super) struct Names {
    by_text: HashMap<String, Vec<(Option<Uuid>, Uuid)>>,
    /// Titles as people write them, for near matches; records about to be made included.
    pub(super) titles: BTreeSet<String>,
    /// There are more records that are there than `titles` has.
    pub(super) is_part: bool,
}

impl Names {
    /// Notes a record under a text.
    pub(super) fn insert(&mut self, text: &str, parent: Option<Uuid>, id: Uuid) {
        let all = self.by_text.entry(folded(text)).or_default();
        if !all.contains(&(parent, id)) {
            all.push((parent, id));
        }
    }

    /// The record called so; of namesakes the oldest.
    pub(super) fn find(&self, text: &str, parent: Option<Uuid>) -> Option<Uuid> {
        let all = self.by_text.get(&folded(text))?;
        all.iter().find(|(own, _)| parent.is_none() || *own == parent).map(|(_, id)| *id)
    }
}

/// What names may mean: records that are there, and those that the import is about to make.
#[derive(Default)]
pub(super) struct Lookup {
    /// Of the rows at hand only.
    pub(super) stored: Names,
    pub(super) made: Names,
}

impl Lookup {
    /// The record called so; one that is there goes before one that is not yet.
    pub(super) fn find(&self, text: &str, parent: Option<Uuid>) -> Option<Uuid> {
        self.stored.find(text, parent).or_else(|| self.made.find(text, parent))
    }
}

/// Columns by which a record can be named: its title and unique fields.
fn naming(def: &RecordDef) -> Vec<&'static str> {
    let unique = def.fields.iter().filter(|f| f.unique && f.name != def.title).map(|f| f.name);
    std::iter::once(def.title).chain(unique).collect()
}

/// Loads records by the texts that name them.
pub(super) async fn load_names(
    tx: &mut Tx,
    actor: &Actor,
    target: &'static RecordDef,
    parent: Option<&'static str>,
    texts: &BTreeSet<String>,
    names: &mut Names,
) -> Result<()> {
    let texts: Vec<String> = texts.iter().cloned().collect();
    let parent = parent.map_or_else(|| "null::uuid".to_owned(), |field| format!("t.{field}"));
    for column in naming(target) {
        for chunk in texts.chunks(TEXTS) {
            let mut sql = Sql::new(format!("select t.id, t.{column}::text, {parent} from {} t where ", target.table()));
            push_live(&mut sql, actor, target);
            push_valued(&mut sql, target, column, chunk);
            sql.push(" order by t.id");
            for raw in sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)? {
                let text: String = raw.try_get(1).map_err(from_sqlx)?;
                names.insert(&text, raw.try_get(2).map_err(from_sqlx)?, raw.try_get(0).map_err(from_sqlx)?);
            }
        }
    }
    Ok(())
}

/// Loads the titles that near matches are looked for among.
pub(super) async fn load_titles(
    tx: &mut Tx,
    actor: &Actor,
    target: &'static RecordDef,
    names: &mut Names,
) -> Result<()> {
    let mut sql = Sql::new(format!("select t.{}::text from {} t where ", target.title, target.table()));
    push_live(&mut sql, actor, target);
    sql.push(" limit ").push_bind(TITLES + 1);
    let all: Vec<Option<String>> = sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    names.is_part = all.len() as i64 > TITLES && is_searched(target);
    if !names.is_part {
        names.titles.extend(all.into_iter().flatten());
    }
    Ok(())
}

fn is_searched(def: &RecordDef) -> bool {
    def.fields.iter().any(|field| field.searchable)
}

fn push_live(sql: &mut Sql, actor: &Actor, def: &RecordDef) {
    sql.push("t.org_id = ").push_bind(actor.org_id).push(" and t.archived_at is null and ");
    push_scope(sql, actor, def, Action::Read, "t");
}

/// Appends the condition that a column holds one of some folded texts; by index where it can be one that many rows are
/// looked up by.
fn push_valued(sql: &mut Sql, def: &RecordDef, column: &str, texts: &[String]) {
    let field = def.field(column);
    let is_titled = column == def.title && is_searched(def);
    if column == "id" {
        let ids: Vec<Uuid> = texts.iter().filter_map(|text| text.parse().ok()).collect();
        sql.push(" and t.id = any(").push_bind(ids);
    } else if field.is_some_and(|field| field.unique) {
        sql.push(" and t.id in (select guanxi_holding(").push_bind(def.table()).push("::text::regclass, ");
        sql.push_bind(column.to_owned()).push(", ").push_bind(texts.to_vec()).push(")");
    } else if is_titled {
        sql.push(" and t.id in (select guanxi_titled(").push_bind(def.name).push(", ").push_bind(texts.to_vec());
        sql.push(")");
    } else if field.is_some_and(|field| field.kind.is_text_list()) {
        sql.push(format_args!(" and t.{column} && (")).push_bind(texts.to_vec());
    } else {
        sql.push(format_args!(" and lower(t.{column}::text) = any(")).push_bind(texts.to_vec());
    }
    sql.push(")");
}

/// Existing records by the folded value of a key field; of namesakes the oldest.
pub(super) async fn load_existing(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    (key, within): (&str, Option<&str>),
    keys: &BTreeSet<String>,
) -> Result<BTreeMap<(Option<Uuid>, String), Row>> {
    let keys: Vec<String> = keys.iter().cloned().collect();
    let mut found = BTreeMap::new();
    for chunk in keys.chunks(TEXTS) {
        let mut sql = Sql::new(format!("select {} from {} t where ", select_list(def, "t"), def.table()));
        push_live(&mut sql, actor, def);
        push_valued(&mut sql, def, key, chunk);
        sql.push(" order by t.id");
        for raw in sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)? {
            let row = decode(def, &raw, 0)?;
            let parent = within.and_then(|field| row.reference(field));
            for text in key_texts(&row, key) {
                found.entry((parent, text)).or_insert_with(|| row.clone());
            }
        }
    }
    Ok(found)
}

/// The folded values of a key field.
pub(super) fn key_texts(row: &Row, key: &str) -> Vec<String> {
    if key == "id" {
        return vec![row.id.to_string()];
    }
    match row.value(key) {
        serde_json::Value::String(text) => vec![folded(text)],
        serde_json::Value::Array(_) => shared::record::texts(&row.values, key).map(folded).collect(),
        serde_json::Value::Null => Vec::new(),
        other => vec![folded(&other.to_string())],
    }
}

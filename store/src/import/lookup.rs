//! Finds the records that cells name: by title or unique field, within the reader's scope, and among those that the
//! import itself is about to make.

use std::collections::{BTreeSet, HashMap};

use shared::access::{Action, Actor};
use shared::record::{Kind, phone_key};
use shared::{FieldDef, RecordDef, Result, Row};
use sqlx::Row as _;
use uuid::Uuid;

use crate::columns::{decode, select_list};
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::{Sql, push_ids, push_scope};

/// Texts per query.
const TEXTS: usize = 5_000;
/// Phones per query of the search index, of which one statement asks many: a query of thousands of words is slow.
const PHONES: usize = 50;
/// Digits from which a phone may be found as the beginning of a word of the index: extensions stand behind it.
const LONG: usize = 7;
/// So many titles are compared when looking for near matches; where there are more, those that the search index knows as
/// similar.
const TITLES: i64 = 10_000;
/// Words that a number may have, where it stands before a title.
const NUMBER: usize = 3;
/// Most records of a type that somebody chooses among.
pub(super) const FEW: usize = 50;

/// Text as it is looked up: case does not count.
pub(super) fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Text by which a value of this kind tells a record: phones count as the same however they are written.
pub(super) fn telling(kind: &Kind, text: &str) -> String {
    if *kind == Kind::Phones { phone_key(text) } else { folded(text) }
}

/// Reference of `target` that this type has too: stages are looked up within the record's pipeline.
pub(super) fn shared_parent(def: &RecordDef, target: &RecordDef) -> Option<&'static str> {
    let mut parents = target.fields.iter().filter(|f| f.required && matches!(f.kind, Kind::Reference(_)));
    parents.find(|parent| def.fields.iter().any(|own| own.name == parent.name)).map(|parent| parent.name)
}

/// Reference to what records of a type are parts of: a stage's pipeline.
pub(super) fn part_of(target: &RecordDef) -> Option<&'static str> {
    target.fields.iter().find(|f| f.required && matches!(f.kind, Kind::Reference(_))).map(|parent| parent.name)
}

/// References to what records of `target` belong to that this type has as well: a deal's contact is of the deal's
/// customer, its stage of its pipeline.
pub(super) fn belonging(def: &RecordDef, target: &RecordDef) -> Vec<&'static str> {
    let is_owner = |field: &&'static FieldDef| field.required || target.through.contains(&field.name);
    let is_shared = |field: &&'static FieldDef| {
        matches!(field.kind, Kind::Reference(_))
            && def.fields.iter().any(|own| own.name == field.name && own.kind == field.kind)
    };
    target.fields.iter().filter(is_owner).filter(is_shared).map(|field| field.name).collect()
}

/// Records of one type by what they are called.
#[derive(Default)]
pub(super) struct Names {
    by_text: HashMap<String, Vec<(Option<Uuid>, Uuid)>>,
    /// What records are called that were looked for by their ids.
    called: HashMap<Uuid, String>,
    /// What namesakes belong to, by field.
    owners: HashMap<Uuid, Vec<(&'static str, Uuid)>>,
    /// Titles as people write them, for near matches; those of records that rows are about to make included.
    pub(super) titles: BTreeSet<String>,
    /// There are more records that are there than `titles` has.
    pub(super) is_part: bool,
}

impl Names {
    /// Notes a record under a text.
    pub(super) fn insert(&mut self, text: &str, parent: Option<Uuid>, id: Uuid) {
        let all = self.by_text.entry(folded(text)).or_default();
        if !all.iter().any(|(_, known)| *known == id) {
            all.push((parent, id));
        }
    }

    /// The records called so, the oldest first.
    fn all(&self, text: &str, parent: Option<Uuid>) -> Vec<Uuid> {
        let all = self.by_text.get(&folded(text)).into_iter().flatten();
        all.filter(|(own, _)| parent.is_none() || *own == parent).map(|(_, id)| *id).collect()
    }

    /// All records that were found, by whatever they are called.
    pub(super) fn ids(&self) -> BTreeSet<Uuid> {
        self.by_text.values().flatten().map(|(_, id)| *id).collect()
    }

    /// Records that share a name with others.
    fn namesakes(&self) -> Vec<Uuid> {
        let shared = self.by_text.values().filter(|all| all.len() > 1);
        let ids: BTreeSet<Uuid> = shared.flatten().map(|(_, id)| *id).collect();
        ids.into_iter().collect()
    }
}

/// What names may mean: records that are there, and those that the import is about to make.
#[derive(Default)]
pub(super) struct Lookup {
    /// Of the rows at hand only.
    pub(super) stored: Names,
    /// Archived ones that the records of these rows refer to already.
    pub(super) archived: Names,
    pub(super) made: Names,
}

impl Lookup {
    /// The records called so; those that are there go before those that are not yet.
    pub(super) fn all(&self, text: &str, parent: Option<Uuid>) -> Vec<Uuid> {
        let stored = self.stored.all(text, parent);
        if stored.is_empty() { self.made.all(text, parent) } else { stored }
    }

    /// The archived records called so that records of the rows at hand refer to already.
    pub(super) fn archived(&self, text: &str, parent: Option<Uuid>) -> Vec<Uuid> {
        self.archived.all(text, parent)
    }

    /// The only record called so.
    pub(super) fn sole(&self, text: &str) -> Option<Uuid> {
        match self.all(text, None)[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// What a record is called that was looked for by its id.
    pub(super) fn called(&self, id: Uuid) -> Option<&str> {
        self.stored.called.get(&id).map(String::as_str)
    }

    /// What one of several namesakes belongs to by a field.
    pub(super) fn owner(&self, id: Uuid, field: &str) -> Option<Uuid> {
        self.stored.owners.get(&id)?.iter().find(|(name, _)| *name == field).map(|(_, owner)| *owner)
    }
}

/// Columns by which these texts can name a record: its title and unique fields; where there are such texts, its id,
/// which answers give, and its e-mails.
fn naming(actor: &Actor, def: &RecordDef, texts: &[String]) -> Vec<&'static str> {
    let unique = def.fields.iter().filter(|f| f.unique && f.name != def.title).map(|f| f.name);
    let id = texts.iter().any(|text| Uuid::parse_str(text).is_ok()).then_some("id");
    let is_address = texts.iter().any(|text| text.contains('@'));
    let emails = def.fields.iter().filter(|f| is_address && f.kind == Kind::Emails && actor.sees(def, f));
    std::iter::once(def.title).chain(unique).chain(id).chain(emails.map(|f| f.name)).collect()
}

/// Texts that may be numbers: they stand before titles where references are shown, as in exports.
fn numbers(texts: &[String]) -> Vec<String> {
    let begins = |text: &String| -> Vec<String> {
        text.match_indices(' ').take(NUMBER).map(|(at, _)| text[..at].to_owned()).collect()
    };
    let all: BTreeSet<String> = texts.iter().cloned().chain(texts.iter().flat_map(begins)).collect();
    all.into_iter().collect()
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
    let number = actor.number_of(target).map(|field| field.name);
    for column in naming(actor, target, &texts) {
        let is_number = number == Some(column);
        let numbers = if is_number { numbers(&texts) } else { Vec::new() };
        let texts = if is_number { &numbers } else { &texts };
        for chunk in texts.chunks(TEXTS) {
            let mut sql = select_called(target, column, parent);
            push_live(&mut sql, actor, target);
            push_valued(&mut sql, target, column, chunk);
            note_called(tx, actor, (target, column), sql, names).await?;
        }
    }
    Ok(())
}

/// What those of these records are called that are archived: nothing new is to refer to them, but what does may stay.
pub(super) async fn load_archived(
    tx: &mut Tx,
    actor: &Actor,
    target: &'static RecordDef,
    parent: Option<&'static str>,
    ids: &[Uuid],
) -> Result<Names> {
    let mut names = Names::default();
    if ids.is_empty() {
        return Ok(names);
    }
    for column in naming(actor, target, &[]) {
        let mut sql = select_called(target, column, parent);
        push_seen(&mut sql, actor, target, "t.archived_at is not null and ");
        push_ids(&mut sql, "t", ids.to_vec());
        sql.push(format_args!(" and t.{column} is not null"));
        note_called(tx, actor, (target, column), sql, &mut names).await?;
    }
    Ok(names)
}

/// Begins to select what records are called by a column.
fn select_called(target: &RecordDef, column: &str, parent: Option<&str>) -> Sql {
    let parent = parent.map_or_else(|| "null::uuid".to_owned(), |field| format!("t.{field}"));
    let is_list = target.field(column).is_some_and(|field| field.kind.is_text_list());
    let text = if is_list { format!("unnest(t.{column})") } else { format!("t.{column}::text") };
    Sql::new(format!("select t.id, {text}, {parent}, t.{}::text from {} t where ", target.title, target.table()))
}

/// Notes what records are called by a column; numbers also with the titles behind them.
async fn note_called(
    tx: &mut Tx,
    actor: &Actor,
    (target, column): (&'static RecordDef, &'static str),
    mut sql: Sql,
    names: &mut Names,
) -> Result<()> {
    let is_number = actor.number_of(target).is_some_and(|field| field.name == column);
    sql.push(" order by t.id");
    for raw in sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)? {
        let (id, text): (Uuid, String) = (raw.try_get(0).map_err(from_sqlx)?, raw.try_get(1).map_err(from_sqlx)?);
        let (parent, title): (Option<Uuid>, Option<String>) =
            (raw.try_get(2).map_err(from_sqlx)?, raw.try_get(3).map_err(from_sqlx)?);
        names.insert(&text, parent, id);
        if let Some(title) = title.as_ref().filter(|_| is_number && actor.sees_title(target)) {
            names.insert(&format!("{text} {title}"), parent, id);
        }
        if column == "id" {
            names.called.insert(id, title.unwrap_or(text));
        }
    }
    Ok(())
}

/// Loads what namesakes belong to, by these fields: rows may tell them apart by it.
pub(super) async fn load_owners(
    tx: &mut Tx,
    actor: &Actor,
    target: &'static RecordDef,
    fields: Vec<&'static str>,
    names: &mut Names,
) -> Result<()> {
    let is_seen = |name: &&'static str| target.field(name).is_some_and(|field| actor.sees(target, field));
    let fields: Vec<&'static str> = fields.into_iter().filter(is_seen).collect();
    if fields.is_empty() {
        return Ok(());
    }
    let columns: String = fields.iter().map(|name| format!(", t.{name}")).collect();
    for chunk in names.namesakes().chunks(TEXTS) {
        let mut sql = Sql::new(format!("select t.id{columns} from {} t where t.org_id = ", target.table()));
        sql.push_bind(actor.org_id).push(" and t.id = any(").push_bind(chunk.to_vec()).push(")");
        for raw in sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)? {
            let mut owners = Vec::new();
            for (at, name) in fields.iter().enumerate() {
                let owner: Option<Uuid> = raw.try_get(at + 1).map_err(from_sqlx)?;
                owners.extend(owner.map(|owner| (*name, owner)));
            }
            names.owners.insert(raw.try_get(0).map_err(from_sqlx)?, owners);
        }
    }
    Ok(())
}

/// All records of a type with their titles; nothing where there are more than a few.
pub(super) async fn load_few(
    tx: &mut Tx,
    actor: &Actor,
    target: &'static RecordDef,
) -> Result<Option<Vec<(Uuid, String)>>> {
    if !actor.sees_title(target) {
        return Ok(None);
    }
    let mut sql = Sql::new(format!("select t.id, t.{}::text from {} t where ", target.title, target.table()));
    push_live(&mut sql, actor, target);
    sql.push(" limit ").push_bind(FEW as i64 + 1);
    let all: Vec<(Uuid, Option<String>)> = sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    let is_few = all.len() <= FEW;
    Ok(is_few.then(|| all.into_iter().filter_map(|(id, title)| Some((id, title?))).collect()))
}

/// What records are called that are parts of these; nothing where that is more than a few.
pub(super) async fn load_within(
    tx: &mut Tx,
    actor: &Actor,
    target: &'static RecordDef,
    (part_of, wholes): (&'static str, &[Uuid]),
) -> Result<BTreeSet<String>> {
    let mut sql = Sql::new(format!("select distinct t.{}::text from {} t where ", target.title, target.table()));
    push_live(&mut sql, actor, target);
    sql.push(format_args!(" and t.{part_of} = any(")).push_bind(wholes.to_vec()).push(") limit ");
    sql.push_bind(FEW as i64 + 1);
    let all: Vec<Option<String>> = sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    let is_few = all.len() <= FEW && actor.sees_title(target);
    Ok(all.into_iter().flatten().filter(|_| is_few).collect())
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
    push_seen(sql, actor, def, "t.archived_at is null and ");
}

/// Appends the condition that a record can be read, and what is to be so besides.
fn push_seen(sql: &mut Sql, actor: &Actor, def: &RecordDef, besides: &str) {
    sql.push("t.org_id = ").push_bind(actor.org_id).push(" and ").push(besides);
    push_scope(sql, actor, def, Action::Read, "t");
}

/// Appends the condition that a column holds one of some folded texts; by index where it can be one that many rows are
/// looked up by. Of phones more is found than is sought: whoever has a longer number with the same digits in it.
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
    } else if field.is_some_and(|field| field.kind == Kind::Phones) {
        sql.push(" and t.id in (select guanxi_dialled(").push_bind(def.name).push(", ").push_bind(phones(texts));
        sql.push(")");
    } else if field.is_some_and(|field| field.kind.is_text_list()) {
        sql.push(format_args!(" and t.{column} && (")).push_bind(texts.to_vec());
    } else {
        sql.push(format_args!(" and lower(t.{column}::text) = any(")).push_bind(texts.to_vec());
    }
    sql.push(")");
}

/// Queries of the search index for phones, by what tells them: it has the digits of each phone, from every one of them on.
fn phones(keys: &[String]) -> Vec<String> {
    let word = |key: &String| if key.len() < LONG { format!("'{key}'") } else { format!("'{key}':*") };
    let all: Vec<String> = keys.iter().filter(|key| !key.is_empty()).map(word).collect();
    all.chunks(PHONES).map(|part| part.join(" | ")).collect()
}

/// The records of these folded titles, so many of each at most, the oldest first.
pub(super) async fn load_titled(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    titles: &BTreeSet<String>,
    most: i64,
) -> Result<Vec<Row>> {
    let titles: Vec<String> = titles.iter().cloned().collect();
    let mut found = Vec::new();
    for chunk in titles.chunks(TEXTS) {
        let mut sql = Sql::new(format!("select {} from {} t where t.org_id = ", select_list(def, "t"), def.table()));
        sql.push_bind(actor.org_id);
        sql.push(format_args!(
            " and t.id in (select n.id from (select t.id, row_number() over (partition by lower(t.{}::text) order by t.id) as at
              from {} t where ",
            def.title,
            def.table()
        ));
        push_live(&mut sql, actor, def);
        push_valued(&mut sql, def, def.title, chunk);
        sql.push(") n where n.at <= ").push_bind(most).push(")");
        for raw in sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)? {
            found.push(decode(def, &raw, 0)?);
        }
    }
    Ok(found)
}

/// Existing records whose key field has one of these telling values, the oldest first; one that has several may come with
/// each of them. By its id an archived one is found as well: nothing new can have that.
pub(super) async fn load_existing(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    key: &str,
    keys: &BTreeSet<String>,
) -> Result<Vec<Row>> {
    let keys: Vec<String> = keys.iter().cloned().collect();
    let mut found = Vec::new();
    for chunk in keys.chunks(TEXTS) {
        let mut sql = Sql::new(format!("select {} from {} t where ", select_list(def, "t"), def.table()));
        match key {
            "id" => push_seen(&mut sql, actor, def, ""),
            _ => push_live(&mut sql, actor, def),
        }
        push_valued(&mut sql, def, key, chunk);
        sql.push(" order by t.id");
        for raw in sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)? {
            found.push(decode(def, &raw, 0)?);
        }
    }
    Ok(found)
}

/// The telling values of a key field.
pub(super) fn key_texts(def: &RecordDef, row: &Row, key: &str) -> Vec<String> {
    if key == "id" {
        return vec![row.id.to_string()];
    }
    let told = |text: &str| def.field(key).map_or_else(|| folded(text), |field| telling(&field.kind, text));
    match row.value(key) {
        serde_json::Value::String(text) => vec![told(text)],
        serde_json::Value::Array(_) => shared::record::texts(&row.values, key).map(told).collect(),
        serde_json::Value::Null => Vec::new(),
        other => vec![folded(&other.to_string())],
    }
}

#[cfg(test)]
mod tests {
    use shared::types::REGISTRY;

    use super::*;

    #[test]
    fn a_number_may_stand_before_a_title() {
        assert_eq!(numbers(&["t7 it is slow today".to_owned()]), ["t7", "t7 it", "t7 it is", "t7 it is slow today"]);
        assert_eq!(numbers(&["t7".to_owned()]), ["t7"]);
    }

    #[test]
    fn phones_are_looked_up_by_the_words_of_the_search_index() {
        let keys = ["13900007777", "", "11022"].map(str::to_owned);
        assert_eq!(phones(&keys), ["'13900007777':* | '11022'"]);
        assert_eq!(phones(&vec!["13900007777".to_owned(); PHONES + 1]).len(), 2);
        // Which has them only of fields that are searched.
        let mut fields = REGISTRY.iter().flat_map(|def| def.fields).filter(|field| field.kind == Kind::Phones);
        assert!(fields.all(|field| field.searchable));
    }
}

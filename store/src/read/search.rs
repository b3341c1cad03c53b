//! The global search and the choices of reference fields.

mod apart;
mod called;
mod rank;

use std::collections::{BTreeMap, BTreeSet};

use shared::access::{Action, Actor, FieldAccess};
use shared::query::Hit;
use shared::record::CUSTOM;
use shared::tidy::half_width;
use shared::types::{ARTICLE, REGISTRY, by_name};
use shared::{Error, FieldDef, RecordDef, Result};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use super::filter::containing;
use super::near;
use super::titles::{Wanted, titles_of};
use super::visits::weights;
use crate::columns::target;
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};
use crate::scope::{Sql, push_ids, push_scope};
use crate::write::{ERASED, OWN, search_tokens, sound_tokens};

/// Candidates looked at per type; what is cut off was not distinctive enough anyway.
const CANDIDATES: i64 = 200;
/// Hits of each type that come before further ones of others: a company's deals must not hide the company.
const FIRST: i64 = 5;
/// Hits that the best are chosen from: the first of each type are among them.
const CHOSEN_FROM: u32 = 100;
/// Most hits that are asked for.
const ASKED: u32 = 50;
/// Hits from which on a Chinese name was written as somebody meant it.
const PLENTY: usize = 3;
/// Hits that are put in order; of more frequent words the newest are looked for besides.
const MOST: i64 = 300;

impl Store {
    /// Records of any type that contain the words, at most `limit`: what is called so first, then what the actor looks for most,
    /// then the newest; some of each type before further ones.
    ///
    /// # Errors
    /// Database faults only; unreadable records are simply not found.
    pub async fn search(&self, actor: &Actor, words: &str, limit: u32) -> Result<Vec<Hit>> {
        let words = &half_width(words);
        let types: Vec<_> = REGISTRY.iter().copied().filter(|def| !def.admin && actor.may(def, Action::Read)).collect();
        let mut tx = self.reading_planned(actor).await?;
        let found = find(&mut tx, actor, &types, words, CHOSEN_FROM).await?;
        let mut found = wholes(&mut tx, actor, found).await?;
        // One hit is in order.
        if found.len() > 1 {
            found = rank::ranked(found, words, &weights(&mut tx, actor).await?);
            found.truncate(limit.clamp(1, ASKED) as usize);
            apart::tell_apart(&mut tx, actor, &mut found).await?;
        }
        rename(&mut tx, actor, &mut found).await?;
        Ok(found)
    }

    /// Records of one type to choose from; with no words the most recently changed ones.
    ///
    /// # Errors
    /// `Forbidden` without any read right on the type.
    pub async fn lookup(&self, actor: &Actor, def: &'static RecordDef, words: &str, limit: u32) -> Result<Vec<Hit>> {
        if !actor.may(def, Action::Read) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.reading_planned(actor).await?;
        let mut found = find(&mut tx, actor, &[def], &half_width(words), limit.clamp(1, ASKED)).await?;
        apart::tell_apart(&mut tx, actor, &mut found).await?;
        rename(&mut tx, actor, &mut found).await?;
        Ok(found)
    }
}

/// Calls what was found as the actor's language does: the index knows one name alone.
pub(super) async fn rename(tx: &mut Tx, actor: &Actor, found: &mut [Hit]) -> Result<()> {
    let mut wanted = Wanted::new();
    for hit in found.iter() {
        if let Some(def) = by_name(&hit.record_type).filter(|def| actor.other_title(def).is_some()) {
            wanted.entry(def.name).or_default().insert(hit.id);
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let titles = titles_of(tx, actor, &wanted).await?;
    for hit in found {
        if let Some(title) = titles.get(&hit.id) {
            hit.title.clone_from(title);
        }
    }
    Ok(())
}

/// The records that contain the words; where there are none, those that somebody who mistyped them may have meant. Whatever
/// depends on the words is within functions, which plan for themselves.
async fn find(tx: &mut Tx, actor: &Actor, types: &[&'static RecordDef], words: &str, limit: u32) -> Result<Vec<Hit>> {
    let tokens = search_tokens(words);
    let types: Vec<_> = types.iter().filter(|def| actor.sees_title(def)).collect();
    if types.is_empty() || (tokens.is_none() && !words.trim().is_empty()) {
        return Ok(Vec::new());
    }
    let sought = tokens.as_deref().map(|tokens| (words, tokens));
    let mut found = hits(tx, actor, &types, words, sought, limit.into()).await?;
    if let Some(sounds) = sound_tokens(words).filter(|_| found.len() < PLENTY) {
        let mut alike = hits(tx, actor, &types, words, Some((words, &sounds)), limit.into()).await?;
        alike.retain(|hit| found.iter().all(|known| known.id != hit.id));
        found.extend(alike);
        found.truncate(limit as usize);
    }
    // Where words of hidden fields may be found, nothing is guessed: the guard knows words as they were typed only.
    if found.is_empty() && !near::is_number(words) && !types.iter().any(|def| is_guarded(actor, def)) {
        return Ok(nearest(near(tx, actor, &types, words).await?, limit));
    }
    Ok(found)
}

/// Records that somebody who mistyped the words may have meant, each with how near it comes.
async fn near(tx: &mut Tx, actor: &Actor, types: &[&&'static RecordDef], words: &str) -> Result<Vec<(f64, Hit)>> {
    let mut others = Vec::new();
    for loosened in near::loosened(words) {
        let mut near = Vec::new();
        for hit in hits(tx, actor, types, words, Some((words, &loosened)), MOST).await? {
            match near::nearness(words, &hit.title) {
                Some(how) => near.push((how, hit)),
                None => others.push(hit),
            }
        }
        if !near.is_empty() {
            return Ok(near);
        }
    }
    if !near::is_address(words) || others.is_empty() {
        return Ok(Vec::new());
    }
    near_addresses(tx, words, others).await
}

/// Those of the candidates one of whose addresses comes near to what was typed.
async fn near_addresses(tx: &mut Tx, words: &str, candidates: Vec<Hit>) -> Result<Vec<(f64, Hit)>> {
    let mut candidates: BTreeMap<Uuid, Hit> = candidates.into_iter().map(|hit| (hit.id, hit)).collect();
    let ids: Vec<Uuid> = candidates.keys().copied().collect();
    let said: Vec<(Uuid, Vec<String>)> = sqlx::query_as(
        "select record_id, tsvector_to_array(tokens) from search_entries where org_id = $1 and record_id = any($2)",
    )
    .bind(tx.org_id)
    .bind(ids)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let near = said.into_iter().filter_map(|(id, said)| {
        let hit = candidates.remove(&id)?;
        Some((near::address_nearness(words, &said, &hit.title)?, hit))
    });
    Ok(near.collect())
}

/// Leads from records that are only parts to what they are parts of, each once, where the reader may read that.
async fn wholes(tx: &mut Tx, actor: &Actor, found: Vec<Hit>) -> Result<Vec<Hit>> {
    let mut wholes: BTreeMap<Uuid, Hit> = BTreeMap::new();
    for def in REGISTRY.iter().copied() {
        let of_type = found.iter().filter(|hit| hit.record_type == def.name);
        let ids: Vec<Uuid> = of_type.map(|hit| hit.id).collect();
        let whole = def.part_of.and_then(|field| def.field(field)).filter(|_| !ids.is_empty());
        if let Some((field, whole)) = whole.and_then(|field| Some((field, target(field)?))) {
            wholes.extend(wholes_of(tx, actor, (def, field, whole), ids).await?);
        }
    }
    let mut seen = BTreeSet::new();
    let whole = |hit: Hit| wholes.get(&hit.id).cloned().unwrap_or(hit);
    Ok(found.into_iter().map(whole).filter(|hit| seen.insert(hit.id)).collect())
}

/// What parts are parts of, by the parts' ids.
async fn wholes_of(
    tx: &mut Tx,
    actor: &Actor,
    (def, field, whole): (&RecordDef, &FieldDef, &'static RecordDef),
    ids: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, Hit>> {
    if !actor.sees_title(whole) {
        return Ok(BTreeMap::new());
    }
    let subtitle = if is_guarded(actor, whole) { "''" } else { "s.subtitle" };
    let (parts, table) = (def.table(), whole.table());
    let mut sql = Sql::new(format!("select p.id, t.id, s.title, {subtitle} from {parts} p"));
    sql.push(format_args!(" join {table} t on t.org_id = p.org_id and t.id = p.{}", field.name));
    sql.push(" join search_entries s on s.org_id = t.org_id and s.record_id = t.id and s.record_type = ");
    sql.push_bind(whole.name).push(" where p.org_id = ").push_bind(tx.org_id).push(" and ");
    push_scope(&mut sql, actor, whole, Action::Read, "t");
    push_ids(&mut sql, "p", ids);
    let found: Vec<(Uuid, Uuid, String, String)> =
        sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    let hit = |(part, id, title, subtitle)| (part, Hit { record_type: whole.name.to_owned(), id, title, subtitle });
    Ok(found.into_iter().map(hit).collect())
}

/// The records that contain the words, best and newest first.
async fn hits(
    tx: &mut Tx,
    actor: &Actor,
    types: &[&&'static RecordDef],
    words: &str,
    sought: Option<(&str, &str)>,
    limit: i64,
) -> Result<Vec<Hit>> {
    let mut sql = Sql::new("");
    push_hits(&mut sql, actor, types, words, sought);
    sql.push(" order by (lower(f.title) = ").push_bind(words.trim().to_lowercase());
    sql.push(") desc, f.place > ").push_bind(FIRST);
    sql.push(", starts_with(lower(f.title), ").push_bind(words.trim().to_lowercase());
    let parts: Vec<&str> = types.iter().filter(|def| def.part_of.is_some()).map(|def| def.name).collect();
    sql.push(") desc, f.record_type = any(").push_bind(parts);
    sql.push("), f.updated_at desc, f.record_id limit ").push_bind(limit);
    fetch_hits(tx, &mut sql).await
}

/// Records of a type that are called as the words say, the best first: of frequent words those among a bounded number of hits, and
/// what is called just so. Readers who reach only some of a type get those of them that they may read: to find all that contain a
/// frequent word would take as long as the list itself.
pub(super) async fn found_by_name(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    words: &str,
) -> Result<Vec<Uuid>> {
    let (typed, words) = (words, &half_width(words));
    let Some(tokens) = search_tokens(words).filter(|_| actor.sees_title(def)) else { return Ok(Vec::new()) };
    let found = match is_free(actor, def) {
        true => hits(tx, actor, &[&def], words, Some((words, &tokens)), MOST).await?,
        false => reached(tx, actor, def, [typed, words], &tokens).await?,
    };
    Ok(called::in_order(&found, words))
}

/// Of a bounded number of hits, and of what is called just so, as it was typed or in half width, what the actor may read.
async fn reached(tx: &mut Tx, actor: &Actor, def: &RecordDef, ways: [&str; 2], tokens: &str) -> Result<Vec<Hit>> {
    let mut sql = Sql::new("");
    // Nobody is found by what all the erased are called.
    let titles = ways.iter().map(|words| words.trim().to_lowercase()).filter(|title| *title != ERASED.to_lowercase());
    push_entries(&mut sql, actor, def);
    sql.push("s.record_id in (select h.record_id from guanxi_hits(").push_bind(vec![def.name]).push(", ");
    sql.push_bind(tokens.to_owned()).push("::tsquery, ").push_bind(MOST).push(") h union all select guanxi_titled(");
    sql.push_bind(def.name).push(", ").push_bind(titles.collect::<Vec<_>>()).push(")) and ");
    push_guard(&mut sql, actor, def, ways[1]);
    push_scope(&mut sql, actor, def, Action::Read, "t");
    sql.push(" order by s.updated_at desc limit ").push_bind(MOST);
    fetch_hits(tx, &mut sql).await
}

/// Hits of a statement that selects type, id, title and subtitle.
pub(super) async fn fetch_hits(tx: &mut Tx, sql: &mut Sql) -> Result<Vec<Hit>> {
    let found: Vec<(String, Uuid, String, String)> =
        sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    let hit = |(record_type, id, title, subtitle)| Hit { record_type, id, title, subtitle };
    Ok(found.into_iter().map(hit).collect())
}

/// Titles of a type that somebody who wrote `text` may have meant, by index; none for types that are not searched, and
/// for readers from whom parts of them are hidden.
pub(crate) async fn titles_near(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    text: &str,
) -> Result<Vec<String>> {
    if is_guarded(actor, def) {
        return Ok(Vec::new());
    }
    let mut titles = Vec::new();
    // Chinese names may be written with other characters.
    for tokens in near::loosened(text).into_iter().chain(sound_tokens(text)) {
        let found = hits(tx, actor, &[&def], text, Some((text, &tokens)), MOST).await?;
        titles.extend(found.into_iter().map(|hit| hit.title));
    }
    Ok(titles)
}

/// The nearest first, at most so many.
fn nearest(mut near: Vec<(f64, Hit)>, limit: u32) -> Vec<Hit> {
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.into_iter().map(|(_, hit)| hit).take(limit as usize).collect()
}

/// Whether words of the index, and what it shows beside a title, may be of fields that the actor doesn't see. Those of user-defined
/// fields are told apart, see [`hides_own`].
pub(crate) fn is_guarded(actor: &Actor, def: &RecordDef) -> bool {
    def.fields.iter().any(|field| field.searchable && !actor.sees(def, field))
}

/// Whether words of entries that are marked as having such may be of user-defined fields, and the actor doesn't see those.
fn hides_own(actor: &Actor, def: &RecordDef) -> bool {
    def.name != ARTICLE.name && actor.field_access(def, CUSTOM) == FieldAccess::Hidden
}

/// Leaves out the entries `s` with words of user-defined fields, where the actor doesn't see those.
pub(crate) fn push_own(sql: &mut Sql, actor: &Actor, def: &RecordDef) {
    if hides_own(actor, def) {
        sql.push(format_args!("not s.tokens @@ '''{OWN}'''::tsquery and "));
    }
}

/// The condition that the record `t`, whose id is `column`, contains the words.
pub(super) fn push_found(sql: &mut Sql, actor: &Actor, def: &RecordDef, column: &str, (words, tokens): (&str, &str)) {
    // Whoever doesn't see what the records are called would find that out word by word.
    if !actor.sees_title(def) {
        sql.push("false");
        return;
    }
    push_guard(sql, actor, def, words);
    sql.push(format_args!("{column} in (select guanxi_found(")).push_bind(def.name).push(", ");
    sql.push_bind(tokens.to_owned()).push("::tsquery))");
}

/// The index doesn't know which field a word is from: where some are hidden, all words must be in the title, in whatever width; where
/// only user-defined ones are, those of records that are found by such.
fn push_guard(sql: &mut Sql, actor: &Actor, def: &RecordDef, words: &str) {
    match (is_guarded(actor, def), hides_own(actor, def)) {
        (false, false) => return,
        (true, _) => sql.push("(false"),
        (false, true) => sql.push(format_args!(
            "(not exists (select from search_entries o where o.org_id = t.org_id and o.record_id = t.id
                          and o.tokens @@ '''{OWN}'''::tsquery)"
        )),
    };
    sql.push(" or (true");
    for word in words.nfkc().collect::<String>().split_whitespace() {
        sql.push(format_args!(" and normalize(t.{}, nfkc) ilike ", def.title)).push_bind(containing(word));
    }
    sql.push(")) and ");
}

/// Whether all there is of a type, and all that the index says of it, is open to the actor.
fn is_free(actor: &Actor, def: &RecordDef) -> bool {
    actor.reads_all(def) && !is_guarded(actor, def) && !hides_own(actor, def)
}

/// The candidates `f`: of types that are open to the actor straight from the index, of others as far as they reach.
fn push_hits(sql: &mut Sql, actor: &Actor, types: &[&&'static RecordDef], words: &str, sought: Option<(&str, &str)>) {
    let (free, scoped): (Vec<_>, Vec<_>) = types.iter().partition(|def| sought.is_some() && is_free(actor, def));
    let names = |types: &[&&&'static RecordDef]| types.iter().map(|def| def.name).collect::<Vec<_>>();
    if let Some((_, tokens)) = sought {
        sql.push("with hit as materialized (select distinct on (record_id) * from guanxi_hits(")
            .push_bind(names(&free));
        sql.push(", ").push_bind(tokens.to_owned()).push("::tsquery, ").push_bind(MOST);
        sql.push(")), found as materialized (select * from guanxi_found(").push_bind(names(&scoped));
        sql.push(", ").push_bind(tokens.to_owned()).push("::tsquery)) ");
    }
    sql.push(
        "select f.record_type, f.record_id, f.title, f.subtitle from (select c.*, row_number() over (partition by",
    );
    sql.push(" c.record_type order by starts_with(lower(c.title), ").push_bind(words.trim().to_lowercase());
    sql.push(") desc, c.updated_at desc, c.record_id) as place from (");
    if sought.is_some() {
        sql.push("select * from hit");
    }
    for (index, def) in scoped.iter().enumerate() {
        sql.push(if index > 0 || sought.is_some() { " union all " } else { "" });
        push_type(sql, actor, def, sought.map(|(words, _)| words));
    }
    sql.push(") c) f");
}

/// What the index says of a type's records `t` that are offered where nothing is looked for, up to the condition of which the
/// actor may read, and others before it. What is called as all the erased are says nothing to choose it by.
pub(super) fn push_index(sql: &mut Sql, actor: &Actor, def: &RecordDef) {
    push_entries(sql, actor, def);
    sql.push("s.title <> ").push_bind(ERASED).push(" and ");
}

/// The same of all that are not archived.
fn push_entries(sql: &mut Sql, actor: &Actor, def: &RecordDef) {
    let subtitle = if is_guarded(actor, def) { "''" } else { "s.subtitle" };
    sql.push(format_args!(
        "select s.record_type, s.record_id, s.title, {subtitle} as subtitle, s.updated_at from search_entries s"
    ));
    sql.push(format_args!(" join {} t on t.org_id = s.org_id and t.id = s.record_id where s.org_id = ", def.table()));
    sql.push_bind(actor.org_id).push(" and s.record_type = ").push_bind(def.name);
    sql.push(" and not s.archived and ");
}

fn push_type(sql: &mut Sql, actor: &Actor, def: &RecordDef, words: Option<&str>) {
    sql.push("(");
    if let Some(words) = words {
        push_entries(sql, actor, def);
        sql.push("s.record_id in (select record_id from found where record_type = ").push_bind(def.name).push(") and ");
        push_guard(sql, actor, def, words);
    } else {
        push_index(sql, actor, def);
    }
    push_scope(sql, actor, def, Action::Read, "t");
    sql.push(" order by s.updated_at desc limit ").push_bind(CANDIDATES).push(")");
}

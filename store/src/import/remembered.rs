//! The mapping of an organisation's last import of a kind of file, for the next one of the kind: files of the same kind have
//! the same columns, and the same words in them.

mod answered;

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use shared::access::Actor;
use shared::import::{Assignment, From, Spec, Step};
use shared::query::Titles;
use shared::types::by_name;
use shared::{RecordDef, Result};
use sqlx::types::Json;
use uuid::Uuid;

use super::layout::Layout;
use super::lookup::{Lookup, Names, folded, load_names};
use super::preset::Preset;
use super::spelling::spell;
use super::suggest;
use super::table::Table;
use crate::columns::target;
use crate::error::from_sqlx;
use crate::pool::Tx;

/// Names a header: files of the same kind have the same.
fn header(columns: &[String]) -> Vec<u8> {
    let names: Vec<String> = columns.iter().map(|name| name.to_lowercase()).collect();
    Sha256::digest(names.join("\n")).to_vec()
}

/// The mapping by which the organisation brought in such a file last, and what the records are called that it names by their
/// ids. An import that was undone counts for nothing: the one before it does.
pub(super) async fn remembered(tx: &mut Tx, actor: &Actor, table: &Table) -> Result<Option<(Vec<Step>, Titles)>> {
    let steps = match is_last_undone(tx, table).await? {
        true => before_undone(tx, actor, table).await?,
        false => kept(tx, table).await?,
    };
    let Some(steps) = steps else { return Ok(None) };
    let mut steps = read_as(steps, table);
    let titles = as_now(tx, actor, &mut steps).await?;
    Ok(Some((steps, titles)))
}

/// The mapping that the last import of such a file left.
async fn kept(tx: &mut Tx, table: &Table) -> Result<Option<Vec<Step>>> {
    let steps: Option<Json<Vec<Step>>> =
        sqlx::query_scalar("select steps from import_mappings where org_id = $1 and columns = $2")
            .bind(tx.org_id)
            .bind(header(&table.columns))
            .fetch_optional(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
    Ok(steps.map(|Json(steps)| steps))
}

/// `select` of what is asked about the runs of such files, `$2` being their columns, with the rest of the statement.
macro_rules! select_of_kind {
    ($what:literal, $rest:literal) => {
        concat!(
            "select ",
            $what,
            " from import_runs r, jsonb_array_elements(r.headers) with ordinality as h (names, place)
             where r.org_id = $1 and lower(h.names::text) = lower($2::jsonb::text)",
            $rest
        )
    };
}

async fn is_last_undone(tx: &mut Tx, table: &Table) -> Result<bool> {
    let undone: Option<bool> =
        sqlx::query_scalar(select_of_kind!("r.status = 'undone'", " order by r.id desc limit 1"))
            .bind(tx.org_id)
            .bind(Json(&table.columns))
            .fetch_optional(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
    Ok(undone == Some(true))
}

/// The mapping of the last import of such a file that was not undone, with what was answered in it. What is recognised anyway is
/// none.
async fn before_undone(tx: &mut Tx, actor: &Actor, table: &Table) -> Result<Option<Vec<Step>>> {
    let run: Option<(Json<Spec>, i64)> = sqlx::query_as(select_of_kind!(
        "r.spec, h.place",
        " and r.status <> 'undone' order by r.id desc, h.place desc limit 1"
    ))
    .bind(tx.org_id)
    .bind(Json(&table.columns))
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let Some((Json(spec), place)) = run else { return Ok(None) };
    // They are counted from 1.
    let file = usize::try_from(place - 1).ok().and_then(|at| spec.files.get(at));
    let Some(mut steps) = file.map(|file| file.steps.clone()) else { return Ok(None) };
    for step in &mut steps {
        answered::keep(tx, actor, step, &spec.answers, table).await?;
    }
    Ok((!is_recognised(table, &steps)).then_some(steps))
}

/// Remembered steps, their columns named as in this file, their days read as somebody said, else as its own cells show.
fn read_as(mut steps: Vec<Step>, table: &Table) -> Vec<Step> {
    spell(&mut steps, &table.columns);
    let is_guessed = |a: &&mut Assignment| a.dates.is_some() && !a.dates_told;
    for assignment in steps.iter_mut().flat_map(|step| &mut step.assignments).filter(is_guessed) {
        if let From::Column(name) = &assignment.from {
            assignment.dates = table.column(name).and_then(|at| table.dates(at)).or(assignment.dates);
        }
    }
    steps
}

/// Notes of which days somebody said otherwise than the cells suggest what comes first in them.
fn tell_dates(steps: &mut [Step], table: &Table) {
    for assignment in steps.iter_mut().flat_map(|step| &mut step.assignments) {
        let From::Column(name) = &assignment.from else { continue };
        let (Some(told), Some(at)) = (assignment.dates, table.column(name)) else { continue };
        assignment.dates_told |= table.dates(at).is_some_and(|guessed| guessed != told);
    }
}

/// Leaves out what was answered of records that are gone or not for this reader, and of words that something is called by now;
/// gives the titles of the others.
async fn as_now(tx: &mut Tx, actor: &Actor, steps: &mut [Step]) -> Result<Titles> {
    let mut titles = Titles::new();
    for step in steps {
        let Some(def) = by_name(&step.record_type) else { continue };
        for assignment in &mut step.assignments {
            let Some(to) = def.field(&assignment.field).and_then(target) else { continue };
            if assignment.values.is_empty() {
                continue;
            }
            let texts = assignment.values.iter().flat_map(|(word, meant)| [folded(word), folded(meant)]).collect();
            let names = named(tx, actor, to, texts).await?;
            assignment.values.retain(|word, meant| counts_still(&names, word, meant));
            if actor.sees_title(to) {
                let ids = assignment.values.values().filter_map(|meant| meant.parse::<Uuid>().ok());
                titles.extend(ids.filter_map(|id| Some((id, names.called(id)?.to_owned()))));
            }
        }
    }
    Ok(titles)
}

/// Whether a word is to mean what it was said to mean; titles were not answered but mapped, and stay.
fn counts_still(names: &Lookup, word: &str, meant: &str) -> bool {
    let is_id = Uuid::parse_str(meant).is_ok();
    let is_there = || !is_id || !names.all(meant, None).is_empty();
    !is_id && !meant.is_empty() || names.all(word, None).is_empty() && is_there()
}

/// The records that the reader finds by these folded texts.
async fn named(tx: &mut Tx, actor: &Actor, to: &'static RecordDef, mut texts: BTreeSet<String>) -> Result<Lookup> {
    texts.remove("");
    let mut stored = Names::default();
    load_names(tx, actor, to, None, &texts, &mut stored).await?;
    Ok(Lookup { stored, ..Lookup::default() })
}

/// Keeps an import's mappings for the next file of each kind. What is recognised anyway, and was left so, isn't kept.
pub(super) async fn remember(tx: &mut Tx, actor: &Actor, spec: &Spec, tables: &[Table]) -> Result<()> {
    for (file, table) in spec.files.iter().zip(tables).filter(|(_, table)| table.header > 0) {
        let mut steps = file.steps.clone();
        for step in &mut steps {
            answered::keep(tx, actor, step, &spec.answers, table).await?;
        }
        let keep = sqlx::query(
            "insert into import_mappings (org_id, columns, steps) values ($1, $2, $3)
             on conflict (org_id, columns) do update set steps = excluded.steps, used_at = now()",
        );
        let forget = sqlx::query("delete from import_mappings where org_id = $1 and columns = $2");
        let (org_id, columns) = (tx.org_id, header(&table.columns));
        let is_known = Preset::recognise(&table.columns).is_some() || is_recognised(table, &steps);
        tell_dates(&mut steps, table);
        let statement = match is_known {
            true => forget.bind(org_id).bind(columns),
            false => keep.bind(org_id).bind(columns).bind(Json(&steps)),
        };
        statement.execute(&mut *tx.inner).await.map_err(from_sqlx)?;
    }
    Ok(())
}

/// Whether these are the steps by which files of a known layout are recognised.
fn is_recognised(table: &Table, steps: &[Step]) -> bool {
    let Some(layout) = Layout::recognise(&table.columns) else { return false };
    let mut known = layout.steps_for(table);
    suggest::look_closer(&mut known, table);
    known == steps
}

/// Forgets words of remembered mappings, such as those that name somebody who is erased.
pub(crate) async fn forget_words(tx: &mut Tx, is_told: &(dyn Fn(&str) -> bool + Sync)) -> Result<()> {
    let all: Vec<(Vec<u8>, Json<Vec<Step>>)> =
        sqlx::query_as("select columns, steps from import_mappings where org_id = $1")
            .bind(tx.org_id)
            .fetch_all(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
    for (columns, Json(mut steps)) in all {
        let mut is_other = false;
        for assignment in steps.iter_mut().flat_map(|step| &mut step.assignments) {
            let before = assignment.values.len();
            assignment.values.retain(|word, meant| !is_told(word) && !is_told(meant));
            is_other |= assignment.values.len() < before;
        }
        if is_other {
            sqlx::query("update import_mappings set steps = $3 where org_id = $1 and columns = $2")
                .bind(tx.org_id)
                .bind(columns)
                .bind(Json(steps))
                .execute(&mut *tx.inner)
                .await
                .map_err(from_sqlx)?;
        }
    }
    Ok(())
}

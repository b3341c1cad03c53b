//! The latest change sets, for those who may take them back.

mod contents;
mod undos;

use chrono::{DateTime, Utc};
use shared::access::Actor;
use shared::history::{ChangeSet, ChangeSetQuery, ChangeSets, Concerned, Count, ImportOf, Left, State, UndoRun, Why};
use shared::query::Titles;
use shared::record::instant_text;
use shared::types::by_name;
use shared::{Error, Result};
use sqlx::types::Json;
use uuid::Uuid;

use self::contents::{COUNTED, Group, NAMED, Run, groups, runs, stays};
use self::undos::undos;
use super::cursor::Keyset;
use super::titles::{Wanted, titles_of, titles_of_gone};
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};
use crate::scope::Sql;

/// Sets per page.
const PAGE: usize = 50;

#[derive(sqlx::FromRow)]
struct Found {
    id: Uuid,
    at: DateTime<Utc>,
    actor_id: Option<Uuid>,
    source: String,
    undone_by: Option<Uuid>,
    /// How many undos led to it: an odd number took something back.
    turns: i32,
    /// The first records that its undo left alone, and how many there were.
    kept: Option<Json<Vec<(String, Uuid, Why)>>>,
    kept_count: i64,
}

impl Store {
    /// A page of change sets, the newest first: the actor's own, or everybody's, as far as [`Store::undo`] lets the actor take
    /// them back.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when others than administrators ask for everybody's; `cursor` for a cursor that was not made here.
    pub async fn change_sets(&self, actor: &Actor, query: &ChangeSetQuery) -> Result<ChangeSets> {
        if query.everybody && !actor.grants.admin {
            return Err(Error::Forbidden);
        }
        let mut sql = select(actor, query)?;
        let mut tx = self.reading(actor).await?;
        let mut found: Vec<Found> = sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        let more = found.len() > PAGE;
        found.truncate(PAGE);
        let last = found.last().filter(|_| more);
        let next =
            last.map(|last| Keyset { value: Some(instant_text(last.at)), id: last.id, ..Keyset::default() }.encode());
        let groups = groups(&mut tx, &found).await?;
        let runs = runs(&mut tx, &found).await?;
        let stays = stays(&mut tx, &found).await?;
        let mut undos = undos(&mut tx, &found).await?;
        let names = Names::of(&mut tx, actor, &found, (&groups, &stays)).await?;
        let sets = found.into_iter().map(|found| {
            let own = groups.iter().filter(|group| group.change_set == found.id).collect();
            let run = runs.iter().find(|run| run.change_set == found.id);
            let into = stays.iter().find(|(set, ..)| *set == found.id);
            let into = into.map(|(_, name, id)| names.concerned(name.clone(), *id));
            let undo = undos.iter().position(|undo| undo.change_set == found.id).map(|at| undos.swap_remove(at));
            ChangeSet { into, ..names.tell(found, own, (run, undo)) }
        });
        Ok(ChangeSets { sets: sets.collect(), next })
    }
}

fn select(actor: &Actor, query: &ChangeSetQuery) -> Result<Sql> {
    let mut sql = Sql::new(
        "select s.id, s.at, s.actor_id, s.source, s.undone_by, s.kept, s.kept_count, case when s.undo_of is null then 0 else (
             with recursive way as (
                 select s.undo_of as id, 1 as turns
                 union all select c.undo_of, way.turns + 1
                 from way join change_sets c on c.org_id = s.org_id and c.id = way.id where c.undo_of is not null
             ) select max(turns) from way) end as turns
         from change_sets s where s.org_id = ",
    );
    sql.push_bind(actor.org_id);
    if !query.everybody {
        // What the system did in somebody's name is nobody's own.
        sql.push(" and s.source <> 'system' and s.actor_id = ").push_bind(actor.user_id);
    }
    if let Some(cursor) = &query.cursor {
        let (at, id) = position(cursor)?;
        sql.push(" and (s.at, s.id) < (").push_bind(at).push(", ").push_bind(id).push(")");
    }
    sql.push(format_args!(" order by s.at desc, s.id desc limit {}", PAGE + 1));
    Ok(sql)
}

fn position(cursor: &str) -> Result<(DateTime<Utc>, Uuid)> {
    let Keyset { value, id, .. } = Keyset::decode(cursor)?;
    let at = value.and_then(|at| DateTime::parse_from_rfc3339(&at).ok());
    Ok((at.ok_or_else(|| Error::invalid("cursor", "cursor"))?.to_utc(), id))
}

/// Adds records to those whose titles are wanted.
pub(crate) fn want<'n>(wanted: &mut Wanted, records: impl Iterator<Item = (&'n String, &'n Uuid)>) {
    for (name, id) in records {
        let Some(def) = by_name(name) else { continue };
        wanted.entry(def.name).or_default().insert(*id);
    }
}

/// What people and records are called, as far as the reader may see it.
struct Names {
    there: Titles,
    gone: Titles,
}

impl Names {
    async fn of(
        tx: &mut Tx,
        actor: &Actor,
        sets: &[Found],
        (groups, stays): (&[Group], &[(Uuid, String, Uuid)]),
    ) -> Result<Self> {
        let mut wanted = Wanted::new();
        wanted.entry("user").or_default().extend(sets.iter().filter_map(|set| set.actor_id));
        let concerned = groups.iter().flat_map(|group| group.ids.iter().map(move |id| (&group.record_type, id)));
        let concerned = concerned.chain(stays.iter().map(|(_, name, id)| (name, id)));
        let kept = sets.iter().filter_map(|set| set.kept.as_ref()).flat_map(|Json(kept)| kept);
        want(&mut wanted, concerned.chain(kept.map(|(name, id, _)| (name, id))));
        Self::called(tx, actor, &wanted).await
    }

    async fn called(tx: &mut Tx, actor: &Actor, wanted: &Wanted) -> Result<Self> {
        let there = titles_of(tx, actor, wanted).await?;
        let gone = titles_of_gone(tx, actor, wanted, &there).await?;
        Ok(Self { there, gone })
    }

    fn tell(&self, found: Found, groups: Vec<&Group>, (run, undo): (Option<&Run>, Option<UndoRun>)) -> ChangeSet {
        let Found { id, at, actor_id, source, undone_by, turns, kept, kept_count } = found;
        let state = match undone_by {
            Some(by) if by == id => State::Final,
            Some(_) => State::Undone,
            None if undo.as_ref().is_some_and(|undo| undo.status.is_open()) => State::Undoing,
            None if run.is_some_and(|run| run.open) => State::Running,
            None => State::Undoable,
        };
        let source = match turns {
            0 if groups.iter().any(|group| group.converted) => "conversion".to_owned(),
            turns if turns > 0 && turns % 2 == 0 => "redo".to_owned(),
            _ => source,
        };
        let first = |group: &&Group| (group.record_type.clone(), group.ids.clone());
        let records =
            groups.iter().map(first).flat_map(|(name, ids)| ids.into_iter().map(move |id| (name.clone(), id)));
        let count = |group: &&Group| Count {
            record_type: group.record_type.clone(),
            action: group.action.clone(),
            records: group.records,
        };
        let more = groups.iter().map(|group| group.changes).sum::<i64>() > COUNTED;
        // An import has counted itself.
        let of_run = run.filter(|_| more).map(Run::counts).filter(|counts| !counts.is_empty());
        let more = more && of_run.is_none();
        let of_groups = || groups.iter().filter(|group| group.changed).map(count).collect();
        let kept = kept.map(|Json(kept)| kept).unwrap_or_default();
        let left = |(name, id, why)| Left { record: self.concerned(name, id), why };
        ChangeSet {
            id,
            at,
            who: actor_id.and_then(|id| self.title(id)).cloned(),
            source,
            counts: of_run.unwrap_or_else(of_groups),
            more,
            records: records.take(NAMED).map(|(name, id)| self.concerned(name, id)).collect(),
            into: None,
            import: run.map(|run| ImportOf { id: run.id, title: run.title.clone() }),
            state,
            kept: kept.into_iter().map(left).collect(),
            kept_count,
            undo,
        }
    }

    fn concerned(&self, record_type: String, id: Uuid) -> Concerned {
        let (title, there) = (self.title(id).cloned(), self.there.contains_key(&id));
        Concerned { record_type, id, title, there }
    }

    fn title(&self, id: Uuid) -> Option<&String> {
        self.there.get(&id).or_else(|| self.gone.get(&id))
    }
}

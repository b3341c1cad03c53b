//! One change set on its way back, type by type.

use std::collections::BTreeSet;

use shared::access::{Action, Actor, Holder};
use shared::command::{Kept, UndoOutcome};
use shared::history::{LARGE, Why};
use shared::{Error, RecordDef, Result, Row};
use uuid::Uuid;

use super::history::{Found, History, Pages, Which, hold};
use super::returning::{can_return, former, is_within, say_kinds, unreadable_wholes};
use super::{Progress, Sets};
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::write::audit::{ChangeSet, write_rows};
use crate::write::batch::now;
use crate::write::derive;
use crate::write::load::{Lock, Stored};
use crate::write::prepare::{Act, Prepared, stamp};
use crate::write::verify::not_listed_elsewhere;

/// Records left alone that stay known with the set: a large one leaves thousands.
const LEFT: usize = 100;
/// Records left alone that whoever undoes a set is told of at once: all those of one that is undone at once.
const TOLD: usize = LARGE;
/// Rows that come back may refer to each other. Whether anything refers to one that goes is looked up in each table that may: Postgres
/// would plan some of these look-ups anew for each row, half as long again as they take, and read the whole of a small table.
const IN_ANY_ORDER: &str =
    "set constraints all deferred; set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off";
/// By now there has to be what they refer to.
const AT_ONCE: &str =
    "set constraints all immediate; set local plan_cache_mode to default; set local enable_seqscan to default";

/// What takes a change set back.
pub(super) struct Undoing<'a> {
    pub(super) tx: &'a mut Tx,
    pub(super) actor: &'a Actor,
    pub(super) sets: Sets,
    /// The change set that it becomes.
    pub(super) set: ChangeSet,
    /// It was a merge, which changed what the actor could not change one by one; so does taking it back.
    pub(super) whole: bool,
    /// The record that stayed in that merge: that others part from it, or become part of it again, is told of it even if it says
    /// nothing new.
    pub(super) stays: Option<Uuid>,
    pub(super) progress: &'a Progress,
    pub(super) outcome: UndoOutcome,
    /// The first records that it leaves alone: type, id, and why.
    pub(super) left: Vec<(String, Uuid, Why)>,
    /// How many it leaves alone.
    pub(super) kept: i64,
}

impl Undoing<'_> {
    /// Takes back what the set added to records after it had created them, as in a replay backwards: records that came to
    /// refer to each other (a team to its manager, the manager to the team) could not be removed otherwise. From here on all of the
    /// type are held.
    pub(super) async fn detach(&mut self, def: &'static RecordDef) -> Result<()> {
        hold(self.tx, def, self.sets.undone, Lock::Change).await?;
        let mut pages = Pages::open(self.tx, def, self.sets, Which::Amended).await?;
        while let Some(page) = pages.next(self.tx, self.actor, Lock::Change).await? {
            let rows = page.into_iter().filter_map(|Found { history, stored, .. }| {
                let current = stored.filter(|found| may_take_back(self.actor, def, found))?.row;
                history.changed_since(def, &current).is_empty().then_some(())?;
                let mut after = current.clone();
                after.values.extend(history.amended);
                Some(prepared(Act::Update, Some(current), after)).filter(Prepared::is_change)
            });
            let mut rows: Vec<Prepared> = rows.collect();
            self.stamp(&mut rows);
            self.write(def, &rows).await?;
        }
        Ok(())
    }

    /// Brings back deleted records and the former values of changed ones; of a merge that is taken back as a `whole` also those that
    /// the actor could not change one by one.
    pub(super) async fn revert(&mut self, def: &'static RecordDef) -> Result<()> {
        let mut pages = Pages::open(self.tx, def, self.sets, Which::Former).await?;
        while let Some(page) = pages.next(self.tx, self.actor, Lock::Change).await? {
            let unreadable = match self.whole {
                true => BTreeSet::new(),
                false => unreadable_wholes(self.tx, self.actor, def, &page).await?,
            };
            let (looked_at, mut rows) = (page.len(), Vec::new());
            for Found { id, history, stored } in page {
                let (back, why) = self.way_back(def, (id, &history), stored, &unreadable);
                rows.extend(back.filter(|row| row.is_change() || self.stays == Some(id)));
                if let Some(why) = why {
                    self.keep(def, id, why);
                }
            }
            say_kinds(self.tx, def, &mut rows).await?;
            self.put_back(def, rows).await?;
            self.progress.add(looked_at);
        }
        Ok(())
    }

    /// A record as it was before the set, or why it is left alone; both where others changed some of its fields. No parts of what
    /// is `unreadable` come back.
    fn way_back(
        &self,
        def: &'static RecordDef,
        (id, history): (Uuid, &History),
        found: Option<Stored>,
        unreadable: &BTreeSet<Uuid>,
    ) -> (Option<Prepared>, Option<Why>) {
        match (history.deleted, found) {
            (true, Some(_)) => (None, Some(Why::Changed)),
            (false, None) => (None, Some(Why::Gone)),
            (true, None) if !can_return(def, history) => (None, Some(Why::Gone)),
            (true, None) => {
                let former = former(id, history);
                let is_held = || self.actor.holds(def, Action::Delete, &Holder::of(&former));
                match self.whole || is_held() && !is_within(def, &former, unreadable) {
                    true => (Some(prepared(Act::Create, None, former)), None),
                    false => (None, Some(Why::Forbidden)),
                }
            }
            (false, Some(found)) if self.whole || found.readable && (found.updatable || found.deletable) => {
                let others = history.changed_since(def, &found.row);
                let is_kept = history.before.keys().any(|field| others.contains(field));
                (Some(set_back(found.row, history, &others)), is_kept.then_some(Why::Changed))
            }
            (false, Some(_)) => (None, Some(Why::Forbidden)),
        }
    }

    /// Removes what the set created, unless somebody has worked on it or refers to it.
    pub(super) async fn remove(&mut self, def: &'static RecordDef) -> Result<()> {
        hold(self.tx, def, self.sets.undone, Lock::Delete).await?;
        let mut pages = Pages::open(self.tx, def, self.sets, Which::Made).await?;
        while let Some(page) = pages.next(self.tx, self.actor, Lock::Delete).await? {
            let (looked_at, mut rows) = (page.len(), Vec::new());
            for Found { id, history, stored } in page {
                // What is gone already is as it should be.
                let Some(found) = stored else { continue };
                if !may_take_back(self.actor, def, &found) {
                    self.keep(def, id, Why::Forbidden);
                } else if history.changed_since(def, &found.row).is_empty() {
                    rows.push(prepared(Act::Delete, Some(found.row.clone()), found.row));
                } else {
                    self.keep(def, id, Why::Changed);
                }
            }
            self.put_back(def, rows).await?;
            self.progress.add(looked_at);
        }
        Ok(())
    }

    /// Writes rows; where one of them can't be as it was, because something refers to it or has taken its value since, each half
    /// for itself, until that one is alone and kept: most of a page are written together all the same.
    async fn put_back(&mut self, def: &'static RecordDef, mut rows: Vec<Prepared>) -> Result<()> {
        self.stamp(&mut rows);
        let mut parts = vec![rows];
        while let Some(mut rows) = parts.pop() {
            match self.part(def, &mut rows).await {
                Err(Error::Invalid { .. }) if rows.len() > 1 => {
                    let others = rows.split_off(rows.len() / 2);
                    parts.extend([others, rows]);
                }
                Err(Error::Invalid { .. }) => rows.iter().for_each(|row| self.keep(def, row.after.id, Why::InUse)),
                done => self.outcome.undone += done?,
            }
        }
        Ok(())
    }

    /// Leaves a record alone. What it is called depends on who is told.
    fn keep(&mut self, def: &RecordDef, id: Uuid, why: Why) {
        let record_type = def.name.to_owned();
        if self.left.len() < LEFT {
            self.left.push((record_type.clone(), id, why));
        }
        if self.outcome.kept.len() < TOLD {
            self.outcome.kept.push(Kept { record_type, id, title: String::new() });
        }
        self.kept += 1;
    }

    /// Writes rows in a part of the transaction, so that what is refused does not end the whole undo.
    async fn part(&mut self, def: &'static RecordDef, rows: &mut [Prepared]) -> Result<u64> {
        // What refers to them by a list may have gone since they were refused together with it.
        rows.iter_mut().for_each(|row| row.errors.clear());
        not_listed_elsewhere(self.tx, def, rows).await?;
        if let Some(error) = rows.iter().find_map(Prepared::refusal) {
            return Err(error);
        }
        self.tx.begin_part().await?;
        let done = self.in_any_order(def, rows).await;
        self.tx.end_part(done.is_ok()).await?;
        done
    }

    /// Writes rows that may refer to each other, and take numbers that others of them give back.
    async fn in_any_order(&mut self, def: &'static RecordDef, rows: &mut [Prepared]) -> Result<u64> {
        let set = async |tx: &mut Tx, settings: &'static str| -> Result<()> {
            sqlx::raw_sql(settings).execute(&mut *tx.inner).await.map_err(from_sqlx)?;
            Ok(())
        };
        set(self.tx, IN_ANY_ORDER).await?;
        rows.sort_by_key(|row| row.act == Act::Create);
        let (others, returning) = rows.split_at(rows.partition_point(|row| row.act != Act::Create));
        let done = self.write(def, others).await? + self.write(def, returning).await?;
        set(self.tx, AT_ONCE).await?;
        Ok(done)
    }

    /// Says of rows who writes them and when; what comes back keeps who once made it.
    fn stamp(&self, rows: &mut [Prepared]) {
        let now = now();
        for row in rows {
            let (at, by) = (row.after.values.remove("created_at"), row.after.values.remove("created_by"));
            stamp(row, self.actor, now);
            let original = [("created_at", at), ("created_by", by)];
            row.after.values.extend(original.into_iter().filter_map(|(field, value)| Some((field.to_owned(), value?))));
        }
    }

    /// How many of stamped rows became other than they were.
    async fn write(&mut self, def: &'static RecordDef, rows: &[Prepared]) -> Result<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        write_rows(self.tx, self.actor, def, rows, &self.set).await?;
        derive::after_write(self.tx, self.actor, def, rows, &self.set).await?;
        Ok(rows.iter().filter(|row| row.is_change()).count() as u64)
    }
}

/// Whether the actor's rights, as they are now, let them take back what they once created or added.
fn may_take_back(actor: &Actor, def: &RecordDef, found: &Stored) -> bool {
    found.readable && (found.updatable || found.deletable || actor.may(def, Action::Create))
}

fn set_back(current: Row, history: &History, others: &BTreeSet<String>) -> Prepared {
    let mut after = current.clone();
    for (field, value) in history.before.iter().filter(|(field, _)| !others.contains(*field)) {
        after.values.insert(field.clone(), value.clone());
    }
    prepared(Act::Update, Some(current), after)
}

fn prepared(act: Act, before: Option<Row>, after: Row) -> Prepared {
    Prepared { act, before, after, patch: Vec::new(), seen: None, errors: Vec::new(), fault: None }
}

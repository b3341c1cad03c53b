//! How likely deals are won in the stages that answers ask for.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use shared::access::FieldAccess;
use shared::types::STAGE;
use shared::{RecordDef, Result, Row};
use uuid::Uuid;

use super::Planner;
use super::named::POSITION;
use crate::error::from_sqlx;
use crate::scope::Sql;

/// The field that says it.
const CHANCE: &str = "probability";
/// What is sure, in percent.
const SURE: i64 = 100;

impl Planner<'_> {
    /// Gives stages that are about to be made their chances, by the order in which they come: open ones lie evenly between the last
    /// open stage before them and a deal that is won. Whoever may not set them leaves them as they begin.
    pub(super) async fn weigh(&mut self, new: &[(&'static RecordDef, Uuid)]) -> Result<()> {
        if self.actor.field_access(&STAGE, CHANCE) != FieldAccess::Write {
            return Ok(());
        }
        let mut open: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
        for (_, id) in new.iter().filter(|(target, _)| target.name == STAGE.name) {
            let Some(row) = self.made.get_mut(STAGE.name).and_then(|made| made.get_mut(id)) else { continue };
            match (sure(row.text("outcome")), row.reference("pipeline_id")) {
                (Some(chance), _) => drop(row.values.insert(CHANCE.to_owned(), chance.into())),
                (None, Some(pipeline)) => open.entry(pipeline).or_default().push(*id),
                (None, None) => {}
            }
        }
        for (pipeline, ids) in open {
            let chances = between(self.last_chance(pipeline).await?, ids.len());
            let Some(made) = self.made.get_mut(STAGE.name) else { continue };
            for (id, chance) in ids.iter().zip(chances) {
                if let Some(row) = made.get_mut(id) {
                    row.values.insert(CHANCE.to_owned(), Value::from(chance));
                }
            }
        }
        Ok(())
    }

    /// The chances in the last open stage of a pipeline, be it one that this import makes; none where it has no such stage.
    async fn last_chance(&mut self, pipeline: Uuid) -> Result<i64> {
        let mut sql = Sql::new(format!(
            "select t.id, t.{POSITION}::bigint, t.{CHANCE}::bigint from {} t
             where t.archived_at is null and t.outcome = 'open' and t.org_id = ",
            STAGE.table()
        ));
        sql.push_bind(self.actor.org_id).push(" and t.pipeline_id = ").push_bind(pipeline);
        let stored: Vec<(Uuid, i64, i64)> =
            sql.build_query_as().fetch_all(&mut *self.tx.inner).await.map_err(from_sqlx)?;
        let made = self.made.get(STAGE.name);
        let is_as_stored = |id: &Uuid| made.is_none_or(|made| !made.contains_key(id));
        let stored = stored.into_iter().filter(|(id, ..)| is_as_stored(id));
        let stored = stored.map(|(_, position, chance)| (position, chance));
        let its = |row: &&Row| row.reference("pipeline_id") == Some(pipeline) && sure(row.text("outcome")).is_none();
        let made = made.into_iter().flat_map(HashMap::values).filter(its);
        // Those that wait to be made have no place yet.
        let made = made.filter_map(|row| Some((row.integer(POSITION)?, row.integer(CHANCE)?)));
        Ok(stored.chain(made).max().map_or(0, |(_, chance)| chance))
    }
}

/// The chances where nothing is open any more.
fn sure(outcome: Option<&str>) -> Option<i64> {
    match outcome? {
        "won" => Some(SURE),
        "lost" => Some(0),
        _ => None,
    }
}

/// Chances of so many stages that come one after the other, evenly between these and what is sure.
fn between(before: i64, stages: usize) -> impl Iterator<Item = i64> {
    let parts = i64::try_from(stages).unwrap_or(i64::MAX).saturating_add(1);
    (1..parts).map(move |at| before + (SURE - before) * at / parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_stages_lie_evenly_between_the_last_one_and_a_deal_that_is_won() {
        let of = |before, stages| between(before, stages).collect::<Vec<_>>();
        assert_eq!(of(0, 4), [20, 40, 60, 80]);
        assert_eq!(of(0, 1), [50]);
        assert_eq!(of(60, 3), [70, 80, 90]);
        assert_eq!(of(100, 2), [100, 100]);
        assert!(of(10, 0).is_empty());
    }

    #[test]
    fn what_is_won_or_lost_is_sure() {
        let sure = |outcome: &str| super::sure(Some(outcome));
        assert_eq!((sure("won"), sure("lost"), sure("open")), (Some(100), Some(0), None));
        assert_eq!(super::sure(None), None);
    }
}

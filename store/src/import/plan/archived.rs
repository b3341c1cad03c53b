//! Archived records that the records of rows refer to already.

use std::collections::{BTreeMap, BTreeSet};

use shared::Result;
use uuid::Uuid;

use super::{Draught, Planner, Running};
use crate::columns::{references, target};
use crate::import::lookup::{load_archived, shared_parent};

impl Planner<'_> {
    /// Loads what the archived ones are called of the records that those of these rows refer to: a row that names them as
    /// before changes nothing.
    pub(super) async fn look_up_archived(
        &mut self,
        running: &mut Running<'_>,
        rows: &[(Draught, Vec<String>)],
    ) -> Result<()> {
        let def = running.def;
        let mut referred: BTreeMap<&'static str, BTreeSet<Uuid>> = BTreeMap::new();
        for before in rows.iter().filter_map(|(row, _)| row.before.as_ref()) {
            for (field, id) in references(def, before).filter(|(field, _)| running.at(field.name).is_some()) {
                if let Some(target) = target(field) {
                    referred.entry(target.name).or_default().insert(id);
                }
            }
        }
        // None is left from the rows before these.
        for (name, lookup) in &mut running.lookups {
            let Some(target) = shared::types::by_name(name) else { continue };
            let stored = lookup.stored.ids();
            let ids: Vec<Uuid> = referred.remove(name).unwrap_or_default().difference(&stored).copied().collect();
            lookup.archived = load_archived(self.tx, self.actor, target, shared_parent(def, target), &ids).await?;
        }
        Ok(())
    }
}

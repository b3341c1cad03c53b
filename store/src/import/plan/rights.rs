//! What the rights of whoever imports say of the rows: whose new records are, and what would be refused. The preview tells all of it,
//! by the same function that refuses it when it is written.

use std::collections::{HashMap, HashSet};

use shared::access::FieldAccess;
use shared::command::Change;
use shared::record::is_empty;
use shared::{Error, FieldError, RecordDef, Result};
use uuid::Uuid;

use super::{Draught, Planner};
use crate::write::beyond_rights;

/// A row with the change that it asks for.
pub(super) type Planned = (Draught, Option<Change>);

impl Planner<'_> {
    /// Gives new records that nobody is named for to whom a form gives them: some types' may wait for an owner, if who makes them
    /// sees such.
    pub(super) fn own(&self, def: &'static RecordDef, draughts: &mut [Draught]) {
        let may_own = self.actor.field_access(def, "owner_id") == FieldAccess::Write;
        if !def.unassigned || !may_own || !self.actor.owns_new(def) {
            return;
        }
        let made = self.made.get(def.name);
        let mut begun = HashSet::new();
        for row in draughts.iter_mut().filter(|row| row.before.is_none() && !row.is_left_out) {
            // Later rows about the same record leave its owner alone.
            let is_known = made.is_some_and(|made| made.contains_key(&row.id)) || !begun.insert(row.id);
            let is_told = |name: &str| row.given.get(name).is_some_and(|value| !is_empty(value));
            let is_misread = row.errors.iter().any(|error| error.field == "owner_id");
            if !is_known && !is_misread && !is_told("owner_id") && !is_told("team_id") {
                row.given.insert("owner_id".to_owned(), self.actor.user_id.to_string().into());
            }
        }
    }

    /// Refuses what would be refused when it is written.
    pub(super) async fn hold_rights(&mut self, def: &'static RecordDef, planned: &mut [Planned]) -> Result<()> {
        let asked = planned.iter().filter_map(|(row, change)| Some((change.as_ref()?, row.before.as_ref())));
        let refusals = beyond_rights(self.tx, self.actor, def, asked.collect()).await?;
        let mut lost: HashMap<Uuid, Error> = HashMap::new();
        let changing = planned.iter_mut().filter(|(_, change)| change.is_some());
        for ((row, change), refusal) in changing.zip(refusals) {
            // What isn't made can't be changed by a later row either.
            let Some(error) = refusal.or_else(|| lost.get(&row.id).cloned()) else { continue };
            if matches!(change, Some(Change::Create { .. })) {
                lost.insert(row.id, error.clone());
            }
            row.errors.extend(told(error));
            *change = None;
            if let Some(made) = self.made.get_mut(def.name) {
                made.remove(&row.id);
            }
        }
        Ok(())
    }
}

/// A refusal as what is wrong with a row.
fn told(error: Error) -> Vec<FieldError> {
    match error {
        Error::Invalid { fields } => fields,
        _ => vec![FieldError::new("", "forbidden")],
    }
}

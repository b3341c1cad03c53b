//! What deals say of their end, as far as they have come to it.

use shared::Result;
use shared::types::OPPORTUNITY;
use uuid::Uuid;

use super::{Draught, Planner, Running};

/// What closed deals alone keep.
const CLOSING: [&str; 3] = ["closed_on", "lost_reason", "lost_note"];

impl Planner<'_> {
    /// Leaves out of deals that are open what only closed ones keep: files have one column for the day on which a deal is hoped
    /// to close, or did. The preview shows what will be stored.
    pub(super) async fn leave_open(&mut self, running: &Running<'_>, draughts: &mut [Draught]) -> Result<()> {
        let has_such = |name: &&str| running.at(name).is_some();
        if running.def.name != OPPORTUNITY.name || !CLOSING.iter().any(has_such) {
            return Ok(());
        }
        let related = self.related(running.def, draughts).await?;
        let is_open = |stage: Uuid| {
            related.get(&stage).is_some_and(|stage| stage.text("outcome").is_none_or(|outcome| outcome == "open"))
        };
        let made = self.made.get(running.def.name);
        for row in draughts.iter_mut().filter(|row| !row.is_left_out) {
            let before = row.before.as_ref().or_else(|| made?.get(&row.id));
            let stage = shared::record::id(&row.given, "stage_id").or_else(|| before?.reference("stage_id"));
            // Where nothing says where a new deal is it begins in an open stage.
            if stage.is_none_or(is_open) {
                row.given.retain(|name, _| !CLOSING.contains(&name.as_str()));
                let shown = row.shown.iter_mut().zip(&running.step.assignments);
                shown.filter(|(_, to)| CLOSING.contains(&to.field.as_str())).for_each(|(shown, _)| shown.clear());
            }
        }
        Ok(())
    }
}

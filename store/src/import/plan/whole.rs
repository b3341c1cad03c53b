//! Rows that have nothing of what tells a record: people without address and telephone, deals without number.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use shared::import::Existing;
use shared::record::Kind;
use shared::{Result, Row};
use uuid::Uuid;

use super::change::change;
use super::currency::is_told_otherwise;
use super::identify::NAMESAKES;
use super::{Draught, Planner, Running};
use crate::import::lookup::{folded, load_titled};

impl Planner<'_> {
    /// Leaves rows that say nothing new about a record of their title with that record: the same file brought in once more
    /// doubles nothing, and nobody's record is guessed, for a row that says anything else makes a new one.
    pub(super) async fn recognise_whole(&mut self, running: &Running<'_>, draughts: &mut [Draught]) -> Result<()> {
        let def = running.def;
        let title = |row: &Draught| {
            let is_open = row.is_untold && !row.is_left_out && row.errors.is_empty();
            row.given.get(def.title).and_then(|title| title.as_str()).filter(|_| is_open).map(folded)
        };
        let wanted: BTreeSet<String> = draughts.iter().filter_map(title).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let mut namesakes: HashMap<String, Vec<Row>> = HashMap::new();
        let most = i64::try_from(NAMESAKES).unwrap_or(i64::MAX);
        for row in load_titled(self.tx, self.actor, def, &wanted, most).await? {
            namesakes.entry(folded(row.text(def.title).unwrap_or_default())).or_default().push(row);
        }
        let related = self.related(def, draughts).await?;
        for row in draughts {
            let all = title(row).and_then(|title| namesakes.get(&title));
            let same = all.into_iter().flatten().find(|known| self.says_it_all(running, known, row, &related));
            if let Some(known) = same.cloned() {
                row.id = known.id;
                row.before = Some(known);
            }
        }
        Ok(())
    }

    /// Whether a record would stay as it is if the row were about it.
    fn says_it_all(&self, running: &Running<'_>, known: &Row, row: &Draught, related: &BTreeMap<Uuid, Row>) -> bool {
        // Most namesakes belong to somebody else, which is quickly seen.
        let is_other = |(name, value): (&String, &Value)| {
            let is_reference = running.def.field(name).is_some_and(|field| matches!(field.kind, Kind::Reference(_)));
            is_reference && known.value(name) != value
        };
        let is_in_other = |currency: &str| is_told_otherwise(running.def, known, currency);
        if row.given.iter().any(is_other) || row.currency.as_deref().is_some_and(is_in_other) {
            return false;
        }
        let before = Some(known.clone());
        let mut tried = Draught {
            place: row.place,
            id: known.id,
            before,
            is_repeated: false,
            is_left_out: false,
            is_untold: true,
            given: row.given.clone(),
            currency: None,
            errors: Vec::new(),
            rounded: Vec::new(),
            shown: Vec::new(),
        };
        let clock = (self.now, &self.actor.zone);
        let (asked, _) = change(running.def, Existing::Update, &mut tried, clock, related, &running.custom);
        asked.is_none() && tried.errors.is_empty()
    }
}

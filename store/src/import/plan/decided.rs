//! What was decided: changes in the order in which they are sent, and the rows that do not fit.

use std::collections::HashSet;

use shared::command::Change;
use shared::record::Kind;
use shared::{Error, RecordDef};
use uuid::Uuid;

use super::{CHUNK, Chunk, Place, Running};

/// A row that does not fit.
pub(super) struct Refused {
    pub(super) place: Place,
    pub(super) record_type: &'static str,
    pub(super) error: Error,
}

/// Changes on their way into commands.
#[derive(Default)]
pub(super) struct Decided {
    chunks: Vec<Chunk>,
    pub(super) refused: Vec<Refused>,
    wave: i32,
    /// Records that the current wave changes.
    in_wave: HashSet<Uuid>,
    /// Whether each command must wait for the one before.
    in_turn: bool,
}

impl Decided {
    /// A step begins: its rows may need what the steps before have made.
    pub(super) fn begin(&mut self, running: &Running<'_>) {
        // Cards come in the order of the file; of records that refer to each other the parents are first.
        let is_ranked = running.def.fields.iter().any(|field| matches!(field.kind, Kind::Rank(_)));
        self.in_turn = is_ranked || running.refers_to_itself();
        self.next_wave();
    }

    /// Takes a change in.
    pub(super) fn push(&mut self, def: &'static RecordDef, change: Change, place: Place) {
        let last = self.chunks.last().filter(|chunk| chunk.wave == self.wave);
        let is_other = last.is_some_and(|chunk| chunk.record_type != def.name);
        let is_full = last.is_some_and(|chunk| chunk.changes.len() >= CHUNK);
        if is_other || self.in_wave.contains(&change.id()) || is_full && self.in_turn {
            self.next_wave();
        }
        self.in_wave.insert(change.id());
        let fits = |chunk: &Chunk| chunk.wave == self.wave && chunk.changes.len() < CHUNK;
        if !self.chunks.last().is_some_and(fits) {
            let (changes, places) = Default::default();
            self.chunks.push(Chunk { wave: self.wave, record_type: def.name, changes, places });
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.changes.push(change);
            chunk.places.push(place);
        }
    }

    fn next_wave(&mut self) {
        self.wave += 1;
        self.in_wave.clear();
    }

    /// Gives out what is ready: whole commands, at the end all of them, and the refused rows.
    pub(super) fn take(&mut self, is_end: bool) -> (Vec<Chunk>, Vec<Refused>) {
        let open = if is_end { None } else { self.chunks.pop() };
        let whole = std::mem::take(&mut self.chunks);
        self.chunks.extend(open);
        (whole, std::mem::take(&mut self.refused))
    }
}

//! What cells of references and choices mean.

use std::borrow::Cow;

use serde_json::Value;
use shared::format::Zone;
use shared::import::lists::entries;
use shared::import::{ALL, Decision, Unknown, followed_currency};
use shared::record::Kind;
use shared::types::CONTACT;
use shared::{FieldDef, RecordDef, Row};
use uuid::Uuid;

use super::ask::creatable;
use super::{Draught, Lookups, Planner};
use crate::columns::target;
use crate::import::lookup::{Lookup, belonging, folded, shared_parent};
use crate::import::starts::Starts;
use crate::import::values::{self, Cell};

/// How many answers are followed, each of which names what the next is about.
const FOLLOWED: usize = 3;
/// What is said of a cell that isn't understood yet, because nobody knows so far within what it is to be looked for: that is asked
/// first. Of pipelines, which are what it mostly is, and of everything else.
pub(super) const ADRIFT: [&str; 2] = ["pipeline_first", "whole_first"];

/// A cell that names records.
struct Reference<'r> {
    def: &'static RecordDef,
    field: &'static FieldDef,
    target: &'static RecordDef,
    /// The field and the record within which they are looked for.
    within: Option<(&'static str, Uuid)>,
    /// Within what new ones are made, if the row doesn't say within what they are looked for.
    home: Option<(&'static str, Uuid)>,
    row: &'r Draught,
}

impl Reference<'_> {
    fn parent(&self) -> Option<Uuid> {
        self.within.map(|(_, whole)| whole)
    }

    /// Within what a new one is made.
    fn place(&self) -> Option<(&'static str, Uuid)> {
        self.within.or(self.home)
    }

    /// References to what namesakes belong to that the row has besides this one: they tell which is meant.
    fn belonging(&self) -> Vec<&'static str> {
        let mut others = belonging(self.def, self.target);
        others.retain(|name| *name != self.field.name);
        others
    }

    /// Under what a record is noted that an answer has made.
    fn key(&self, whole: Option<Uuid>, called: &str) -> (&'static str, Option<Uuid>, String) {
        (self.target.name, whole, folded(called))
    }
}

/// A record and what it is called; nothing if a cell's entry is to be left out, and why if it can't be understood.
type Meant = std::result::Result<Option<(Uuid, String)>, &'static str>;

/// The text of a cell by which a person is looked for. Programs name people with their address: by that where somebody has it,
/// else by the name. Of several the first is meant.
fn told<'t>(target: &RecordDef, names: &Lookup, text: &'t str) -> &'t str {
    let is_called = || !names.all(text, None).is_empty() || !names.archived(text, None).is_empty();
    if target.name != CONTACT.name || is_called() {
        return text;
    }
    let first = text.split(';').map(str::trim).find(|part| !part.is_empty()).unwrap_or(text);
    match values::reached(first) {
        Some((name, email)) if name.is_empty() || !names.all(email, None).is_empty() => email,
        Some((name, _)) => name,
        None => first,
    }
}

/// Why a row's cell can't be understood yet: within what it is to be looked for is in question itself.
fn adrift(parent: &str, row: &Draught) -> Option<&'static str> {
    let [pipeline, other] = ADRIFT;
    let code = if parent == "pipeline_id" { pipeline } else { other };
    row.errors.iter().any(|error| error.field == parent).then_some(code)
}

/// The folded texts by which a cell may name records: as a whole, entry by entry, and people with their addresses.
pub(super) fn named_by(text: &str) -> Vec<String> {
    let people = text.split(';').filter_map(values::reached).flat_map(|(name, email)| [name, email]);
    let entries = entries(text).map(|entry| folded(&entry));
    std::iter::once(text).chain(people).map(folded).chain(entries).collect()
}

impl Planner<'_> {
    /// Records named by a cell.
    pub(super) fn refer(
        &mut self,
        (def, field): (&'static RecordDef, &'static FieldDef),
        text: &str,
        row: &Draught,
        lookups: &mut Lookups,
        starts: Option<&Starts>,
    ) -> Cell {
        let Some((target, names)) = target(field).and_then(|t| Some((t, lookups.get_mut(t.name)?))) else {
            return Cell::refused(field, text, "reference");
        };
        let parent = shared_parent(def, target);
        if let Some(code) = parent.and_then(|parent| adrift(parent, row)) {
            return Cell::refused(field, text, code);
        }
        let within = parent.and_then(|parent| Some((parent, shared::record::id(&row.given, parent)?)));
        let starts = starts.filter(|starts| within.is_none() && starts.field() == field.name);
        let home = starts.and_then(|starts| self.home(def, starts, row));
        let cell = Reference { def, field, target, within, home, row };
        let whole = matches!(field.kind, Kind::Reference(_)) || !names.all(text, cell.parent()).is_empty();
        let entries: Vec<Cow<'_, str>> = if whole { vec![text.into()] } else { entries(text).collect() };
        let mut found: Vec<(Uuid, String)> = Vec::new();
        for entry in &entries {
            match self.meant(&cell, told(target, names, entry), names, &found) {
                Ok(meant) => found.extend(meant),
                Err(code) => return Cell::refused(field, text, code),
            }
        }
        values::references(field, found)
    }

    /// What a record is in whose row doesn't say so: what it is in already, else what new ones begin in.
    fn home(&self, def: &RecordDef, starts: &Starts, row: &Draught) -> Option<(&'static str, Uuid)> {
        let made = self.made.get(def.name).and_then(|made| made.get(&row.id));
        let own = row.before.as_ref().or(made).and_then(|before| before.reference(starts.part_of()));
        let currency = followed_currency(def).and_then(|field| row.given.get(field.name)).and_then(Value::as_str);
        let whole = own.or_else(|| starts.whole(&row.given, currency))?;
        Some((starts.part_of(), whole))
    }

    /// The record that an entry of a cell names, by an answer if need be.
    fn meant(&mut self, cell: &Reference<'_>, entry: &str, names: &mut Lookup, found: &[(Uuid, String)]) -> Meant {
        let mut called = entry.to_owned();
        if let Some(id) = self.archived(cell, entry, names, found) {
            return Ok(Some((id, called)));
        }
        for _ in 0..FOLLOWED {
            let mut all = names.all(&called, cell.parent());
            all.retain(|id| !self.is_made_elsewhere(cell, &called, *id));
            let left = self.fitting(cell, names, all, found);
            if let [id] = left[..] {
                if called == entry {
                    self.note_made(cell, entry, id);
                }
                return Ok(Some((id, names.called(id).map(str::to_owned).unwrap_or(called))));
            }
            // What an answer names should be there.
            if left.is_empty() && called != entry {
                return Err("reference");
            }
            let unknown = Unknown { target: cell.target.name.to_owned(), value: called.clone() };
            let asked = self.asked.entry(unknown.clone()).or_default();
            asked.note(cell.def, cell.field, &left, (cell.within, cell.home));
            match self.answers.decision(&unknown, !left.is_empty()).cloned() {
                Some(Decision::Empty) => return Ok(None),
                Some(Decision::Create) if creatable(self.actor, cell.target, cell.place().map(|(field, _)| field)) => {
                    let id = self.named(cell.target, &called, cell.place());
                    names.made.insert(&called, cell.place().map(|(_, whole)| whole), id);
                    return Ok(Some((id, called)));
                }
                Some(Decision::Use(answer)) if folded(&answer) != folded(&called) => called = answer,
                _ if left.is_empty() => return Err("reference"),
                _ => return Err("namesakes"),
            }
        }
        Err("reference")
    }

    /// The archived record that a cell names, if the row's record refers to it already: that is no change, whatever else is called
    /// so by now. Of a cell that names it once more, what is there is meant, or what rows make; what an answer makes of the name is
    /// meant for the other rows.
    fn archived(&self, cell: &Reference<'_>, entry: &str, names: &Lookup, found: &[(Uuid, String)]) -> Option<Uuid> {
        let archived = names.archived(entry, cell.parent());
        if archived.is_empty() || self.is_moved(cell, &cell.belonging()) {
            return None;
        }
        let is_answered = |id: &Uuid| self.created.values().any(|made| made == id);
        let is_free = names.all(entry, cell.parent()).iter().all(is_answered);
        let is_new = |id: &Uuid| !found.iter().any(|(known, _)| known == id);
        self.kept(cell, &archived, found).filter(|id| is_new(id) || is_free)
    }

    /// Counts a row with a text for which an answer has made a record: the question is about all rows that have it.
    fn note_made(&mut self, cell: &Reference<'_>, entry: &str, id: Uuid) {
        if self.created.is_empty() {
            return;
        }
        let made = self.created.get(&cell.key(cell.place().map(|(_, whole)| whole), entry));
        if made == Some(&id) {
            let unknown = Unknown { target: cell.target.name.to_owned(), value: entry.to_owned() };
            self.asked.entry(unknown).or_default().note(cell.def, cell.field, &[], (cell.within, cell.home));
        }
    }

    /// Whether an answer has made a record for rows that are in something else than this one.
    fn is_made_elsewhere(&self, cell: &Reference<'_>, called: &str, id: Uuid) -> bool {
        let Some((part_of, home)) = cell.home.filter(|_| !self.created.is_empty()) else { return false };
        let made = self.made.get(cell.target.name).and_then(|made| made.get(&id));
        let whole = made.and_then(|row| row.reference(part_of));
        whole.is_some_and(|whole| whole != home) && self.created.get(&cell.key(whole, called)) == Some(&id)
    }

    /// Those of several namesakes that a row may mean: the one that its record refers to already, else those that
    /// belong to what the row refers to besides.
    fn fitting(&self, cell: &Reference<'_>, names: &Lookup, mut all: Vec<Uuid>, found: &[(Uuid, String)]) -> Vec<Uuid> {
        if all.len() < 2 {
            return all;
        }
        // No record refers to itself.
        all.retain(|id| *id != cell.row.id);
        let kept = self.kept(cell, &all, found);
        let given = |name: &str| shared::record::id(&cell.row.given, name);
        let before = self.before(cell);
        let stored = |name: &str| before.and_then(|row| row.reference(name));
        let belonging = cell.belonging();
        if let Some(id) = kept.filter(|_| !self.is_moved(cell, &belonging)) {
            return vec![id];
        }
        let fits = |id: &Uuid| {
            belonging.iter().any(|name| {
                let owner = given(name).or_else(|| stored(name));
                owner.is_some() && owner == self.owner(cell.target, names, *id, name)
            })
        };
        let fitting: Vec<Uuid> = all.iter().copied().filter(fits).collect();
        let left = if fitting.is_empty() { all } else { fitting };
        match kept.filter(|id| left.contains(id)) {
            Some(id) => vec![id],
            None => left,
        }
    }

    /// Whether a row's record comes to belong to something else: a deal that goes to another customer leaves that one's people.
    fn is_moved(&self, cell: &Reference<'_>, belonging: &[&str]) -> bool {
        let before = self.before(cell);
        let stored = |name: &str| before.and_then(|row| row.reference(name));
        let given = |name: &str| shared::record::id(&cell.row.given, name);
        belonging.iter().any(|name| given(name).is_some_and(|owner| Some(owner) != stored(name)))
    }

    /// The row's record as it is before, or as a row further up makes it.
    fn before<'a>(&'a self, cell: &'a Reference<'_>) -> Option<&'a Row> {
        let made = self.made.get(cell.def.name).and_then(|made| made.get(&cell.row.id));
        cell.row.before.as_ref().or(made)
    }

    /// The one of several namesakes that the row's record refers to already; of several such one that the cell hasn't
    /// named yet.
    fn kept(&self, cell: &Reference<'_>, all: &[Uuid], found: &[(Uuid, String)]) -> Option<Uuid> {
        let before = self.before(cell)?;
        let own = match cell.field.kind {
            Kind::References(_) => shared::record::ids(&before.values, cell.field.name),
            _ => before.reference(cell.field.name).into_iter().collect(),
        };
        let named = |id: &Uuid| found.iter().any(|(known, _)| known == id);
        own.into_iter().filter(|id| all.contains(id)).min_by_key(named)
    }

    /// What a record belongs to by a field, as it will be.
    fn owner(&self, target: &RecordDef, names: &Lookup, id: Uuid, field: &str) -> Option<Uuid> {
        let made = self.made.get(target.name).and_then(|made| made.get(&id));
        made.map_or_else(|| names.owner(id, field), |row| row.reference(field))
    }

    /// Codes meant by a cell.
    pub(super) fn choose(
        &mut self,
        def: &'static RecordDef,
        field: &'static FieldDef,
        codes: &[&str],
        text: &str,
    ) -> Cell {
        let many = matches!(field.kind, Kind::MultiChoice(_));
        let entries: Vec<Cow<'_, str>> = if many { entries(text).collect() } else { vec![text.into()] };
        let mut chosen = Vec::new();
        for entry in entries {
            if let Some(code) = values::code_of(def, field, codes, &entry) {
                chosen.push(code);
                continue;
            }
            let unknown = Unknown { target: format!("{}.{}", def.name, field.name), value: entry.into_owned() };
            let decision = self.answers.decision(&unknown, false);
            self.asked.entry(unknown).or_default().note(def, field, &[], (None, None));
            match decision {
                Some(Decision::Empty) => {}
                Some(Decision::Use(code)) => match values::code_of(def, field, codes, code) {
                    Some(code) => chosen.push(code),
                    None => return Cell::refused(field, text, "choice"),
                },
                _ => return Cell::refused(field, text, "choice"),
            }
        }
        values::choices(self.locale, def, field, chosen)
    }

    /// The value of a cell; nothing, or what is left of a list, where it can't be read and an answer says to leave that out.
    /// Times are meant in the zone, else in the actor's.
    pub(super) fn read(
        &mut self,
        def: &'static RecordDef,
        field: &'static FieldDef,
        text: &str,
        zone: Option<&Zone>,
    ) -> Cell {
        let zone = zone.unwrap_or(&self.actor.zone);
        let cell = values::plain(field, text, zone);
        if cell.error.is_none() || field.required {
            return cell;
        }
        let unknown = Unknown { target: format!("{}.{}", def.name, field.name), value: ALL.to_owned() };
        self.asked.entry(unknown.clone()).or_default().note_unreadable(def, field, text);
        match self.answers.decision(&unknown, false) {
            Some(Decision::Empty) => values::readable(field, text, zone),
            _ => cell,
        }
    }
}

//! Which record each row of a file stands for.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use shared::access::Actor;
use shared::import::{Decision, Existing, Unknown, key_fields};
use shared::{FieldError, Result, Row};
use uuid::Uuid;

use super::answers::Answers;
use super::key::{Key, Mark, key_text, mark_of};
use super::preview::Note;
use super::{Draught, Place, Planner, Running};
use crate::import::cells::Texts;
use crate::import::lookup::{key_texts, load_existing};

/// Most records of one name that a row is compared with; which of still more is meant has to be asked.
pub(super) const NAMESAKES: usize = 200;

/// Records by what tells them.
type Found = BTreeMap<Key, Vec<Arc<Row>>>;

/// What a row stands for.
enum Stands {
    /// This record.
    For(Arc<Row>),
    /// None that is there.
    New,
    /// None, and nothing is to be made of it either.
    LeftOut,
    /// One of several that are called so, and nobody said which.
    Unclear,
}

impl Stands {
    /// The record as it is before, and what later rows about the same are told by.
    fn told_by(&self, key: Option<&Key>, candidates: usize, is_distinct: bool) -> (Option<Row>, Option<Mark>) {
        let by_key = key.map(Key::mark);
        match self {
            // Namesakes are told by themselves, not by what they are all called.
            Self::For(row) if candidates > 1 => (Some(Row::clone(row)), Some(mark_of(row.id))),
            Self::For(row) => (Some(Row::clone(row)), by_key),
            Self::New => (None, by_key),
            // Nothing is known of it that a later row could add to; but where one row stands for all, one is enough.
            Self::LeftOut | Self::Unclear => (None, by_key.filter(|_| is_distinct)),
        }
    }
}

impl Planner<'_> {
    /// Finds the record each row stands for, or gives it a new id.
    pub(super) async fn identify(
        &mut self,
        running: &mut Running<'_>,
        rows: Vec<Texts>,
    ) -> Result<Vec<(Draught, Vec<String>)>> {
        let keys: Vec<Option<Key>> = rows.iter().map(|row| running.key_of(row, &self.answers)).collect();
        let existing = self.existing(running, &keys).await?;
        let mut identified = Vec::new();
        for (row, key) in rows.into_iter().zip(keys) {
            if key.is_none() && running.step.optional {
                continue;
            }
            let candidates = self.candidates(running, key.as_ref(), &existing);
            let stands = self.stands(running, &row, key.as_ref(), &candidates);
            identified.extend(self.identified(running, row, key, (stands, candidates.len())));
        }
        Ok(identified)
    }

    /// The records that are there, of those that the rows may stand for.
    async fn existing(&mut self, running: &Running<'_>, keys: &[Option<Key>]) -> Result<Found> {
        let mut existing = Found::new();
        for field in &running.keys.fields {
            let own = keys.iter().flatten().filter(|key| key.field == *field);
            let wanted: BTreeSet<String> = own.map(|key| key.text.clone()).collect();
            let mut seen = HashSet::new();
            for row in load_existing(self.tx, self.actor, running.def, field, &wanted).await? {
                // One with several addresses comes with each of them.
                if !seen.insert(row.id) {
                    continue;
                }
                let row = Arc::new(row);
                for key in running.keys_of(&row, field) {
                    let all = existing.entry(key).or_default();
                    if all.len() < NAMESAKES {
                        all.push(Arc::clone(&row));
                    }
                }
            }
        }
        Ok(existing)
    }

    /// What a row may stand for: what is there, as earlier steps leave it, and what they make.
    fn candidates(&self, running: &Running<'_>, key: Option<&Key>, existing: &Found) -> Vec<Arc<Row>> {
        let Some(key) = key else { return Vec::new() };
        let made = self.made.get(running.def.name);
        let own = |id: &Uuid| made.and_then(|made| made.get(id)).cloned().map(Arc::new);
        // An answer had it made.
        if let Some(row) = self.created.get(&(running.def.name, None, key.text.clone())).and_then(own) {
            return vec![row];
        }
        let stored = existing.get(key).map(Vec::as_slice).unwrap_or_default();
        let mut all: Vec<Arc<Row>> = stored.iter().map(|row| own(&row.id).unwrap_or_else(|| Arc::clone(row))).collect();
        for id in running.known.get(key).into_iter().flatten().take(NAMESAKES) {
            if !all.iter().any(|row| row.id == *id) {
                all.extend(own(id));
            }
        }
        all
    }

    /// Which of the candidates a row stands for: what else it says tells them apart, or an answer does.
    fn stands(&mut self, running: &Running<'_>, row: &Texts, key: Option<&Key>, candidates: &[Arc<Row>]) -> Stands {
        let (Some(key), Some(first)) = (key, candidates.first()) else { return Stands::New };
        // None of several is changed: there is nothing to tell.
        if candidates.len() == 1 || running.step.existing == Existing::Skip {
            self.note_made_before(running, row, (key, first.id));
            return Stands::For(Arc::clone(first));
        }
        let fitting = running.fitting(self.actor, &self.answers, row, (key, candidates));
        if let [only] = fitting[..] {
            return Stands::For(Arc::clone(only));
        }
        let unknown = running.asked(row, key);
        let ids: Vec<Uuid> = fitting.iter().map(|row| row.id).collect();
        self.asked.entry(unknown.clone()).or_default().note_own((running.def, &key.field), &ids);
        match self.answers.decision(&unknown, true) {
            Some(Decision::Use(id)) => {
                let meant = candidates.iter().find(|row| row.id.to_string() == *id);
                meant.map_or(Stands::Unclear, |row| Stands::For(Arc::clone(row)))
            }
            Some(Decision::Create) => Stands::New,
            Some(Decision::Empty) => Stands::LeftOut,
            None => Stands::Unclear,
        }
    }

    /// Counts a row that stands for what an answer has made for an earlier one: the question is about all of them.
    fn note_made_before(&mut self, running: &Running<'_>, row: &Texts, (key, id): (&Key, Uuid)) {
        if self.created.get(&(running.def.name, None, key.text.clone())) != Some(&id) {
            return;
        }
        if let Some(asked) = self.asked.get_mut(&running.asked(row, key)) {
            asked.note_own_again((running.def, &key.field));
        }
    }

    /// A row with the record that it stands for; nothing if an earlier row has said what is to be said of that.
    fn identified(
        &mut self,
        running: &mut Running<'_>,
        row: Texts,
        key: Option<Key>,
        (stands, candidates): (Stands, usize),
    ) -> Option<(Draught, Vec<String>)> {
        let (before, mark) = stands.told_by(key.as_ref(), candidates, running.step.distinct);
        let earlier = mark.and_then(|mark| running.seen.get(&mark)).copied();
        if earlier.is_some() && running.step.distinct {
            return None;
        }
        if earlier.is_some() {
            running.preview.note_repeated(row.line);
        }
        let given_id = || key.as_ref().filter(|key| key.field == "id").and_then(|key| key.text.parse().ok());
        let id = before.as_ref().map(|row| row.id).or(earlier).or_else(given_id).unwrap_or_else(Uuid::now_v7);
        running.seen.extend(mark.map(|mark| (mark, id)));
        let key = key.as_ref();
        if let (Stands::New, Some(key), true) = (&stands, key, candidates > 1) {
            // Rows that refer to it by the name mean the new one as well.
            self.created.entry((running.def.name, None, key.text.clone())).or_insert(id);
        }
        let unclear = key.filter(|_| matches!(stands, Stands::Unclear));
        Some((
            Draught {
                place: Place { file: running.file, line: row.line },
                id,
                before,
                is_repeated: key.is_some_and(|key| running.repeated.contains(&key.mark_anywhere())),
                is_left_out: matches!(stands, Stands::LeftOut),
                is_untold: key.is_none() && !running.keys.fields.is_empty(),
                given: shared::Values::default(),
                currency: None,
                errors: unclear.map(|key| FieldError::new(&*key.field, "namesakes")).into_iter().collect(),
                rounded: Vec::new(),
                shown: Vec::new(),
            },
            row.texts,
        ))
    }
}

impl Running<'_> {
    /// What is asked where several records have what a row's is told by.
    fn asked(&self, row: &Texts, key: &Key) -> Unknown {
        let text = self.at(&key.field).map_or("", |at| row.texts[at].trim());
        Unknown { target: self.def.name.to_owned(), value: text.to_owned() }
    }

    /// Those of several records of the same name that a row fits best: which it shares an address, a telephone number or
    /// another telling value with, then those that belong to the same; nothing that the actor doesn't see tells.
    fn fitting<'r>(
        &self,
        actor: &Actor,
        answers: &Answers<'_>,
        row: &Texts,
        (key, candidates): (&Key, &'r [Arc<Row>]),
    ) -> Vec<&'r Arc<Row>> {
        let telling = key_fields(self.def).filter(|field| field.name != key.field && actor.sees(self.def, field));
        let said = telling.filter_map(|field| {
            let text = key_text(Some(field), row.texts[self.at(field.name)?].trim());
            (!text.is_empty()).then_some((field.name, text))
        });
        let said: Vec<(&str, String)> = said.collect();
        let shares = |of: &Row| said.iter().any(|(name, text)| key_texts(self.def, of, name).contains(text));
        let owners = self
            .def
            .through
            .iter()
            .copied()
            .filter(|name| self.def.field(name).is_some_and(|field| actor.sees(self.def, field)));
        let owners: Vec<(&str, Uuid)> =
            owners.filter_map(|name| Some((name, self.referred(name, row, answers)?))).collect();
        let belongs = |of: &Row| owners.iter().any(|(name, owner)| of.reference(name) == Some(*owner));
        let mut left: Vec<&Arc<Row>> = candidates.iter().collect();
        for fits in [&shares as &dyn Fn(&Row) -> bool, &belongs] {
            let fitting: Vec<&Arc<Row>> = left.iter().copied().filter(|row| fits(row)).collect();
            if !fitting.is_empty() {
                left = fitting;
            }
        }
        left
    }
}

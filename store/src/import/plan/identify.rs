//! Which record each row of a file stands for.

use std::collections::BTreeMap;

use shared::import::{Decision, Unknown, key_fields};
use shared::record::Kind;
use shared::{FieldError, Result, Row};
use uuid::Uuid;

use super::ask::decision;
use super::preview::Note;
use super::{Draught, Key, Place, Planner, Running, key_text, mark};
use crate::columns::target;
use crate::import::cells::Texts;
use crate::import::lookup::{key_texts, load_existing};

/// What a row stands for among the records that are there.
enum Stands {
    /// This one.
    For(Row),
    /// None of them.
    New,
    /// None, and nothing is to be made of it either.
    LeftOut,
    /// One of several that are called so, and nobody said which.
    Unclear,
}

impl Planner<'_> {
    /// Finds the record each row stands for, or gives it a new id.
    pub(super) async fn identify(
        &mut self,
        running: &mut Running<'_>,
        rows: Vec<Texts>,
    ) -> Result<Vec<(Draught, Vec<String>)>> {
        let step = running.step;
        let keys: Vec<Option<Key>> = rows.iter().map(|row| running.key_of(row, self.spec)).collect();
        let wanted = keys.iter().flatten().map(|(_, text)| text.clone()).collect();
        let existing = match running.key() {
            Some(key) => {
                load_existing(self.tx, self.actor, running.def, (key, step.within.as_deref()), &wanted).await?
            }
            None => BTreeMap::new(),
        };
        let mut identified = Vec::new();
        for (row, key) in rows.into_iter().zip(keys) {
            if key.is_none() && step.optional {
                continue;
            }
            let stored = key.as_ref().and_then(|key| existing.get(key)).map(Vec::as_slice).unwrap_or_default();
            identified.extend(self.identified(running, row, key, stored));
        }
        Ok(identified)
    }

    /// A row with the record that it stands for; nothing if an earlier row has said what is to be said of that.
    fn identified(
        &mut self,
        running: &mut Running<'_>,
        row: Texts,
        key: Option<Key>,
        stored: &[Row],
    ) -> Option<(Draught, Vec<String>)> {
        let made = self.made.get(running.def.name);
        let own = key.as_ref().and_then(|key| made?.get(running.known.get(key)?)).cloned();
        let stands = match (own, stored) {
            (Some(own), _) => Stands::For(own),
            (None, []) => Stands::New,
            (None, [only]) => Stands::For(only.clone()),
            (None, several) => self.which(running, &row, several),
        };
        let (mut before, mut errors, mut is_left_out) = (None, Vec::new(), false);
        match stands {
            Stands::For(row) => before = Some(row),
            Stands::New => {}
            Stands::LeftOut => is_left_out = true,
            Stands::Unclear => errors.extend(running.key().map(|key| FieldError::new(key, "namesakes"))),
        }
        // Namesakes are told by themselves, not by what they are all called.
        let mark = match &before {
            Some(before) if stored.len() > 1 => Some(mark(None, &before.id.to_string())),
            _ => key.as_ref().map(|(within, text)| mark(*within, text)),
        };
        let mark = mark.filter(|_| errors.is_empty() && !is_left_out);
        let earlier = mark.and_then(|mark| running.seen.get(&mark)).copied();
        if earlier.is_some() && running.step.distinct {
            return None;
        }
        if earlier.is_some() {
            running.preview.note_repeated(row.line);
        }
        let text = key.as_ref().map(|(_, text)| text);
        let given_id = || text.filter(|_| running.key() == Some("id")).and_then(|text| text.parse().ok());
        let id = before.as_ref().map(|row| row.id).or(earlier).or_else(given_id).unwrap_or_else(Uuid::now_v7);
        running.seen.extend(mark.map(|mark| (mark, id)));
        if let (Some(text), None, true) = (text, &before, stored.len() > 1 && errors.is_empty() && !is_left_out) {
            // Rows that refer to it by the name mean the new one as well.
            self.created.entry((running.def.name, text.clone())).or_insert(id);
        }
        let is_repeated = text.is_some_and(|text| running.repeated.contains(&self::mark(None, text)));
        let place = Place { file: running.file, line: row.line };
        let (given, shown) = Default::default();
        Some((Draught { place, id, before, is_repeated, is_left_out, given, errors, shown }, row.texts))
    }

    /// The one of several records of the same name that a row stands for: what else it says tells them apart, or an
    /// answer does.
    fn which(&mut self, running: &Running<'_>, row: &Texts, several: &[Row]) -> Stands {
        let fitting = running.fitting(row, several);
        if let [only] = fitting[..] {
            return Stands::For(only.clone());
        }
        let Some((key, at)) = running.key().and_then(|key| Some((key, running.at(key)?))) else { return Stands::New };
        let text = row.texts[at].trim();
        let unknown = Unknown { target: running.def.name.to_owned(), value: text.to_owned() };
        let ids: Vec<Uuid> = fitting.iter().map(|row| row.id).collect();
        self.asked.entry(unknown.clone()).or_default().note_own((running.def, key), &ids);
        match decision(self.spec, &unknown, true) {
            Some(Decision::Use(id)) => {
                let meant = fitting.iter().find(|row| row.id.to_string() == *id);
                meant.map_or(Stands::Unclear, |row| Stands::For((*row).clone()))
            }
            Some(Decision::Create) => Stands::New,
            Some(Decision::Empty) => Stands::LeftOut,
            None => Stands::Unclear,
        }
    }
}

impl Running<'_> {
    /// Those of several records of the same name that a row fits best: which it shares an address, a telephone number or
    /// another telling value with, then those that belong to the same.
    fn fitting<'r>(&self, row: &Texts, several: &'r [Row]) -> Vec<&'r Row> {
        let said = |name: &str| {
            let at = self.at(name)?;
            Some((self.fields[at]?, row.texts[at].trim())).filter(|(_, text)| !text.is_empty())
        };
        let telling = key_fields(self.def).filter(|field| Some(field.name) != self.key()).filter_map(|f| said(f.name));
        let telling: Vec<_> = telling.collect();
        let shares = |of: &&Row| {
            telling.iter().any(|(field, text)| key_texts(of, field.name).contains(&key_text(Some(field), text)))
        };
        let owners = self.def.fields.iter().filter(|field| matches!(field.kind, Kind::Reference(_)));
        let owners: Vec<(&str, Uuid)> = owners
            .filter_map(|field| {
                let (field, text) = said(field.name)?;
                Some((field.name, self.lookups.get(target(field)?.name)?.sole(text)?))
            })
            .collect();
        let belongs = |of: &&Row| owners.iter().any(|(name, owner)| of.reference(name) == Some(*owner));
        let mut left: Vec<&Row> = several.iter().collect();
        for fits in [&shares as &dyn Fn(&&Row) -> bool, &belongs] {
            let fitting: Vec<&Row> = left.iter().copied().filter(fits).collect();
            if !fitting.is_empty() {
                left = fitting;
            }
        }
        left
    }
}

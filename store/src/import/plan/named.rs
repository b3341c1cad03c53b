//! Records that answers ask for: made once something goes by them, each within what its row is in.

use std::collections::HashMap;

use serde_json::Value;
use shared::command::Change;
use shared::i18n::{Locale, choice_label};
use shared::import::StepPreview;
use shared::record::{Kind, is_empty, normalize};
use shared::{FieldDef, RecordDef, Result, Row, Values};
use uuid::Uuid;

use super::preview::empty_preview;
use super::{Place, Planner};
use crate::error::from_sqlx;
use crate::import::lookup::{folded, part_of};
use crate::scope::Sql;

/// The field with the order of what has one.
pub(super) const POSITION: &str = "position";

impl Planner<'_> {
    /// A record that an answer asks for, one for all rows; of parts one for each whole.
    pub(super) fn named(
        &mut self,
        target: &'static RecordDef,
        title: &str,
        within: Option<(&'static str, Uuid)>,
    ) -> Uuid {
        let key = (target.name, within.map(|(_, whole)| whole), folded(title));
        if let Some(id) = self.created.get(&key) {
            return *id;
        }
        let id = Uuid::now_v7();
        let row = Row { id, version: 0, values: new(target, title, within) };
        self.made.entry(target.name).or_default().insert(id, row);
        self.waiting.insert(id, target);
        self.created.insert(key, id);
        id
    }

    /// Makes what these changes go by; nobody needs what only refused rows would have gone by.
    pub(super) async fn bring(&mut self, changes: &[(Change, Place)]) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let mut wanted: Vec<Uuid> = changes.iter().map(|(change, _)| change.id()).collect();
        wanted.extend(changes.iter().filter_map(|(change, _)| values_of(change)).flat_map(ids));
        let mut all: Vec<(&'static RecordDef, Uuid)> = Vec::new();
        while let Some(id) = wanted.pop() {
            let Some(target) = self.waiting.remove(&id) else { continue };
            let row = self.made.get(target.name).and_then(|made| made.get(&id));
            wanted.extend(row.into_iter().flat_map(|row| ids(&row.values)));
            all.push((target, id));
        }
        // Wholes go before their parts, and each where it was named.
        all.sort_by_key(|(target, id)| (part_of(target).is_some(), *id));
        self.weigh(&all).await?;
        for (target, id) in all {
            self.make(target, id).await?;
        }
        Ok(())
    }

    async fn make(&mut self, target: &'static RecordDef, id: Uuid) -> Result<()> {
        let at = self.next_in(target, id).await?;
        let Some(row) = self.made.get_mut(target.name).and_then(|made| made.get_mut(&id)) else { return Ok(()) };
        row.values.extend(at.map(|at| (POSITION.to_owned(), at.into())));
        row.values.extend(usual(target.fields.iter().filter(|field| field.kind == Kind::Currency), &row.values));
        // What it begins with anyhow is not asked for: not everybody may set all of it.
        let begins = usual(target.fields.iter(), &Values::new());
        let is_asked = |(name, value): &(&String, &Value)| !begins.iter().any(|(own, is)| own == *name && is == *value);
        let values = row.values.iter().filter(is_asked).map(|(name, value)| (name.clone(), value.clone())).collect();
        let change = Change::Create { id, values };
        self.decided.push(target, change, Place { file: 0, line: 0 });
        self.preview.changes += 1;
        let steps = &mut self.preview.steps;
        match steps.iter_mut().find(|s| s.record_type == target.name && s.fields.is_empty()) {
            Some(step) => step.created += 1,
            None => steps.push(StepPreview { created: 1, ..empty_preview((0, 0), target) }),
        }
        Ok(())
    }

    /// Where a part comes in the order of its whole: behind all others.
    async fn next_in(&mut self, target: &'static RecordDef, id: Uuid) -> Result<Option<i64>> {
        let Some(field) = part_of(target).filter(|_| target.field(POSITION).is_some()) else { return Ok(None) };
        let made = self.made.get(target.name);
        let own = made.and_then(|made| made.get(&id));
        let Some(whole) = own.and_then(|row| row.reference(field)) else { return Ok(None) };
        let beside = made.into_iter().flat_map(HashMap::values).filter(|row| row.reference(field) == Some(whole));
        let last = beside.filter_map(|row| row.value(POSITION).as_i64()).max();
        let mut sql = Sql::new(format!("select max(t.{POSITION})::bigint from {} t where t.org_id = ", target.table()));
        sql.push_bind(self.actor.org_id).push(format_args!(" and t.{field} = ")).push_bind(whole);
        let stored: Option<i64> = sql.build_query_scalar().fetch_one(&mut *self.tx.inner).await.map_err(from_sqlx)?;
        Ok(Some(last.max(stored).map_or(0, |last| last + 1)))
    }
}

/// The values of a record of which only the title is known, and what it is a part of. Its currency stays open.
fn new(target: &'static RecordDef, title: &str, within: Option<(&'static str, Uuid)>) -> Values {
    let mut values = Values::from_iter([(target.title.to_owned(), Value::from(title))]);
    values.extend(within.map(|(field, whole)| (field.to_owned(), whole.to_string().into())));
    for field in target.fields {
        if let Kind::Choice(codes) = field.kind
            && let Some(code) = field.default.and_then(|_| said_by(target, field, codes, title))
        {
            values.insert(field.name.to_owned(), code.into());
        }
    }
    let others = target.fields.iter().filter(|field| field.kind != Kind::Currency && field.name != POSITION);
    values.extend(usual(others, &values));
    values
}

/// What fields begin with that nothing is known of.
fn usual<'f>(fields: impl Iterator<Item = &'f FieldDef>, known: &Values) -> Vec<(String, Value)> {
    let one = |field: &FieldDef| {
        let value = normalize(field.name, &field.kind, &field.default?.into()).ok()?;
        Some((field.name.to_owned(), value))
    };
    fields.filter(|field| known.get(field.name).is_none_or(is_empty)).filter_map(one).collect()
}

/// The choice that a title ends with: deals in "Closed won" are won.
fn said_by(def: &RecordDef, field: &FieldDef, codes: &[&'static str], title: &str) -> Option<&'static str> {
    let title = folded(title);
    let ends = |word: &str| {
        let before = title.strip_suffix(&folded(word));
        // Another word that only ends so says nothing; Chinese ones are not set apart.
        before.is_some_and(|before| !before.ends_with(|c: char| c.is_ascii_alphanumeric()))
    };
    let label = |locale: &Locale, code: &str| choice_label(*locale, def, field.name, code);
    let is_said = |code: &str| ends(code) || Locale::ALL.iter().any(|locale| ends(&label(locale, code)));
    codes.iter().copied().find(|code| is_said(code))
}

fn values_of(change: &Change) -> Option<&Values> {
    match change {
        Change::Create { values, .. } | Change::Update { values, .. } => Some(values),
        _ => None,
    }
}

/// All that values refer to.
fn ids(values: &Values) -> impl Iterator<Item = Uuid> {
    let texts = values.values().flat_map(|value| match value {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect::<Vec<_>>(),
    });
    texts.filter_map(|text| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use shared::types::{PIPELINE, STAGE};

    use super::*;

    #[test]
    fn titles_say_what_reaching_a_stage_means() {
        let outcome = |title: &str| new(&STAGE, title, None)["outcome"].as_str().map(str::to_owned);
        for (title, said) in [
            ("Closed won", "won"),
            ("Closed Lost", "lost"),
            ("Contract Sent", "open"),
            ("Almost", "open"),
            ("已赢单", "won"),
        ] {
            assert_eq!(outcome(title).as_deref(), Some(said), "{title}");
        }
    }

    #[test]
    fn what_is_new_is_in_no_currency_yet() {
        let whole = Uuid::now_v7();
        let stage = new(&STAGE, "Met", Some(("pipeline_id", whole)));
        assert_eq!(shared::record::id(&stage, "pipeline_id"), Some(whole));
        assert_eq!(stage["probability"], 10);
        assert!(!new(&PIPELINE, "Abroad", None).contains_key("currency"));
        assert!(ids(&stage).eq([whole]));
    }
}

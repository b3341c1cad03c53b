//! What amounts are in, where records follow others in that: a deal's amount is in the currency of its pipeline. A column that
//! says so is held against it, for nobody converts amounts here.

use std::collections::HashMap;

use shared::access::{Action, Actor};
use shared::import::start::{Placing, placing};
use shared::import::{Existing, Step, followed_currency};
use shared::record::{Kind, is_empty};
use shared::{FieldError, RecordDef, Result, Row};
use uuid::Uuid;

use super::{Draught, Planner, Running};
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::{Sql, push_scope};

/// The currencies that amounts are in where records are placed.
pub(super) struct Followed {
    /// The field that says so of a record.
    field: &'static str,
    placing: Placing,
    /// By the step that a record is in, and by what has steps.
    stored: HashMap<Uuid, String>,
}

impl Followed {
    /// Nothing where no column says what amounts are in, or the actor doesn't see it here.
    pub(super) async fn load(tx: &mut Tx, actor: &Actor, def: &RecordDef, step: &Step) -> Result<Option<Self>> {
        let is_told = step.assignments.iter().any(|a| followed_currency(def).is_some_and(|own| own.name == a.field));
        let Some((field, placing)) = followed_currency(def).zip(placing(def)).filter(|_| is_told) else {
            return Ok(None);
        };
        let Placing { step, part_of, whole, .. } = placing;
        if !actor.sees(def, field) || whole.field(field.name).is_none_or(|own| !actor.sees(whole, own)) {
            return Ok(None);
        }
        let mut sql = Sql::new(format!(
            "select w.id, t.id, w.{}::text from {} w left join {} t on t.org_id = w.org_id and t.{part_of} = w.id and ",
            field.name,
            whole.table(),
            step.table()
        ));
        push_scope(&mut sql, actor, step, Action::Read, "t");
        sql.push(format_args!(" where w.{} is not null and w.org_id = ", field.name))
            .push_bind(actor.org_id)
            .push(" and ");
        push_scope(&mut sql, actor, whole, Action::Read, "w");
        let all: Vec<(Uuid, Option<Uuid>, String)> =
            sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        let named = all.into_iter().flat_map(|(whole, step, currency)| {
            [Some(whole), step].into_iter().flatten().map(move |id| (id, currency.clone()))
        });
        Ok(Some(Self { field: field.name, placing, stored: named.collect() }))
    }
}

/// Takes out of what rows give what their amounts are in: nobody sets that, records follow others in it.
pub(super) fn take(def: &RecordDef, draughts: &mut [Draught]) {
    let Some(field) = followed_currency(def) else { return };
    for row in draughts {
        let told = row.given.remove(field.name);
        row.currency = told.as_ref().and_then(|told| told.as_str()).map(str::to_owned);
    }
}

/// Whether the amounts of a record are in another currency than this.
pub(super) fn is_told_otherwise(def: &RecordDef, known: &Row, currency: &str) -> bool {
    let own = followed_currency(def).and_then(|field| known.text(field.name));
    own.is_some_and(|own| own != currency)
}

impl Planner<'_> {
    /// Amounts in what an answer has made are in the currency that the first row in it says.
    pub(super) fn denominate(&mut self, running: &Running<'_>, draughts: &[Draught]) {
        let Some(Followed { field, placing, .. }) = &running.followed else { return };
        for row in draughts.iter().filter(|row| !row.is_left_out) {
            let whole = shared::record::id(&row.given, placing.part_of).filter(|id| self.waiting.contains_key(id));
            let Some((told, id)) = row.currency.as_ref().zip(whole) else { continue };
            let made = self.made.get_mut(placing.whole.name).and_then(|made| made.get_mut(&id));
            if let Some(whole) = made.filter(|whole| whole.text(field).is_none()) {
                whole.values.insert((*field).to_owned(), told.clone().into());
            }
        }
    }

    /// Refuses rows whose amounts would be taken for such in another currency.
    pub(super) fn hold_currencies(&self, running: &Running<'_>, draughts: &mut [Draught]) {
        let Some(followed) = &running.followed else { return };
        let made = self.made.get(running.def.name);
        for row in draughts.iter_mut().filter(|row| !row.is_left_out) {
            let before = row.before.as_ref().or_else(|| made?.get(&row.id));
            let is_set = |name: &str| {
                let is_kept =
                    running.step.existing == Existing::Fill && before.is_some_and(|b| !is_empty(b.value(name)));
                row.given.contains_key(name) && !is_kept
            };
            let mut amounts = running.def.fields.iter().filter(|field| field.kind == Kind::Money);
            let has_amount = amounts.any(|field| is_set(field.name));
            let name = followed.placing.field.name;
            let placed = shared::record::id(&row.given, name).or_else(|| before?.reference(name));
            let kept = placed.and_then(|step| self.currency_in(followed, step)).filter(|_| has_amount);
            if let Some(kept) = kept.filter(|kept| row.currency.as_deref().is_some_and(|told| told != *kept)) {
                row.errors.push(FieldError::new(followed.field, "other_currency").with("currency", kept));
            }
        }
    }

    /// The currency of amounts in a step, be it one that this import makes.
    fn currency_in<'a>(&'a self, followed: &'a Followed, step: Uuid) -> Option<&'a str> {
        if let Some(stored) = followed.stored.get(&step) {
            return Some(stored.as_str());
        }
        let Placing { step: steps, part_of, whole, .. } = followed.placing;
        let whole_id = self.made.get(steps.name)?.get(&step)?.reference(part_of)?;
        let stored = || followed.stored.get(&whole_id).map(String::as_str);
        stored().or_else(|| self.made.get(whole.name)?.get(&whole_id)?.text(followed.field))
    }
}

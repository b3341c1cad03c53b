//! The steps in which new records begin where nothing says in which they are: deals in the first open stage of a pipeline.

use shared::access::{Action, Actor};
use shared::import::start::{Placing, placing};
use shared::import::{Start, followed_currency};
use shared::record::Kind;
use shared::{RecordDef, Result, Row, Values};
use uuid::Uuid;

use crate::error::from_sqlx;
use crate::pool::{Store, Tx};
use crate::scope::{Sql, push_scope};

/// The first step of everything that steps are parts of, in order.
pub(super) struct Starts {
    placing: Placing,
    all: Vec<First>,
}

/// What has steps, the first of these, what both are called, and the currency of amounts there.
type First = (Uuid, Uuid, String, String, Option<String>);

impl Starts {
    /// Those of a type; nothing for types whose records are not placed in steps.
    pub(super) async fn load(tx: &mut Tx, actor: &Actor, def: &RecordDef) -> Result<Option<Self>> {
        let is_seen = |placing: &Placing| actor.sees_title(placing.step) && actor.sees_title(placing.whole);
        let Some(placing) = placing(def).filter(is_seen) else { return Ok(None) };
        let Placing { step, part_of, whole, .. } = placing;
        let currency = followed_currency(def).and_then(|followed| whole.field(followed.name));
        let currency = currency.filter(|field| actor.sees(whole, field));
        let currency = currency.map_or_else(|| "null".to_owned(), |field| format!("w.{}", field.name));
        let mut sql = Sql::new(format!(
            "select distinct on (w.position, w.id) w.id, t.id, t.{}::text, w.{}::text, {currency}::text
             from {} t join {} w on w.org_id = t.org_id and w.id = t.{part_of} where t.org_id = ",
            step.title,
            whole.title,
            step.table(),
            whole.table()
        ));
        sql.push_bind(actor.org_id).push(" and t.archived_at is null and w.archived_at is null and ");
        push_scope(&mut sql, actor, step, Action::Read, "t");
        sql.push(" and ");
        push_scope(&mut sql, actor, whole, Action::Read, "w");
        for (field, usual) in open(step) {
            sql.push(format_args!(" and t.{field} = ")).push_bind(usual);
        }
        sql.push(" order by w.position, w.id, t.position, t.id");
        let all = sql.build_query_as().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        Ok(Some(Self { placing, all }))
    }

    /// The field that says in which step a record is.
    pub(super) fn field(&self) -> &'static str {
        self.placing.field.name
    }

    /// The field that says what its step is a part of.
    pub(super) fn part_of(&self) -> &'static str {
        self.placing.part_of
    }

    /// The step in which a record of these values begins, and what it is called: of what they say it is in, else of the first in
    /// which amounts are in the row's currency, else of the very first. Of what has no step yet it is the first of these, which the
    /// import makes.
    pub(super) fn of<'s>(
        &'s self,
        values: &Values,
        currency: Option<&str>,
        made: impl Iterator<Item = &'s Row>,
    ) -> Option<(Uuid, &'s str)> {
        let stored = self.fitting(values, currency).map(|(_, step, title, ..)| (*step, title.as_str()));
        stored.or_else(|| self.first_of(made, shared::record::id(values, self.placing.part_of)?))
    }

    /// What a record of these values is in, if nothing says so.
    pub(super) fn whole(&self, values: &Values, currency: Option<&str>) -> Option<Uuid> {
        self.fitting(values, currency).map(|(whole, ..)| *whole)
    }

    fn fitting(&self, values: &Values, currency: Option<&str>) -> Option<&First> {
        let said = shared::record::id(values, self.placing.part_of);
        let fits = |(whole, ..): &&First| said.is_none_or(|said| said == *whole);
        let is_in_it = |(.., own): &&First| currency.is_some() && own.as_deref() == currency;
        let fitting = || self.all.iter().filter(fits);
        fitting().find(is_in_it).or_else(|| fitting().next())
    }

    /// The first open one of the steps that are parts of something; those that wait to be made come in the order in which they were
    /// named.
    fn first_of<'m>(&self, made: impl Iterator<Item = &'m Row>, whole: Uuid) -> Option<(Uuid, &'m str)> {
        let Placing { step, part_of, .. } = self.placing;
        let is_open = |row: &Row| open(step).all(|(field, usual)| row.text(field).is_none_or(|own| own == usual));
        let its = made.filter(|row| row.reference(part_of) == Some(whole) && is_open(row));
        let first = its.min_by_key(|row| (row.integer("position").unwrap_or(i64::MAX), row.id))?;
        Some((first.id, first.text(step.title)?))
    }

    /// What the steps are.
    pub(super) fn step(&self) -> &'static RecordDef {
        self.placing.step
    }

    /// The very first step, as people know it.
    pub(super) fn first(&self) -> Option<Start> {
        let (.., title, within, _) = self.all.first()?;
        Some(Start { field: self.field().to_owned(), title: title.clone(), within: within.clone() })
    }
}

/// What is so of open steps, by field: a step is one unless something else is said of it. Nothing begins at its end.
fn open(step: &RecordDef) -> impl Iterator<Item = (&'static str, &'static str)> {
    let choices = step.fields.iter().filter(|field| matches!(field.kind, Kind::Choice(_)));
    choices.filter_map(|field| Some((field.name, field.default?)))
}

impl Store {
    /// Where new records of a type begin if no column of a file says so, as far as the actor sees it.
    ///
    /// # Errors
    /// Database faults.
    pub async fn import_start(&self, actor: &Actor, def: &RecordDef) -> Result<Option<Start>> {
        let mut tx = self.reading(actor).await?;
        Ok(Starts::load(&mut tx, actor, def).await?.and_then(|starts| starts.first()))
    }
}

//! How well kept the records of a type are, and what tidying would change.

use shared::access::{Action, Actor};
use shared::quality::{Quality, complete_fields, is_told_of};
use shared::record::NOT_WORKING;
use shared::tidy::{Part, Rule, country_of_zone, fields, is_needed, unreadable, writable_findings};
use shared::{Error, FieldDef, RecordDef, Result, Row};
use sqlx::Row as _;
use uuid::Uuid;

use crate::columns::decode_fields;
use crate::error::from_sqlx;
use crate::pool::Store;
use crate::scope::{Sql, push_scope};

/// Records read per statement.
const CHUNK: i64 = 5_000;
/// Most records looked at per call, so that none takes long, and one sees how far it is.
const LOOKED_AT: i64 = 20_000;
/// Records with findings from which a call ends early: its answer should not grow without bounds.
const ENOUGH: usize = 1_000;

impl Store {
    /// Counts a type's records, and those that have what a complete one has, as far as the actor may read them.
    ///
    /// # Errors
    /// `NotFound` for types of which there is nothing to say, `Forbidden` without any right to read them.
    pub async fn quality(&self, actor: &Actor, def: &'static RecordDef) -> Result<Quality> {
        if !is_told_of(def) {
            return Err(Error::NotFound);
        }
        if !actor.may(def, Action::Read) {
            return Err(Error::Forbidden);
        }
        let told = complete_fields(def, actor);
        let marks = def.field(NOT_WORKING.name).filter(|field| actor.sees(def, field));
        let mut sql = Sql::new("select count(*)");
        for field in told.iter().copied().chain(marks) {
            sql.push(format_args!(", count(t.{})", field.name));
        }
        sql.push(format_args!(" from {} t where t.org_id = ", def.table())).push_bind(actor.org_id);
        sql.push(" and t.archived_at is null and ");
        push_scope(&mut sql, actor, def, Action::Read, "t");
        let mut tx = self.reading(actor).await?;
        let counts = sql.build().fetch_one(&mut *tx.inner).await.map_err(from_sqlx)?;
        let count = |at: usize| counts.try_get::<i64, _>(at).map_err(from_sqlx);
        let filled = |(at, field): (usize, &&FieldDef)| Ok((field.name.to_owned(), count(at + 1)?));
        Ok(Quality {
            total: count(0)?,
            filled: told.iter().enumerate().map(filled).collect::<Result<_>>()?,
            not_working: if marks.is_some() { count(told.len() + 1)? } else { 0 },
        })
    }

    /// Looks through a part of a type's records, behind `after`, for values that rules would write in another way. Only
    /// records and fields that the actor may change count.
    ///
    /// # Errors
    /// As [`Store::quality`], with the right to change.
    pub async fn untidy(&self, actor: &Actor, def: &'static RecordDef, after: Option<Uuid>) -> Result<Part> {
        if !is_told_of(def) {
            return Err(Error::NotFound);
        }
        if !actor.may(def, Action::Update) {
            return Err(Error::Forbidden);
        }
        let home = self.home(actor).await?;
        let mut part = Part { next: after, home: home.map(str::to_owned), ..Part::default() };
        while part.seen < LOOKED_AT && part.rows.len() < ENOUGH {
            let rows = self.to_tidy(actor, def, part.next).await?;
            let Some(last) = rows.last() else { return Ok(Part { next: None, ..part }) };
            part.next = Some(last.id);
            let count = i64::try_from(rows.len()).unwrap_or(CHUNK);
            part.seen += count;
            part.unreadable += rows.iter().map(|row| unreadable(def, &row.values, actor, home)).sum::<i64>();
            part.rows.extend(rows.into_iter().filter_map(|row| told(actor, def, row, home)));
            if count < CHUNK {
                return Ok(Part { next: None, ..part });
            }
        }
        Ok(part)
    }

    /// The country of phone numbers that name none: where the organisation's clocks are.
    async fn home(&self, actor: &Actor) -> Result<Option<&'static str>> {
        let mut tx = self.reading(actor).await?;
        let zone: Option<String> =
            sqlx::query_scalar("select timezone from organisations where org_id = $1 and id = $1")
                .bind(actor.org_id)
                .fetch_optional(&mut *tx.inner)
                .await
                .map_err(from_sqlx)?;
        Ok(zone.as_deref().and_then(country_of_zone))
    }

    /// The next records that the actor may change, with the fields that rules look at.
    async fn to_tidy(&self, actor: &Actor, def: &'static RecordDef, after: Option<Uuid>) -> Result<Vec<Row>> {
        let read = || fields(def).filter(|field| actor.sees(def, field));
        let columns: String = read().map(|field| format!(", t.{}", field.name)).collect();
        let mut sql = Sql::new(format!("select t.id, t.version{columns} from {} t where t.org_id = ", def.table()));
        sql.push_bind(actor.org_id).push(" and t.archived_at is null and t.id > ").push_bind(after.unwrap_or_default());
        for action in [Action::Read, Action::Update] {
            sql.push(" and ");
            push_scope(&mut sql, actor, def, action, "t");
        }
        sql.push(" order by t.id limit ").push_bind(CHUNK);
        let mut tx = self.reading(actor).await?;
        let found = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        found.iter().map(|raw| decode_fields(read(), raw, 0)).collect()
    }
}

/// A record with findings, as far as it takes to find them again. Nothing if there are none.
fn told(actor: &Actor, def: &'static RecordDef, mut row: Row, home: Option<&str>) -> Option<Row> {
    let found = writable_findings(def, &row.values, &Rule::ALL, actor, home);
    row.values.retain(|name, _| is_needed(def, name, &found));
    (!found.is_empty()).then_some(row)
}

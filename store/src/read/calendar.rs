//! Lists by day: how many records lie on each, and the first of them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use shared::access::{Action, Actor};
use shared::calendar::{Calendar, CalendarDay, CalendarQuery, MAX_DAYS, shifted};
use shared::query::MAX_PAGE;
use shared::record::Kind;
use shared::{Error, FieldDef, RecordDef, Result};
use sqlx::Row as _;

use super::list::{Order, push_from};
use super::titles::titles;
use crate::columns::{decode, select_list};
use crate::error::from_sqlx;
use crate::live::snapshot_cursor;
use crate::pool::Store;
use crate::scope::Sql;

impl Store {
    /// The records of a list on the days of a range, as days are where the actor is; days without any are left out.
    ///
    /// # Errors
    /// `Forbidden` without any read right on the type, `Invalid` for a field that is neither day nor time or is hidden
    /// from the actor, for a range that is too long, and for filters and orders that do not fit.
    pub async fn calendar(&self, actor: &Actor, def: &'static RecordDef, query: &CalendarQuery) -> Result<Calendar> {
        if !actor.may(def, Action::Read) {
            return Err(Error::Forbidden);
        }
        let range = Range::of(actor, def, query)?;
        let mut tx = self.reading(actor).await?;
        let live = snapshot_cursor(&mut *tx.inner).await?;
        let mut sql = Sql::new("with found as (select t.id, ");
        range.push_number(&mut sql);
        sql.push(" as day, count(*) over days as total, row_number() over (days");
        match &query.list.sort {
            Some(sort) => Order::of(actor, def, Some(sort))?.push_order(&mut sql),
            None => drop(sql.push(format_args!(" order by t.{}, t.id", range.field.name))),
        }
        sql.push(") as place");
        push_from(&mut sql, actor, def, &query.list)?;
        range.push_within(&mut sql);
        sql.push(" window days as (partition by ");
        range.push_number(&mut sql);
        sql.push(format_args!(")) select f.day, f.total, {} from found f", select_list(def, "t")));
        sql.push(format_args!(" join {} t on t.id = f.id and t.org_id = ", def.table())).push_bind(actor.org_id);
        sql.push(" where f.place <= ").push_bind(i64::from(query.per_day)).push(" order by f.day, f.place");
        let found = sql.build().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
        let mut days: Vec<CalendarDay> = Vec::new();
        for raw in &found {
            let number: i32 = raw.try_get(0).map_err(from_sqlx)?;
            let day = shifted(query.from, i64::from(number) - 1);
            let row = decode(def, raw, 2)?;
            match days.last_mut().filter(|last| last.day == day) {
                Some(last) => last.rows.push(row),
                None => days.push(CalendarDay { day, total: raw.try_get(1).map_err(from_sqlx)?, rows: vec![row] }),
            }
        }
        let titles = titles(&mut tx, actor, def, days.iter().flat_map(|day| &day.rows)).await?;
        days.iter_mut().flat_map(|day| &mut day.rows).for_each(|row| actor.redact(def, &mut row.values));
        Ok(Calendar { days, titles, live: live.to_string() })
    }
}

/// The days asked for, by the field that they are about.
struct Range {
    field: &'static FieldDef,
    /// Their beginnings, and the end of the last one.
    edges: Edges,
}

enum Edges {
    Days(Vec<NaiveDate>),
    Instants(Vec<DateTime<Utc>>),
}

impl Range {
    fn of(actor: &Actor, def: &'static RecordDef, query: &CalendarQuery) -> Result<Self> {
        let field = def.field(&query.field).filter(|field| {
            matches!(field.kind, Kind::Date | Kind::DateTime) && !field.internal && actor.sees(def, field)
        });
        let field = field.ok_or_else(|| Error::invalid("field", "unknown_field"))?;
        let out_of_range = |name| Error::invalid(name, "out_of_range");
        if !(1..=MAX_DAYS).contains(&query.days) {
            return Err(out_of_range("days"));
        }
        if !(1..=MAX_PAGE).contains(&query.per_day) {
            return Err(out_of_range("per_day"));
        }
        // Where the calendar ends a day would come twice.
        let days: Vec<NaiveDate> = (0..=i64::from(query.days)).map(|by| shifted(query.from, by)).collect();
        if days.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(out_of_range("from"));
        }
        let edges = match field.kind {
            Kind::Date => Edges::Days(days),
            _ => {
                let instant = |day: NaiveDate| actor.zone.instant(day.and_time(NaiveTime::MIN));
                let instants: Option<Vec<_>> = days.into_iter().map(instant).collect();
                Edges::Instants(instants.ok_or_else(|| out_of_range("from"))?)
            }
        };
        Ok(Self { field, edges })
    }

    /// Which of the days a row lies on, from 1 on.
    fn push_number(&self, sql: &mut Sql) {
        sql.push("width_bucket(");
        self.push_day(sql);
        sql.push(", ");
        match &self.edges {
            Edges::Days(days) => drop(sql.push_bind(days.clone())),
            Edges::Instants(instants) => drop(sql.push_bind(instants.clone())),
        }
        sql.push(")");
    }

    /// ` and …` for rows on any of the days.
    fn push_within(&self, sql: &mut Sql) {
        for (sign, last) in [(">=", false), ("<", true)] {
            sql.push(" and ");
            self.push_day(sql);
            sql.push(format_args!(" {sign} "));
            match &self.edges {
                Edges::Days(days) => drop(sql.push_bind(if last { days.last() } else { days.first() }.copied())),
                Edges::Instants(all) => drop(sql.push_bind(if last { all.last() } else { all.first() }.copied())),
            }
        }
        if self.field.yearly {
            sql.push(format_args!(" and t.{} <= ", self.field.name));
            self.push_day(sql);
        }
    }

    /// The day or instant by which a row is placed: its value, or of a day that comes every year the first return in the
    /// range. Postgres too celebrates leap days on the last of February.
    fn push_day(&self, sql: &mut Sql) {
        let name = self.field.name;
        let first = match &self.edges {
            Edges::Days(days) if self.field.yearly => days.first().copied(),
            _ => None,
        };
        let Some(first) = first else {
            sql.push(format_args!("t.{name}"));
            return;
        };
        let returns =
            |year: i32| format!("(t.{name} + make_interval(years => {year} - extract(year from t.{name})::int))::date");
        let (this, next) = (returns(first.year()), returns(first.year() + 1));
        sql.push(format_args!("case when {this} >= "))
            .push_bind(first)
            .push(format_args!(" then {this} else {next} end"));
    }
}

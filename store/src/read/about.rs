//! Everything that is kept about somebody, for them to have.

use serde_json::{Value, json};
use shared::access::{Action, Actor, Holder};
use shared::command::Source;
use shared::query::{Filter, ListQuery, MAX_PAGE, Op};
use shared::record::readable;
use shared::timeline::TimelineQuery;
use shared::types::REGISTRY;
use shared::{Error, Kind, RecordDef, Result, Row};
use uuid::Uuid;

use crate::pool::{DbRole, Store};
use crate::write::{custom_fields, note_file};

impl Store {
    /// A record, all records that refer to it and its whole timeline, as JSON. That it was made is in the audit log, by the
    /// record's id: a name would outlive the person's erasure there.
    ///
    /// # Errors
    /// `NotFound` when the record may not be read or is nobody one can reach, `Forbidden` without the right to export it.
    pub async fn about(&self, actor: &Actor, def: &'static RecordDef, id: Uuid) -> Result<Value> {
        let mut row = self.get(actor, def, id).await?.row;
        if !def.is_reachable() {
            return Err(Error::NotFound);
        }
        if !actor.reaches(actor.level(def, Action::Export), &Holder::of(&row)) {
            return Err(Error::Forbidden);
        }
        self.as_read(actor, def, std::slice::from_mut(&mut row)).await?;
        let mut linked = serde_json::Map::new();
        for other in REGISTRY.iter().copied().filter(|other| actor.may(other, Action::Read)) {
            let mut rows = self.referring(actor, other, def, id).await?;
            if !rows.is_empty() {
                self.as_read(actor, other, &mut rows).await?;
                linked.insert(other.plural.to_owned(), json!(rows));
            }
        }
        let timeline = self.whole_timeline(actor, def, id).await?;
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        let file = format!("{}/{id}/about.json", def.plural);
        note_file(&mut tx, actor, (def.name, Source::Web), ("export", &file)).await?;
        tx.commit().await?;
        Ok(json!({"record_type": def.name, "record": row, "linked": linked, "timeline": timeline}))
    }

    /// Puts the numbers that administrators added fields for as people write them.
    async fn as_read(&self, actor: &Actor, def: &RecordDef, rows: &mut [Row]) -> Result<()> {
        let mut tx = self.reading(actor).await?;
        let fields = custom_fields(&mut tx, def).await?;
        rows.iter_mut().for_each(|row| readable(&fields, &mut row.values));
        Ok(())
    }

    async fn referring(&self, actor: &Actor, def: &'static RecordDef, to: &RecordDef, id: Uuid) -> Result<Vec<Row>> {
        let condition = |field: &shared::FieldDef| match field.kind {
            Kind::Reference(name) if name == to.name => Some(Filter::field(field.name, Op::Eq, id.to_string())),
            Kind::References(name) if name == to.name => Some(Filter::field(field.name, Op::Contains, id.to_string())),
            _ => None,
        };
        let seen = def.fields.iter().filter(|field| actor.sees(def, field));
        let conditions: Vec<Filter> = seen.filter_map(condition).collect();
        let mut rows = Vec::new();
        if conditions.is_empty() {
            return Ok(rows);
        }
        let mut query = ListQuery {
            filter: Some(Filter::Any(conditions)),
            limit: MAX_PAGE,
            archived: shared::query::Archived::With,
            ..ListQuery::default()
        };
        loop {
            let page = self.list(actor, def, &query).await?;
            rows.extend(page.rows);
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => return Ok(rows),
            }
        }
    }

    async fn whole_timeline(&self, actor: &Actor, def: &'static RecordDef, id: Uuid) -> Result<Vec<Value>> {
        let mut entries = Vec::new();
        let mut query = TimelineQuery::default();
        loop {
            let page = self.timeline(actor, def, id, &query).await?;
            entries.extend(page.entries.iter().map(|entry| json!(entry)));
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => return Ok(entries),
            }
        }
    }
}

//! Everything that is kept about somebody, for them to have.

use std::collections::{BTreeSet, HashSet, VecDeque};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use shared::access::{Action, Actor, Holder};
use shared::command::Source;
use shared::query::{Archived, Filter, ListQuery, MAX_PAGE, Op};
use shared::record::{instant_text, readable};
use shared::timeline::TimelineQuery;
use shared::types::{REGISTRY, by_name};
use shared::{Error, Kind, RecordDef, Result, Row};
use uuid::Uuid;

use crate::error::{from_sqlx, internal};
use crate::pool::{DbRole, Store};
use crate::write::{Reach, custom_fields, note_file, reach};

/// All about somebody on its way into a file (JSON), a part at a time.
pub struct AboutFile {
    store: Store,
    actor: Actor,
    def: &'static RecordDef,
    id: Uuid,
    /// What is still to be written.
    steps: VecDeque<Step>,
    /// The type whose records are being written, and those of it that were.
    open: Option<&'static str>,
    written: HashSet<Uuid>,
    /// Whether an entry of the timeline was.
    is_told: bool,
}

/// A part of the file.
enum Step {
    /// Text as it is.
    Text(String),
    /// Records of a type that refer to the record, a page of them.
    Referring(&'static RecordDef, ListQuery),
    /// Records of these ids that were not among those.
    Told(&'static RecordDef, BTreeSet<Uuid>),
    /// The end of all types.
    Close,
    /// A page of the timeline; further ones have a cursor.
    Timeline(TimelineQuery),
}

impl Store {
    /// A record, all records that refer to it, what erasing it would reach beside them, and its whole timeline, as far as the actor
    /// may read that, as JSON; files with the address they are had from. Letters that were not taken in and who is signed in to the
    /// public pages are for administrators, as elsewhere. That it was made is in the audit log, by the record's id: a name would
    /// outlive the person's erasure there.
    ///
    /// # Errors
    /// `NotFound` when the record may not be read or is nobody one can reach, `Forbidden` without the right to export it.
    pub async fn about(&self, actor: &Actor, def: &'static RecordDef, id: Uuid) -> Result<AboutFile> {
        let mut row = self.get(actor, def, id).await?.row;
        if !def.is_reachable() {
            return Err(Error::NotFound);
        }
        if !actor.reaches(actor.level(def, Action::Export), &Holder::of(&row)) {
            return Err(Error::Forbidden);
        }
        self.as_read(actor, def, std::slice::from_mut(&mut row)).await?;
        let mut tx = self.reading(actor).await?;
        let Reach { mut records, addresses } = reach(&mut tx, def, id).await?;
        drop(tx);
        // That a record is here would tell what a hidden field says, of it or of whom it is about.
        let mut told = std::iter::once(def).chain(records.keys().filter_map(|name| by_name(name)));
        if !told.all(|other| sees_whose(actor, other)) {
            records.clear();
        }
        let mut steps = VecDeque::from([Step::Text(beginning(def, &row)?)]);
        for other in REGISTRY.iter().copied().filter(|other| actor.may(other, Action::Read)) {
            steps.extend(referring(actor, other, def, id).map(|query| Step::Referring(other, query)));
            steps.push_back(Step::Told(other, records.remove(other.name).unwrap_or_default()));
        }
        steps.push_back(Step::Close);
        steps.push_back(Step::Text(self.outside(actor, &addresses).await?));
        steps.push_back(Step::Timeline(TimelineQuery::default()));
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        let file = format!("{}/{id}/about.json", def.plural);
        note_file(&mut tx, actor, (def.name, Source::Web), ("export", &file)).await?;
        tx.commit().await?;
        let (store, actor) = (self.clone(), actor.clone());
        Ok(AboutFile { store, actor, def, id, steps, open: None, written: HashSet::new(), is_told: false })
    }

    /// Puts the numbers that administrators added fields for as people write them.
    async fn as_read(&self, actor: &Actor, def: &RecordDef, rows: &mut [Row]) -> Result<()> {
        let mut tx = self.reading(actor).await?;
        let fields = custom_fields(&mut tx, def).await?;
        rows.iter_mut().for_each(|row| readable(&fields, &mut row.values));
        Ok(())
    }

    /// What is no record: letters that were not taken in, and who is signed in to the public pages. Ends with where the timeline begins.
    async fn outside(&self, actor: &Actor, addresses: &[String]) -> Result<String> {
        let (mut letters, mut sign_ins) = (Vec::new(), Vec::new());
        if actor.grants.admin {
            letters = self.letters_from(actor, addresses).await?;
            sign_ins = self.sign_ins_of(actor, addresses).await?;
        }
        let [letters, sign_ins] = [letters, sign_ins].map(Value::Array);
        Ok(format!(",\"letters_aside\":{letters},\"portal_sign_ins\":{sign_ins},\"timeline\":["))
    }

    async fn letters_from(&self, actor: &Actor, addresses: &[String]) -> Result<Vec<Value>> {
        let mut tx = self.reading(actor).await?;
        type Letter = (Option<String>, Option<String>, i64, DateTime<Utc>);
        let found: Vec<Letter> = sqlx::query_as(
            "select sender, subject, size, received_at from letters_in
             where org_id = $1 and state in ('received', 'quarantined') and lower(sender) = any($2) order by received_at, id",
        )
        .bind(tx.org_id)
        .bind(addresses)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let letter = |(sender, subject, size, at): Letter| {
            let at = instant_text(at);
            json!({"sender": sender, "subject": subject, "size": size, "received_at": at})
        };
        Ok(found.into_iter().map(letter).collect())
    }

    async fn sign_ins_of(&self, actor: &Actor, addresses: &[String]) -> Result<Vec<Value>> {
        let mut tx = self.signing(actor.org_id).await?;
        type SignIn = (String, DateTime<Utc>, DateTime<Utc>);
        let found: Vec<SignIn> = sqlx::query_as(
            "select email, created_at, expires_at from portal_sessions where org_id = $1 and email = any($2)
             order by created_at, email",
        )
        .bind(actor.org_id)
        .bind(addresses)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let sign_in = |(email, since, until): SignIn| {
            let [since, until] = [since, until].map(instant_text);
            json!({"email": email, "since": since, "until": until})
        };
        Ok(found.into_iter().map(sign_in).collect())
    }
}

impl AboutFile {
    /// The next bytes of the file; nothing after the last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        while let Some(step) = self.steps.pop_front() {
            let text = self.take(step).await?;
            if !text.is_empty() {
                return Ok(Some(text.into_bytes()));
            }
        }
        Ok(None)
    }

    async fn take(&mut self, step: Step) -> Result<String> {
        match step {
            Step::Text(text) => Ok(text),
            Step::Close => {
                let end = if self.open.take().is_some() { "]}" } else { "}" };
                Ok(end.to_owned())
            }
            Step::Referring(def, query) => {
                let page = self.store.list(&self.actor, def, &query).await?;
                if let Some(next) = page.next {
                    self.steps.push_front(Step::Referring(def, ListQuery { cursor: Some(next), ..query }));
                }
                self.rows(def, page.rows).await
            }
            Step::Told(def, mut ids) => {
                let others = std::iter::from_fn(|| ids.pop_first()).filter(|id| !self.written.contains(id));
                let some: Vec<String> = others.take(MAX_PAGE as usize).map(|id| id.to_string()).collect();
                if some.is_empty() {
                    self.written.clear();
                    return Ok(String::new());
                }
                self.steps.push_front(Step::Told(def, ids));
                let query = page_of(Filter::field("id", Op::In, some));
                let mut rows = self.store.list(&self.actor, def, &query).await?.rows;
                // As it was said, one after the other.
                rows.sort_by_key(|row| row.id);
                self.rows(def, rows).await
            }
            Step::Timeline(query) => self.timeline(query).await,
        }
    }

    /// Records as they are written, those left out that were.
    async fn rows(&mut self, def: &'static RecordDef, mut rows: Vec<Row>) -> Result<String> {
        rows.retain(|row| self.written.insert(row.id));
        self.store.as_read(&self.actor, def, &mut rows).await?;
        let mut text = String::new();
        for row in rows {
            if self.open == Some(def.plural) {
                text.push(',');
            } else {
                let end = if self.open.replace(def.plural).is_some() { "]," } else { "" };
                text.push_str(&format!("{end}\"{}\":[", def.plural));
            }
            let mut record = serde_json::to_value(&row).map_err(internal)?;
            if let Some(fields) = record.as_object_mut().filter(|_| def.uploaded) {
                // Where its bytes are had, by whoever may read it.
                fields.insert("fetch_from".to_owned(), format!("/api/files/{}", row.id).into());
            }
            text.push_str(&record.to_string());
        }
        Ok(text)
    }

    async fn timeline(&mut self, query: TimelineQuery) -> Result<String> {
        let page = self.store.timeline(&self.actor, self.def, self.id, &query).await?;
        let mut text = String::new();
        for entry in &page.entries {
            // A page may have none, if the actor may see nothing of it.
            text.push_str(if std::mem::replace(&mut self.is_told, true) { "," } else { "" });
            text.push_str(&serde_json::to_string(entry).map_err(internal)?);
        }
        match page.next {
            Some(next) => self.steps.push_front(Step::Timeline(TimelineQuery { cursor: Some(next), ..query })),
            None => text.push_str("]}"),
        }
        Ok(text)
    }
}

/// The record, and where those of others begin.
fn beginning(def: &RecordDef, row: &Row) -> Result<String> {
    let row = serde_json::to_string(row).map_err(internal)?;
    Ok(format!("{{\"record_type\":\"{}\",\"record\":{row},\"linked\":{{", def.name))
}

fn page_of(filter: Filter) -> ListQuery {
    ListQuery { filter: Some(filter), limit: MAX_PAGE, archived: Archived::With, ..ListQuery::default() }
}

/// The records of a type that refer to one, if they can.
fn referring(actor: &Actor, def: &RecordDef, to: &RecordDef, id: Uuid) -> Option<ListQuery> {
    let condition = |field: &shared::FieldDef| match field.kind {
        Kind::Reference(name) if name == to.name => Some(Filter::field(field.name, Op::Eq, id.to_string())),
        Kind::References(name) if name == to.name => Some(Filter::field(field.name, Op::Contains, id.to_string())),
        _ => None,
    };
    let seen = def.fields.iter().filter(|field| actor.sees(def, field));
    let conditions: Vec<Filter> = seen.filter_map(condition).collect();
    (!conditions.is_empty()).then(|| page_of(Filter::Any(conditions)))
}

/// Whether the actor sees all by which one can tell whose records of a type are, as far as they read any.
fn sees_whose(actor: &Actor, def: &RecordDef) -> bool {
    let tells = |kind: Kind| kind.is_channel() || matches!(kind, Kind::Reference(_) | Kind::Email);
    !actor.may(def, Action::Read)
        || def.fields.iter().filter(|field| tells(field.kind)).all(|field| actor.sees(def, field))
}

//! Files become attachments: the same batch as every other change, with what the store found out about the bytes.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};
use shared::access::{Action, Actor};
use shared::command::{Change, Command, Outcome, Source};
use shared::types::{ATTACHMENT, TICKET, clean_file_name};
use shared::{Error, FieldError, Kind, RecordDef, Result, Row, Values};
use uuid::Uuid;

use super::prepare::{Act, Prepared};
use super::{batch, idempotency, load};
use crate::columns::target;
use crate::files::{Bytes, Received, ending, refused_endings};
use crate::pool::{DbRole, Store, Tx};

/// Values that the store itself found out about records, by their ids.
pub(crate) type Found = BTreeMap<Uuid, Values>;

/// What an attachment belongs to, and what else is said of it.
#[derive(Clone, Debug, Default)]
pub struct Belonging(Values);

impl Belonging {
    /// To a record of a type that attachments refer to.
    ///
    /// # Errors
    /// `NotFound` for other types.
    pub fn to(def: &RecordDef, id: Uuid) -> Result<Self> {
        let field = ATTACHMENT.fields.iter().find(|field| field.kind == Kind::Reference(def.name));
        let field = field.ok_or(Error::NotFound)?;
        Ok(Self(Values::from_iter([(field.name.to_owned(), id.to_string().into())])))
    }

    /// As a caller says it, field by field; the name comes with the file.
    #[must_use]
    pub fn said(values: Values) -> Self {
        Self(values)
    }

    /// To a message as well.
    #[must_use]
    pub fn of_message(self, message: Option<Uuid>) -> Self {
        self.with("message_id", message.map(|id| id.to_string()))
    }

    /// Known within a mail's text by its Content-ID.
    #[must_use]
    pub fn known_as(self, content_id: Option<&str>) -> Self {
        self.with("content_id", content_id.map(str::to_owned))
    }

    fn with(mut self, field: &str, value: Option<String>) -> Self {
        self.0.extend(value.map(|value| (field.to_owned(), value.into())));
        self
    }

    fn named(&self, name: &str) -> Values {
        let mut values = self.0.clone();
        values.insert(ATTACHMENT.title.to_owned(), clean_file_name(name).into());
        values
    }
}

impl Store {
    /// Refuses what [`Store::attach`] would refuse, before any bytes come: the same batch, not committed.
    ///
    /// # Errors
    /// As [`Store::attach`].
    pub async fn may_attach(&self, actor: &Actor, belonging: &Belonging) -> Result<()> {
        let file = Received { id: Uuid::now_v7(), org_id: actor.org_id, ..Received::default() };
        let command = files_command(&[("file".to_owned(), file.clone())], belonging, Source::default());
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        let outcome = batch::run_with(&mut tx, actor, &ATTACHMENT, &command, &found_in(&[file])).await?;
        outcome.refused.into_iter().next().map_or(Ok(()), |refusal| Err(refusal.error))
    }

    /// Drops files that were received and won't be attached.
    pub async fn drop_received(&self, files: impl IntoIterator<Item = Received>) {
        for file in files {
            // What stays behind is found by the upkeep.
            if let Err(error) = self.files.remove(file.org_id, [file.id]).await {
                tracing::warn!(%error, "a file that nobody wants stays behind");
            }
        }
    }

    /// Makes received files attachments, all or none; those that are refused are dropped.
    ///
    /// # Errors
    /// `Forbidden` without the right to make attachments or to change what they are to belong to; for a ticket reading it
    /// is enough. `Invalid` for what doesn't fit.
    pub async fn attach(
        &self,
        actor: &Actor,
        belonging: &Belonging,
        files: Vec<(String, Received)>,
        (source, key): (Source, Option<String>),
    ) -> Result<Outcome> {
        let command = Command { idempotency_key: key, ..files_command(&files, belonging, source) };
        let received: Vec<Received> = files.into_iter().map(|(_, file)| file).collect();
        let done = self.attach_all(actor, &command, &received).await;
        match &done {
            Ok(outcome) => {
                // An answer that is repeated tells of the files of the first time.
                let kept: BTreeSet<Uuid> = outcome.rows.iter().map(|row| row.id).collect();
                self.drop_received(received.into_iter().filter(|file| !kept.contains(&file.id))).await;
            }
            // Nobody knows whether it was committed; if not, the upkeep removes them.
            Err(Error::Offline | Error::Internal { .. }) => {}
            Err(_) => self.drop_received(received).await,
        }
        done
    }

    async fn attach_all(&self, actor: &Actor, command: &Command, files: &[Received]) -> Result<Outcome> {
        if files.iter().any(|file| file.org_id != actor.org_id) {
            return Err(Error::NotFound);
        }
        let mut tx = self.begin(actor.org_id, DbRole::Writer).await?;
        if let Some(outcome) = idempotency::claim(&mut tx, actor, command).await? {
            return Ok(outcome);
        }
        let outcome = batch::run_with(&mut tx, actor, &ATTACHMENT, command, &found_in(files)).await?;
        if let Some(refusal) = outcome.refused.first() {
            return Err(refusal.error.clone());
        }
        idempotency::remember(&mut tx, actor, command, &outcome).await?;
        tx.commit().await?;
        self.hub.wake();
        Ok(outcome)
    }

    /// Attaches a file that lies in memory; gives its record's id.
    ///
    /// # Errors
    /// As [`Store::receive`] and [`Store::attach`].
    pub async fn attach_bytes(
        &self,
        actor: &Actor,
        belonging: &Belonging,
        name: &str,
        content: impl Into<Bytes>,
        source: Source,
    ) -> Result<Uuid> {
        let parts = stream::iter([Ok(content.into())]).boxed();
        let file = self.receive(actor, name, parts).await?;
        let id = file.id;
        self.attach(actor, belonging, vec![(name.to_owned(), file)], (source, None)).await?;
        Ok(id)
    }
}

/// Makes received files attachments.
pub(crate) fn files_command(files: &[(String, Received)], belonging: &Belonging, source: Source) -> Command {
    let create = |(name, file): &(String, Received)| Change::Create { id: file.id, values: belonging.named(name) };
    Command {
        record_type: ATTACHMENT.name.to_owned(),
        changes: files.iter().map(create).collect(),
        all_or_nothing: true,
        source,
        ..Command::default()
    }
}

/// What the store found out about files as they came.
pub(crate) fn found_in(files: &[Received]) -> Found {
    files.iter().map(|file| (file.id, file.values())).collect()
}

/// Lays what was found out over records. New ones of files that never came are refused.
pub(super) fn fill_in(def: &RecordDef, rows: &mut [Prepared], found: &Found) {
    let is_written = |row: &Prepared| matches!(row.act, Act::Create | Act::Update) && row.fault.is_none();
    for row in rows.iter_mut().filter(|row| is_written(row)) {
        match found.get(&row.after.id) {
            Some(values) => row.after.values.extend(values.clone()),
            None if def.uploaded && row.act == Act::Create => row.fault = Some(Error::invalid("", "upload_first")),
            None => {}
        }
    }
}

/// Whoever adds a file to a record changes that record, so they must have the right to. To tickets everybody may add
/// something who reads them, as they may answer.
pub(super) async fn targets_are_open(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    rows: &mut [Prepared],
) -> Result<()> {
    if !def.uploaded {
        return Ok(());
    }
    for name in def.through {
        let Some(target) = def.field(name).and_then(target).filter(|target| target.name != TICKET.name) else {
            continue;
        };
        let new = |row: &Prepared| {
            let wanted = row.fault.is_none() && row.errors.is_empty() && row.changed(name);
            row.after.reference(name).filter(|_| wanted)
        };
        let ids: BTreeSet<Uuid> = rows.iter().filter_map(new).collect();
        if ids.is_empty() {
            continue;
        }
        let open = load::within(tx, actor, target, &ids, Action::Update).await?;
        for row in rows.iter_mut() {
            if new(row).is_some_and(|id| !open.contains(&id)) {
                row.fault = Some(Error::Forbidden);
            }
        }
    }
    Ok(())
}

/// Refuses names by which files would be of a type that the organisation does not take in. New files were looked at as they came;
/// those that had the ending before it was refused may get other names.
pub(super) async fn names_are_accepted(tx: &mut Tx, def: &'static RecordDef, rows: &mut [Prepared]) -> Result<()> {
    if !def.uploaded || rows.iter().all(|row| new_ending(def, row).is_none()) {
        return Ok(());
    }
    let refused = refused_endings(tx).await?;
    for row in rows.iter_mut() {
        if let Some(ending) = new_ending(def, row).filter(|ending| refused.contains(ending)) {
            row.errors.push(FieldError::new(def.title, "ending_refused").with("ending", ending));
        }
    }
    Ok(())
}

/// How the name of a file ends that did not end so before.
fn new_ending(def: &RecordDef, row: &Prepared) -> Option<String> {
    let of = |row: &Row| row.text(def.title).and_then(ending);
    let is_renamed = row.act == Act::Update && row.fault.is_none() && row.changed(def.title);
    of(&row.after).filter(|new| is_renamed && row.before.as_ref().and_then(of).as_ref() != Some(new))
}

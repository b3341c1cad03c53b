//! Files as their readers get them: whoever reads the record gets its bytes.

use std::ops::Range;

use shared::access::{Action, Actor, FieldAccess};
use shared::types::{ATTACHMENT, Attachment};
use shared::{Error, Result, Row};
use uuid::Uuid;

use super::content::Parts;
use super::sniff;
use crate::columns::{decode, select_list};
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};
use crate::scope::{Sql, push_scope};

/// A file that somebody may read. Only reading its record gives one.
#[derive(Clone, Debug)]
pub struct Attached {
    /// Its record.
    pub id: Uuid,
    org_id: Uuid,
    /// What it is called.
    pub name: String,
    /// Its type, as its bytes said.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes.
    pub checksum: String,
}

impl Attached {
    /// From a record whose readability has been decided.
    pub(crate) fn of(org_id: Uuid, row: &Row) -> Self {
        let attachment = Attachment(&row.values);
        Self {
            id: row.id,
            org_id,
            name: attachment.name().unwrap_or("file").to_owned(),
            content_type: attachment.content_type().unwrap_or(sniff::UNKNOWN).to_owned(),
            size: attachment.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
            checksum: attachment.checksum().unwrap_or_default().to_owned(),
        }
    }

    /// Whether browsers may show it in a page.
    #[must_use]
    pub fn is_inline(&self) -> bool {
        sniff::is_inline(&self.content_type)
    }
}

impl Store {
    /// A file whose record the actor may read, archived or not.
    ///
    /// # Errors
    /// `NotFound` when there is none or it may not be read.
    pub async fn attached(&self, actor: &Actor, id: Uuid) -> Result<Attached> {
        let mut tx = self.reading(actor).await?;
        let mut sql = Sql::new("select ");
        sql.push(select_list(&ATTACHMENT, "t"));
        sql.push(format_args!(" from {} t where t.org_id = ", ATTACHMENT.table())).push_bind(actor.org_id);
        sql.push(" and t.id = ").push_bind(id).push(" and ");
        push_scope(&mut sql, actor, &ATTACHMENT, Action::Read, "t");
        let found = sql.build().fetch_optional(&mut *tx.inner).await.map_err(from_sqlx)?.ok_or(Error::NotFound)?;
        let mut attached = Attached::of(actor.org_id, &decode(&ATTACHMENT, &found, 0)?);
        if actor.field_access(&ATTACHMENT, ATTACHMENT.title) == FieldAccess::Hidden {
            "file".clone_into(&mut attached.name);
        }
        Ok(attached)
    }

    /// A file and its bytes.
    ///
    /// # Errors
    /// As [`Store::attached`], and `Offline` while the place of files can't be reached.
    pub async fn open_attachment(&self, actor: &Actor, id: Uuid) -> Result<(Attached, Parts)> {
        let attached = self.attached(actor, id).await?;
        let parts = self.parts(&attached, None).await?;
        Ok((attached, parts))
    }

    /// The bytes of a file, or some of them.
    ///
    /// # Errors
    /// `NotFound` when they are gone, `Offline` while the place of files can't be reached.
    pub async fn parts(&self, attached: &Attached, range: Option<Range<u64>>) -> Result<Parts> {
        self.open_blob(attached.org_id, attached.id, range).await
    }

    /// The bytes of a file. Who asks must have found out before that they may be read.
    pub(crate) async fn open_blob(&self, org_id: Uuid, id: Uuid, range: Option<Range<u64>>) -> Result<Parts> {
        self.files.get(org_id, id, range).await
    }
}

/// Ids of those of `ids` that have a record.
pub(super) async fn recorded(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    sqlx::query_scalar("select id from attachments where org_id = $1 and id = any($2)")
        .bind(tx.org_id)
        .bind(ids)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
}

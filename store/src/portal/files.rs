//! Files that customers send along, and get.

use futures::{StreamExt, stream};
use serde_json::json;
use shared::Result;
use shared::command::Source;
use uuid::Uuid;

use super::ask::{Made, renamed};
use super::{Portal, Visitor};
use crate::files::{Attached, Bytes, Received};
use crate::intake::values;
use crate::pool::Store;
use crate::write::Belonging;

impl Store {
    /// Takes in files that come with what somebody writes, before anything is made of that. They are to be attached or
    /// dropped afterwards.
    ///
    /// # Errors
    /// `files` when one is too large.
    pub async fn portal_receive(
        &self,
        portal: &Portal,
        files: impl IntoIterator<Item = (String, Bytes)>,
    ) -> Result<Vec<(String, Received)>> {
        let mut received = Vec::new();
        for (name, bytes) in files {
            let content = stream::iter([Ok(bytes)]).boxed();
            match self.receive(&portal.system(), &name, content).await {
                Ok(file) => received.push((name, file)),
                Err(error) => {
                    self.drop_received(received.into_iter().map(|(_, file)| file)).await;
                    return Err(renamed(error, "file", "files"));
                }
            }
        }
        Ok(received)
    }

    /// Makes them files of what was written; of what was sent twice once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn portal_attach(&self, portal: &Portal, made: &Made, files: Vec<(String, Received)>) -> Result<()> {
        if files.is_empty() {
            return Ok(());
        }
        let mut said = values(json!({"message_id": made.message_id}));
        // Nobody's: the one who sent it is no user.
        said.insert("owner_id".into(), serde_json::Value::Null);
        let key = Some(format!("portal files {}", made.message_id));
        self.attach(&portal.system(), &Belonging::said(said), files, (Source::Portal, key)).await.map(drop)
    }

    /// A file with what is needed to send it, if a visitor, or anybody, may have it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for any other.
    pub async fn portal_attached(&self, portal: &Portal, visitor: Option<&Visitor>, id: Uuid) -> Result<Attached> {
        let file = self.portal_file(portal, visitor, id).await?;
        self.attached(&portal.system(), file.id).await
    }
}

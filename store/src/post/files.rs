//! What comes with a letter: files of the message that it becomes.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use serde_json::Value;
use shared::access::Actor;
use shared::command::{Change, Command, Source};
use shared::types::TICKET_MESSAGE;
use shared::{Error, Result};
use uuid::Uuid;

use super::bounded;
use crate::files::{Bytes, Received};
use crate::mail::{Attachment, Letter};
use crate::pool::Store;
use crate::write::{Belonging, files_command};

/// Most files that are kept of a letter.
const MOST: usize = 100;
/// Most files that are named of those that are not, and how much of each name, in characters.
const NAMED: usize = 20;
const NAME: usize = 100;

/// Files of a letter that have arrived where files lie.
#[derive(Default)]
pub(super) struct Files {
    /// Name, file, and by which id the text refers to it.
    kept: Vec<(String, Received, Option<String>)>,
    /// Names of those that are empty, larger or more than files may be, or of a type that is refused, as far as they are told.
    pub(super) left_out: Vec<String>,
}

impl Files {
    /// Where the text finds the picture of that content id.
    pub(super) fn address(&self, content_id: &str) -> Option<String> {
        let found = self.kept.iter().find(|(_, _, id)| id.as_deref() == Some(content_id));
        found.map(|(_, file, _)| format!("/api/files/{}", file.id))
    }

    fn leave_out(&mut self, name: &str) {
        if self.left_out.len() < NAMED {
            self.left_out.push(bounded(name, NAME));
        }
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.kept.iter().map(|(_, file, _)| file.clone()).collect()
    }

    /// Makes them files of a message. `shown` is its text: what that shows is known by its content id.
    pub(super) fn command(&self, message_id: Uuid, shown: &str) -> Result<Option<Command>> {
        let mut all: Option<Command> = None;
        for (name, file, content_id) in &self.kept {
            let content_id = content_id.as_deref().filter(|_| shown.contains(&file.id.to_string()));
            let belonging = Belonging::to(&TICKET_MESSAGE, message_id)?.known_as(content_id);
            let mut command = files_command(&[(name.clone(), file.clone())], &belonging, Source::Mail);
            for change in &mut command.changes {
                // Nobody's: the one who sent it is no user.
                if let Change::Create { values, .. } = change {
                    values.insert("owner_id".into(), Value::Null);
                }
            }
            match &mut all {
                Some(all) => all.changes.extend(command.changes),
                None => all = Some(command),
            }
        }
        Ok(all)
    }
}

impl Store {
    /// Puts a letter's files, and further ones that its text became, where files lie.
    pub(super) async fn receive_files(&self, actor: &Actor, letter: &Letter, further: &[Attachment]) -> Result<Files> {
        let mut files = Files::default();
        let mut seen = BTreeSet::new();
        for attachment in further.iter().chain(&letter.attachments) {
            if files.kept.len() >= MOST {
                files.leave_out(&attachment.name);
                continue;
            }
            // Two parts of one id are two files, of which the text shows the first.
            let content_id = attachment.content_id.clone().filter(|id| !id.is_empty() && id.len() <= 300);
            let content_id = content_id.filter(|id| seen.insert(id.clone()));
            let content = stream::iter([Ok(Bytes::from(attachment.bytes.clone()))]).boxed();
            match self.receive(actor, &attachment.name, content).await {
                Ok(file) => files.kept.push((attachment.name.clone(), file, content_id)),
                Err(Error::Invalid { .. }) => files.leave_out(&attachment.name),
                Err(error) => {
                    self.drop_received(files.received()).await;
                    return Err(error);
                }
            }
        }
        Ok(files)
    }
}

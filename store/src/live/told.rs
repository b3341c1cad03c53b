//! What is told of a changed record: made once for all who see the same of it, and written as JSON once.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use shared::access::{Actor, FieldAccess};
use shared::live::LiveEvent;
use shared::query::Titles;
use shared::{RecordDef, Row};
use uuid::Uuid;

use super::facts::Linked;

/// An event, shared by every stream that tells it.
#[derive(Debug)]
pub struct Told {
    event: LiveEvent,
    json: OnceLock<String>,
}

impl Told {
    /// The event as it travels.
    ///
    /// # Errors
    /// A value that JSON can't hold.
    pub fn json(&self) -> serde_json::Result<&str> {
        if let Some(json) = self.json.get() {
            return Ok(json);
        }
        let json = serde_json::to_string(&self.event)?;
        Ok(self.json.get_or_init(|| json))
    }
}

impl From<LiveEvent> for Told {
    fn from(event: LiveEvent) -> Self {
        Self { event, json: OnceLock::new() }
    }
}

impl Deref for Told {
    type Target = LiveEvent;

    fn deref(&self) -> &LiveEvent {
        &self.event
    }
}

/// What decides how a record looks to a reader: the fields withheld, which of the linked titles are told, and whether in the language
/// that is not the organisation's own, where any has one in that.
type View = (Option<BTreeMap<String, FieldAccess>>, Vec<bool>, bool);

/// The looks of one changed record. There are about as many as there are roles, however many streams.
#[derive(Default)]
pub(crate) struct Looks(Mutex<Vec<(View, Arc<Told>)>>);

impl Looks {
    /// The change as the actor, who can read the record, sees it.
    pub(super) fn of(
        &self,
        actor: &Actor,
        def: &RecordDef,
        row: &Row,
        linked: &[Linked],
        by: Option<Uuid>,
    ) -> Arc<Told> {
        let seen: Vec<bool> = linked.iter().map(|link| link.is_seen(actor, def)).collect();
        let other = actor.other_names && linked.iter().any(Linked::has_other);
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = looks.iter().find(|((fields, titles, names), _)| {
            fields.as_ref() == actor.restrictions() && *titles == seen && *names == other
        });
        if let Some((_, told)) = known {
            return told.clone();
        }
        let mut row = row.clone();
        actor.redact(def, &mut row.values);
        let told = linked.iter().zip(&seen).filter(|(_, seen)| **seen);
        let titles: Titles = told.map(|(link, _)| (link.id, link.called(actor))).collect();
        let event = LiveEvent::Changed { record_type: def.name.to_owned(), row, titles, actor_id: by };
        let told = Arc::new(Told::from(event));
        looks.push(((actor.restrictions().cloned(), seen, other), told.clone()));
        told
    }
}

//! Live events: what travels on the stream, and how a screen applies it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::query::Titles;
use crate::record::Row;

/// Position in the event log: transaction id, then event id. Ordered as the log is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// Postgres transaction id (`xid8`) of the writing transaction.
    pub xid: u64,
    /// Event id within the log.
    pub id: i64,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.xid, self.id)
    }
}

impl std::str::FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (xid, id) = text.split_once('-').ok_or(())?;
        Ok(Self { xid: xid.parse().map_err(drop)?, id: id.parse().map_err(drop)? })
    }
}

/// One message of the stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", try_from = "Wire")]
pub enum LiveEvent {
    /// A record is now so. Apply it if its version is newer than the one on the screen.
    Changed {
        /// Record type name.
        record_type: String,
        /// The record as it is now, as far as the reader may see it.
        row: Row,
        /// Titles of records it refers to.
        titles: Titles,
        /// Who changed it.
        actor_id: Option<Uuid>,
    },
    /// A record is gone for this reader: deleted, or no longer readable.
    Removed {
        /// Record type name.
        record_type: String,
        /// The record.
        id: Uuid,
        /// Version of the removal; older changes are stale.
        version: i64,
    },
    /// Many records changed at once: load the named type again.
    Refresh {
        /// Record type name.
        record_type: String,
    },
    /// The cursor is older than the log: load everything again.
    Reset,
    /// Who views a record now.
    Presence {
        /// Record.
        record_id: Uuid,
        /// Users, without the reader's own.
        viewers: Vec<Viewer>,
    },
}

/// An event as it travels. A derived reader would buffer every value before it knows the kind, and weigh on the
/// browser's bundle.
#[derive(Deserialize)]
struct Wire {
    kind: String,
    record_type: Option<String>,
    row: Option<Row>,
    titles: Option<Titles>,
    actor_id: Option<Uuid>,
    id: Option<Uuid>,
    version: Option<i64>,
    record_id: Option<Uuid>,
    viewers: Option<Vec<Viewer>>,
}

impl TryFrom<Wire> for LiveEvent {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        const LACKING: &str = "an event lacks what its kind needs";
        let record_type = wire.record_type.ok_or(LACKING);
        Ok(match wire.kind.as_str() {
            "changed" => Self::Changed {
                record_type: record_type?,
                row: wire.row.ok_or(LACKING)?,
                titles: wire.titles.unwrap_or_default(),
                actor_id: wire.actor_id,
            },
            "removed" => Self::Removed {
                record_type: record_type?,
                id: wire.id.ok_or(LACKING)?,
                version: wire.version.ok_or(LACKING)?,
            },
            "refresh" => Self::Refresh { record_type: record_type? },
            "reset" => Self::Reset,
            "presence" => {
                Self::Presence { record_id: wire.record_id.ok_or(LACKING)?, viewers: wire.viewers.unwrap_or_default() }
            }
            _ => return Err("no known kind of event"),
        })
    }
}

/// Somebody viewing a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// User.
    pub user_id: Uuid,
    /// Name to show.
    pub name: String,
    /// Has a field in edit.
    pub editing: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_survives_the_wire() {
        let id = Uuid::now_v7();
        let row = Row { id, version: 3, values: [("name".to_owned(), "Acme".into())].into_iter().collect() };
        let record_type = String::from("customer");
        let viewers = vec![Viewer { user_id: id, name: "Li Wei".into(), editing: true }];
        for event in [
            LiveEvent::Changed { record_type: record_type.clone(), row, titles: Titles::new(), actor_id: Some(id) },
            LiveEvent::Removed { record_type: record_type.clone(), id, version: 4 },
            LiveEvent::Refresh { record_type },
            LiveEvent::Reset,
            LiveEvent::Presence { record_id: id, viewers },
        ] {
            let json = serde_json::to_string(&event).expect("an event is JSON");
            assert_eq!(serde_json::from_str::<LiveEvent>(&json).ok(), Some(event), "{json}");
        }
    }
}

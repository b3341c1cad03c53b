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
#[serde(tag = "kind", rename_all = "snake_case")]
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

//! Keyset cursors: the sort value and id of the last row, opaque to callers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shared::{Error, Result};
use uuid::Uuid;

/// Where a page ended.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Keyset {
    /// Sort value in canonical text; `None` when the row has no value.
    pub(super) value: Option<String>,
    /// Id of the row.
    pub(super) id: Uuid,
    /// Rows that stood before all others, whatever their place would be: they don't come again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) ahead: Vec<Uuid>,
}

impl Keyset {
    pub(super) fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    pub(super) fn decode(text: &str) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::invalid("cursor", "cursor"))?;
        serde_json::from_slice(&bytes).map_err(|_| Error::invalid("cursor", "cursor"))
    }
}

//! Who views a record.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use shared::live::Viewer;
use uuid::Uuid;

use super::Fault;

/// Says that the caller views a record, edits it, or has left it; gives who else views it.
#[server(prefix = "/api/fn", endpoint = "announce", input = Json, output = Json)]
pub async fn announce(record_type: String, id: Uuid, editing: bool, gone: bool) -> Result<Vec<Viewer>, Fault> {
    let (store, session) = (super::store()?, super::session()?);
    let def = super::record_type(&record_type)?;
    store.announce(&session.actor, &session.name, def, id, editing, gone).await?;
    // Whether a record may be read is checked only for those who stay.
    Ok(if gone { Vec::new() } else { store.viewers(&session.actor, id) })
}

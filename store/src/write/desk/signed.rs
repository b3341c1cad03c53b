//! What somebody leaves out of what they ask for, or can't say by themselves: the way by which programs write, and in whose name
//! one answers.

use std::collections::BTreeMap;

use serde_json::Value;
use shared::access::{Actor, FieldAccess};
use shared::command::{Change, Command, Source};
use shared::record::is_empty;
use shared::types::{TICKET, TICKET_MESSAGE, default_for_programs};
use shared::{RecordDef, Result, Values};
use uuid::Uuid;

use super::super::attach::Found;
use crate::error::from_sqlx;
use crate::pool::Tx;

/// What a person or their program asks for, with the defaults of programs, and by whom their messages are signed; `None` where it
/// is carried out as it is.
/// What imports bring was said elsewhere, what customers write and what the system notes is nobody's of the organisation, and what
/// the store makes of something asked for doesn't come here.
pub(in super::super) async fn asked_by(
    tx: &mut Tx,
    actor: &Actor,
    def: &RecordDef,
    command: &Command,
) -> Result<Option<(Command, Found)>> {
    let is_desk = [TICKET.name, TICKET_MESSAGE.name].contains(&def.name);
    let is_by_person = matches!(command.source, Source::Web | Source::Api) && !actor.user_id.is_nil();
    if !is_desk || !is_by_person {
        return Ok(None);
    }
    let mut command = command.clone();
    if command.source == Source::Api {
        command.changes.iter_mut().for_each(|change| fill_in(actor, def, change));
    }
    let is_said = def.name == TICKET_MESSAGE.name;
    let signatures = if is_said { sign(tx, actor, &mut command).await? } else { Found::new() };
    Ok(Some((command, signatures)))
}

fn fill_in(actor: &Actor, def: &RecordDef, change: &mut Change) {
    let Change::Create { values, .. } = change else { return };
    for field in def.fields {
        let default = default_for_programs(def, field);
        let is_given = values.get(field.name).is_some_and(|value| !is_empty(value));
        let may = matches!(actor.field_access(def, field.name), FieldAccess::Write);
        if default != field.default && !is_given && may {
            values.insert(field.name.to_owned(), default.into());
        }
    }
}

/// Customers and colleagues read who said something: nobody answers in the name of somebody else. What a customer said is written
/// down in theirs. A signature is no part of what somebody asks for: they need not be able to write it, or to see it.
async fn sign(tx: &mut Tx, actor: &Actor, command: &mut Command) -> Result<Found> {
    // Nobody turns messages around meanwhile.
    super::before_write(tx, &TICKET_MESSAGE, command).await?;
    let stored = directions(tx, command).await?;
    let own = Values::from_iter([("author_name".to_owned(), Value::from(name(tx, actor).await?))]);
    let mut signatures = Found::new();
    for change in &mut command.changes {
        let (Change::Create { id, values } | Change::Update { id, values, .. }) = change else { continue };
        let before = stored.get(&*id).map(String::as_str);
        if is_inbound(direction(values).or(before)) {
            continue;
        }
        values.remove("author_name");
        // What is theirs already stays signed as it is.
        if before.is_none() || is_inbound(before) {
            signatures.insert(*id, own.clone());
        }
    }
    Ok(signatures)
}

fn direction(values: &Values) -> Option<&str> {
    values.get("direction").and_then(Value::as_str)
}

fn is_inbound(direction: Option<&str>) -> bool {
    direction == Some("inbound")
}

/// Who wrote to whom in the messages that are to be changed.
async fn directions(tx: &mut Tx, command: &Command) -> Result<BTreeMap<Uuid, String>> {
    let changed = command.changes.iter().filter(|change| matches!(change, Change::Update { .. }));
    let ids: Vec<Uuid> = changed.map(Change::id).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found: Vec<(Uuid, String)> =
        sqlx::query_as("select id, direction from ticket_messages where org_id = $1 and id = any($2)")
            .bind(tx.org_id)
            .bind(ids)
            .fetch_all(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
    Ok(found.into_iter().collect())
}

async fn name(tx: &mut Tx, actor: &Actor) -> Result<Option<String>> {
    sqlx::query_scalar("select name from users where org_id = $1 and id = $2")
        .bind(tx.org_id)
        .bind(actor.user_id)
        .fetch_optional(&mut *tx.inner)
        .await
        .map_err(from_sqlx)
}

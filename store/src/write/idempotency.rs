//! A retried command changes nothing twice.

use sha2::{Digest, Sha256};
use shared::access::Actor;
use shared::command::{Change, Command, Outcome};
use shared::{Error, Result};
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::{from_sqlx, internal};
use crate::pool::Tx;

/// What a retry has in common with the first request. Not the ids of new records: a program that leaves them to the
/// server gets other ones with each attempt.
fn request_hash(command: &Command) -> Result<Vec<u8>> {
    let mut changes = command.changes.clone();
    for change in &mut changes {
        if let Change::Create { id, .. } = change {
            *id = Uuid::nil();
        }
    }
    let text = serde_json::to_vec(&(&command.record_type, changes)).map_err(internal)?;
    Ok(Sha256::digest(text).to_vec())
}

/// Takes the command's key; gives the first outcome if the key was used before.
///
/// A second command with the same key waits here until the first has committed or failed.
pub(super) async fn claim(tx: &mut Tx, actor: &Actor, command: &Command) -> Result<Option<Outcome>> {
    let Some(key) = &command.idempotency_key else { return Ok(None) };
    if key.is_empty() || key.len() > 200 {
        return Err(Error::invalid("idempotency_key", "too_long"));
    }
    let hash = request_hash(command)?;
    let taken = sqlx::query(
        "insert into idempotency_keys (org_id, actor_id, key, request_hash) values ($1, $2, $3, $4) on conflict do nothing",
    )
    .bind(tx.org_id)
    .bind(actor.user_id)
    .bind(key)
    .bind(&hash)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    if taken.rows_affected() == 1 {
        return Ok(None);
    }
    let (first_hash, outcome): (Vec<u8>, Option<Json<Outcome>>) = sqlx::query_as(
        "select request_hash, outcome from idempotency_keys where org_id = $1 and actor_id = $2 and key = $3",
    )
    .bind(tx.org_id)
    .bind(actor.user_id)
    .bind(key)
    .fetch_one(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    if first_hash != hash {
        return Err(Error::invalid("idempotency_key", "key_reused"));
    }
    Ok(outcome.map(|Json(outcome)| outcome))
}

/// Keeps the outcome for retries.
pub(super) async fn remember(tx: &mut Tx, actor: &Actor, command: &Command, outcome: &Outcome) -> Result<()> {
    let Some(key) = &command.idempotency_key else { return Ok(()) };
    sqlx::query("update idempotency_keys set outcome = $4 where org_id = $1 and actor_id = $2 and key = $3")
        .bind(tx.org_id)
        .bind(actor.user_id)
        .bind(key)
        .bind(Json(outcome))
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    Ok(())
}

//! Duplicates: what may be there already, pairs to decide on, merging.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use shared::Values;
use shared::command::Outcome;
use shared::duplicates::{Alike, Merge, Pairs};
use shared::query::Detail;
use uuid::Uuid;

use super::Fault;

/// Records that the one with these values may be.
#[server(prefix = "/api/fn", endpoint = "similar_records", input = Json, output = Json)]
pub async fn similar_records(record_type: String, values: Values, own: Option<Uuid>) -> Result<Vec<Alike>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.alike(&actor, super::record_type(&record_type)?, &values, own).await?)
}

/// Which of these e-mail addresses may be slips, each with the one that may be meant.
#[server(prefix = "/api/fn", endpoint = "meant_addresses", input = Json, output = Json)]
pub async fn meant_addresses(record_type: String, addresses: Vec<String>) -> Result<Vec<(String, String)>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.meant_addresses(&actor, super::record_type(&record_type)?, &addresses).await?)
}

/// The likeliest pairs of a type that wait for a decision, so many of them.
#[server(prefix = "/api/fn", endpoint = "duplicates", input = Json, output = Json)]
pub async fn duplicates(record_type: String, shown: u32) -> Result<Pairs, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.duplicates(&actor, super::record_type(&record_type)?, shown).await?)
}

/// Looks for duplicates among all records of a type.
#[server(prefix = "/api/fn", endpoint = "look_for_duplicates", input = Json, output = Json)]
pub async fn look_for_duplicates(record_type: String) -> Result<bool, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.look_for_duplicates(&actor, super::record_type(&record_type)?).await?)
}

/// Says that two records are not the same, or takes that back.
#[server(prefix = "/api/fn", endpoint = "dismiss_duplicate", input = Json, output = Json)]
pub async fn dismiss_duplicate(record_type: String, first: Uuid, second: Uuid, undo: bool) -> Result<(), Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.dismiss_duplicate(&actor, super::record_type(&record_type)?, (first, second), undo).await?)
}

/// The records that are to be merged, in the order asked for.
#[server(prefix = "/api/fn", endpoint = "merging", input = Json, output = Json)]
pub async fn merging(record_type: String, ids: Vec<Uuid>) -> Result<Vec<Detail>, Fault> {
    let (store, actor) = super::acting()?;
    let def = super::record_type(&record_type)?;
    let mut all = Vec::new();
    for id in ids.into_iter().take(shared::duplicates::MOST_MERGED + 1) {
        all.push(store.get(&actor, def, id).await?);
    }
    Ok(all)
}

/// Makes one record of several.
#[server(prefix = "/api/fn", endpoint = "merge_records", input = Json, output = Json)]
pub async fn merge_records(merge: Merge) -> Result<Outcome, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.merge(&actor, &merge).await?)
}

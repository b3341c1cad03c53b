//! Records of every type: list, get, change, undo, look up.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use shared::calendar::{Calendar, CalendarQuery};
use shared::command::{Command, Outcome, UndoOutcome};
use shared::history::{ChangeSetQuery, ChangeSets, UndoRun};
use shared::query::{Detail, Hit, ListQuery, Page};
use shared::record::CustomField;
use uuid::Uuid;

use super::Fault;

/// A page of records.
#[server(prefix = "/api/fn", endpoint = "list_records", input = Json, output = Json)]
pub async fn list_records(record_type: String, query: ListQuery) -> Result<Page, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.list(&actor, super::record_type(&record_type)?, &query).await?)
}

/// How many records each of some queries finds; nothing for one that does not fit.
#[server(prefix = "/api/fn", endpoint = "count_records", input = Json, output = Json)]
pub async fn count_records(record_type: String, queries: Vec<ListQuery>) -> Result<Vec<Option<i64>>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.counts(&actor, super::record_type(&record_type)?, &queries).await?)
}

/// The records of a list by day.
#[server(prefix = "/api/fn", endpoint = "list_calendar", input = Json, output = Json)]
pub async fn list_calendar(record_type: String, query: CalendarQuery) -> Result<Calendar, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.calendar(&actor, super::record_type(&record_type)?, &query).await?)
}

/// One record; for one that was merged that which it became.
#[server(prefix = "/api/fn", endpoint = "get_record", input = Json, output = Json)]
pub async fn get_record(record_type: String, id: Uuid) -> Result<Detail, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.get_or_merged(&actor, super::record_type(&record_type)?, id).await?)
}

/// Carries out a command.
#[server(prefix = "/api/fn", endpoint = "apply", input = Json, output = Json)]
pub async fn apply(command: Command) -> Result<Outcome, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.apply(&actor, command).await?)
}

/// Carries out several commands as one change set: all of them, or nothing.
#[server(prefix = "/api/fn", endpoint = "apply_together", input = Json, output = Json)]
pub async fn apply_together(commands: Vec<Command>) -> Result<Vec<Outcome>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.apply_together(&actor, commands).await?)
}

/// Takes a change set back; a large one in the background.
#[server(prefix = "/api/fn", endpoint = "undo", input = Json, output = Json)]
pub async fn undo(change_set: Uuid) -> Result<UndoOutcome, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.take_back(&actor, change_set).await?.into())
}

/// How far the undo of a large change set is.
#[server(prefix = "/api/fn", endpoint = "undo_progress", input = Json, output = Json)]
pub async fn undo_progress(change_set: Uuid) -> Result<UndoRun, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.undo_run(&actor, change_set).await?)
}

/// Stops the undo of a large change set.
#[server(prefix = "/api/fn", endpoint = "stop_undo", input = Json, output = Json)]
pub async fn stop_undo(change_set: Uuid) -> Result<UndoRun, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.stop_undo(&actor, change_set).await?)
}

/// What was done lately and can be taken back: by the caller, or by everybody.
#[server(prefix = "/api/fn", endpoint = "latest_changes", input = Json, output = Json)]
pub async fn latest_changes(query: ChangeSetQuery) -> Result<ChangeSets, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.change_sets(&actor, &query).await?)
}

/// Records of one type to choose from.
#[server(prefix = "/api/fn", endpoint = "lookup", input = Json, output = Json)]
pub async fn lookup(record_type: String, words: String) -> Result<Vec<Hit>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.lookup(&actor, super::record_type(&record_type)?, &words, 20).await?)
}

/// Records of any type that contain the words; with none, what the caller has looked at lately and often.
#[server(prefix = "/api/fn", endpoint = "search", input = Json, output = Json)]
pub async fn search(words: String) -> Result<Vec<Hit>, Fault> {
    let (store, actor) = super::acting()?;
    if words.trim().is_empty() {
        return Ok(store.visited(&actor).await?);
    }
    let mut found = store.search(&actor, &words, 30).await?;
    // Whoever knows the number of a ticket that was merged looks for what became of it.
    if let Some(hit) = store.merged_ticket(&actor, &words).await? {
        found.retain(|other| other.id != hit.id);
        found.insert(0, hit);
    }
    Ok(found)
}

/// How texts are typed by pinyin: whole and by initials, from each of the first syllables on.
#[server(prefix = "/api/fn", endpoint = "sounds", input = Json, output = Json)]
pub async fn sounds(texts: Vec<String>) -> Result<Vec<Vec<String>>, Fault> {
    super::session()?;
    Ok(texts.iter().map(|text| store::pinyin_tokens(text)).collect())
}

/// User-defined fields of a type.
#[server(prefix = "/api/fn", endpoint = "custom_fields", input = Json, output = Json)]
pub async fn custom_fields(record_type: String) -> Result<Vec<CustomField>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.custom_fields(&actor, super::record_type(&record_type)?).await?)
}

/// User-defined fields of a type and of those that its records refer to, by type.
#[server(prefix = "/api/fn", endpoint = "custom_fields_around", input = Json, output = Json)]
pub async fn custom_fields_around(record_type: String) -> Result<shared::record::CustomFields, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.custom_fields_around(&actor, super::record_type(&record_type)?).await?)
}

/// Erases what is known of a person, for good.
#[server(prefix = "/api/fn", endpoint = "erase_person", input = Json, output = Json)]
pub async fn erase_person(record_type: String, id: Uuid) -> Result<(), Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.erase(&actor, super::record_type(&record_type)?, id).await?)
}

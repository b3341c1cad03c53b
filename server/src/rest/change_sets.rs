//! Change sets: whatever was done under one can be taken back as a whole.

use axum::{Json, extract::State};
use shared::command::UndoOutcome;
use store::Store;

use super::caller::Caller;
use super::problem::Answer;
use super::target::Id;

/// `POST /change-sets/{id}/undo`; records that somebody changed since stay and are named.
pub(super) async fn undo(Caller(actor): Caller, Id(id): Id, State(store): State<Store>) -> Answer<Json<UndoOutcome>> {
    Ok(Json(store.undo(&actor, id).await?))
}

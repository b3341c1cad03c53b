//! Change sets: whatever was done under one can be taken back as a whole.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use shared::history::{UndoRun, Undone};
use store::Store;

use super::caller::Caller;
use super::problem::Answer;
use super::target::Id;

/// `POST /change-sets/{id}/undo`; records that somebody changed since stay and are named.
pub(super) async fn undo(Caller(actor): Caller, Id(id): Id, State(store): State<Store>) -> Answer<Response> {
    Ok(undone(store.take_back(&actor, id).await?))
}

/// `GET /change-sets/{id}/undo`: how far an undo in the background is.
pub(super) async fn read(Caller(actor): Caller, Id(id): Id, State(store): State<Store>) -> Answer<Json<UndoRun>> {
    Ok(Json(store.undo_run(&actor, id).await?))
}

/// `DELETE /change-sets/{id}/undo`: stops an undo in the background, of which nothing stays.
pub(super) async fn stop(Caller(actor): Caller, Id(id): Id, State(store): State<Store>) -> Answer<Json<UndoRun>> {
    Ok(Json(store.stop_undo(&actor, id).await?))
}

/// What was undone; or, where there is much, that it is accepted: `Location` tells how far it is.
pub(super) fn undone(undone: Undone) -> Response {
    match undone {
        Undone::Done(outcome) => Json(outcome).into_response(),
        Undone::UnderWay(run) => {
            let location = format!("/api/v1/change-sets/{}/undo", run.change_set);
            (StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(run)).into_response()
        }
    }
}

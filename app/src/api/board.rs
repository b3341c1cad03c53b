//! The board.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use shared::board::{Board, BoardQuery, Cards, Totals};
use uuid::Uuid;

use super::Fault;

/// Opens a pipeline.
#[server(prefix = "/api/fn", endpoint = "open_board", input = Json, output = Json)]
pub async fn open_board(query: BoardQuery) -> Result<Board, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.board(&actor, &query).await?)
}

/// More cards of a column.
#[server(prefix = "/api/fn", endpoint = "board_cards", input = Json, output = Json)]
pub async fn board_cards(query: BoardQuery, stage_id: Uuid, cursor: String) -> Result<Cards, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.board_cards(&actor, &query, stage_id, &cursor).await?)
}

/// Totals of all columns.
#[server(prefix = "/api/fn", endpoint = "board_totals", input = Json, output = Json)]
pub async fn board_totals(query: BoardQuery) -> Result<Vec<(Uuid, Totals)>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.board_totals(&actor, &query).await?)
}

//! The name of the pipeline shown, and the way to the others.

use leptos::prelude::*;
use shared::Row;
use shared::board::Board;
use shared::live::LiveEvent;
use shared::types::PIPELINE;

use super::address::Address;
use crate::context::t;
use crate::live::Live;
use crate::ui::{Icon, Menu, MenuItem};

/// The pipeline shown, and the others. It follows them itself: a new pipeline is no reason to draw the board anew.
pub(super) fn switcher(address: Address, board: &Board) -> impl IntoView + use<> {
    let current = board.pipeline.id;
    let pipelines = RwSignal::new(board.pipelines.clone());
    Live::take().follow(&board.live, move |event| hear(pipelines, event));
    let name = Memo::new(move |_| {
        let text = |row: &Row| row.text("name").unwrap_or_default().to_owned();
        pipelines.with(|all| all.iter().find(|row| row.id == current).map(text)).unwrap_or_default()
    });
    let single = Memo::new(move |_| pipelines.with(Vec::len) < 2);
    let entry = move |row: Row| {
        let (id, label) = (row.id, row.text("name").unwrap_or_default().to_owned());
        let checked = Signal::derive(move || id == current);
        view! { <MenuItem label checked on_select=move |()| address.choose_pipeline(id)/> }
    };
    let alone = move || view! { <span class="meta truncate">{name}</span> };
    let trigger = move || view! { <span class="truncate">{name}</span><Icon name="chevron-down"/> };
    view! {
        <Show when=move || !single.get() fallback=alone>
            <Menu label=t("board.switch_pipeline") trigger=trigger>
                {move || pipelines.get().into_iter().map(entry).collect_view()}
            </Menu>
        </Show>
    }
}

fn hear(pipelines: RwSignal<Vec<Row>>, event: &LiveEvent) {
    match event {
        LiveEvent::Changed { record_type, row, .. } if record_type == PIPELINE.name => {
            let known = |all: &Vec<Row>| all.iter().any(|known| known.id == row.id && known.version >= row.version);
            if pipelines.with_untracked(known) {
                return;
            }
            pipelines.update(|all| {
                all.retain(|known| known.id != row.id);
                all.extend(row.text("archived_at").is_none().then(|| row.clone()));
                all.sort_by_key(|row| (row.integer("position"), row.id));
            });
        }
        LiveEvent::Removed { record_type, id, .. } if record_type == PIPELINE.name => {
            pipelines.update(|all| all.retain(|known| known.id != *id));
        }
        _ => {}
    }
}

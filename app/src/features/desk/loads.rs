//! What colleagues have to do, for whoever gives them tickets.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::desk::AgentLoad;
use uuid::Uuid;

use super::model::Desk;
use crate::api::desk::agent_loads;
use crate::ui::Choice;

/// The colleagues that were found, each with what they have to do and why they may not take more. Whoever may not sign in
/// would never see the ticket, and is left out.
pub(super) fn with_loads(desk: Desk, found: Signal<Vec<Choice>>) -> Signal<Vec<Choice>> {
    let loads = RwSignal::new(Vec::<AgentLoad>::new());
    spawn_local(async move {
        if let Ok(told) = agent_loads().await {
            loads.try_set(told);
        }
    });
    let of_queue = limit_of_queues(desk);
    Signal::derive(move || {
        let told = |choice: Choice| {
            let load = loads.with(|all| all.iter().find(|load| load.user_id.to_string() == choice.value).cloned());
            let Some(load) = load else { return Some(choice).filter(|_| loads.with(Vec::is_empty)) };
            let parts = [said(desk, &load, of_queue), choice.detail.clone().unwrap_or_default()];
            let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            Some(choice.detail(parts.join(" · ")))
        };
        found.get().into_iter().filter_map(told).collect()
    })
}

/// How many tickets the queues of those that are given allow each agent, where they give tickets out themselves.
fn limit_of_queues(desk: Desk) -> Option<i64> {
    let queues: Vec<Uuid> = desk.asking.with_untracked(|asking| {
        asking.iter().flat_map(|asking| asking.rows.iter().filter_map(|row| row.reference("queue_id"))).collect()
    });
    desk.around.with_untracked(|around| {
        let limits =
            around.queues.iter().filter(|row| queues.contains(&row.id) && row.text("routing") != Some("manual"));
        limits.filter_map(|row| row.integer("capacity")).min()
    })
}

fn said(desk: Desk, load: &AgentLoad, of_queue: Option<i64>) -> String {
    let open = desk.page.text_with("desk.count_open", &[("n", &load.open.to_string())]);
    let why = if load.away {
        desk.page.text("desk.away")
    } else if load.is_full(of_queue) {
        desk.page.text("desk.full")
    } else {
        return open;
    };
    format!("{why} · {open}")
}

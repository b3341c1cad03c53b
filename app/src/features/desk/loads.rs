//! What colleagues have to do, for whoever gives them tickets.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::desk::AgentLoad;
use shared::format::number;
use uuid::Uuid;

use super::model::Desk;
use crate::api::desk::agent_loads;
use crate::context::Page;
use crate::ui::{Choice, Icon, Size};

/// A colleague, and what they have to do as far as that is known.
pub(super) type Colleague = (Choice, Option<AgentLoad>);

/// The colleagues that were found, each with what they have to do; none before both are known, so that no row moves. Whoever may
/// not sign in would never see the ticket, and is left out.
pub(super) fn with_loads(found: Signal<Option<Vec<Choice>>>) -> Signal<Option<Vec<Colleague>>> {
    let loads = RwSignal::new(None::<Vec<AgentLoad>>);
    spawn_local(async move {
        let told = agent_loads().await.unwrap_or_default();
        loads.try_set(Some(told));
    });
    Signal::derive(move || {
        let (found, all) = (found.get()?, loads.get()?);
        let told = |choice: Choice| {
            let load = all.iter().find(|load| load.user_id.to_string() == choice.value).cloned();
            (load.is_some() || all.is_empty()).then_some((choice, load))
        };
        Some(found.into_iter().filter_map(told).collect())
    })
}

/// How many tickets the queues of those that are given allow each agent, where they give tickets out themselves.
pub(super) fn limit_of_queues(desk: Desk) -> Option<i64> {
    let queues: Vec<Uuid> = desk.asking.with_untracked(|asking| {
        asking.iter().flat_map(|asking| asking.rows.iter().filter_map(|row| row.reference("queue_id"))).collect()
    });
    desk.around.with_untracked(|around| {
        let limits =
            around.found.queues.iter().filter(|row| queues.contains(&row.id) && row.text("routing") != Some("manual"));
        limits.filter_map(|row| row.integer("capacity")).min()
    })
}

/// How much an agent has to do, of how much at most, and why routing would give them nothing more; whoever gives them a ticket
/// may.
pub(super) fn said(page: Page, load: &AgentLoad, of_queue: Option<i64>) -> AnyView {
    let locale = page.locale.get();
    let open = number(locale, load.open);
    let open = match load.most(of_queue) {
        Some(most) => page.text_with("desk.count_of", &[("n", &open), ("most", &number(locale, most))]),
        None => page.text_with("desk.count_open", &[("n", &open)]),
    };
    let away = load.away.then(|| {
        view! { <span class="desk-why"><Icon name="moon" size=Size::Small/>{page.text("desk.away")}</span> }
    });
    let full = load.is_full(of_queue).then(|| {
        view! { <span class="desk-why" data-full=""><Icon name="triangle-alert" size=Size::Small/>{page.text("desk.full")}</span> }
    });
    view! { {away}{full}<span class="num">{open}</span> }.into_any()
}

//! Tickets that must be solved before others: whoever solves one of the others first is asked whether that is meant.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;
use shared::Row;
use shared::format::listed;
use shared::i18n::{Locale, translate};
use shared::query::{Filter, ListQuery, MAX_LISTED, MAX_PAGE, Op};
use shared::record::ids;
use shared::types::{TICKET, is_unsettled, unsettled_statuses};
use uuid::Uuid;

use super::called::called;
use super::model::Desk;
use crate::api::Answer;
use crate::api::records::list_records;
use crate::context::t;
use crate::ui::{Button, ButtonKind, Dialog, Size, open_about};

/// What is done if one means it.
type Act = Arc<dyn Fn() + Send + Sync>;

/// An act that one is asked about first.
#[derive(Clone)]
pub(super) struct Doubt {
    /// Which ticket is blocked by what.
    lines: Vec<String>,
    act: Act,
}

/// The tickets that must be solved before one.
pub(super) fn blockers(row: &Row) -> Vec<Uuid> {
    ids(&row.values, "blocked_by_ids")
}

/// Whether there is still something to do for a ticket.
pub(super) fn is_open(row: &Row) -> bool {
    is_unsettled(row.text("status").unwrap_or("new"))
}

/// Those of the tickets that are not solved yet, as far as one may read them.
pub(super) async fn unsolved(tickets: &[Uuid]) -> Answer<Vec<Row>> {
    let ids: Vec<String> = tickets.iter().take(MAX_LISTED).map(Uuid::to_string).collect();
    let filter = vec![Filter::field("id", Op::In, ids), Filter::field("status", Op::In, json!(unsettled_statuses()))];
    let query = ListQuery { filter: Some(Filter::All(filter)), limit: MAX_PAGE, ..ListQuery::default() };
    Ok(list_records(TICKET.name.into(), query).await?.rows)
}

impl Desk {
    /// Does what settles tickets. Where others must be solved before, one is asked first; those that it settles along are no
    /// obstacle.
    pub(super) fn settle(self, rows: &[Row], act: impl Fn() + Send + Sync + 'static) {
        self.settle_while(rows, || true, act);
    }

    /// The same for an act that may be of no use any more once it is known what is unsolved: then nobody is asked.
    pub(super) fn settle_while(
        self,
        rows: &[Row],
        is_wanted: impl Fn() -> bool + 'static,
        act: impl Fn() + Send + Sync + 'static,
    ) {
        let blocked: Vec<Row> = rows.iter().filter(|row| is_open(row) && !blockers(row).is_empty()).cloned().collect();
        let along: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut by: Vec<Uuid> = blocked.iter().flat_map(blockers).filter(|id| !along.contains(id)).collect();
        by.sort_unstable();
        by.dedup();
        if by.is_empty() {
            return act();
        }
        spawn_local(async move {
            // Where nobody answers, the act itself will say so.
            let open = unsolved(&by).await.unwrap_or_default();
            // The page may have been left meanwhile.
            if self.doubt.is_disposed() || !is_wanted() {
                return;
            }
            let lines = lines(self.page.locale.get_untracked(), &blocked, &open);
            if lines.is_empty() {
                act();
            } else {
                self.doubt.set(Some(Doubt { lines, act: Arc::new(act) }));
            }
        });
    }
}

/// Says of each blocked ticket what it is still blocked by.
fn lines(locale: Locale, blocked: &[Row], open: &[Row]) -> Vec<String> {
    let line = |row: &Row| {
        let own = blockers(row);
        let by: Vec<String> = open.iter().filter(|other| own.contains(&other.id)).map(called).collect();
        let params = [("ticket", called(row)), ("blocker", listed(locale, &by))];
        let params = params.each_ref().map(|(name, value)| (*name, value.as_str()));
        (!by.is_empty()).then(|| translate(locale, "desk.still_blocked", &params))
    };
    blocked.iter().filter_map(line).collect()
}

/// The question whether one means it.
pub(super) fn dialog(desk: Desk) -> AnyView {
    let open = open_about(desk.doubt);
    let go_on = move |_| {
        let doubt = desk.doubt.get_untracked();
        desk.doubt.set(None);
        if let Some(doubt) = doubt {
            (doubt.act)();
        }
    };
    let told = move || {
        let lines = desk.doubt.with(|doubt| doubt.as_ref().map(|doubt| doubt.lines.clone()).unwrap_or_default());
        lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
            <Button kind=ButtonKind::Primary on_click=go_on>{t("desk.settle_anyway")}</Button>
        }
    };
    view! {
        <Dialog open title=t("desk.blocked_title") close=t("ui.action.close") size=Size::Small footer>
            <ul class="stack">{told}</ul>
        </Dialog>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blocked_ticket_is_told_with_what_is_still_open() {
        let row = |id: u128, by: &[u128]| {
            let by: Vec<Uuid> = by.iter().map(|id| Uuid::from_u128(*id)).collect();
            let values = json!({"number": format!("T{id}"), "subject": "Gate", "blocked_by_ids": by});
            Row { id: Uuid::from_u128(id), version: 1, values: values.as_object().cloned().unwrap() }
        };
        let blocked = [row(1, &[7, 8, 9]), row(2, &[6])];
        let told = lines(Locale::En, &blocked, &[row(7, &[]), row(9, &[])]);
        assert_eq!(told, ["T1 Gate is still blocked by T7 Gate, T9 Gate."]);
        assert!(lines(Locale::En, &blocked, &[]).is_empty());
    }
}

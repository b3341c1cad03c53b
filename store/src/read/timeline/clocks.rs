//! What the clocks of a ticket did, among what else happened. It is worked out from what is kept for them, as they are.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use shared::access::{Action, Actor, FieldAccess};
use shared::sla::{BusinessHours, Event, What, turns};
use shared::timeline::{Happening, TimelineQuery};
use shared::types::{SLA_POLICY, TICKET};
use shared::{RecordDef, Result};
use sqlx::types::Json;
use uuid::Uuid;

use super::parse_cursor;
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::write::levels;

/// Whoever may not see one of these is not told what it says.
const SHOWN_BY: [&str; 4] = ["clocks", "due_at", "sla_policy_id", "sla_state"];

/// When clocks did what, by the key of the entry.
pub(super) type Told = BTreeMap<String, (DateTime<Utc>, Happening)>;

/// What the clocks of a readable ticket did before the page that ends with the cursor; nothing of other records.
pub(super) async fn clocks(
    tx: &mut Tx,
    actor: &Actor,
    def: &RecordDef,
    id: Uuid,
    query: &TimelineQuery,
) -> Result<Told> {
    let sees = |field: &str| actor.field_access(&TICKET, field) > FieldAccess::Hidden;
    let wanted = query.kinds.is_empty() || query.kinds.iter().any(|kind| kind == "change");
    if def.name != TICKET.name || !wanted || !SHOWN_BY.into_iter().all(sees) {
        return Ok(Told::new());
    }
    let (events, held) = history(tx, id).await?;
    if !events.iter().any(is_promise) {
        return Ok(Told::new());
    }
    let before = query.cursor.as_deref().map(parse_cursor).transpose()?;
    let levels = levels(tx, actor).await?;
    let always = BusinessHours::always();
    // How it was promised is for all who see the clocks; what the service level is called, for those who may read it.
    let names_levels = may_name(actor, &SLA_POLICY);
    let level = |policy: Option<Uuid>| levels.get(&policy?);
    let hours = |policy: Option<Uuid>| level(policy.or(held)).map_or(&always, |(_, hours)| hours);
    let all = turns(&events, hours, Utc::now()).into_iter().enumerate().map(|(place, turn)| {
        let named = level(turn.policy_id).filter(|_| names_levels);
        let (id, policy) = (format!("s{place:05}"), named.map(|(name, _)| name.clone()));
        (id.clone(), (turn.at, Happening::Clock { id, turn, policy }))
    });
    let is_earlier =
        |key: &String, at: DateTime<Utc>| before.as_ref().is_none_or(|(time, last)| (at, key) < (*time, last));
    Ok(all.filter(|(key, (at, _))| is_earlier(key, *at)).collect())
}

/// Whether the actor may read what records of a type of the whole organisation are called.
pub(super) fn may_name(actor: &Actor, def: &RecordDef) -> bool {
    actor.may(def, Action::Read) && actor.sees_title(def)
}

/// What happened, and of a promise the service level that makes it.
type Noted = (Event, Option<Uuid>);

/// Whether since then something else is promised.
fn is_promise((event, _): &Noted) -> bool {
    matches!(event.what, What::PolicyChanged(_))
}

/// What happened to a ticket, beside promises the service level that makes them, and the one that holds now. With promises of
/// old none was noted: of the last one it is the same.
async fn history(tx: &mut Tx, id: Uuid) -> Result<(Vec<Noted>, Option<Uuid>)> {
    let kept: Vec<(Json<Event>, Option<Uuid>, Option<Uuid>)> = sqlx::query_as(
        "select e.event, e.policy_id, t.sla_policy_id
         from tickets t join sla_events e on e.org_id = t.org_id and e.ticket_id = t.id
         where t.org_id = $1 and t.id = $2 order by e.id",
    )
    .bind(tx.org_id)
    .bind(id)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let held = kept.first().and_then(|(.., held)| *held);
    let mut events: Vec<_> = kept.into_iter().map(|(Json(event), policy, _)| (event, policy)).collect();
    if let Some(last) = events.iter().rposition(is_promise) {
        events[last].1 = events[last].1.or(held);
    }
    Ok((events, held))
}

//! What follows from writes to tickets and their messages: where new tickets go, what answers mean for the status, and the
//! clocks. All of it happens in the transaction of the write itself.

mod asked;
mod clocks;
mod letters;
mod messages;
mod policy;
mod route;
mod rules;
mod signed;
mod tick;

use chrono::{DateTime, Utc};
use shared::access::Actor;
use shared::cause::Cause;
use shared::command::{Change, Command, Source};
use shared::types::{TICKET, TICKET_MESSAGE};
use shared::{FieldError, RecordDef, Result, Values};
use uuid::Uuid;

pub(super) use self::asked::asked_apart;
pub(crate) use self::policy::levels;
pub(super) use self::signed::asked_by;
use super::audit::ChangeSet;
use super::batch;
use super::load::{self, Lock};
use super::prepare::Prepared;
use crate::error::from_sqlx;
use crate::pool::Tx;
use crate::scope::Sql;

/// Holds tickets until the transaction ends. What is said about them is said one after the other, and whoever writes both
/// holds the ticket first, so that nobody waits for somebody who waits for them.
pub(crate) async fn hold(tx: &mut Tx, tickets: Vec<Uuid>) -> Result<()> {
    load::hold(tx, &TICKET, tickets, Lock::Change).await
}

/// Holds the tickets that messages are said about, before these are looked at.
pub(super) async fn before_write(tx: &mut Tx, def: &RecordDef, command: &Command) -> Result<()> {
    if def.name != TICKET_MESSAGE.name {
        return Ok(());
    }
    let (mut tickets, mut messages) = (Vec::new(), Vec::new());
    for change in &command.changes {
        if let Change::Create { values, .. } | Change::Update { values, .. } = change {
            tickets.extend(values.get("ticket_id").and_then(|id| id.as_str()?.parse::<Uuid>().ok()));
        }
        if !matches!(change, Change::Create { .. }) {
            messages.push(change.id());
        }
    }
    if !messages.is_empty() {
        let sql = "select ticket_id from ticket_messages where org_id = $1 and id = any($2)";
        let said: Vec<Uuid> = sqlx::query_scalar(sql)
            .bind(tx.org_id)
            .bind(messages)
            .fetch_all(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        tickets.extend(said);
    }
    tickets.sort_unstable();
    tickets.dedup();
    hold(tx, tickets).await
}

/// Holds the tickets of records that are to be merged, before these are: a ticket is written twice in each write, and the
/// second time Postgres looks at all that it refers to.
pub(super) async fn before_merge(tx: &mut Tx, def: &RecordDef, others: &[Uuid]) -> Result<()> {
    let field = match def.name {
        "customer" => "customer_id",
        "contact" => "contact_id",
        _ => return Ok(()),
    };
    let mut sql = Sql::new("select t.id from tickets t where t.org_id = ");
    sql.push_bind(tx.org_id).push(format_args!(" and t.{field} = any(")).push_bind(others.to_vec()).push(")");
    let tickets: Vec<Uuid> = sql.build_query_scalar().fetch_all(&mut *tx.inner).await.map_err(from_sqlx)?;
    hold(tx, tickets).await
}

/// Holds the tickets that a change set wrote, or about which it said something, before it is taken back.
pub(super) async fn before_undo(tx: &mut Tx, change_set: Uuid) -> Result<()> {
    let tickets: Vec<Uuid> = sqlx::query_scalar(
        "select distinct ticket_id from (
             select coalesce(m.ticket_id, (a.changes #>> '{ticket_id,0}')::uuid) as ticket_id
             from audit_entries a left join ticket_messages m on m.org_id = a.org_id and m.id = a.record_id
             where a.org_id = $1 and a.change_set = $2 and a.record_type = 'ticket_message'
             union all select record_id from audit_entries where org_id = $1 and change_set = $2 and record_type = 'ticket') said
         where ticket_id is not null",
    )
    .bind(tx.org_id)
    .bind(change_set)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    hold(tx, tickets).await
}

/// What is wrong with the time to which somebody puts a ticket off: it is to come. Files and the system say how it was.
pub(super) fn past_return(
    def: &RecordDef,
    row: &Prepared,
    (now, source): (DateTime<Utc>, Source),
) -> Option<FieldError> {
    let by_hand = def.name == TICKET.name && matches!(source, Source::Web | Source::Api) && row.errors.is_empty();
    let until = row.after.datetime("snoozed_until").filter(|_| by_hand && row.changed("snoozed_until"))?;
    (until <= now).then(|| FieldError::new("snoozed_until", "in_past"))
}

/// Brings tickets up to date after rows of `def` were written.
pub(super) async fn after_write(
    tx: &mut Tx,
    actor: &Actor,
    def: &'static RecordDef,
    rows: &[Prepared],
    set: &ChangeSet,
) -> Result<()> {
    match def.name {
        "ticket" => {
            clocks::note_changes(tx, rows).await?;
            if matches!(set.source, Source::Web | Source::Api | Source::Portal | Source::Mail) {
                route::place(tx, actor, rows, set).await?;
            }
            let ids: Vec<Uuid> = rows.iter().map(|row| row.after.id).collect();
            clocks::renew(tx, actor, &ids, clocks::Told::Along).await
        }
        "ticket_message" => messages::after_write(tx, actor, rows, set).await,
        _ => Ok(()),
    }
}

/// Changes a ticket within the change set that it follows from, and for what reasons: in the name of who wrote, with the rights of
/// the system.
async fn change(tx: &mut Tx, actor: &Actor, (set, causes): (Uuid, Vec<Cause>), id: Uuid, values: Values) -> Result<()> {
    let system = Actor { zone: actor.zone.clone(), ..Actor::administrator(actor.org_id, actor.user_id) };
    let command = Command {
        record_type: TICKET.name.to_owned(),
        changes: vec![Change::Update { id, version: None, values }],
        change_set: Some(set),
        all_or_nothing: true,
        source: Source::System,
        ..Command::default()
    };
    let outcome = Box::pin(batch::run_because(tx, &system, &TICKET, &command, causes)).await?;
    // A rule that refers to what is gone changes nothing; the ticket is there all the same.
    if let Some(refusal) = outcome.refused.first() {
        tracing::warn!(error = ?refusal.error, "a ticket could not be placed as its rules say");
    }
    Ok(())
}

//! The service desk: conversations, answers, and how tickets find their agent.

mod around;
mod conversation;
mod counts;
mod mentions;
mod merged;
mod reply;
mod report;
mod similar;
mod split;
mod splits;
mod survey;
mod take;

pub use mentions::MentionMail;
pub(crate) use merged::survivor;

use shared::access::Actor;
use shared::command::{Change, Command};
use shared::desk::URGENCY;
use shared::types::USER;
use shared::{Result, Values};

use crate::pool::Store;
use crate::scope::Sql;

/// So many seconds an answer can be taken back before customers get it, by mail or on the public pages: a little more
/// than the message stays that offers it (`app/src/ui/toast.rs`).
pub(crate) const TAKEN_BACK_WITHIN: f64 = 10.0;

/// Appends ` order by …` for tickets `t`, the most urgent first, as lists do; of those that nothing is promised of, by priority.
pub(crate) fn push_urgency(sql: &mut Sql) {
    let priority = "array_position(array['urgent', 'high', 'normal', 'low'], t.priority)";
    sql.push(format_args!(" order by t.{URGENCY} nulls last, {priority}, t.id"));
}

impl Store {
    /// Says whether routing may give the actor tickets. Users are administered records; this is one's own to say.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_away(&self, actor: &Actor, away: bool) -> Result<()> {
        let values = Values::from_iter([("away".to_owned(), away.into())]);
        let change = Change::Update { id: actor.user_id, version: None, values };
        self.apply(&actor.unlimited(), Command::one(USER.name, change)).await?;
        if !away {
            self.route_waiting(actor.org_id).await?;
        }
        Ok(())
    }
}

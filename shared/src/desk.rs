//! The service desk: what agents send and get besides plain records.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::post::AnswerWay;
use crate::query::Titles;
use crate::record::{Row, Values};

/// What tickets are ordered by where the most urgent come first: the smallest value first, those without one last. Lists, what agents
/// are served and what routing gives them go by it; equal ones by id, in the latter two by priority before that.
pub const URGENCY: &str = "due_at";

/// What stands around the lists of the desk, for one reader. What they may not read is left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Surroundings {
    /// Queues, by position.
    pub queues: Vec<Row>,
    /// Saved views of tickets that the reader is offered, by name.
    pub saved: Vec<Row>,
    /// The organisation's own steps, by position.
    pub steps: Vec<Row>,
    /// Routing gives the reader nothing.
    pub away: bool,
    /// Last part of the address of the pages that customers read; none without such pages.
    pub portal: Option<String>,
    /// How customers who wrote get the answers.
    pub way: AnswerWay,
}

/// A ticket's conversation, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// Messages, oldest first.
    pub messages: Vec<Row>,
    /// Files that came with them or with the ticket.
    pub attachments: Vec<Row>,
    /// Tickets that were split off it, and the one that it was split off itself.
    #[serde(default)]
    pub splits: Vec<Split>,
    /// Titles of what they refer to.
    pub titles: Titles,
    /// Further messages before the first one here: ask with the id of the first.
    pub earlier: bool,
    /// Position in the event log from which it can be kept current.
    pub live: String,
}

/// A ticket that was made of what was said in another, as each of the two tells of the other one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// What was said, as it stands in this conversation.
    pub message_id: Uuid,
    /// The other ticket.
    pub ticket_id: Uuid,
    /// Its number.
    pub number: String,
    /// Its subject.
    pub subject: String,
    /// This ticket was split off the other one.
    pub is_from: bool,
}

/// A ticket that somebody has taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claimed {
    /// As it is now.
    pub ticket: Row,
    /// For undo; `None` when it was theirs already.
    pub change_set: Option<Uuid>,
}

/// What may help with a ticket, the likest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Similar {
    /// Solved tickets.
    pub tickets: Vec<Row>,
    /// Articles.
    pub articles: Vec<Row>,
}

/// An answer or a note, with what else happens to the ticket in the same act.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The ticket.
    pub ticket_id: Uuid,
    /// Id of the new message, made by the sender; the same one sent twice is one message.
    pub message_id: Uuid,
    /// What is said, as HTML or plain text; nothing when only the ticket changes.
    pub content: String,
    /// For colleagues only.
    pub note: bool,
    /// Colleagues named in it.
    #[serde(default)]
    pub mention_ids: Vec<Uuid>,
    /// Further receivers.
    #[serde(default)]
    pub cc: Vec<String>,
    /// Mailed to the requester, also where the ticket came in by a way by which answers don't go out.
    #[serde(default)]
    pub by_mail: bool,
    /// Files that were uploaded to the ticket for it.
    #[serde(default)]
    pub attachment_ids: Vec<Uuid>,
    /// Fields of the ticket that change along: a macro's, or "send and solve".
    #[serde(default)]
    pub changes: Values,
    /// The last message the sender had seen; `None` when there was none.
    pub seen: Option<Uuid>,
    /// Sent although others wrote meanwhile.
    #[serde(default)]
    pub anyway: bool,
}

/// What became of a reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Replied {
    /// It is said.
    Sent {
        /// For undo. A mail that has left does not come back; what it changed here does.
        change_set: Uuid,
        /// The message, unless only the ticket changed.
        message: Option<Row>,
        /// The ticket as it is now.
        ticket: Row,
    },
    /// Others wrote meanwhile, and nothing was sent: these messages have not been seen yet.
    Crossed {
        /// Oldest first.
        messages: Vec<Row>,
        /// Titles of what they refer to.
        titles: Titles,
    },
}

/// How much waits in a queue, for its line in the navigation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QueueCount {
    /// The queue; `None` for tickets without one.
    pub queue_id: Option<Uuid>,
    /// Unsettled tickets.
    pub open: i64,
    /// Of those, the ones nobody works.
    pub unassigned: i64,
    /// Of those, at risk or overdue.
    pub pressing: i64,
}

/// How much an agent has to do, for whoever gives tickets to agents.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgentLoad {
    /// The agent.
    pub user_id: Uuid,
    /// Unsettled tickets of theirs.
    pub open: i64,
    /// Routing gives them nothing at the moment.
    pub away: bool,
    /// Most open tickets that routing gives them; as many as the queue allows when absent.
    pub capacity: Option<i64>,
}

impl AgentLoad {
    /// Most open tickets that routing gives them from a queue that allows each agent so many.
    pub fn most(&self, of_queue: Option<i64>) -> Option<i64> {
        self.capacity.into_iter().chain(of_queue).min()
    }

    /// Whether routing would give them nothing more from such a queue.
    pub fn is_full(&self, of_queue: Option<i64>) -> bool {
        self.most(of_queue).is_some_and(|most| self.open >= most)
    }
}

#[cfg(test)]
mod tests {
    use super::AgentLoad;

    #[test]
    fn the_lower_limit_counts() {
        let full = |open, capacity, of_queue| AgentLoad { open, capacity, ..AgentLoad::default() }.is_full(of_queue);
        assert!(full(3, Some(3), Some(20)) && full(20, Some(30), Some(20)) && full(3, Some(3), None));
        assert!(!full(2, Some(3), Some(20)) && !full(900, None, None));
        let most = |capacity, of_queue| AgentLoad { capacity, ..AgentLoad::default() }.most(of_queue);
        assert_eq!([most(Some(30), Some(20)), most(Some(3), None), most(None, None)], [Some(20), Some(3), None]);
    }
}

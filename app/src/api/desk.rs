//! The service desk.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use shared::command::Outcome;
use shared::desk::{AgentLoad, Claimed, QueueCount, Replied, Reply, Surroundings};
use shared::report::{Report, ReportQuery};
use shared::survey::SurveyResults;
use uuid::Uuid;

use super::Fault;

/// The newest messages of a ticket, or those before one. (Its own arguments are a type named `Conversation`, too.)
#[server(prefix = "/api/fn", endpoint = "conversation", input = Json, output = Json)]
pub async fn conversation(ticket_id: Uuid, before: Option<Uuid>) -> Result<shared::desk::Conversation, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.conversation(&actor, ticket_id, before).await?)
}

/// Says something in a ticket and changes it along with it.
#[server(prefix = "/api/fn", endpoint = "send_reply", input = Json, output = Json)]
pub async fn send_reply(reply: Reply) -> Result<Replied, Fault> {
    let (store, session) = (super::store()?, super::session()?);
    Ok(store.reply(&session.actor, &session.name, reply).await?)
}

/// Makes a ticket, under an id of the caller's, of what was said in another; asked for twice it is made once.
#[server(prefix = "/api/fn", endpoint = "split_ticket", input = Json, output = Json)]
pub async fn split_ticket(message_id: Uuid, ticket_id: Uuid) -> Result<Outcome, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.split_ticket(&actor, message_id, ticket_id).await?)
}

/// Takes a ticket that nobody works; of several agents exactly one gets it.
#[server(prefix = "/api/fn", endpoint = "claim_ticket", input = Json, output = Json)]
pub async fn claim_ticket(ticket_id: Uuid) -> Result<Claimed, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.claim_ticket(&actor, ticket_id).await?)
}

/// Takes the most urgent ticket that nobody works, of these queues or of all; `None` when none waits.
#[server(prefix = "/api/fn", endpoint = "next_ticket", input = Json, output = Json)]
pub async fn next_ticket(queue_ids: Vec<Uuid>, skip: Vec<Uuid>) -> Result<Option<Claimed>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.next_ticket(&actor, &queue_ids, &skip).await?)
}

/// Solved tickets and articles that say much of what a ticket says.
#[server(prefix = "/api/fn", endpoint = "similar", input = Json, output = Json)]
pub async fn similar(ticket_id: Uuid) -> Result<shared::desk::Similar, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.similar(&actor, ticket_id).await?)
}

/// What stands around the lists of the desk, in one answer.
#[server(prefix = "/api/fn", endpoint = "desk_around", input = Json, output = Json)]
pub async fn desk_around() -> Result<Surroundings, Fault> {
    let (store, actor) = super::acting()?;
    let outgoing: super::outgoing::Outgoing = expect_context();
    let way = store.answer_way(&actor, outgoing.reaches()).await?;
    Ok(store.surroundings(&actor, way).await?)
}

/// How much waits in each queue.
#[server(prefix = "/api/fn", endpoint = "queue_counts", input = Json, output = Json)]
pub async fn queue_counts() -> Result<Vec<QueueCount>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.queue_counts(&actor).await?)
}

/// How much each agent has to do.
#[server(prefix = "/api/fn", endpoint = "agent_loads", input = Json, output = Json)]
pub async fn agent_loads() -> Result<Vec<AgentLoad>, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.agent_loads(&actor).await?)
}

/// Says whether routing may give the caller tickets.
#[server(prefix = "/api/fn", endpoint = "set_away", input = Json, output = Json)]
pub async fn set_away(away: bool) -> Result<(), Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.set_away(&actor, away).await?)
}

/// Numbers of tickets: in all, by group, by agent and over time.
#[server(prefix = "/api/fn", endpoint = "desk_report", input = Json, output = Json)]
pub async fn desk_report(query: ReportQuery) -> Result<Report, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.desk_report(&actor, &query).await?)
}

/// What the answers to a survey come to, as far as the caller may read them.
#[server(prefix = "/api/fn", endpoint = "results_of_survey", input = Json, output = Json)]
pub async fn results_of_survey(id: Uuid) -> Result<SurveyResults, Fault> {
    let (store, actor) = super::acting()?;
    Ok(store.survey_results(&actor, id).await?)
}

/// Has a survey mailed to a contact or a customer; `again` even if they were asked lately.
#[server(prefix = "/api/fn", endpoint = "send_survey", input = Json, output = Json)]
pub async fn send_survey(survey_id: Uuid, record_type: String, id: Uuid, again: bool) -> Result<(), Fault> {
    let (store, actor) = super::acting()?;
    let outgoing: super::outgoing::Outgoing = expect_context();
    if !outgoing.reaches() {
        return Err(shared::Error::invalid("survey_id", "no_way_out").into());
    }
    Ok(store.send_survey(&actor, survey_id, (&record_type, id), again).await?)
}

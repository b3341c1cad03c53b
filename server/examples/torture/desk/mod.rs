//! The service desk under torture: agents who want the same tickets, answers that cross, clocks that run, customers who look.

pub(crate) mod acts;
pub(crate) mod clocks;
pub(crate) mod verdict;
pub(crate) mod visitor;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::Outcome;
use crate::harness::client::Client;
use crate::world::owner;

/// Agents of the desk.
pub(crate) const AGENTS: usize = 5;
/// Where its public pages are.
pub(crate) const SLUG: &str = "torture";
/// Stands in every note, and in nothing else.
pub(crate) const NOTE: &str = "AMONG-COLLEAGUES";
/// Customers who look at their tickets.
pub(crate) const VISITORS: usize = 3;

/// Somebody who works tickets.
pub(crate) struct Agent {
    /// As a user.
    pub(crate) id: Uuid,
    /// Signed in.
    pub(crate) session: Client,
}

/// A desk with agents, queues that hand tickets out in several ways, a rule and service levels.
pub(crate) struct Desk {
    pub(crate) agents: Vec<Agent>,
    pub(crate) queues: Vec<Uuid>,
}

/// The address of a customer.
pub(crate) fn address(visitor: usize) -> String {
    format!("visitor{visitor}@customer.test")
}

impl Desk {
    /// Opens it with the administrator's session.
    pub(crate) async fn open(administrator: &mut Client) -> Outcome<Self> {
        let team = create(administrator, "team", json!({"name": "Support"})).await?;
        let mut agents = Vec::new();
        for n in 0..AGENTS {
            agents.push(hire(administrator, team, n).await?);
        }
        let mut queues = Vec::new();
        for (name, routing) in [("Taken", "manual"), ("In turn", "round_robin"), ("By load", "load")] {
            let queue =
                json!({"name": name, "routing": routing, "served_by_id": team, "capacity": 1_000, "public": true});
            queues.push(create(administrator, "queue", queue).await?);
        }
        promise(administrator).await?;
        let urgent = json!({"field": {"field": "priority", "op": "eq", "value": "urgent"}});
        let rule = json!({"name": "Urgent", "conditions": urgent, "add_tags": ["urgent"]});
        create(administrator, "ticket_rule", rule).await?;
        let organisation: Uuid =
            sqlx::query_scalar("select id from organisations").fetch_one(&mut owner().await?).await?;
        let public = json!({"do": "update", "id": organisation, "values": {"slug": SLUG, "portal": true}});
        apply(administrator, "organisation", public).await?;
        Ok(Self { agents, queues })
    }
}

/// One service level that runs out within the run, and one that does not.
async fn promise(administrator: &mut Client) -> Outcome<()> {
    let days = shared::sla::WEEKDAYS.map(|day| (day.to_owned(), json!([["00:00", "11:58"], ["12:02", "24:00"]])));
    let hours = Value::Object(days.into_iter().collect());
    let calendar = json!({"name": "Nearly always", "timezone": "Asia/Shanghai", "hours": hours});
    let calendar = create(administrator, "business_calendar", calendar).await?;
    let notify = json!({"clock": "first_response", "at_percent": 100, "action": "notify"});
    let raise = json!({"clock": "resolution", "at_percent": 50, "action": "raise_priority"});
    let short = json!({"name": "Short", "position": 1, "priorities": ["high", "urgent"], "first_response_minutes": 1,
                       "next_response_minutes": 1, "resolution_minutes": 2, "steps": [notify, raise]});
    create(administrator, "sla_policy", short).await?;
    let long = json!({"name": "Long", "position": 2, "calendar_id": calendar, "first_response_minutes": 30,
                      "next_response_minutes": 90, "resolution_minutes": 60});
    create(administrator, "sla_policy", long).await?;
    Ok(())
}

/// Invites somebody, who accepts.
async fn hire(administrator: &mut Client, team: Uuid, n: usize) -> Outcome<Agent> {
    let mut db = owner().await?;
    let role: Uuid = sqlx::query_scalar("select id from roles where name = '客服'").fetch_one(&mut db).await?;
    let (name, email) = (format!("Agent {n}"), format!("agent{n}@torture.test"));
    let invitation = json!({"email": email, "name": name, "role_ids": [role], "team_id": team});
    let link = administrator.json("invite", &json!({"invitation": invitation})).await?;
    let token = link.as_str().and_then(|link| link.rsplit('=').next()).ok_or("no link")?;
    let mut session = Client::connect(&administrator.host).await?;
    let accept = json!({"token": token, "name": name, "password": "no one guesses what agents say"});
    session.call("accept_invitation", &accept).await?;
    let id = sqlx::query_scalar("select id from users where email = $1").bind(&email).fetch_one(&mut db).await?;
    Ok(Agent { id, session })
}

async fn create(administrator: &mut Client, record_type: &str, values: Value) -> Outcome<Uuid> {
    let id = Uuid::now_v7();
    apply(administrator, record_type, json!({"do": "create", "id": id, "values": values})).await?;
    Ok(id)
}

async fn apply(administrator: &mut Client, record_type: &str, change: Value) -> Outcome<()> {
    let command = json!({"record_type": record_type, "changes": [change], "all_or_nothing": true});
    administrator.call("apply", &json!({"command": command})).await.map(drop)
}

//! The service desk: who gets a ticket, what answers mean, and the clocks.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use shared::access::{Actor, FieldAccess, Grants, Level, TypeRights};
use shared::cause::Cause;
use shared::command::{Change, Command, Source};
use shared::desk::{AgentLoad, Replied, Reply, URGENCY};
use shared::duplicates::Merge;
use shared::query::{Filter, ListQuery, Op, Sort};
use shared::record::instant_text;
use shared::sla::{Category, ClockKind, Clocks, Event, What};
use shared::timeline::{Happening, TimelineQuery};
use shared::types::{
    ARTICLE, CUSTOM_FIELD, CUSTOMER, PRIORITIES, QUEUE, SLA_POLICY, TASK, TEAM, TICKET, TICKET_MESSAGE, TICKET_RULE,
    Ticket, USER,
};
use shared::{Error, RecordDef, Row, Values};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::TestStore;
use crate::support::sample::founded;

pub(crate) struct Desk {
    pub(crate) test: TestStore,
    pub(crate) admin: Actor,
    team: Uuid,
    pub(crate) agents: Vec<Actor>,
}

fn values(fields: Value) -> Values {
    fields.as_object().unwrap().clone()
}

impl Desk {
    /// A team of so many agents.
    pub(crate) async fn new(agents: usize) -> Self {
        let (test, admin) = founded().await;
        let mut desk = Self { test, admin, team: Uuid::now_v7(), agents: Vec::new() };
        desk.put(&TEAM, desk.team, json!({"name": "Support"})).await;
        for n in 0..agents {
            let id = Uuid::now_v7();
            desk.put(&USER, id, json!({"name": format!("Agent {n}"), "active": true, "team_id": desk.team})).await;
            desk.agents.push(desk.agent(id));
        }
        desk
    }

    fn agent(&self, user_id: Uuid) -> Actor {
        let all = TypeRights { create: Level::All, read: Level::All, update: Level::All, ..TypeRights::default() };
        let types =
            ["ticket", "ticket_message", "customer", "user", "team", "queue"].map(|name| (name.to_owned(), all));
        let grants = Grants { types: types.into(), ..Grants::default() };
        let team_id = Some(self.team);
        Actor { user_id, team_id, teams_below: vec![self.team], grants, ..self.admin.clone() }
    }

    async fn put(&self, def: &RecordDef, id: Uuid, fields: Value) -> Row {
        let change = Change::Create { id, values: values(fields) };
        let outcome = self.test.store.apply(&self.admin, Command::one(def.name, change)).await;
        outcome.unwrap_or_else(|error| panic!("{}: {error:?}", def.name)).rows.remove(0)
    }

    pub(crate) async fn make(&self, def: &RecordDef, fields: Value) -> Row {
        self.put(def, Uuid::now_v7(), fields).await
    }

    pub(crate) async fn change(&self, def: &RecordDef, id: Uuid, fields: Value) -> Row {
        let change = Change::Update { id, version: None, values: values(fields) };
        self.test.store.apply(&self.admin, Command::one(def.name, change)).await.unwrap().rows.remove(0)
    }

    async fn ticket(&self, id: Uuid) -> Row {
        self.test.store.get(&self.admin, &TICKET, id).await.unwrap().row
    }

    /// What a customer writes.
    async fn write_in(&self, ticket: Uuid) -> Row {
        self.make(&TICKET_MESSAGE, json!({"ticket_id": ticket, "direction": "inbound", "content": "Still broken"}))
            .await
    }

    fn reply(ticket_id: Uuid, seen: Option<Uuid>) -> Reply {
        Reply { ticket_id, message_id: Uuid::now_v7(), content: "<p>Try again</p>".into(), seen, ..Reply::default() }
    }
}

#[tokio::test]
async fn tickets_are_numbered_one_after_the_other_around_those_that_were_brought_along() {
    let desk = Desk::new(0).await;
    let first = desk.make(&TICKET, json!({"subject": "One"})).await;
    assert_eq!((first.text("number"), first.reference("owner_id")), (Some("T1001"), None));
    desk.make(&TICKET, json!({"subject": "Own number", "number": "t1002"})).await;
    let next = desk.make(&TICKET, json!({"subject": "Two"})).await;
    assert_eq!(next.text("number"), Some("T1003"));
}

/// With a counter in a table, this waited until Postgres gave up.
#[tokio::test]
async fn nobody_waits_for_somebody_elses_number() {
    let desk = Desk::new(0).await;
    desk.make(&TICKET, json!({"subject": "One"})).await;
    let mut other = PgConnection::connect(&desk.test.url).await.unwrap();
    let drawing = format!(
        "begin; set local role guanxi_writer; set local guanxi.org = '{}'; select guanxi_draw('ticket', 1)",
        desk.admin.org_id
    );
    sqlx::raw_sql(AssertSqlSafe(drawing)).execute(&mut other).await.unwrap();
    let next = desk.make(&TICKET, json!({"subject": "Two"})).await;
    assert_eq!(next.text("number"), Some("T1003"));
    sqlx::raw_sql("rollback").execute(&mut other).await.unwrap();
}

#[tokio::test]
async fn of_fifty_agents_exactly_one_gets_a_ticket() {
    let desk = Desk::new(1).await;
    let ticket = desk.make(&TICKET, json!({"subject": "Wanted"})).await;
    let mut claims = JoinSet::new();
    for n in 0..50 {
        let user = Uuid::now_v7();
        desk.put(&USER, user, json!({"name": format!("Rival {n}"), "active": true, "team_id": desk.team})).await;
        let (store, actor) = (desk.test.store.clone(), desk.agent(user));
        claims.spawn(async move { (user, store.claim_ticket(&actor, ticket.id).await) });
    }
    let all = claims.join_all().await;
    let got: Vec<Uuid> = all.iter().filter(|(_, claim)| claim.is_ok()).map(|(user, _)| *user).collect();
    assert_eq!(got.len(), 1);
    for (_, lost) in all.iter().filter(|(user, _)| *user != got[0]) {
        let Err(Error::Conflict { current, .. }) = lost else { panic!("{lost:?}") };
        assert_eq!(current.reference("owner_id"), Some(got[0]), "who has it is told");
    }
    assert_eq!(desk.ticket(ticket.id).await.reference("owner_id"), Some(got[0]));
    assert_eq!(desk.ticket(ticket.id).await.text("status"), Some("open"));
}

#[tokio::test]
async fn a_ticket_that_was_taken_and_taken_back_is_as_it_was_before() {
    let desk = Desk::new(1).await;
    let untouched = desk.make(&TICKET, json!({"subject": "New"})).await;
    let begun = desk.make(&TICKET, json!({"subject": "Begun", "status": "open"})).await;
    for (ticket, before) in [(untouched.id, "new"), (begun.id, "open")] {
        let claimed = desk.test.store.claim_ticket(&desk.agents[0], ticket).await.unwrap();
        assert_eq!(claimed.ticket.text("status"), Some("open"));
        assert_eq!(
            desk.test.store.claim_ticket(&desk.agents[0], ticket).await.unwrap().change_set,
            None,
            "it is theirs"
        );
        desk.test.store.undo(&desk.agents[0], claimed.change_set.unwrap()).await.unwrap();
        let now = desk.ticket(ticket).await;
        assert_eq!((now.text("status"), now.reference("owner_id")), (Some(before), None));
    }
}

#[tokio::test]
async fn a_ticket_that_nobody_put_into_a_queue_waits_in_the_first_that_customers_see() {
    let desk = Desk::new(1).await;
    let lost = desk.make(&TICKET, json!({"subject": "Without queues"})).await;
    assert_eq!(lost.reference("queue_id"), None);
    let inner = desk.make(&QUEUE, json!({"name": "Inner", "public": false, "position": 0})).await;
    let last = desk.make(&QUEUE, json!({"name": "Last", "public": true, "position": 2})).await;
    let first = desk.make(&QUEUE, json!({"name": "First", "public": true, "position": 1})).await;
    let queue = async |fields: Value| {
        let made = desk.make(&TICKET, fields).await;
        desk.ticket(made.id).await.reference("queue_id")
    };
    assert_eq!(queue(json!({"subject": "Made by hand"})).await, Some(first.id));
    assert_eq!(queue(json!({"subject": "Put there", "queue_id": last.id})).await, Some(last.id));
    let cared = json!({"field": {"field": "queue_id", "op": "eq", "value": first.id}});
    desk.make(&TICKET_RULE, json!({"name": "Of a queue", "conditions": cared, "add_tags": ["care"], "position": 0}))
        .await;
    // What fits nothing for ever is no rule: a field that there is not, a comparison that it does not know, a queue elsewhere.
    for (conditions, code) in [
        (json!({"field": {"field": "prority", "op": "eq", "value": "high"}}), "unknown_field"),
        (json!({"field": {"field": "kind", "op": "gt", "value": "praise"}}), "operator"),
        (json!({"field": {"field": "queue_id", "op": "eq", "value": Uuid::now_v7()}}), "reference"),
    ] {
        let rule = json!({"name": "Never", "conditions": conditions, "add_tags": ["never"]});
        let Value::Object(values) = rule else { unreachable!() };
        let change = Change::Create { id: Uuid::now_v7(), values };
        let refused = desk.test.store.apply(&desk.admin, Command::one("ticket_rule", change)).await.unwrap_err();
        let Error::Invalid { fields } = refused else { panic!("{refused:?}") };
        assert_eq!((fields[0].field.as_str(), fields[0].code.as_str()), ("conditions", code));
    }
    let ruled = desk.make(&TICKET, json!({"subject": "Rules know the queue"})).await;
    assert_eq!(desk.ticket(ruled.id).await.value("tags"), &json!(["care"]));
    let owner = desk.agents[0].user_id;
    let own = desk.make(&TICKET, json!({"subject": "Somebody has it already", "owner_id": owner})).await;
    let own = desk.ticket(own.id).await;
    assert_eq!((own.reference("queue_id"), own.reference("team_id")), (Some(first.id), Some(desk.team)));
    let rule = json!({"name": "All", "active": true, "queue_id": inner.id, "position": 0});
    desk.make(&TICKET_RULE, rule).await;
    assert_eq!(queue(json!({"subject": "By a rule"})).await, Some(inner.id));
}

#[tokio::test]
async fn agents_who_ask_for_the_next_ticket_at_once_get_different_ones() {
    let desk = Desk::new(6).await;
    for n in 0..6 {
        desk.make(&TICKET, json!({"subject": format!("Ticket {n}")})).await;
    }
    let mut asking = JoinSet::new();
    for agent in desk.agents.clone() {
        let store = desk.test.store.clone();
        asking.spawn(async move { store.next_ticket(&agent, &[], &[]).await.unwrap().unwrap().ticket.id });
    }
    let mut got = asking.join_all().await;
    got.sort_unstable();
    got.dedup();
    assert_eq!(got.len(), 6);
    assert_eq!(desk.test.store.next_ticket(&desk.agents[0], &[], &[]).await.unwrap(), None, "none waits any more");
}

#[tokio::test]
async fn tickets_are_served_as_they_are_listed_and_what_was_skipped_is_not() {
    let desk = Desk::new(1).await;
    let mut made = Vec::new();
    for (priority, due) in
        [("high", "null"), ("low", "now() + interval '2 hours'"), ("low", "now()"), ("urgent", "null")]
    {
        let ticket = desk.make(&TICKET, json!({"subject": due, "priority": priority})).await.id;
        let sql = format!("update tickets set due_at = {due} where id = '{ticket}'");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&desk.test.owner).await.unwrap();
        made.push(ticket);
    }
    let by_urgency = Sort { field: URGENCY.into(), descending: false };
    let query = ListQuery { sort: Some(by_urgency), ..ListQuery::default() };
    let listed = desk.test.store.list(&desk.agents[0], &TICKET, &query).await.unwrap();
    let listed: Vec<Uuid> = listed.rows.iter().map(|row| row.id).collect();
    assert_eq!(listed, [made[2], made[1], made[0], made[3]]);
    let next =
        async |skip: &[Uuid]| desk.test.store.next_ticket(&desk.agents[0], &[], skip).await.unwrap().unwrap().ticket.id;
    assert_eq!(next(&listed[..1]).await, listed[1]);
    let mut served = Vec::new();
    for _ in 0..3 {
        served.push(next(&[]).await);
    }
    assert_eq!(served, [listed[0], listed[3], listed[2]], "of what nothing is promised the urgent first");
}

#[tokio::test]
async fn a_ticket_that_waits_for_others_is_served_only_when_its_time_has_come() {
    let desk = Desk::new(1).await;
    for status in ["waiting_customer", "waiting_third_party"] {
        let ticket = desk.make(&TICKET, json!({"subject": status, "status": status})).await.id;
        let next = async || {
            let claimed = desk.test.store.next_ticket(&desk.agents[0], &[], &[]).await.unwrap();
            claimed.map(|claimed| claimed.ticket.id)
        };
        let set = async |fields: &str| {
            let sql = format!("update tickets set {fields} where id = '{ticket}'");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&desk.test.owner).await.unwrap();
        };
        assert_eq!(next().await, None, "{status}");
        set("due_at = now() + interval '1 minute'").await;
        assert_eq!(next().await, None, "{status}, due soon");
        let new = desk.make(&TICKET, json!({"subject": "New"})).await.id;
        assert_eq!(next().await, Some(new), "it is due later, or never, but there is something to do");
        for come in ["due_at = now() - interval '1 minute'", "due_at = null, snoozed_until = now()"] {
            set(&format!("owner_id = null, {come}")).await;
            assert_eq!(next().await, Some(ticket), "{status}: {come}");
        }
    }
}

#[tokio::test]
async fn queues_give_tickets_in_turn_to_who_is_there_and_has_room() {
    let desk = Desk::new(3).await;
    desk.change(&USER, desk.agents[2].user_id, json!({"away": true})).await;
    let queue = desk
        .make(&QUEUE, json!({"name": "Returns", "served_by_id": desk.team, "routing": "round_robin", "capacity": 2}))
        .await;
    let mut given = Vec::new();
    for n in 0..5 {
        let ticket = desk.make(&TICKET, json!({"subject": format!("Return {n}"), "queue_id": queue.id})).await;
        given.push(ticket.reference("owner_id"));
    }
    let of = |at: usize| Some(desk.agents[at].user_id);
    assert_eq!(given, [of(0), of(1), of(0), of(1), None], "in turn, two each, nothing to who is away");
    desk.test.store.set_away(&desk.agents[2], false).await.unwrap();
    let open: Vec<Option<Uuid>> = sqlx::query_scalar("select owner_id from tickets order by id desc limit 1")
        .fetch_all(&desk.test.owner)
        .await
        .unwrap();
    assert_eq!(open, [of(2)], "who comes back gets what waited");
}

#[tokio::test]
async fn what_is_put_off_is_given_to_nobody_until_its_time_comes() {
    let desk = Desk::new(1).await;
    let queue =
        desk.make(&QUEUE, json!({"name": "Returns", "served_by_id": desk.team, "routing": "round_robin"})).await;
    let later = instant_text(Utc::now() + TimeDelta::hours(1));
    let asleep = json!({"subject": "Later", "queue_id": queue.id, "snoozed_until": later});
    let asleep = desk.make(&TICKET, asleep).await;
    assert_eq!(asleep.reference("owner_id"), None, "nor when it is made");
    let awake = desk.make(&TICKET, json!({"subject": "Left", "queue_id": queue.id})).await;
    desk.change(&TICKET, awake.id, json!({"owner_id": null})).await;
    desk.test.store.desk_tick().await.unwrap();
    let agent = Some(desk.agents[0].user_id);
    assert_eq!(desk.ticket(awake.id).await.reference("owner_id"), agent);
    assert_eq!(desk.ticket(asleep.id).await.reference("owner_id"), None);
    // Its time comes.
    let past = instant_text(Utc::now() - TimeDelta::minutes(1));
    sqlx::query("update tickets set snoozed_until = $1::timestamptz where id = $2")
        .bind(past)
        .bind(asleep.id)
        .execute(&desk.test.owner)
        .await
        .unwrap();
    desk.test.store.desk_tick().await.unwrap();
    assert_eq!(desk.ticket(asleep.id).await.reference("owner_id"), agent);
}

#[tokio::test]
async fn what_agents_have_to_do_is_told_as_far_as_one_may_read_it() {
    let desk = Desk::new(2).await;
    let (busy, away) = (desk.agents[0].user_id, desk.agents[1].user_id);
    desk.change(&USER, away, json!({"away": true, "ticket_capacity": 3})).await;
    for status in ["open", "waiting_customer", "solved"] {
        desk.make(&TICKET, json!({"subject": status, "status": status, "owner_id": busy})).await;
    }
    let of = |loads: &[AgentLoad], user: Uuid| loads.iter().find(|load| load.user_id == user).cloned();
    let told = desk.test.store.agent_loads(&desk.admin).await.unwrap();
    assert_eq!(of(&told, busy), Some(AgentLoad { user_id: busy, open: 2, away: false, capacity: None }));
    assert_eq!(of(&told, away), Some(AgentLoad { user_id: away, open: 0, away: true, capacity: Some(3) }));

    let mut narrow = desk.agents[1].clone();
    narrow.grants.types.get_mut("ticket").unwrap().read = Level::Own;
    let told = desk.test.store.agent_loads(&narrow).await.unwrap();
    assert_eq!(of(&told, busy).map(|load| load.open), Some(0), "tickets of others are not theirs to count");
    narrow.grants.types.remove("ticket");
    assert_eq!(desk.test.store.agent_loads(&narrow).await, Err(Error::Forbidden));
}

#[tokio::test]
async fn skills_and_load_decide_where_the_queue_says_so() {
    let desk = Desk::new(3).await;
    for at in [1, 2] {
        desk.change(&USER, desk.agents[at].user_id, json!({"skills": ["english", "billing"]})).await;
    }
    let queue = desk
        .make(&QUEUE, json!({"name": "Billing", "served_by_id": desk.team, "routing": "skill", "skills": ["Billing"]}))
        .await;
    desk.make(&TICKET, json!({"subject": "Busy", "owner_id": desk.agents[1].user_id})).await;
    let ticket = desk.make(&TICKET, json!({"subject": "Invoice", "queue_id": queue.id})).await;
    assert_eq!(ticket.reference("owner_id"), Some(desk.agents[2].user_id), "able, and with the least to do");
}

#[tokio::test]
async fn rules_place_new_tickets_and_leave_what_was_chosen() {
    let desk = Desk::new(0).await;
    let queue = desk.make(&QUEUE, json!({"name": "Complaints", "position": 2})).await;
    let usual = desk.make(&QUEUE, json!({"name": "Usual", "position": 1})).await;
    let complaint = json!({"field": {"field": "kind", "op": "eq", "value": "complaint"}});
    desk.make(
        &TICKET_RULE,
        json!({"name": "Complaints first", "conditions": complaint, "queue_id": queue.id, "priority": "high", "add_tags": ["care"]}),
    )
    .await;
    let placed = desk.make(&TICKET, json!({"subject": "Broken", "kind": "complaint", "tags": ["new"]})).await;
    assert_eq!((placed.reference("queue_id"), placed.text("priority")), (Some(queue.id), Some("high")));
    assert_eq!(placed.value("tags"), &json!(["new", "care"]));
    let chosen = desk.make(&TICKET, json!({"subject": "Broken", "kind": "complaint", "priority": "low"})).await;
    assert_eq!(chosen.text("priority"), Some("low"));
    let other = desk.make(&TICKET, json!({"subject": "Hello", "kind": "praise"})).await;
    assert_eq!((other.reference("queue_id"), other.text("priority")), (Some(usual.id), Some("normal")));
}

#[tokio::test]
async fn an_answer_goes_out_only_after_what_came_meanwhile_was_seen() {
    let desk = Desk::new(2).await;
    let (store, agent) = (&desk.test.store, &desk.agents[0]);
    let ticket = desk.make(&TICKET, json!({"subject": "Broken"})).await;
    let first = desk.write_in(ticket.id).await;
    let reply = Desk::reply(ticket.id, None);
    let crossed = store.reply(agent, "Agent 0", reply.clone()).await.unwrap();
    let Replied::Crossed { messages, .. } = crossed else { panic!("{crossed:?}") };
    assert_eq!(messages.iter().map(|row| row.id).collect::<Vec<_>>(), [first.id]);
    assert_eq!(store.conversation(agent, ticket.id, None).await.unwrap().messages.len(), 1, "nothing was sent");

    let seen = Reply { seen: Some(first.id), ..reply };
    let sent = store.reply(agent, "Agent 0", seen.clone()).await.unwrap();
    let Replied::Sent { ticket: now, .. } = sent else { panic!("{sent:?}") };
    assert_eq!(
        (now.reference("owner_id"), now.text("status")),
        (Some(agent.user_id), Some("open")),
        "who answers takes it"
    );
    let again = store.reply(agent, "Agent 0", Reply { anyway: true, ..seen }).await.unwrap();
    assert!(matches!(again, Replied::Sent { .. }), "{again:?}");
    let all = store.conversation(agent, ticket.id, None).await.unwrap().messages;
    assert_eq!(all.len(), 2, "sent twice, said once");
}

#[tokio::test]
async fn an_answer_sent_again_was_sent_whatever_came_meanwhile() {
    let desk = Desk::new(1).await;
    let (store, agent) = (&desk.test.store, &desk.agents[0]);
    let ticket = desk.make(&TICKET, json!({"subject": "Broken"})).await;
    let reply = Desk::reply(ticket.id, None);
    let first = store.reply(agent, "Agent", reply.clone()).await.unwrap();
    desk.write_in(ticket.id).await;
    // The first answer got lost on its way; nothing crossed the reply when it was sent.
    let again = store.reply(agent, "Agent", reply).await.unwrap();
    let set = |replied: &Replied| match replied {
        Replied::Sent { change_set, .. } => *change_set,
        Replied::Crossed { .. } => panic!("{replied:?}"),
    };
    assert_eq!(set(&again), set(&first));
}

#[tokio::test]
async fn of_answers_at_once_one_goes_out_and_the_others_are_shown_it() {
    let desk = Desk::new(8).await;
    let ticket = desk.make(&TICKET, json!({"subject": "Broken"})).await;
    let mut replies = JoinSet::new();
    for agent in desk.agents.clone() {
        let store = desk.test.store.clone();
        replies.spawn(async move { store.reply(&agent, "Agent", Desk::reply(ticket.id, None)).await.unwrap() });
    }
    let all = replies.join_all().await;
    assert_eq!(all.iter().filter(|reply| matches!(reply, Replied::Sent { .. })).count(), 1);
}

#[tokio::test]
async fn whoever_answers_while_a_colleague_takes_the_ticket_leaves_it_to_them_and_nobody_waits_in_vain() {
    let desk = Desk::new(12).await;
    let ticket = desk.make(&TICKET, json!({"subject": "Wanted"})).await;
    let mut acts = JoinSet::new();
    for (n, agent) in desk.agents.clone().into_iter().enumerate() {
        let store = desk.test.store.clone();
        let open = values(json!({"priority": if n % 2 == 0 { "high" } else { "low" }}));
        acts.spawn(async move {
            let reply = Reply { anyway: true, changes: open, ..Desk::reply(ticket.id, None) };
            match n % 3 {
                0 => drop(store.claim_ticket(&agent, ticket.id).await),
                _ => drop(store.reply(&agent, "Agent", reply).await.unwrap()),
            }
        });
    }
    acts.join_all().await;
    let owners: Vec<Json<Value>> = sqlx::query_scalar(
        "select changes -> 'owner_id' from audit_entries where record_id = $1 and changes ? 'owner_id' order by version",
    )
    .bind(ticket.id)
    .fetch_all(&desk.test.owner)
    .await
    .unwrap();
    assert_eq!(owners.len(), 1, "taken once: {owners:?}");
    assert_eq!(desk.test.store.conversation(&desk.admin, ticket.id, None).await.unwrap().messages.len(), 8);
}

#[tokio::test]
async fn a_reply_and_what_it_changes_are_one_act_and_are_undone_as_one() {
    let desk = Desk::new(1).await;
    let (store, agent) = (&desk.test.store, &desk.agents[0]);
    let ticket = desk.make(&TICKET, json!({"subject": "Broken", "owner_id": agent.user_id})).await;
    let solving = Reply { changes: values(json!({"status": "solved"})), ..Desk::reply(ticket.id, None) };
    let bad = Reply { changes: values(json!({"status": "gone"})), message_id: Uuid::now_v7(), ..solving.clone() };
    assert!(matches!(store.reply(agent, "Agent", bad).await, Err(Error::Invalid { .. })));
    assert!(store.conversation(agent, ticket.id, None).await.unwrap().messages.is_empty(), "all or nothing");
    let Replied::Sent { change_set, ticket: solved, .. } = store.reply(agent, "Agent", solving).await.unwrap() else {
        panic!("not sent")
    };
    assert_eq!((solved.text("status"), solved.text("first_solved_at").is_some()), (Some("solved"), true));
    // What an agent may do includes taking it back.
    store.undo(&desk.admin, change_set).await.unwrap();
    let back = desk.ticket(ticket.id).await;
    assert_eq!((back.text("status"), back.text("first_answered_at")), (Some("new"), None));
    assert_eq!(back.text("first_solved_at"), None, "solved in error, it was never solved");
    assert!(store.conversation(agent, ticket.id, None).await.unwrap().messages.is_empty());
}

#[tokio::test]
async fn a_customer_who_writes_again_opens_what_was_solved() {
    let desk = Desk::new(0).await;
    for status in ["waiting_customer", "solved"] {
        let ticket = desk.make(&TICKET, json!({"subject": "Broken", "status": status})).await;
        desk.write_in(ticket.id).await;
        let now = desk.ticket(ticket.id).await;
        assert_eq!(now.text("status"), Some("open"), "{status}");
        assert!(now.text("customer_wrote_at").is_some());
    }
    let waiting = desk.make(&TICKET, json!({"subject": "Elsewhere", "status": "waiting_third_party"})).await;
    desk.make(&TICKET_MESSAGE, json!({"ticket_id": waiting.id, "kind": "note", "content": "Called them"})).await;
    desk.write_in(waiting.id).await;
    assert_eq!(desk.ticket(waiting.id).await.text("status"), Some("waiting_third_party"));
}

#[tokio::test]
async fn notes_never_become_public() {
    let desk = Desk::new(0).await;
    let ticket = desk.make(&TICKET, json!({"subject": "Broken"})).await;
    let note =
        desk.make(&TICKET_MESSAGE, json!({"ticket_id": ticket.id, "kind": "note", "content": "Difficult"})).await;
    let change = Change::Update { id: note.id, version: None, values: values(json!({"kind": "reply"})) };
    let refused = desk.test.store.apply(&desk.admin, Command::one("ticket_message", change)).await;
    assert_eq!(refused.unwrap_err(), Error::invalid("kind", "note_stays_inside"));
}

#[tokio::test]
async fn clocks_follow_from_what_happened_and_can_be_worked_out_again() {
    let desk = Desk::new(1).await;
    let (store, agent) = (&desk.test.store, &desk.agents[0]);
    let policy = desk
        .make(&SLA_POLICY, json!({"name": "Urgent", "priorities": ["urgent"], "first_response_minutes": 30, "resolution_minutes": 240}))
        .await;
    let plain = desk.make(&TICKET, json!({"subject": "Whenever"})).await;
    assert_eq!((plain.text("sla_state"), plain.text("due_at")), (Some("none"), None));
    let ticket = desk.make(&TICKET, json!({"subject": "Now", "priority": "urgent"})).await;
    assert_eq!(
        (ticket.reference("sla_policy_id"), ticket.text("due_clock")),
        (Some(policy.id), Some("first_response"))
    );
    let created = shared::record::datetime(&ticket.values, "received_at").unwrap();
    let due = shared::record::datetime(&ticket.values, "due_at").unwrap();
    // Clocks count whole seconds.
    assert_eq!(due.timestamp() - created.timestamp(), 30 * 60);

    store.reply(agent, "Agent", Desk::reply(ticket.id, None)).await.unwrap();
    let answered = desk.ticket(ticket.id).await;
    assert_eq!((answered.text("due_clock"), answered.text("sla_state")), (Some("resolution"), Some("active")));
    let waiting = desk.change(&TICKET, ticket.id, json!({"status": "waiting_customer"})).await;
    assert_eq!((waiting.text("due_at"), waiting.text("sla_state")), (None, Some("paused")));
    let solved = desk.change(&TICKET, ticket.id, json!({"status": "solved"})).await;
    assert_eq!(solved.text("sla_state"), Some("met"));

    let history = history_of(&desk, ticket.id).await;
    let hours = shared::sla::BusinessHours::always();
    let shown: Clocks = serde_json::from_value(clocks_of(&desk, ticket.id).await).unwrap();
    assert_eq!(Clocks::at(shown.resolution.as_of, &history, &hours), shown);
    assert!(history.iter().any(|event| event.what == What::StatusChanged { to: Category::Solved }));
}

#[tokio::test]
async fn what_was_solved_before_it_was_written_down_was_solved_in_time() {
    let desk = Desk::new(1).await;
    desk.make(&SLA_POLICY, json!({"name": "All", "resolution_minutes": 60})).await;
    let ago = |minutes: i64| instant_text(Utc::now() - TimeDelta::minutes(minutes));
    let made = json!({"subject": "On paper", "status": "open", "received_at": ago(600)});
    let [noted, said] = [desk.make(&TICKET, made.clone()).await.id, desk.make(&TICKET, made).await.id];
    let answer = json!({"ticket_id": said, "content": "<p>Wait</p>", "said_at": ago(120)});
    desk.make(&TICKET_MESSAGE, answer).await;
    for (id, state, worked) in [(noted, "met", 30 * 60), (said, "missed", 480 * 60)] {
        let ticket = desk.change(&TICKET, id, json!({"status": "solved", "solved_at": ago(570)})).await;
        assert_eq!(ticket.text("sla_state"), Some(state), "not before what was said to it");
        let took = Ticket(&ticket.values).resolution_worked().unwrap();
        assert!((took - worked).abs() < 60, "{took}");
    }
}

/// Under torture, one came back with the time of a pause that no event told of any more.
#[tokio::test]
async fn clocks_of_a_ticket_that_comes_back_are_where_they_would_be_had_it_never_gone() {
    let desk = Desk::new(1).await;
    desk.make(&SLA_POLICY, json!({"name": "All", "resolution_minutes": 600})).await;
    let received = instant_text(Utc::now() - TimeDelta::minutes(60));
    let ticket = desk.make(&TICKET, json!({"subject": "Broken", "status": "open", "received_at": received})).await.id;
    desk.change(&TICKET, ticket, json!({"status": "waiting_customer"})).await;
    let before: Clocks = serde_json::from_value(clocks_of(&desk, ticket).await).unwrap();
    assert!((before.resolution.elapsed - 3_600).abs() < 60, "{before:?}");
    let gone = Command::one("ticket", Change::Delete { id: ticket });
    let gone = desk.test.store.apply(&desk.admin, gone).await.unwrap();
    desk.test.store.undo(&desk.admin, gone.change_set).await.unwrap();
    let after: Clocks = serde_json::from_value(clocks_of(&desk, ticket).await).unwrap();
    assert_eq!(after.resolution, before.resolution);
    let history = history_of(&desk, ticket).await;
    assert_eq!(Clocks::at(after.resolution.as_of, &history, &shared::sla::BusinessHours::always()), after);
    let open = desk.change(&TICKET, ticket, json!({"status": "open"})).await;
    let due = open.datetime("due_at").unwrap() - Utc::now();
    assert!((due.num_minutes() - 540).abs() <= 1, "{due}");

    // What is made anew under the id of a deleted one has no past.
    let gone = Command::one("ticket", Change::Delete { id: ticket });
    desk.test.store.apply(&desk.admin, gone).await.unwrap();
    let anew = desk.put(&TICKET, ticket, json!({"subject": "Another one"})).await;
    assert_eq!(anew.text("sla_state"), Some("active"));
    let created = history_of(&desk, ticket).await.into_iter().filter(|event| event.what == What::Created).count();
    assert_eq!(created, 1);
}

#[tokio::test]
async fn messages_of_a_ticket_that_comes_back_are_told_to_its_clocks_once() {
    let desk = Desk::new(1).await;
    desk.make(&SLA_POLICY, json!({"name": "All", "first_response_minutes": 30, "resolution_minutes": 600})).await;
    let ticket = desk.make(&TICKET, json!({"subject": "Broken"})).await.id;
    let message = desk.write_in(ticket).await.id;
    let set = Uuid::now_v7();
    for (record_type, id) in [("ticket_message", message), ("ticket", ticket)] {
        let change = Command { change_set: Some(set), ..Command::one(record_type, Change::Delete { id }) };
        desk.test.store.apply(&desk.admin, change).await.unwrap();
    }
    assert!(history_of(&desk, ticket).await.iter().all(|event| event.what != What::CustomerMessage));
    desk.test.store.undo(&desk.admin, set).await.unwrap();
    let happened: Vec<What> = history_of(&desk, ticket).await.into_iter().map(|event| event.what).collect();
    let times = |what: What| happened.iter().filter(|one| **one == what).count();
    assert_eq!((times(What::Created), times(What::CustomerMessage)), (1, 1), "{happened:?}");
}

#[tokio::test]
async fn each_clock_is_shown_as_it_is_even_if_another_is_due_before() {
    let desk = Desk::new(1).await;
    desk.make(&SLA_POLICY, json!({"name": "All", "next_response_minutes": 600, "resolution_minutes": 60})).await;
    let ticket = desk.make(&TICKET, json!({"subject": "Broken"})).await;
    desk.test.store.reply(&desk.agents[0], "Agent", Desk::reply(ticket.id, None)).await.unwrap();
    desk.write_in(ticket.id).await;
    let shown: Clocks = serde_json::from_value(clocks_of(&desk, ticket.id).await).unwrap();
    assert!(shown.next_response.is_running(), "{shown:?}");
    assert_eq!(desk.ticket(ticket.id).await.text("due_clock"), Some("resolution"));
}

#[tokio::test]
async fn a_ticket_that_is_answered_is_new_no_more() {
    let desk = Desk::new(1).await;
    let owned = json!({"subject": "Broken", "owner_id": desk.agents[0].user_id, "status": "new"});
    let ticket = desk.make(&TICKET, owned).await.id;
    let note = Reply { note: true, ..Desk::reply(ticket, None) };
    desk.test.store.reply(&desk.agents[0], "Agent", note).await.unwrap();
    assert_eq!(desk.ticket(ticket).await.text("status"), Some("new"), "a note is no answer");
    desk.test.store.reply(&desk.agents[0], "Agent", Desk::reply(ticket, None)).await.unwrap();
    assert_eq!(desk.ticket(ticket).await.text("status"), Some("open"));
}

#[tokio::test]
async fn what_was_answered_before_a_merge_was_answered_after_it_and_after_its_undo() {
    let desk = Desk::new(1).await;
    desk.make(&SLA_POLICY, json!({"name": "All", "first_response_minutes": 30})).await;
    let [into, other] = [
        desk.make(&TICKET, json!({"subject": "Stays"})).await.id,
        desk.make(&TICKET, json!({"subject": "Goes"})).await.id,
    ];
    desk.test.store.reply(&desk.agents[0], "Agent", Desk::reply(other, None)).await.unwrap();
    let merge =
        Merge { record_type: "ticket".into(), into, others: vec![other], values: Values::new(), seen: Vec::new() };
    let merged = desk.test.store.merge(&desk.admin, &merge).await.unwrap();
    let now = desk.ticket(into).await;
    assert_eq!((now.text("sla_state"), now.text("first_answered_at").is_some()), (Some("met"), true));
    desk.test.store.undo(&desk.admin, merged.change_set).await.unwrap();
    let states = [desk.ticket(into).await, desk.ticket(other).await];
    assert_eq!(states.each_ref().map(|row| row.text("sla_state")), [Some("active"), Some("met")]);
}

#[tokio::test]
async fn tickets_change_while_their_customers_are_merged_and_what_was_done_is_undone() {
    let desk = Desk::new(1).await;
    desk.make(&SLA_POLICY, json!({"name": "All", "resolution_minutes": 60})).await;
    for round in 0..10 {
        let [into, other] = [
            desk.make(&CUSTOMER, json!({"name": format!("Stays {round}")})).await.id,
            desk.make(&CUSTOMER, json!({"name": format!("Goes {round}")})).await.id,
        ];
        let mut acts = JoinSet::new();
        for n in 0..4 {
            let ticket = desk.make(&TICKET, json!({"subject": "Broken", "customer_id": other})).await.id;
            let (store, admin) = (desk.test.store.clone(), desk.admin.clone());
            let status = values(json!({"status": "open", "subject": format!("Open {n}")}));
            acts.spawn(async move {
                let change = Change::Update { id: ticket, version: None, values: status };
                let changed = store.apply(&admin, Command::one("ticket", change)).await.unwrap();
                store.undo(&admin, changed.change_set).await.map(drop)
            });
        }
        let (store, admin) = (desk.test.store.clone(), desk.admin.clone());
        acts.spawn(async move {
            let merge = Merge {
                record_type: "customer".into(),
                into,
                others: vec![other],
                values: Values::new(),
                seen: Vec::new(),
            };
            let merged = store.merge(&admin, &merge).await.unwrap();
            store.undo(&admin, merged.change_set).await.map(drop)
        });
        for done in acts.join_all().await {
            done.unwrap();
        }
    }
}

pub(crate) async fn history_of(desk: &Desk, ticket: Uuid) -> Vec<Event> {
    let kept: Vec<Json<Event>> = sqlx::query_scalar("select event from sla_events where ticket_id = $1 order by id")
        .bind(ticket)
        .fetch_all(&desk.test.owner)
        .await
        .unwrap();
    kept.into_iter().map(|Json(event)| event).collect()
}

pub(crate) async fn clocks_of(desk: &Desk, ticket: Uuid) -> Value {
    let Json(clocks): Json<Value> = sqlx::query_scalar("select clocks from tickets where id = $1")
        .bind(ticket)
        .fetch_one(&desk.test.owner)
        .await
        .unwrap();
    clocks
}

#[tokio::test]
async fn what_runs_late_is_told_once_and_to_whom_it_concerns() {
    let desk = Desk::new(1).await;
    let step = json!([{"clock": "first_response", "at_percent": 100, "action": "notify"},
                      {"clock": "first_response", "at_percent": 100, "action": "raise_priority"}]);
    desk.make(&SLA_POLICY, json!({"name": "All", "first_response_minutes": 30, "steps": step})).await;
    let ticket = desk.make(&TICKET, json!({"subject": "Late", "owner_id": desk.agents[0].user_id})).await;
    desk.test.store.desk_tick().await.unwrap();
    assert_eq!(desk.ticket(ticket.id).await.text("sla_state"), Some("active"));
    // An hour passes.
    for sql in [
        "update sla_events set at = at - interval '1 hour',
         event = jsonb_set(event, '{at}', to_jsonb(to_char((at - interval '1 hour') at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))",
        "update tickets set sla_check_at = now()",
    ] {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&desk.test.owner).await.unwrap();
    }
    for _ in 0..2 {
        desk.test.store.desk_tick().await.unwrap();
    }
    let late = desk.ticket(ticket.id).await;
    assert_eq!((late.text("sla_state"), late.text("priority")), (Some("missed"), Some("high")));
    let query = shared::query::ListQuery::default();
    let tasks = desk.test.store.list(&desk.admin, &TASK, &query).await.unwrap().rows;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert_eq!(
        (tasks[0].reference("owner_id"), tasks[0].reference("ticket_id")),
        (Some(desk.agents[0].user_id), Some(ticket.id))
    );
    let said = tasks[0].text("subject").unwrap();
    assert!(said.contains(late.text("number").unwrap()) && said.ends_with("Late"), "{said}");
    let clock = ClockKind::FirstResponse;
    let step = Cause::Step { policy: "All".to_owned(), other_name: None, clock, at_percent: 100 };
    let told = causes_of(&desk, &desk.admin, ticket.id).await;
    assert_eq!(told, [vec![step.clone()], vec![step]], "of the task and of the priority");
}

/// Why the system changed a ticket, in the order in which it did.
async fn causes_of(desk: &Desk, actor: &Actor, ticket: Uuid) -> Vec<Vec<Cause>> {
    let query = TimelineQuery::default();
    let told = desk.test.store.timeline(actor, &TICKET, ticket, &query).await.unwrap();
    let causes = told.entries.into_iter().rev().filter_map(|entry| match entry.what {
        Happening::Change { causes, source, .. } => (source == "system").then_some(causes),
        _ => None,
    });
    causes.collect()
}

#[tokio::test]
async fn what_the_system_changes_tells_what_made_it_by_the_name_that_it_had() {
    let desk = Desk::new(1).await;
    let usual = json!({"name": "Usual", "position": 1, "public": true});
    desk.make(&QUEUE, usual).await;
    let care = json!({"name": "Care", "position": 2, "served_by_id": desk.team, "routing": "round_robin"});
    let care = desk.make(&QUEUE, care).await.id;
    let complaint = json!({"field": {"field": "kind", "op": "eq", "value": "complaint"}});
    let rule = json!({"name": "Complaints to Zhang", "conditions": complaint, "queue_id": care});
    let rule = desk.make(&TICKET_RULE, rule).await.id;
    let ticket = desk.make(&TICKET, json!({"subject": "Broken", "kind": "complaint"})).await.id;
    desk.change(&TICKET_RULE, rule, json!({"name": "Complaints"})).await;
    let by_rule = Cause::Rule { name: "Complaints to Zhang".to_owned(), other_name: None };
    let placed = vec![by_rule, Cause::Queue { name: "Care".to_owned(), other_name: None }];
    assert_eq!(causes_of(&desk, &desk.admin, ticket).await, std::slice::from_ref(&placed));
    // Names of what one may not read are not told that way.
    let mut agent = desk.agents[0].clone();
    assert_eq!(causes_of(&desk, &agent, ticket).await, [placed[1..].to_vec()]);
    agent.grants.fields.insert("ticket.queue_id".to_owned(), FieldAccess::Hidden);
    assert_eq!(causes_of(&desk, &agent, ticket).await, [Vec::<Cause>::new()]);
    desk.change(&TICKET, ticket, json!({"status": "solved"})).await;
    desk.write_in(ticket).await;
    assert_eq!(causes_of(&desk, &desk.admin, ticket).await, [placed, vec![Cause::CustomerWrote]]);
    let other = desk.make(&TICKET, json!({"subject": "Hello", "kind": "praise"})).await.id;
    assert_eq!(causes_of(&desk, &desk.admin, other).await, [vec![Cause::NoRule]]);
}

#[tokio::test]
async fn counts_of_queues_are_those_of_the_reader() {
    let desk = Desk::new(1).await;
    let queue = desk.make(&QUEUE, json!({"name": "General"})).await;
    let open = desk.make(&TICKET, json!({"subject": "Open", "queue_id": queue.id})).await;
    desk.make(&TICKET, json!({"subject": "Mine", "queue_id": queue.id, "owner_id": desk.agents[0].user_id})).await;
    desk.make(&TICKET, json!({"subject": "Solved", "queue_id": queue.id, "status": "solved"})).await;
    let counts = async |actor: &Actor| desk.test.store.queue_counts(actor).await;
    let all = counts(&desk.admin).await.unwrap();
    assert_eq!((all.len(), all[0].queue_id, all[0].open, all[0].unassigned), (1, Some(queue.id), 2, 1));
    let own = TypeRights { read: Level::Own, ..TypeRights::default() };
    let grants = Grants { types: [("ticket".to_owned(), own)].into(), ..Grants::default() };
    let rep = Actor { grants, ..desk.agents[0].clone() };
    assert_eq!(counts(&rep).await.unwrap()[0].open, 1);
    assert_eq!(desk.test.store.conversation(&rep, open.id, None).await, Err(Error::NotFound));
    let stranger = Actor { grants: Grants::default(), ..rep };
    assert_eq!(counts(&stranger).await, Err(Error::Forbidden));
}

#[tokio::test]
async fn solved_tickets_and_articles_that_say_the_same_are_offered() {
    let desk = Desk::new(1).await;
    let solved = desk.make(&TICKET, json!({"subject": "网关离线，指示灯变红", "status": "solved"})).await;
    desk.make(&TICKET, json!({"subject": "网关离线了"})).await;
    desk.make(&TICKET, json!({"subject": "发票金额不对", "status": "solved"})).await;
    let article =
        |title: &str, visibility: &str| json!({"title": title, "content": "<p>…</p>", "visibility": visibility});
    let help = desk.make(&ARTICLE, article("网关离线怎么办", "internal")).await;
    desk.make(&ARTICLE, article("网关离线（草稿）", "draft")).await;
    let ticket = desk.make(&TICKET, json!({"subject": "仓库的网关离线"})).await;

    let found = desk.test.store.similar(&desk.admin, ticket.id).await.unwrap();
    assert_eq!(found.tickets.iter().map(|row| row.id).collect::<Vec<_>>(), [solved.id]);
    assert_eq!(found.articles.iter().map(|row| row.id).collect::<Vec<_>>(), [help.id]);

    // Words that every sentence has, and beginnings of others, make nothing alike.
    let how = desk.make(&TICKET, json!({"subject": "How do I open the door?"})).await;
    desk.make(&TICKET, json!({"subject": "How do I pay for what I have in my tower?", "status": "solved"})).await;
    let told = desk.make(&TICKET, json!({"subject": "The doors do not close", "status": "solved"})).await;
    let alike = desk.test.store.similar(&desk.admin, how.id).await.unwrap();
    assert_eq!(alike.tickets.iter().map(|row| row.id).collect::<Vec<_>>(), [told.id]);

    // Who may not read articles is offered none.
    let found = desk.test.store.similar(&desk.agents[0], ticket.id).await.unwrap();
    assert!(found.articles.is_empty());
    assert_eq!(found.tickets.len(), 1);
}

#[tokio::test]
async fn what_says_the_same_in_hidden_fields_is_not_offered() {
    let desk = Desk::new(1).await;
    let store = &desk.test.store;
    let field = json!({"record_type": "ticket", "key": "place", "label": "Place", "kind": "text"});
    desk.make(&CUSTOM_FIELD, field).await;
    let solved = |fields: Value| {
        let mut all = json!({"subject": "Improbable", "status": "solved"});
        all.as_object_mut().unwrap().extend(values(fields));
        all
    };
    let described = desk.make(&TICKET, solved(json!({"description": "<p>Milliways</p>"}))).await.id;
    let placed = desk.make(&TICKET, solved(json!({"custom": {"place": "Magrathea"}}))).await.id;
    for (words, hidden, id) in [("Milliways", "ticket.description", described), ("Magrathea", "ticket.custom", placed)]
    {
        let ticket = desk.make(&TICKET, json!({"subject": words})).await.id;
        let mut agent = desk.agents[0].clone();
        let offered = store.similar(&agent, ticket).await.unwrap().tickets;
        assert_eq!(offered.iter().map(|row| row.id).collect::<Vec<_>>(), [id], "{words}");
        agent.grants.fields.insert(hidden.to_owned(), FieldAccess::Hidden);
        assert!(store.similar(&agent, ticket).await.unwrap().tickets.is_empty(), "{words}");
    }
}

#[tokio::test]
async fn of_what_says_the_same_the_newest_comes_first_and_articles_in_the_customers_language() {
    let desk = Desk::new(0).await;
    let of = async |def: &'static RecordDef, mut fields: Value, locale: &str| {
        fields["locale"] = locale.into();
        desk.make(def, fields).await.id
    };
    let solved = json!({"subject": "Gate stuck", "status": "solved"});
    let (older, newer) = (of(&TICKET, solved.clone(), "en").await, of(&TICKET, solved, "en").await);
    let article = json!({"title": "Gate stuck", "content": "<p>…</p>", "visibility": "public"});
    let (english, chinese) = (of(&ARTICLE, article.clone(), "en").await, of(&ARTICLE, article, "zh-CN").await);
    for (locale, articles) in [("en", [english, chinese]), ("zh-CN", [chinese, english])] {
        let ticket = of(&TICKET, json!({"subject": "Gate stuck"}), locale).await;
        let found = desk.test.store.similar(&desk.admin, ticket).await.unwrap();
        assert_eq!(found.tickets.iter().map(|row| row.id).collect::<Vec<_>>(), [newer, older]);
        assert_eq!(found.articles.iter().map(|row| row.id).collect::<Vec<_>>(), articles, "{locale}");
    }
}

#[tokio::test]
async fn agents_merge_tickets_that_they_may_not_delete() {
    let desk = Desk::new(1).await;
    let (store, agent) = (&desk.test.store, &desk.agents[0]);
    let [stays, goes] = [
        desk.make(&TICKET, json!({"subject": "Printer"})).await.id,
        desk.make(&TICKET, json!({"subject": "Same"})).await.id,
    ];
    let delete = store.apply(agent, Command::one("ticket", Change::Delete { id: goes })).await.unwrap_err();
    assert_eq!(delete, Error::Forbidden);
    desk.write_in(goes).await;
    let merge = Merge {
        record_type: "ticket".into(),
        into: stays,
        others: vec![goes],
        values: Values::new(),
        seen: Vec::new(),
    };
    let merged = store.merge(agent, &merge).await.unwrap();
    assert_eq!(store.merged_into(agent, goes).await.unwrap(), Some(stays));
    let undone = store.undo(agent, merged.change_set).await.unwrap();
    assert_eq!(undone.kept, [], "it was theirs to merge, so it is to take back");
    assert_eq!(store.merged_into(agent, goes).await.unwrap(), None);
    assert_eq!(desk.ticket(goes).await.text("subject"), Some("Same"));
    assert_eq!(store.conversation(agent, goes, None).await.unwrap().messages.len(), 1);
}

#[tokio::test]
async fn who_may_not_write_names_signs_all_the_same() {
    let desk = Desk::new(1).await;
    let (store, ticket) = (&desk.test.store, desk.make(&TICKET, json!({"subject": "Broken"})).await.id);
    let signed = async |id| {
        let row = store.get(&desk.admin, &TICKET_MESSAGE, id).await.unwrap().row;
        assert_eq!(row.text("author_name"), Some("Agent 0"));
    };
    for access in [FieldAccess::Read, FieldAccess::Hidden] {
        let mut agent = desk.agents[0].clone();
        agent.grants.fields.insert("ticket_message.author_name".to_owned(), access);
        let reply = Reply { anyway: true, ..Desk::reply(ticket, None) };
        let answer = reply.message_id;
        store.reply(&agent, "Somebody else", reply).await.unwrap();
        signed(answer).await;
        // Nor does what the customer said become theirs without it.
        let asked = desk.write_in(ticket).await.id;
        let turned = Change::Update { id: asked, version: None, values: values(json!({"direction": "outbound"})) };
        store.apply(&agent, Command::one("ticket_message", turned)).await.unwrap();
        signed(asked).await;
    }
}

#[tokio::test]
async fn what_was_asked_in_tickets_that_become_one_is_kept_as_a_note() {
    let desk = Desk::new(1).await;
    let (store, agent) = (&desk.test.store, &desk.agents[0]);
    let made = async |subject: &str, asked: &str| {
        desk.make(&TICKET, json!({"subject": subject, "description": format!("<p>{asked}</p>")})).await.id
    };
    let (stays, goes) = (made("Door", "It is locked").await, made("Window & co", "It is open").await);
    let merge = Merge {
        record_type: "ticket".into(),
        into: stays,
        others: vec![goes],
        values: Values::new(),
        seen: Vec::new(),
    };
    let merged = store.merge(agent, &merge).await.unwrap();
    let notes = || async { store.conversation(agent, stays, None).await.unwrap().messages };
    let [note] = &notes().await[..] else { panic!("one note") };
    assert_eq!(note.text("kind"), Some("note"), "customers read only what they wrote themselves");
    let text = note.text("content").unwrap();
    assert!(text.contains("Window &amp; co") && text.contains("It is open") && !text.contains("locked"), "{text}");
    store.undo(agent, merged.change_set).await.unwrap();
    assert_eq!(notes().await, []);
}

#[tokio::test]
async fn what_a_customer_wrote_stays_theirs_to_read_when_their_tickets_become_one() {
    let desk = Desk::new(1).await;
    let (store, agent) = (&desk.test.store, &desk.agents[0]);
    let made = async |email: &str, channel: &str, asked: &str| {
        let asked = format!("<p>{asked}</p>");
        let ticket = json!({"subject": "Help", "channel": channel, "requester_email": email, "description": asked});
        desk.make(&TICKET, ticket).await.id
    };
    let li = "li@example.com";
    let stays = made(li, "web", "Door").await;
    let (wrote, phoned) = (made(li, "portal", "Window").await, made(li, "phone", "Roof").await);
    let other = made("han@example.com", "web", "Cellar").await;
    desk.change(&TICKET, stays, json!({"status": "solved"})).await;
    let others = vec![wrote, phoned, other];
    let merge = Merge { record_type: "ticket".into(), into: stays, others, values: Values::new(), seen: Vec::new() };
    let merged = store.merge(agent, &merge).await.unwrap();
    let messages = || async { store.conversation(agent, stays, None).await.unwrap().messages };
    let said = messages().await;
    let with = |word: &str| said.iter().find(|row| row.text("content").is_some_and(|text| text.contains(word)));
    let kind = |word: &str| with(word).and_then(|row| row.text("kind"));
    // On the phone it was written down by a colleague; and nobody reads what somebody else wrote.
    assert_eq!(
        (said.len(), kind("Window"), kind("Roof"), kind("Cellar")),
        (3, Some("reply"), Some("note"), Some("note"))
    );
    let words = with("Window").unwrap();
    let told = ["content", "direction", "author_email", "channel"].map(|field| words.text(field));
    assert_eq!(told, [Some("<p>Window</p>"), Some("inbound"), Some(li), Some("portal")]);
    assert_eq!(desk.ticket(stays).await.text("status"), Some("solved"), "nobody wrote again");
    store.undo(agent, merged.change_set).await.unwrap();
    assert_eq!(messages().await, []);
}

#[tokio::test]
async fn words_that_become_the_description_of_another_ticket_stay_the_customers() {
    let desk = Desk::new(1).await;
    let made = async |fields: Value| {
        let mut ticket = values(json!({"subject": "Help", "channel": "web", "requester_email": "li@example.com"}));
        ticket.extend(values(fields));
        desk.make(&TICKET, ticket.into()).await.id
    };
    let (stays, goes) = (made(json!({})).await, made(json!({"description": "<p>Window</p>"})).await);
    let merge = Merge {
        record_type: "ticket".into(),
        into: stays,
        others: vec![goes],
        values: Values::new(),
        seen: Vec::new(),
    };
    desk.test.store.merge(&desk.admin, &merge).await.unwrap();
    assert_eq!(desk.ticket(stays).await.text("description"), Some("<p>Window</p>"));
    let said = desk.test.store.conversation(&desk.admin, stays, None).await.unwrap().messages;
    assert_eq!(said.iter().map(|row| row.text("direction")).collect::<Vec<_>>(), [Some("inbound")]);
}

#[tokio::test]
async fn what_was_said_is_found_as_its_ticket_once_and_after_what_is_called_so() {
    let desk = Desk::new(0).await;
    let called = desk.make(&TICKET, json!({"subject": "Caramel delivery"})).await.id;
    let ticket = desk.make(&TICKET, json!({"subject": "Printer"})).await.id;
    for text in ["<p>It smells of burnt caramel</p>", "<p>Caramel again</p>"] {
        desk.make(&TICKET_MESSAGE, json!({"ticket_id": ticket, "content": text})).await;
    }
    let found = desk.test.store.search(&desk.admin, "caramel", 10).await.unwrap();
    let found: Vec<_> = found.iter().map(|hit| (hit.record_type.as_str(), hit.id, hit.title.as_str())).collect();
    assert_eq!(found, [("ticket", called, "Caramel delivery"), ("ticket", ticket, "Printer")]);
}

#[tokio::test]
async fn an_article_tells_what_became_of_it() {
    let desk = Desk::new(0).await;
    let article = desk.make(&ARTICLE, json!({"title": "Reset", "content": "<p>Press it.</p>"})).await.id;
    desk.change(&ARTICLE, article, json!({"content": "<p>Press it twice.</p>"})).await;
    let told = desk.test.store.timeline(&desk.admin, &ARTICLE, article, &TimelineQuery::default()).await.unwrap();
    let contents: Vec<String> = told.entries.iter().map(|entry| format!("{entry:?}")).collect();
    assert_eq!(contents.len(), 2);
    assert!(contents[0].contains("Press it twice."), "{contents:?}");
}

#[tokio::test]
async fn who_is_named_and_does_not_look_is_told_by_mail_once() {
    let desk = Desk::new(2).await;
    let (store, agent) = (&desk.test.store, &desk.agents[0]);
    // Somebody whose roles grant nothing: what they may not read is not mailed to them either.
    desk.change(&USER, desk.agents[1].user_id, json!({"email": "other@example.com"})).await;
    let ticket = Uuid::now_v7();
    let create = Change::Create { id: ticket, values: values(json!({"subject": "Gate"})) };
    store.apply(agent, Command::one("ticket", create)).await.unwrap();
    let say = async || {
        let mention_ids = vec![desk.admin.user_id, desk.agents[1].user_id, agent.user_id];
        store.reply(agent, "Agent 0", Reply { note: true, mention_ids, ..Desk::reply(ticket, None) }).await.unwrap();
    };
    let later = async || {
        let older = "update ticket_messages set created_at = created_at - interval '90 seconds',
                            said_at = said_at - interval '90 seconds'";
        sqlx::query(older).execute(&desk.test.owner).await.unwrap();
    };
    say().await;
    assert!(store.mentions_due().await.unwrap().is_empty(), "who looks at it meanwhile needs no mail");
    later().await;
    let mails = store.mentions_due().await.unwrap();
    let [mail] = &mails[..] else { panic!("{mails:?}") };
    assert_eq!((mail.to.as_str(), mail.author.as_str()), ("lin@example.com", "Agent 0"));
    assert_eq!((mail.number.as_str(), mail.subject.as_str(), mail.text.trim()), ("T1001", "Gate", "Try again"));
    assert!(store.mentions_due().await.unwrap().is_empty(), "once");
    say().await;
    later().await;
    desk.change(&TICKET, ticket, json!({"priority": "high"})).await;
    assert!(store.mentions_due().await.unwrap().is_empty(), "who has taken part since has seen it");
}

#[tokio::test]
async fn who_is_named_in_a_ticket_watches_it() {
    let desk = Desk::new(2).await;
    let (store, named) = (&desk.test.store, &desk.agents[1]);
    let ticket = desk.make(&TICKET, json!({"subject": "Gate"})).await.id;
    desk.make(&TICKET, json!({"subject": "Another"})).await;
    let reply = Reply { note: true, mention_ids: vec![named.user_id], ..Desk::reply(ticket, None) };
    store.reply(&desk.agents[0], "Agent 0", reply).await.unwrap();
    let watched = Filter::field("watcher_ids", Op::Contains, "@me");
    let query = ListQuery { filter: Some(watched), limit: 10, ..ListQuery::default() };
    let found = store.list(named, &TICKET, &query).await.unwrap();
    assert_eq!(found.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [ticket]);
}

#[tokio::test]
async fn the_number_of_a_merged_ticket_leads_to_what_became_of_it() {
    let desk = Desk::new(1).await;
    let (store, agent) = (&desk.test.store, &desk.agents[0]);
    let stays = desk.make(&TICKET, json!({"subject": "Printer"})).await.id;
    let goes = desk.make(&TICKET, json!({"subject": "Same"})).await.id;
    let merge = Merge {
        record_type: "ticket".into(),
        into: stays,
        others: vec![goes],
        values: Values::new(),
        seen: Vec::new(),
    };
    let merged = store.merge(agent, &merge).await.unwrap();
    let hit = store.merged_ticket(agent, " t1002 ").await.unwrap().unwrap();
    assert_eq!((hit.id, hit.title.as_str(), hit.subtitle.as_str()), (stays, "Printer", "T1002 → T1001"));
    let told = store.timeline(&desk.admin, &TICKET, stays, &TimelineQuery::default()).await.unwrap();
    assert_eq!(told.titles.get(&goes).map(String::as_str), Some("T1002 Same"));
    let stranger = Actor { grants: Grants::default(), ..agent.clone() };
    assert_eq!(store.merged_ticket(&stranger, "T1002").await.unwrap(), None);
    store.undo(agent, merged.change_set).await.unwrap();
    assert_eq!(store.merged_ticket(agent, "T1002").await.unwrap(), None);
}

#[tokio::test]
async fn people_put_tickets_off_to_a_time_to_come_and_files_say_how_it_was() {
    let desk = Desk::new(0).await;
    let (store, admin) = (&desk.test.store, &desk.admin);
    let ticket = desk.make(&TICKET, json!({"subject": "Later"})).await.id;
    let put_off = |hours: i64, source: Source| {
        let until = instant_text(Utc::now() + TimeDelta::hours(hours));
        let change = Change::Update { id: ticket, version: None, values: values(json!({"snoozed_until": until})) };
        store.apply(admin, Command { source, ..Command::one(TICKET.name, change) })
    };
    let refused = put_off(-1, Source::Web).await.unwrap_err();
    assert_eq!(refused, Error::invalid("snoozed_until", "in_past"));
    put_off(1, Source::Web).await.unwrap();
    put_off(-1, Source::Import).await.unwrap();
    // What has run out keeps nobody from changing something else.
    desk.change(&TICKET, ticket, json!({"priority": "high"})).await;
}

#[tokio::test]
async fn choices_are_listed_in_the_order_of_their_declaration() {
    let desk = Desk::new(0).await;
    for priority in ["normal", "urgent", "low", "high"] {
        desk.make(&TICKET, json!({"subject": priority, "priority": priority})).await;
    }
    for descending in [false, true] {
        let sort = Some(Sort { field: "priority".into(), descending });
        let mut query = ListQuery { sort, limit: 1, ..ListQuery::default() };
        let mut found: Vec<String> = Vec::new();
        loop {
            let page = desk.test.store.list(&desk.admin, &TICKET, &query).await.unwrap();
            found.extend(page.rows.iter().filter_map(|row| row.text("priority").map(str::to_owned)));
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => break,
            }
        }
        let mut declared: Vec<&str> = PRIORITIES.to_vec();
        if descending {
            declared.reverse();
        }
        assert_eq!(found, declared);
    }
}

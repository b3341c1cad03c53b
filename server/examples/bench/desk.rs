//! The service desk: a queue of open tickets among many more that are settled, with what was said about each.

use std::time::Instant;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::data::{World, id};
use crate::harness::Outcome;
use crate::harness::client::Client;
use crate::reads::{Ask, Read};

/// Every so many-th ticket is open.
pub(crate) const OPEN: i64 = 10;
/// The last thing that was said about each.
const LAST: i64 = 2;

/// The desk's own records.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Desk {
    /// Where all the tickets are.
    pub(crate) queue: Uuid,
    policy: Uuid,
}

impl Desk {
    /// A queue and a service level, made through the product, and a ticket to see what is kept of clocks.
    pub(crate) async fn found(world: &mut World) -> Outcome<Self> {
        let queue = world.create("queue", vec![json!({"name": "Support", "routing": "manual"})]).await?[0];
        let promise = json!({"name": "All", "first_response_minutes": 480, "next_response_minutes": 480,
                             "resolution_minutes": 28_800});
        let policy = world.create("sla_policy", vec![promise]).await?[0];
        let model =
            world.create("ticket", vec![json!({"subject": "Model", "queue_id": queue, "status": "open"})]).await?[0];
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
            "create table bench_clocks as select id, event from sla_events where ticket_id = '{model}'"
        )))
        .execute(&mut world.owner)
        .await?;
        Ok(Self { queue, policy })
    }

    /// Tickets with these numbers; of the customers there are.
    pub(crate) async fn fill(self, world: &mut World, (from, to): (i64, i64), customers: i64) -> Outcome<()> {
        let query = sqlx::query(TICKETS).bind(world.org).bind(from).bind(to).bind(customers);
        query.bind(self.queue).bind(self.policy).execute(&mut world.owner).await?;
        for sql in [MESSAGES, EVENTS] {
            sqlx::query(sql).bind(world.org).bind(from).bind(to).execute(&mut world.owner).await?;
        }
        Ok(())
    }
}

/// The n-th open ticket.
pub(crate) fn open_ticket(n: i64) -> Uuid {
    id('e', n * OPEN)
}

/// Answers the n-th open ticket, having seen what was said; earlier rounds may have answered it since.
pub(crate) async fn reply(client: &mut Client, n: i64) -> Outcome<()> {
    let reply = json!({"ticket_id": open_ticket(n), "message_id": Uuid::now_v7(), "note": false, "anyway": true, "seen": id('f', n * OPEN * 4 + LAST),
                       "content": "<p>We have looked at it: please try again, and tell us if it stays. 请再试一次。</p>"});
    let answer = client.json("send_reply", &json!({"reply": reply})).await?;
    if answer["what"] == "sent" { Ok(()) } else { Err(format!("a reply was not sent: {answer}").into()) }
}

/// Changes the priority of the n-th open ticket.
pub(crate) async fn update(client: &mut Client, n: i64) -> Outcome<()> {
    let subject = format!("Changed at {:?}", Instant::now());
    let change = json!({"do": "update", "id": open_ticket(n), "values": {"subject": subject}});
    let command = json!({"record_type": "ticket", "changes": [change], "all_or_nothing": true});
    client.call("apply", &json!({"command": command})).await.map(drop)
}

/// What an agent waits for.
pub(crate) fn reads(world: &World) -> Vec<Read> {
    let (org, queue) = (world.org, world.desk.queue);
    let ticket = open_ticket(5);
    let of = |table: &str| format!("from {table} where org_id = '{org}'");
    let waits = format!(
        "{} and archived_at is null and status in ('new', 'open', 'waiting_customer', 'waiting_third_party')
         and (snoozed_until is null or snoozed_until <= now()) and queue_id = '{queue}'",
        of("tickets")
    );
    let page = format!("{waits} order by due_at, id limit 51");
    let titles = |rows: &str| {
        format!(
            "select id, name {} and id in (select customer_id {rows}) union all select id, name {} and id in (select owner_id {rows})
             union all select id, name {} union all select id, name {}",
            of("customers"),
            of("users"),
            of("queues"),
            of("sla_policies")
        )
    };
    let one = format!("{} and id = '{ticket}'", of("tickets"));
    let said = format!("{} and ticket_id = '{ticket}' and archived_at is null", of("ticket_messages"));
    vec![
        Read {
            what: "first page of a queue",
            ask: Ask::Call("list_records", json!({"record_type": "ticket", "query": waiting_in(queue)})),
            bare: vec![format!("select * {page}"), format!("select count(*) {waits}"), titles(&page)],
        },
        Read {
            what: "open a ticket",
            ask: Ask::Calls(vec![
                ("get_record", json!({"record_type": "ticket", "id": ticket})),
                ("conversation", json!({"ticket_id": ticket, "before": null})),
            ]),
            bare: vec![
                format!("select * {one}"),
                titles(&one),
                format!("select * {said} order by said_at desc, id desc limit 51"),
                format!("select * {} and ticket_id = '{ticket}' and archived_at is null limit 500", of("attachments")),
                format!("select id, name {} and id in (select owner_id {said})", of("users")),
            ],
        },
        Read {
            what: "counts of the queues",
            ask: Ask::Call("queue_counts", json!({})),
            bare: vec![format!(
                "select queue_id, count(*), count(*) filter (where owner_id is null),
                        count(*) filter (where sla_state = 'missed' or at_risk_at <= now())
                 {} and archived_at is null and status not in ('solved', 'closed')
                 and (snoozed_until is null or snoozed_until <= now()) group by queue_id",
                of("tickets")
            )],
        },
    ]
}

/// The query by which the desk shows a queue.
fn waiting_in(queue: Uuid) -> Value {
    let field = |field: &str, op: &str, value: Value| json!({"field": {"field": field, "op": op, "value": value}});
    let unsettled = json!(["new", "open", "waiting_customer", "waiting_third_party"]);
    let awake = json!({"any": [field("snoozed_until", "empty", Value::Null),
                               field("snoozed_until", "lte", json!(chrono::Utc::now().to_rfc3339()))]});
    let all = json!({"all": [field("status", "in", unsettled), awake, field("queue_id", "eq", json!(queue))]});
    json!({"filter": all, "sort": {"field": "due_at", "descending": false}, "limit": 50, "count": true})
}

/// What a reply asks of Postgres: whose session it is and the ticket; then, in one transaction, its key, the ticket held, what
/// was said meanwhile, the message, its change set, audit entry, event and words, what it means for the clocks, and these.
pub(crate) fn statements(world: &World, open: i64) -> String {
    let (org, queue) = (world.org, world.desk.queue);
    let ticket = format!("('0190000e-0000-7000-8000-' || lpad(to_hex(:n::bigint * {OPEN}), 12, '0'))::uuid");
    let one = format!("org_id = '{org}' and id = {ticket}");
    let last = format!("('0190000f-0000-7000-8000-' || lpad(to_hex(:n::bigint * {OPEN} * 4 + {LAST}), 12, '0'))::uuid");
    let read = format!(
        "begin; set local guanxi.org = '{org}';
select * from tickets where {one};
select id, name from queues where org_id = '{org}' and id = '{queue}' union all select id, name from users where org_id = '{org}' limit 3;
commit;"
    );
    format!(
        "\\set n random(1, {open})
select gen_random_uuid() as message \\gset
select * from guanxi_session_mark((select token_hash from sessions limit 1));
{read}
begin; set local guanxi.org = '{org}'; set local role guanxi_writer;
insert into idempotency_keys (org_id, actor_id, key, request_hash) values ('{org}', '{org}', :message::text, '\\x00');
select from tickets where {one} for no key update;
select * from tickets where {one};
select * from ticket_messages where org_id = '{org}' and ticket_id = {ticket} and archived_at is null and created_by is not null
 and (created_at, id) > (select created_at, id from ticket_messages where org_id = '{org}' and id = {last}) order by said_at desc, id desc limit 50;
insert into ticket_messages (org_id, id, ticket_id, kind, direction, content, author_name, channel, said_at)
 values ('{org}', :message::uuid, {ticket}, 'reply', 'outbound', '<p>We have looked at it: please try again, and tell us if it stays.</p>', 'Admin', 'web', now());
with opened as (insert into change_sets (org_id, id, actor_id, source) values ('{org}', gen_random_uuid(), '{org}', 'web')),
 audited as (
 insert into audit_entries (org_id, change_set, record_type, record_id, version, action, source, title, changes)
 values ('{org}', :message::uuid, 'ticket_message', :message::uuid, 1, 'create', 'web', 'Admin', '{{\"content\": [null, \"We have looked at it\"], \"kind\": [null, \"reply\"], \"said_at\": [null, \"2026\"]}}'))
insert into events (org_id, record_type, record_id, version) values ('{org}', 'ticket_message', :message::uuid, 1);
insert into search_entries (org_id, record_type, record_id, title, tokens) values ('{org}', 'ticket_message', :message::uuid, 'Admin', 'looked please try again tell stays');
insert into sla_events (org_id, ticket_id, at, event) select org_id, ticket_id, now(), jsonb_set(event, '{{what}}', '\"agent_reply\"')
 from sla_events where org_id = '{org}' and ticket_id = {ticket} order by id limit 1;
update tickets set agent_wrote_at = now(), version = version + 1 where {one}
 and id in (select ticket_id from ticket_messages m where m.org_id = '{org}' and m.ticket_id = {ticket} group by ticket_id having max(m.said_at) <= now());
insert into events (org_id, record_type, record_id, version) values ('{org}', 'ticket', {ticket}, 2);
select * from sla_policies where org_id = '{org}' and archived_at is null order by position, id;
select event from sla_events where org_id = '{org}' and ticket_id = {ticket} order by id;
update tickets set sla_state = 'active', due_at = due_at + interval '1 second', clocks = clocks, version = version + 1 where {one};
insert into events (org_id, record_type, record_id, version) values ('{org}', 'ticket', {ticket}, 3);
update idempotency_keys set outcome = '{{}}' where org_id = '{org}' and actor_id = '{org}' and key = :message::text;
commit;
{read}
"
    )
}

/// `$1` organisation, `$2` to `$3` numbers, `$4` customers, `$5` queue, `$6` service level.
const TICKETS: &str = "
with made as (
    insert into tickets (org_id, id, number, subject, kind, status, priority, queue_id, customer_id, requester_name, requester_email,
                         channel, description, received_at, solved_at, reopened, customer_wrote_at, agent_wrote_at, first_answered_at,
                         sla_policy_id, sla_state, due_at, due_clock, at_risk_at, owner_id, created_by, created_at, updated_at)
    select $1, bench_id('e', g.nr), 'B' || g.nr, (array['门打不开', '发票', 'Cannot sign in', 'Delivery is late'])[1 + (g.nr % 4)::int] || ' ' || g.nr,
           'request', case when s.open then 'open' else 'solved' end, (array['low', 'normal', 'high', 'urgent'])[1 + (g.nr / 10 % 4)::int],
           $5, c.id, 'Customer ' || g.nr, 'c' || g.nr || '@customer.example', 'web', '<p>The gate does not open since this morning.</p>',
           s.at, case when not s.open then s.at + interval '3 hours' end, 0, s.at, s.at + interval '1 hour', s.at + interval '1 hour',
           case when s.open then $6 end, case when s.open then 'active' else 'none' end,
           case when s.open then s.at + interval '28800 minutes' end, case when s.open then 'resolution' end,
           case when s.open then s.at + interval '21600 minutes' end, case when g.nr % 30 <> 0 then o.id end, o.id, s.at, s.at
    from generate_series($2::bigint, $3::bigint) as g (nr)
    cross join lateral (select g.nr % 10 = 0 as open, now() - make_interval(mins => (g.nr % 20000)::int) - interval '1 day' as at) s
    join customers c on c.org_id = $1 and c.id = bench_id('c', 1 + floor(bench_skew(g.nr, 15485863) * ($4 - 1))::bigint)
    join bench_owners o on o.n = floor(bench_skew(g.nr, 7919) * 41)
    returning id, subject, owner_id, received_at, status
), happened as (
    insert into sla_events (org_id, ticket_id, at, event)
    select $1, id, received_at, jsonb_build_object('at', received_at, 'what', 'created') from made where status = 'open'
)
insert into audit_entries (org_id, at, change_set, record_type, record_id, version, action, actor_id, source, title, changes)
select $1, received_at, id, 'ticket', id, 1, 'create', owner_id, 'import', subject, jsonb_build_object('subject', jsonb_build_array(null, subject))
from made";

const MESSAGES: &str = "
insert into ticket_messages (org_id, id, ticket_id, kind, direction, content, author_name, author_email, channel, said_at, owner_id, created_by, created_at, updated_at)
select $1, bench_id('f', g.nr * 4 + k.n), t.id, k.kind, k.direction, k.content, case when k.n = 0 then t.requester_name else 'Agent' end,
       case when k.n = 0 then t.requester_email end, 'web', s.at, case when k.n > 0 then t.created_by end, case when k.n > 0 then t.created_by end, s.at, s.at
from generate_series($2::bigint, $3::bigint) as g (nr)
join tickets t on t.org_id = $1 and t.id = bench_id('e', g.nr)
cross join (values (0, 'reply', 'inbound', '<p>The gate does not open since this morning. 请尽快处理，谢谢。</p>'),
                   (1, 'reply', 'outbound', '<p>We have sent somebody, who will be with you at noon. 已安排师傅上门。</p>'),
                   (2, 'note', 'outbound', '<p>The same as last week: look at the motor.</p>')) as k (n, kind, direction, content)
cross join lateral (select t.received_at + make_interval(hours => k.n) as at) s";

/// Of open tickets what their clocks follow from, as the product kept it of the model.
const EVENTS: &str = "
insert into sla_events (org_id, ticket_id, at, event)
select $1, t.id, e.at, jsonb_set(e.event, '{at}', to_jsonb(to_char(e.at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))
from generate_series($2::bigint, $3::bigint) as g (nr)
join tickets t on t.org_id = $1 and t.id = bench_id('e', g.nr) and t.status = 'open'
cross join lateral (
    select t.received_at as at, event, id as n from bench_clocks
    union all select t.received_at, '{\"what\": \"customer_message\"}', 1000000
    union all select t.received_at + interval '1 hour', '{\"what\": \"agent_reply\"}', 1000001) e
order by t.id, e.n";

//! The data that is measured on: written set-based, skewed as real data is, in both languages.

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::desk::Desk;
use crate::harness::Outcome;
use crate::harness::client::Client;

const EMAIL: &str = "admin@bench.test";
const PASSWORD: &str = "no one else signs in here";
/// Owners of the records.
const COLLEAGUES: usize = 40;
/// Customers made through the product, from which all others are copied.
const MODELS: usize = 400;
const PLACES: [&str; 10] = ["杭州", "上海", "深圳", "苏州", "成都", "Berlin", "Lyon", "Osaka", "Leeds", "Austin"];
const NAMES: [&str; 10] = ["云帆", "西湖", "恒信", "华睿", "安泰", "Maple", "Kestrel", "Vantage", "Umbra", "Okavango"];
const TRADES: [&str; 4] = ["科技有限公司", "医疗器械有限公司", "Logistics Ltd", "Software GmbH"];

/// How much there is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Size {
    pub(crate) customers: i64,
    pub(crate) deals: i64,
    pub(crate) activities: i64,
    pub(crate) tickets: i64,
}

impl Size {
    /// A hundredth of `self` for each percent.
    pub(crate) fn percent(self, percent: i64) -> Self {
        let part = |all: i64| all * percent / 100;
        Self {
            customers: part(self.customers),
            deals: part(self.deals),
            activities: part(self.activities),
            tickets: part(self.tickets),
        }
    }
}

/// The organisation under measurement.
pub(crate) struct World {
    /// Signed in as its administrator.
    pub(crate) client: Client,
    /// The tables' owner, whom no row-level security slows down: what bare SQL is asked with.
    pub(crate) owner: PgConnection,
    pub(crate) org: Uuid,
    pub(crate) pipeline: Uuid,
    /// Open stages in order.
    pub(crate) stages: Vec<Uuid>,
    pub(crate) desk: Desk,
    filled: Size,
}

/// The id of the n-th customer (`c`), deal (`d`), activity (`a`), ticket (`e`) or message (`f`).
pub(crate) fn id(kind: char, n: i64) -> Uuid {
    format!("0190000{kind}-0000-7000-8000-{n:012x}").parse().unwrap_or_default()
}

/// Moves the n-th deal to the top of a stage.
pub(crate) async fn move_deal(client: &mut Client, n: i64, stage: Uuid) -> Outcome<()> {
    let change = json!({"do": "update", "id": id('d', n), "values": {"stage_id": stage, "rank": "top"}});
    let command = json!({"record_type": "opportunity", "changes": [change], "all_or_nothing": true});
    client.call("apply", &json!({"command": command})).await.map(drop)
}

impl World {
    /// Founds the organisation through the product.
    pub(crate) async fn found(host: &str, database: &str) -> Outcome<Self> {
        let mut client = Client::connect(host).await?;
        let organisation = json!({"org_name": "Bench", "name": "Admin", "email": EMAIL, "password": PASSWORD,
                                  "locale": "en", "timezone": "Asia/Shanghai", "currency": "CNY"});
        client.call("set_up", &json!({"organisation": organisation})).await?;
        let mut owner = PgConnection::connect(database).await?;
        let org: Uuid = sqlx::query_scalar("select org_id from organisations").fetch_one(&mut owner).await?;
        let (pipeline, stages) = Self::pipeline(&mut client).await?;
        let (desk, filled) = Default::default();
        let mut world = Self { client, owner, org, pipeline, stages, desk, filled };
        world.models().await?;
        world.desk = Desk::found(&mut world).await?;
        Ok(world)
    }

    async fn pipeline(client: &mut Client) -> Outcome<(Uuid, Vec<Uuid>)> {
        let board = client.json("open_board", &json!({"query": {}})).await?;
        let columns = board["columns"].as_array().ok_or("no columns")?;
        let open = columns.iter().filter(|column| column["stage"]["outcome"] == "open");
        let id = |row: &Value| row["id"].as_str().and_then(|id| id.parse().ok()).ok_or("no id");
        let stages: Result<_, _> = open.map(|column| id(&column["stage"])).collect();
        Ok((id(&board["pipeline"])?, stages?))
    }

    /// Makes records through the product; gives their ids.
    pub(crate) async fn create(&mut self, record_type: &str, rows: Vec<Value>) -> Outcome<Vec<Uuid>> {
        let ids: Vec<Uuid> = rows.iter().map(|_| Uuid::now_v7()).collect();
        let change = |(values, id): (Value, &Uuid)| json!({"do": "create", "id": id, "values": values});
        let changes: Vec<Value> = rows.into_iter().zip(&ids).map(change).collect();
        let command = json!({"record_type": record_type, "changes": changes, "all_or_nothing": true});
        self.client.call("apply", &json!({"command": command})).await?;
        Ok(ids)
    }

    /// Colleagues and model customers, numbered in tables of their own.
    async fn models(&mut self) -> Outcome<()> {
        let colleague =
            |n| json!({"name": format!("Colleague {n}"), "email": format!("c{n}@bench.test"), "active": true});
        self.create("user", (0..COLLEAGUES).map(colleague).collect()).await?;
        let model = |n: usize| {
            let name = format!("{}{} {}", PLACES[n % 10], NAMES[n / 10 % 10], TRADES[n / 100]);
            json!({"kind": "company", "name": name, "category": (["potential", "important", "ordinary"][n % 3])})
        };
        self.create("customer", (0..MODELS).map(model).collect()).await?;
        sqlx::raw_sql(
            "create table bench_models as select row_number() over (order by c.id) - 1 as n, c.*, s.tokens
             from customers c join search_entries s on s.record_id = c.id;
             create table bench_owners as select row_number() over (order by id) - 1 as n, id from users;
             create function bench_id(kind text, n bigint) returns uuid immutable parallel safe language sql
             return ('0190000' || kind || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid;
             -- Between 0 and 1, many near 0: few owners have much, few customers buy often.
             create function bench_skew(n bigint, by_prime bigint) returns float8 immutable parallel safe language sql
             return power(((n * by_prime) % 1000003) / 1000003.0, 3);",
        )
        .execute(&mut self.owner)
        .await?;
        Ok(())
    }

    /// Adds what is missing to `size`.
    pub(crate) async fn fill(&mut self, size: Size) -> Outcome<()> {
        let old = std::mem::replace(&mut self.filled, size);
        let org = self.org;
        for (sql, from, to) in [
            (CUSTOMERS, old.customers, size.customers),
            (DEALS, old.deals, size.deals),
            (ACTIVITIES, old.activities, size.activities),
        ] {
            let query = sqlx::query(sql).bind(org).bind(from + 1).bind(to).bind(size.customers).bind(size.deals);
            query.bind(self.pipeline).bind(&self.stages).execute(&mut self.owner).await?;
        }
        self.desk.fill(self, (old.tickets + 1, size.tickets), size.customers).await?;
        sqlx::raw_sql("vacuum analyze").execute(&mut self.owner).await?;
        // Filling takes minutes, and the server ends connections that say nothing for so long.
        self.client = self.client.moved_to(&self.client.host).await?;
        Ok(())
    }
}

/// `$1` organisation, `$2` to `$3` numbers, `$4` customers, `$5` deals, `$6` pipeline, `$7` stages.
const CUSTOMERS: &str = "
with made as (
    insert into customers (org_id, id, kind, name, number, category, lifecycle, phones, emails, owner_id, created_by, created_at, updated_at)
    select $1, bench_id('c', g.nr), 'company', m.name || ' ' || g.nr, 'C' || lpad(g.nr::text, 8, '0'), m.category, 'first_contact',
           array['13' || lpad(g.nr::text, 9, '0')], array['c' || g.nr || '@customer.example'], o.id, o.id,
           now() - make_interval(secs => ($4 - g.nr) * 10), now() - make_interval(secs => ($4 - g.nr) * 10)
    from generate_series($2::bigint, $3::bigint) as g (nr)
    join bench_models m on m.n = g.nr % 400
    join bench_owners o on o.n = floor(bench_skew(g.nr, 7919) * 41)
    returning id, name, owner_id, updated_at
), found as (
    insert into search_entries (made_by, org_id, record_type, record_id, title, subtitle, tokens, owner_id, updated_at)
    select 1, $1, 'customer', made.id, made.name, '', m.tokens || array_to_tsvector(array[nr::text, 'c' || lpad(nr::text, 8, '0'), '13' || lpad(nr::text, 9, '0')]),
           made.owner_id, made.updated_at
    from made cross join lateral (select ('x' || right(made.id::text, 12))::bit(48)::bigint as nr) numbered
    join bench_models m on m.n = numbered.nr % 400
)
insert into audit_entries (org_id, at, change_set, record_type, record_id, version, action, actor_id, source, title, changes)
select $1, updated_at, id, 'customer', id, 1, 'create', owner_id, 'import', name, jsonb_build_object('name', jsonb_build_array(null, name))
from made where $5 is not null and $6 is not null and $7 is not null";

const DEALS: &str = "
with made as (
    insert into opportunities (org_id, id, name, customer_id, pipeline_id, stage_id, amount, currency, probability, status, incomplete,
                               rank, owner_id, stage_changed_at, expected_close, created_at)
    select $1, bench_id('d', g.nr), c.name || ' deal', c.id, $6, ($7::uuid[])[1 + (g.nr % cardinality($7))::int], round((1000 / (0.002 + bench_skew(g.nr, 104729)))::numeric, 2),
           'CNY', 10 + 20 * (g.nr % cardinality($7)), 'open', false, 'V' || lpad(g.nr::text, 7, '0') || 'V', c.owner_id, now() - make_interval(days => (g.nr % 60)::int),
           current_date + (g.nr % 90)::int, now() - make_interval(days => (g.nr % 60)::int)
    from generate_series($2::bigint, $3::bigint) as g (nr)
    join customers c on c.org_id = $1 and c.id = bench_id('c', 1 + floor(bench_skew(g.nr, 15485863) * ($4 - 1))::bigint)
    returning id, name, owner_id, created_at
), found as (
    insert into search_entries (made_by, org_id, record_type, record_id, title, subtitle, tokens, owner_id)
    select 1, $1, 'opportunity', id, name, '', array_to_tsvector(array['deal', right(id::text, 6)]), owner_id from made
)
insert into audit_entries (org_id, at, change_set, record_type, record_id, version, action, actor_id, source, title, changes)
select $1, created_at, id, 'opportunity', id, 1, 'create', owner_id, 'import', name, jsonb_build_object('name', jsonb_build_array(null, name))
from made where $5 is not null";

const ACTIVITIES: &str = "
insert into activities (org_id, id, kind, subject, content, occurred_at, customer_id, opportunity_id, owner_id, created_by)
select $1, bench_id('a', g.nr), (array['call', 'email', 'meeting', 'visit', 'chat', 'note'])[1 + (g.nr % 6)::int], '跟进 follow-up ' || g.nr,
       'Talked about the offer. 客户希望下周再联系，重点关注交付时间和售后服务。', now() - make_interval(mins => (g.nr % 1000000)::int),
       bench_id('c', 1 + floor(bench_skew(g.nr, 32452843) * ($4 - 1))::bigint),
       case when g.nr % 3 = 0 then bench_id('d', 1 + floor(bench_skew(g.nr, 49979687) * ($5 - 1))::bigint) end, o.id, o.id
from generate_series($2::bigint, $3::bigint) as g (nr) join bench_owners o on o.n = floor(bench_skew(g.nr, 7919) * 41)
where $6 is not null and $7 is not null";

//! Reading: what a page asks the server for, against the SQL that fetches the same rows, at three sizes of the data.

use std::time::Instant;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::data::{World, id};
use crate::desk;
use crate::figures::{Aim, Figures, Line};
use crate::harness::Outcome;

/// Measurements of each kind and size, Guanxi and bare SQL in turns.
const ROUNDS: usize = 60;
/// Boards that are opened for a profile.
const BOARDS: usize = 500;
/// Not counted: caches fill and statements are planned.
const WARM_UP: usize = 8;
/// Shares of the data in percent.
pub(crate) const SHARES: [i64; 3] = [1, 10, 100];

/// Something a person waits for.
pub(crate) struct Read {
    pub(crate) what: &'static str,
    /// Server function and its input; several, one after the other; or a page's path.
    pub(crate) ask: Ask,
    /// The statements that fetch the same.
    pub(crate) bare: Vec<String>,
}

pub(crate) enum Ask {
    Call(&'static str, Value),
    Calls(Vec<(&'static str, Value)>),
    Page(String),
}

/// Times of all reads at one share of the data.
pub(crate) struct Measured(Vec<(&'static str, Figures, Figures)>);

fn reads(world: &World) -> Vec<Read> {
    let org = world.org;
    let customer = id('c', 100);
    let rows = |table: &str, id: String| format!("select * from {table} where org_id = '{org}' and id = '{id}'");
    let titles = [
        format!(
            "select id, name from users where org_id = '{org}' and id in (select owner_id from customers where org_id = '{org}' and id = '{customer}')"
        ),
        format!(
            "select id, name from teams where org_id = '{org}' and id in (select team_id from customers where org_id = '{org}' and id = '{customer}')"
        ),
    ];
    let list = vec![
        format!("select * from customers where org_id = '{org}' and archived_at is null order by id desc limit 51"),
        format!("select sum(records) from tallies where org_id = '{org}' and counted = 'customers'"),
        format!("select id, name from users where org_id = '{org}' limit 41"),
    ];
    let found = |query: &str| {
        format!(
            "select * from search_entries where org_id = '{org}' and not archived and tokens @@ '{query}'::tsquery order by updated_at desc limit 30"
        )
    };
    let ask = |function, input| Ask::Call(function, input);
    let list_query = json!({"record_type": "customer", "query": {"limit": 50, "count": true}});
    vec![
        Read {
            what: "open the board",
            ask: ask("open_board", json!({"query": {"pipeline_id": world.pipeline}})),
            bare: board(world),
        },
        Read { what: "list page", ask: ask("list_records", list_query), bare: list.clone() },
        Read {
            what: "detail page",
            ask: ask("get_record", json!({"record_type": "customer", "id": customer})),
            bare: [vec![rows("customers", customer.to_string())], titles.to_vec()].concat(),
        },
        Read {
            what: "timeline page",
            ask: ask("timeline", json!({"record_type": "customer", "id": customer, "query": {}})),
            bare: timeline(world, &customer.to_string()),
        },
        Read {
            what: "search, one hit",
            ask: ask("search", json!({"words": "C00000077"})),
            bare: vec![found("c00000077:*")],
        },
        Read {
            what: "search, many hits",
            ask: ask("search", json!({"words": "西湖 上海"})),
            bare: vec![found("西湖 & 上海")],
        },
        Read { what: "page rendered by the server", ask: Ask::Page("/customers".to_owned()), bare: list },
    ]
}

fn board(world: &World) -> Vec<String> {
    let (org, pipeline) = (world.org, world.pipeline);
    let window = |stage| {
        format!(
            "(select * from opportunities where org_id = '{org}' and stage_id = '{stage}' and archived_at is null order by rank, id limit 31)"
        )
    };
    let windows: Vec<String> = world.stages.iter().map(window).collect();
    vec![
        format!("select * from pipelines where org_id = '{org}' order by position"),
        format!("select * from stages where org_id = '{org}' and pipeline_id = '{pipeline}' order by position"),
        format!(
            "select part, sum(records), sum(amount), sum(weighted) from tallies where org_id = '{org}' and counted = 'opportunities' group by part"
        ),
        windows.join(" union all "),
        format!(
            "select id, name from customers where org_id = '{org}' and id in (select customer_id from ({}) cards)",
            windows.join(" union all ")
        ),
        format!("select id, name from users where org_id = '{org}' limit 41"),
    ]
}

fn timeline(world: &World, customer: &str) -> Vec<String> {
    let org = world.org;
    vec![
        format!("select * from activities where org_id = '{org}' and customer_id = '{customer}' and archived_at is null order by occurred_at desc, id desc limit 31"),
        format!("select * from tasks where org_id = '{org}' and customer_id = '{customer}' and archived_at is null limit 31"),
        format!("select * from audit_entries where org_id = '{org}' and record_id = any (array(select '{customer}'::uuid union all
                 select id from opportunities where org_id = '{org}' and customer_id = '{customer}')) order by at desc limit 31"),
        format!("select id, name from users where org_id = '{org}' limit 41"),
    ]
}

/// Measures every read once the data is in.
pub(crate) async fn measure(world: &mut World) -> Outcome<Measured> {
    let mut measured = Vec::new();
    for read in reads(world).into_iter().chain(desk::reads(world)) {
        let (mut guanxi, mut bare) = (Figures::default(), Figures::default());
        for round in 0..ROUNDS + WARM_UP {
            let asked = ask(world, &read.ask).await?;
            let fetched = fetch(&mut world.owner, &read.bare).await?;
            if round >= WARM_UP {
                guanxi.add(asked);
                bare.add(fetched);
            }
        }
        measured.push((read.what, guanxi, bare));
    }
    Ok(Measured(measured))
}

/// Opens the board for as long as a profile needs.
pub(crate) async fn open_boards(world: &mut World) -> Outcome<()> {
    let input = json!({"query": {"pipeline_id": world.pipeline}});
    for _ in 0..BOARDS {
        world.client.call("open_board", &input).await?;
    }
    Ok(())
}

async fn ask(world: &mut World, ask: &Ask) -> Outcome<f64> {
    let begin = Instant::now();
    match ask {
        Ask::Call(function, input) => drop(world.client.call(function, input).await?),
        Ask::Calls(calls) => {
            for (function, input) in calls {
                world.client.call(function, input).await?;
            }
        }
        Ask::Page(path) => drop(world.client.get(path).await?),
    }
    Ok(begin.elapsed().as_secs_f64() * 1_000.0)
}

/// In one transaction, as the server does, so that all rows are of the same moment.
async fn fetch(connection: &mut PgConnection, statements: &[String]) -> Outcome<f64> {
    let begin = Instant::now();
    let mut tx = connection.begin().await?;
    for statement in statements {
        sqlx::query(AssertSqlSafe(statement.clone())).fetch_all(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(begin.elapsed().as_secs_f64() * 1_000.0)
}

/// Against bare SQL with all the data, and against itself with a hundredth of it.
pub(crate) fn lines(measured: Vec<Measured>) -> Vec<Line> {
    let mut lines = Vec::new();
    let (Some(first), Some(last)) = (measured.first(), measured.last()) else { return lines };
    for ((what, guanxi, bare), (_, few, _)) in last.0.iter().zip(&first.0) {
        let line = |group, what: String, baseline: &Figures, aim| Line {
            group,
            what,
            unit: "ms".into(),
            guanxi: guanxi.clone(),
            baseline: Some(baseline.clone()),
            aim,
        };
        lines.push(line("read", format!("{what}, over bare SQL"), bare, Aim::AtMost(1.5)));
        lines.push(line("growth", format!("{what}, 100 % over 1 %"), few, Aim::AtMost(1.3)));
    }
    lines
}

//! How fast the board opens and a card moves with 100,000 open deals, against bare SQL doing the same in the same run.
//!
//! `make bench` runs it on a throw-away Postgres (`DATABASE_URL`, owner rights) and prints medians and their ratio;
//! the same goes to the file named by the first argument as JSON.

use std::error::Error;
use std::time::Instant;

use serde_json::json;
use shared::access::Actor;
use shared::board::{Board, BoardQuery};
use shared::command::{Change, Command};
use shared::i18n::Locale;
use sqlx::{Connection, PgConnection, Row};
use store::Store;
use store::auth::SetUp;
use uuid::Uuid;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Open deals on the large board.
const DEALS: i64 = 100_000;
/// Open deals on the board that the large one is compared with.
const FEW: i64 = 100;
/// Measurements of each kind.
const ROUNDS: usize = 40;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let url = std::env::var("DATABASE_URL")?;
    let report = std::env::args().nth(1);
    store::migrate(&url).await?;
    let store = Store::connect(&url, 8).await?;
    let mut owner = PgConnection::connect(&url).await?;
    let actor = found(&store).await?;

    let small = fill(&store, &mut owner, &actor, FEW).await?;
    let few = median(open_rounds(&store, &actor, &small).await?);
    let large = fill(&store, &mut owner, &actor, DEALS).await?;
    let (mut opened, mut bare_opened, mut moved, mut bare_moved) = (vec![], vec![], vec![], vec![]);
    for round in 0..ROUNDS {
        opened.push(timed(store.board(&actor, &query(&large))).await?);
        bare_opened.push(bare_open(&mut owner, &large).await?);
        moved.push(move_card(&store, &actor, &large, round).await?);
        bare_moved.push(bare_move(&mut owner, &large, round).await?);
    }
    let (opened, bare_opened) = (median(opened), median(bare_opened));
    let (moved, bare_moved) = (median(moved), median(bare_moved));
    println!("{:<44}{:>10}{:>10}{:>8}", "100,000 open deals, medians", "Guanxi", "bare SQL", "ratio");
    println!("{:<44}{opened:>8.2}ms{bare_opened:>8.2}ms{:>8.2}", "open the board", opened / bare_opened);
    println!("{:<44}{moved:>8.2}ms{bare_moved:>8.2}ms{:>8.2}", "move a card", moved / bare_moved);
    println!("{:<44}{opened:>8.2}ms{few:>8.2}ms{:>8.2}", "open: 100,000 against 100 deals", opened / few);
    if let Some(path) = report {
        let figures = json!({"open_ms": opened, "bare_open_ms": bare_opened, "open_ratio": opened / bare_opened,
            "move_ms": moved, "bare_move_ms": bare_moved, "move_ratio": moved / bare_moved, "open_ms_100_deals": few,
            "growth_ratio": opened / few});
        std::fs::write(path, serde_json::to_vec_pretty(&json!({"board": figures}))?)?;
    }
    Ok(())
}

async fn found(store: &Store) -> Outcome<Actor> {
    let actor = store
        .found(SetUp {
            org_name: "Bench".into(),
            name: "Bench".into(),
            email: format!("{}@bench.test", Uuid::now_v7().simple()),
            password: "no one signs in here".into(),
            locale: Locale::En,
            timezone: "UTC".into(),
            currency: "USD".into(),
        })
        .await?;
    Ok(store.actor(actor.org_id, actor.user_id).await?)
}

/// A pipeline with so many open deals in four stages, written set-based: only reading and moving are measured.
async fn fill(store: &Store, owner: &mut PgConnection, actor: &Actor, deals: i64) -> Outcome<Board> {
    let pipeline = Uuid::now_v7();
    create(store, actor, "pipeline", json!({"name": format!("{deals}"), "currency": "USD"}), pipeline).await?;
    for position in 0..4 {
        let stage = json!({"name": format!("S{position}"), "pipeline_id": pipeline, "position": position,
                           "probability": 20 * (position + 1)});
        create(store, actor, "stage", stage, Uuid::now_v7()).await?;
    }
    sqlx::query(
        "insert into opportunities (org_id, id, name, pipeline_id, stage_id, amount, currency, probability, status,
                                    incomplete, rank, owner_id, stage_changed_at)
         select $1, gen_random_uuid(), 'Deal ' || n, $2, (array_agg(s.id))[1 + n % 4], 1000 + n % 5000, 'USD', 20, 'open', true,
                lpad(n::text, 7, '0') || 'V', $3, now()
         from generate_series(1, $4::int) n, stages s where s.org_id = $1 and s.pipeline_id = $2 group by n",
    )
    .bind(actor.org_id)
    .bind(pipeline)
    .bind(actor.user_id)
    .bind(i32::try_from(deals)?)
    .execute(&mut *owner)
    .await?;
    sqlx::query("vacuum analyze opportunities").execute(&mut *owner).await?;
    Ok(store.board(actor, &BoardQuery { pipeline_id: Some(pipeline), ..BoardQuery::default() }).await?)
}

async fn create(store: &Store, actor: &Actor, record_type: &str, values: serde_json::Value, id: Uuid) -> Outcome<()> {
    let values = values.as_object().cloned().unwrap_or_default();
    store.apply(actor, Command::one(record_type, Change::Create { id, values })).await?;
    Ok(())
}

fn query(board: &Board) -> BoardQuery {
    BoardQuery { pipeline_id: Some(board.pipeline.id), ..BoardQuery::default() }
}

async fn open_rounds(store: &Store, actor: &Actor, board: &Board) -> Outcome<Vec<f64>> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        times.push(timed(store.board(actor, &query(board))).await?);
    }
    Ok(times)
}

async fn timed<T>(work: impl Future<Output = shared::Result<T>>) -> Outcome<f64> {
    let begin = Instant::now();
    work.await?;
    Ok(begin.elapsed().as_secs_f64() * 1_000.0)
}

/// The board's own questions to the database, without access, decoding or titles.
async fn bare_open(connection: &mut PgConnection, board: &Board) -> Outcome<f64> {
    let org = board.pipeline.reference("created_by").unwrap_or_default();
    let stages: Vec<Uuid> = board.columns.iter().map(|column| column.stage.id).collect();
    let begin = Instant::now();
    let mut tx = connection.begin().await?;
    sqlx::query("select * from pipelines where created_by = $1 order by position")
        .bind(org)
        .fetch_all(&mut *tx)
        .await?;
    sqlx::query("select * from stages where pipeline_id = $1 order by position")
        .bind(board.pipeline.id)
        .fetch_all(&mut *tx)
        .await?;
    sqlx::query(
        "select stage_id, count(*), sum(amount), sum(amount * probability) / 100 from opportunities
         where org_id = (select org_id from pipelines where id = $1) and pipeline_id = $1 and archived_at is null group by stage_id",
    )
    .bind(board.pipeline.id)
    .fetch_all(&mut *tx)
    .await?;
    sqlx::query(
        "select c.* from unnest($2::uuid[]) s (id) cross join lateral (select * from opportunities t
         where t.org_id = (select org_id from pipelines where id = $1) and t.stage_id = s.id and t.archived_at is null
         order by t.rank, t.id limit 31) c",
    )
    .bind(board.pipeline.id)
    .bind(stages)
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(begin.elapsed().as_secs_f64() * 1_000.0)
}

/// Moves the first card of a column to the top of the next one.
async fn move_card(store: &Store, actor: &Actor, board: &Board, round: usize) -> Outcome<f64> {
    let (card, to) = card_and_target(board, round);
    let values = json!({"stage_id": to, "rank": "top"});
    let change = Change::Update { id: card, version: None, values: values.as_object().cloned().unwrap_or_default() };
    timed(store.apply(actor, Command::one("opportunity", change))).await
}

fn card_and_target(board: &Board, round: usize) -> (Uuid, Uuid) {
    let column = round % board.columns.len();
    let cards = &board.columns[column].cards;
    (cards[(round / board.columns.len()) % cards.len()].id, board.columns[(column + 1) % board.columns.len()].stage.id)
}

/// The statements a move needs: lock, neighbour, stage, update, audit entry with event.
async fn bare_move(connection: &mut PgConnection, board: &Board, round: usize) -> Outcome<f64> {
    let (card, to) = card_and_target(board, round + 2);
    let begin = Instant::now();
    let mut tx = connection.begin().await?;
    let row = sqlx::query(
        "select * from opportunities where id = $1 and org_id = (select org_id from stages where id = $2) for update",
    )
    .bind(card)
    .bind(to)
    .fetch_one(&mut *tx)
    .await?;
    let org: Uuid = row.get("org_id");
    sqlx::query("select rank from opportunities where org_id = $1 and stage_id = $2 and archived_at is null order by rank, id limit 1")
        .bind(org)
        .bind(to)
        .fetch_one(&mut *tx)
        .await?;
    sqlx::query("select * from stages where org_id = $1 and id = $2").bind(org).bind(to).fetch_one(&mut *tx).await?;
    sqlx::query("select * from pipelines where org_id = $1 and id = $2")
        .bind(org)
        .bind(board.pipeline.id)
        .fetch_one(&mut *tx)
        .await?;
    sqlx::query("update opportunities set stage_id = $3, rank = '0' || rank, version = version + 1, updated_at = now() where org_id = $1 and id = $2")
        .bind(org)
        .bind(card)
        .bind(to)
        .execute(&mut *tx)
        .await?;
    let set = Uuid::now_v7();
    sqlx::query("insert into change_sets (org_id, id, source) values ($1, $2, 'system')")
        .bind(org)
        .bind(set)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "with audited as (insert into audit_entries (org_id, change_set, record_type, record_id, version, action, source, changes)
         values ($1, $2, 'opportunity', $3, 1, 'update', 'system', '{}'))
         insert into events (org_id, record_type, record_id, version) values ($1, 'opportunity', $3, 1)",
    )
    .bind(org)
    .bind(set)
    .bind(card)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(begin.elapsed().as_secs_f64() * 1_000.0)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

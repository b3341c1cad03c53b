//! Files: importing and exporting with the program, against Postgres' COPY of the same rows.

use std::path::Path;
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use serde_json::{Value, json};
use tokio::process::Command;
use uuid::Uuid;

use crate::data::World;
use crate::figures::{Aim, Figures, Line};
use crate::harness::Outcome;
use crate::harness::client::Client;
use crate::harness::process::program;

/// Imports, each of a file of its own; Guanxi and COPY in turns.
const ROUNDS: usize = 3;
/// How often it is asked whether an undo has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How long files of so many customers take, to the server on this host.
pub(crate) async fn lines(world: &mut World, host: &str, rows: usize, folder: &Path) -> Outcome<Vec<Line>> {
    let org = world.org;
    let db = &mut world.owner;
    // With all that makes a row of it: keys and indexes.
    let table = "create table copied (like customers including defaults including indexes)";
    sqlx::query(table).execute(&mut *db).await?;
    let (mut import, mut copy_in, mut export, mut copy_out) = <(Figures, Figures, Figures, Figures)>::default();
    let (mut copy_all, mut undo) = <(Figures, Figures)>::default();
    for round in 0..ROUNDS {
        let file = folder.join("customers.csv");
        std::fs::write(&file, customers(round, rows))?;
        let before = Instant::now();
        run(&["import", "--yes", "--type", "customer"], &file).await?;
        import.add(before.elapsed().as_secs_f64() * 1_000.0);

        let values = copied(org, round, rows);
        let before = Instant::now();
        let mut copy = db.copy_in_raw("copy copied (org_id, id, kind, name, number, industry) from stdin csv").await?;
        copy.send(values).await?;
        copy.finish().await?;
        copy_in.add(before.elapsed().as_secs_f64() * 1_000.0);
        copy_all.add(with_all_that_is_kept(db).await?);

        let before = Instant::now();
        run(&["export", "customers", "--output"], &file).await?;
        export.add(before.elapsed().as_secs_f64() * 1_000.0);

        let before = Instant::now();
        let sql = "copy (select * from customers where archived_at is null) to stdout csv header";
        let chunks: Vec<_> = db.copy_out_raw(sql).await?.try_collect().await?;
        std::fs::write(&file, chunks.concat())?;
        copy_out.add(before.elapsed().as_secs_f64() * 1_000.0);

        let set = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select {LATEST}"))).fetch_one(&mut *db).await?;
        // The server ends connections that are idle for as long as that took.
        undo.add(undone(&mut world.client.moved_to(host).await?, set).await?);
    }
    let line = |what, guanxi, baseline, aim| Line {
        group: "files",
        what,
        unit: "ms".into(),
        guanxi,
        baseline: Some(baseline),
        aim: Aim::AtMost(aim),
    };
    Ok(vec![
        line(format!("import {rows} customers"), import.clone(), copy_in, 4.0),
        line(format!("import {rows} customers, COPY of all it writes"), import.clone(), copy_all, 4.0),
        line(format!("undo the import of {rows} customers, the import itself"), undo, import, 1.0),
        line("export all customers".to_owned(), export, copy_out, 4.0),
    ])
}

/// How long a change set takes to be undone, from asking until it is over, ms.
async fn undone(client: &mut Client, set: Uuid) -> Outcome<f64> {
    let before = Instant::now();
    let mut state = client.json("undo", &json!({"change_set": set})).await?;
    // Large sets are undone in the background.
    while state["under_way"] == true || state["status"] == "waiting" || state["status"] == "running" {
        tokio::time::sleep(LOOK_AGAIN).await;
        state = client.json("undo_progress", &json!({"change_set": set})).await?;
    }
    match &state["status"] {
        Value::String(status) if status != "finished" => Err(format!("The undo was {status}: {state}").into()),
        _ => Ok(before.elapsed().as_secs_f64() * 1_000.0),
    }
}

/// The change set of the latest import.
const LATEST: &str = "id from change_sets where source = 'import' order by at desc limit 1";

/// How long COPY takes for everything that the latest import has written: the rows, what they are found by, their audit
/// entries and events. Into tables that have the same indexes, and are emptied each time as the others are not: in favour
/// of COPY.
async fn with_all_that_is_kept(db: &mut sqlx::PgConnection) -> Outcome<f64> {
    let set = format!("(select {LATEST})");
    let made = format!("(select record_id from audit_entries where change_set = {set})");
    let mut took = 0.0;
    for (table, condition) in [
        ("customers", format!("id in {made}")),
        ("search_entries", format!("record_id in {made}")),
        ("audit_entries", format!("change_set = {set}")),
        ("events", format!("record_id in {made}")),
    ] {
        let copy = format!("copied_{table}");
        for sql in [
            format!("drop table if exists {copy}"),
            format!("create table {copy} (like {table} including defaults including indexes)"),
        ] {
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *db).await?;
        }
        let out = format!("copy (select * from {table} where {condition}) to stdout (format binary)");
        let chunks: Vec<_> = db.copy_out_raw(&out).await?.try_collect().await?;
        let rows = chunks.concat();
        let before = Instant::now();
        let mut copy = db.copy_in_raw(&format!("copy {copy} from stdin (format binary)")).await?;
        copy.send(rows).await?;
        copy.finish().await?;
        took += before.elapsed().as_secs_f64() * 1_000.0;
    }
    Ok(took)
}

/// Which names nobody else has.
fn name(round: usize, n: usize) -> String {
    format!("杭州云帆科技 {round}-{n}")
}

fn customers(round: usize, rows: usize) -> String {
    let line = |n| format!("company,{},B{round}-{n},technology\n", name(round, n));
    std::iter::once("kind,name,number,industry\n".to_owned()).chain((0..rows).map(line)).collect()
}

fn copied(org: Uuid, round: usize, rows: usize) -> Vec<u8> {
    let line = |n| format!("{org},{},company,{},B{round}-{n},technology\n", Uuid::now_v7(), name(round, n));
    (0..rows).map(line).collect::<String>().into_bytes()
}

async fn run(arguments: &[&str], file: &Path) -> Outcome<()> {
    let output = Command::new(program()?).args(arguments).arg(file).output().await?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("guanxi {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)).into())
}

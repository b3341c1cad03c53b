//! A large import while everything breaks, and its undo while everybody writes: all of it is there exactly once, then none.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::Outcome;
use crate::harness::client::Client;
use crate::world::{World, owner};

/// How long an import or its undo may take once nothing breaks any more.
const PATIENCE: Duration = Duration::from_secs(900);
/// What every name begins with.
const MARK: &str = "Imported";

/// What it came to.
pub(crate) struct Bulk {
    /// From its start to its end through all that broke, s.
    pub(crate) imported_in: f64,
    /// From the first request to take it back to when it was, s.
    pub(crate) undone_in: f64,
    pub(crate) flaws: Vec<String>,
}

/// Imports so many customers and undoes it.
pub(crate) async fn come_and_go(world: Arc<World>, rows: usize) -> Outcome<Bulk> {
    let lines = (0..rows).map(|n| format!("{MARK} {n},B{n},technology\n"));
    let file = std::iter::once("name,number,industry\n".to_owned()).chain(lines).collect::<String>();
    let begin = Instant::now();
    let uploaded = ask(&world, |mut client: Client| {
        let file = file.clone();
        async move { client.post("/api/import/files?name=torture.csv", "text/csv", &file).await }
    })
    .await?;
    let step = call(&world, "suggest_import", json!({"file": uploaded["id"], "record_type": "customer"})).await?;
    let spec = json!({"files": [{"file": uploaded["id"], "steps": [step]}], "answers": []});
    let run = call(&world, "start_import", json!({"spec": spec})).await?["id"].clone();
    let ended = status(&world, &run, |status| !matches!(status, "waiting" | "running")).await?;
    let imported_in = begin.elapsed().as_secs_f64();
    let mut flaws = Vec::new();
    if ended["status"] != "finished" || ended["created"] != rows {
        flaws.push(format!("the import ended as {ended}"));
    }
    flaws.extend(expect(rows, "imported").await?);

    let begin = Instant::now();
    while status(&world, &run, |_| true).await?["status"] != "undone" && begin.elapsed() < PATIENCE {
        // Its answer may get lost; then the run says so.
        drop(attempt(&world, "undo_import", &json!({"id": run})).await);
        // It goes on in the background.
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    flaws.extend(expect(0, "left after the undo").await?);
    Ok(Bulk { imported_in, undone_in: begin.elapsed().as_secs_f64(), flaws })
}

/// How many customers of the import there are, if not as many as there should be.
async fn expect(rows: usize, what: &str) -> Outcome<Option<String>> {
    let sql = "select count(*) from customers where starts_with(name, $1)";
    let until = Instant::now() + PATIENCE;
    let there: i64 = loop {
        let counted = match owner().await {
            Ok(mut owner) => sqlx::query_scalar(sql).bind(MARK).fetch_one(&mut owner).await.map_err(Into::into),
            Err(error) => Err(error),
        };
        match counted {
            Ok(there) => break there,
            Err(error) if Instant::now() > until => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    };
    Ok((there != i64::try_from(rows)?).then(|| format!("{there} customers {what} instead of {rows}")))
}

/// The run once it is as wanted.
async fn status(world: &World, run: &Value, wanted: impl Fn(&str) -> bool) -> Outcome<Value> {
    let until = Instant::now() + PATIENCE;
    loop {
        let found = call(world, "import_run", json!({"id": run})).await?;
        if wanted(found["status"].as_str().unwrap_or_default()) {
            return Ok(found);
        }
        if Instant::now() > until {
            return Err(format!("the import doesn't end: {found}").into());
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// What a server function answers, asked until it does.
async fn call(world: &World, function: &'static str, input: Value) -> Outcome<Value> {
    ask(world, |mut client: Client| {
        let input = input.clone();
        async move { client.ask(function, &input).await }
    })
    .await
}

async fn attempt(world: &World, function: &str, input: &Value) -> Outcome<()> {
    world.connect(0).await?.call(function, input).await.map(drop)
}

/// An answer from either server, as soon as one gives it; a refusal is an error.
async fn ask<Asked>(world: &World, send: impl Fn(Client) -> Asked) -> Outcome<Value>
where
    Asked: Future<Output = Outcome<(u16, Vec<u8>)>>,
{
    let until = Instant::now() + PATIENCE;
    for n in 0.. {
        let answer = match world.connect(n).await {
            Ok(client) => tokio::time::timeout(Duration::from_secs(30), send(client)).await.map_err(Into::into),
            Err(error) => Err(error),
        };
        match answer {
            Ok(Ok((200..300, body))) => return Ok(serde_json::from_slice(&body)?),
            Ok(Ok((status @ 400..500, body))) if status != 429 => {
                return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
            }
            _ if Instant::now() > until => return Err("no server answers".into()),
            _ => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
    Err("no server answers".into())
}

//! Whether everything adds up: what clients were told, the audit log, the tables, and what is derived from them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, Row};
use uuid::Uuid;

use crate::clients::{Attempt, Fate, TYPES, is_logged};
use crate::desk::{self, visitor::Visit};
use crate::harness::Outcome;
use crate::replay;
use crate::world::{Backup, NODES, World, owner, read};

/// Which records a change set touched, and how often each.
type Logged = BTreeMap<Uuid, BTreeMap<Uuid, usize>>;

/// How often is looked whether something is wrong that may have been under way.
const LOOKS: usize = 5;

/// Every flaw found, one sentence each.
pub(crate) async fn of(world: &World, attempts: &[Attempt], visits: &[Visit]) -> Outcome<Vec<String>> {
    let mut db = owner().await?;
    quiet(&mut db).await?;
    let logged = logged(&mut db).await?;
    let mut flaws: Vec<String> = attempts.iter().flat_map(|attempt| judge(attempt, &logged)).collect();
    let acknowledged = world.acknowledged().clone();
    flaws.extend(lost(&mut db, &acknowledged, attempts).await?);
    flaws.extend(undone_flaws(&mut db, attempts).await?);
    flaws.extend(desk::verdict::flaws(world, &mut db, attempts).await?);
    flaws.extend(desk::visitor::flaws(&mut db, visits).await?);
    for (what, sql) in NEVER.into_iter().chain(desk::verdict::NEVER) {
        let count: i64 =
            sqlx::query_scalar(sql).fetch_one(&mut db).await.map_err(|error| format!("{what}: {error}"))?;
        if count > 0 {
            flaws.push(format!("{count} × {what}"));
        }
    }
    flaws.extend(settled(async || table_flaws(world).await).await?);
    flaws.extend(board_flaws(world, &mut db).await?);
    flaws.extend(log_flaws()?);
    db.close().await?;
    Ok(flaws)
}

/// What is wrong at every look: clocks go on, and what they bring may come in the middle of each, but of another record each
/// time. What really is wrong stays so.
async fn settled(look: impl AsyncFn() -> Outcome<Vec<String>>) -> Outcome<Vec<String>> {
    let mut left: Option<Vec<String>> = None;
    for n in 1..=LOOKS {
        match look().await {
            Ok(now) => {
                let seen_before = |flaw: &String| left.as_ref().is_none_or(|left| left.contains(flaw));
                let kept: Vec<String> = now.into_iter().filter(seen_before).collect();
                if kept.is_empty() {
                    return Ok(kept);
                }
                left = Some(kept);
            }
            Err(error) if n == LOOKS => return Err(error),
            Err(_) => {}
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    Ok(left.unwrap_or_default())
}

/// The log against the tables, and counts against both.
async fn table_flaws(world: &World) -> Outcome<Vec<String>> {
    let mut db = owner().await?;
    let audit = replay::Replay::of(&mut db).await?;
    let mut flaws = audit.broken.clone();
    for record_type in TYPES {
        flaws.extend(audit.differences(record_type, &world.read(0, record_type).await?));
        flaws.extend(count_flaws(world, &mut db, record_type).await?);
    }
    flaws.extend(desk::verdict::count_flaws(world, &mut db).await?);
    Ok(flaws)
}

/// A backup made in the middle of it, restored: it adds up by itself, and has everything acknowledged before it began.
pub(crate) async fn of_backup(world: &World, backup: &Backup, attempts: &[Attempt]) -> Outcome<Vec<String>> {
    let (server, client, url) = world.restore(backup).await?;
    let mut db = PgConnection::connect(&url).await?;
    // An import that the backup caught under way goes on where it is restored.
    let open = "select count(*) from import_runs where status in ('waiting', 'running')";
    while sqlx::query_scalar::<_, i64>(open).fetch_one(&mut db).await? > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let look = async || {
        let audit = replay::Replay::of(&mut PgConnection::connect(&url).await?).await?;
        let mut client = client.moved_to(&server.host).await?;
        let mut flaws = Vec::new();
        for record_type in TYPES {
            flaws.extend(audit.differences(record_type, &read(&mut client, record_type).await?));
        }
        Outcome::Ok(flaws)
    };
    let mut flaws = settled(look).await?;
    flaws.extend(lost(&mut db, &backup.earlier, attempts).await?);
    println!("{} change sets were acknowledged before the backup began", backup.earlier.len());
    db.close().await?;
    server.stop().await?;
    Ok(flaws.into_iter().map(|flaw| format!("restored: {flaw}")).collect())
}

/// Acknowledged change sets that aren't there.
async fn lost(db: &mut PgConnection, acknowledged: &[Uuid], attempts: &[Attempt]) -> Outcome<Vec<String>> {
    let kept: BTreeSet<Uuid> =
        sqlx::query_scalar("select id from change_sets").fetch_all(db).await?.into_iter().collect();
    let of = |id: &Uuid| attempts.iter().find(|attempt| attempt.change_set == *id);
    let lost = acknowledged.iter().filter(|id| !kept.contains(id));
    Ok(lost.map(|id| format!("LOST: {id} was acknowledged: {:?}", of(id))).collect())
}

/// Waits for what clients gave up on: it may still be under way.
async fn quiet(db: &mut PgConnection) -> Outcome<()> {
    let sql = "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
               and (state <> 'idle' or xact_start is not null)";
    for _ in 0..600 {
        if sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut *db).await? == 0 {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Err("a transaction stays open: a connection leaked".into())
}

/// What somebody asked for; what follows from it is part of the same change set.
async fn logged(db: &mut PgConnection) -> Outcome<Logged> {
    let mut logged = Logged::new();
    let sql = "select change_set, record_id from audit_entries where source <> 'system'";
    for row in sqlx::query(sql).fetch_all(db).await? {
        *logged.entry(row.get(0)).or_default().entry(row.get(1)).or_default() += 1;
    }
    Ok(logged)
}

/// What a client was told of an attempt, against the log.
fn judge(attempt: &Attempt, logged: &Logged) -> Vec<String> {
    if !matches!(attempt.function, "apply" | "apply_together") {
        return Vec::new();
    }
    let nothing = BTreeMap::new();
    let entries = logged.get(&attempt.change_set).unwrap_or(&nothing);
    let changes = attempt.changes();
    let tell = |what: String| vec![format!("{what}: {}, {:?}", attempt.change_set, attempt.fate)];
    match &attempt.fate {
        Fate::Refused(status) if !entries.is_empty() => tell(format!("refused with {status}, and done")),
        Fate::Refused(_) => Vec::new(),
        Fate::Done(answer) if is_refused_as_a_whole(attempt, answer) => match entries.is_empty() {
            true => Vec::new(),
            false => tell("refused as a whole, and done".to_owned()),
        },
        Fate::Done(answer) => changes.iter().filter_map(|change| misjudged(change, answer, entries)).collect(),
        Fate::Unknown => {
            let missing =
                changes.iter().filter(|change| is_logged(change) && !entries.contains_key(&id(change))).count();
            match attempt.is_whole() && !entries.is_empty() && missing > 0 {
                true => tell(format!("half done, {missing} of {} missing", changes.len())),
                false => Vec::new(),
            }
        }
    }
}

/// With all or nothing, one refused change refuses all; the answer names those that were to blame.
fn is_refused_as_a_whole(attempt: &Attempt, answer: &Value) -> bool {
    let blamed = answer["refused"].as_array().is_some_and(|refused| !refused.is_empty());
    attempt.is_whole() && blamed
}

fn misjudged(change: &Value, answer: &Value, entries: &BTreeMap<Uuid, usize>) -> Option<String> {
    let id = id(change);
    let refused = answer["refused"].as_array().is_some_and(|all| all.iter().any(|one| one["id"] == id.to_string()));
    let times = entries.get(&id).copied().unwrap_or_default();
    match (refused, times) {
        (true, 0) | (false, 1) => None,
        (false, 0) if !is_logged(change) => None,
        (true, _) => Some(format!("refused, and done: {change}")),
        (false, 0) => Some(format!("LOST: acknowledged, and not done: {change}, {answer}")),
        (false, times) => Some(format!("done {times} times: {change}")),
    }
}

fn id(change: &Value) -> Uuid {
    change["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default()
}

/// Undoing that was acknowledged is in the log.
async fn undone_flaws(db: &mut PgConnection, attempts: &[Attempt]) -> Outcome<Vec<String>> {
    let sql = "select undo_of from change_sets where undo_of is not null";
    let undone: BTreeSet<Uuid> = sqlx::query_scalar(sql).fetch_all(db).await?.into_iter().collect();
    let is_told = |fate: &Fate| matches!(fate, Fate::Done(answer) if answer["undone"].as_u64() > Some(0));
    let told = attempts.iter().filter(|attempt| attempt.function == "undo" && is_told(&attempt.fate));
    let lost = told.filter(|attempt| !undone.contains(&attempt.change_set));
    Ok(lost.map(|attempt| format!("LOST: the undo of {} was acknowledged", attempt.change_set)).collect())
}

/// What there must be none of.
const NEVER: [(&str, &str); 9] = [
    (
        "the same version of a record twice in the audit log",
        "select count(*) from (select 1 from audit_entries group by record_id, version having count(*) > 1) x",
    ),
    (
        "an audit entry without its event",
        "select count(*) from audit_entries a where not exists
        (select from events e where e.record_id = a.record_id and e.version = a.version)
        and not exists (select from events e where e.record_id is null and e.record_type = a.record_type and e.at >= a.at)",
    ),
    (
        "a change set undone twice",
        "select count(*) from (select 1 from change_sets where undo_of is not null group by undo_of having count(*) > 1) x",
    ),
    (
        "a merged record that is still there, or whose address leads nowhere",
        "with there as (select id from customers union all select id from tickets)
         select count(*) from merged_records m where exists (select from there t where t.id = m.id)
         or not exists (select from there t where t.id = m.into_id)
            and not exists (select from merged_records n where n.id = m.into_id)
            and not exists (select from audit_entries a where a.record_id = m.into_id and a.action = 'delete')",
    ),
    (
        "a deal whose customer isn't there",
        "select count(*) from opportunities o where customer_id is not null
         and not exists (select from customers c where c.id = o.customer_id)",
    ),
    ("a command's key kept without its outcome", "select count(*) from idempotency_keys where outcome is null"),
    (
        "a record that search knows by another name",
        "select count(*) from (select id, name from customers union all select id, name from opportunities
      union all select id, subject from tickets) r
      left join search_entries s on s.record_id = r.id where s.title is distinct from r.name",
    ),
    (
        "a search entry of nothing",
        "select count(*) from search_entries s where record_type = 'customer' and not exists
        (select from customers c where c.id = s.record_id)
        or record_type = 'ticket' and not exists (select from tickets t where t.id = s.record_id)",
    ),
    (
        "a deal whose pipeline isn't its stage's",
        "select count(*) from opportunities o join stages s on s.id = o.stage_id where s.pipeline_id <> o.pipeline_id",
    ),
];

/// How many there are said to be, against how many there are.
async fn count_flaws(world: &World, db: &mut PgConnection, record_type: &str) -> Outcome<Option<String>> {
    let table = shared::types::by_name(record_type).ok_or("no such type")?.table();
    let sql = format!("select count(*) from {table} where archived_at is null");
    let real: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(db).await?;
    let query = json!({"record_type": record_type, "query": {"limit": 1, "count": true}});
    let said = world.connect(1).await?.json("list_records", &query).await?["total"].as_i64();
    Ok((said != Some(real)).then(|| format!("{table}: {real} there, counted as {said:?}")))
}

/// The board of both servers, column by column, against each other and against the table.
async fn board_flaws(world: &World, db: &mut PgConnection) -> Outcome<Vec<String>> {
    let mut boards = Vec::new();
    for node in 0..NODES {
        boards.push(world.connect(node).await?.json("open_board", &json!({"query": {}})).await?["columns"].take());
    }
    let mut flaws = Vec::new();
    if boards.windows(2).any(|pair| pair[0] != pair[1]) {
        flaws.push("the servers show different boards".to_owned());
    }
    let sql = "select count(*), coalesce(sum(amount), 0)::float8 from opportunities where stage_id = $1 and archived_at is null";
    for column in boards[0].as_array().into_iter().flatten() {
        let stage: Uuid = column["stage"]["id"].as_str().unwrap_or_default().parse()?;
        let (count, sum): (i64, f64) = sqlx::query_as(sql).bind(stage).fetch_one(&mut *db).await?;
        let sums = &column["totals"];
        let said = (&sums["count"], sums["sum"].as_str().and_then(|sum| sum.parse().ok()).unwrap_or(f64::NAN));
        if said.0 != count || (said.1 - sum).abs() > 0.01 {
            flaws.push(format!("a column says {} and {}, there are {count} and {sum}", said.0, said.1));
        }
    }
    Ok(flaws)
}

/// What Postgres complains of.
fn log_flaws() -> Outcome<Option<String>> {
    let Ok(folder) = std::env::var("TEST_POSTGRES") else { return Ok(None) };
    let log = std::fs::read_to_string(format!("{folder}/log"))?;
    let lines: Vec<&str> = log.lines().collect();
    let deadlocks: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].contains("deadlock detected")).collect();
    // Who waited for whom, and for what: the log is gone when the run ends.
    let told = |at: &usize| lines.iter().skip(*at).take(12).copied().collect::<Vec<_>>().join("\n");
    let all = deadlocks.iter().map(told).collect::<Vec<_>>().join("\n\n");
    Ok((!deadlocks.is_empty()).then(|| format!("{} deadlocks\n{all}", deadlocks.len())))
}

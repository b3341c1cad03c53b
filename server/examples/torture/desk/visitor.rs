//! A customer who looks at their tickets on the public pages, and writes there.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use sqlx::PgConnection;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::{NOTE, SLUG, address};
use crate::harness::Outcome;
use crate::harness::client::Client;
use crate::world::{NODES, World, owner};

/// After this an answer isn't waited for any longer.
const PATIENCE: Duration = Duration::from_secs(8);
/// Nobody fills a form in faster, as the server sees it.
const FILLING_IN: Duration = Duration::from_millis(3_200);

/// What a customer saw and said.
#[derive(Debug, Default)]
pub(crate) struct Visit {
    /// Pages that came.
    pub(crate) pages: u32,
    /// What the pages thanked for.
    pub(crate) said: Vec<String>,
    /// What should not have been.
    pub(crate) flaws: Vec<String>,
}

/// The n-th customer, let in by a link that they got: looks and writes until all is over.
pub(crate) async fn visit(world: Arc<World>, n: usize, mut rng: Rng) -> Outcome<Visit> {
    let cookie = let_in(n).await?;
    let mut visit = Visit::default();
    while !world.is_over() {
        // What is cut is looked at again.
        let look = look(&world, &cookie, &mut rng, &mut visit);
        drop(timeout(PATIENCE, look).await);
        sleep(Duration::from_millis(rng.u64(50..400))).await;
    }
    Ok(visit)
}

/// A session, as following the link in a mail begins one.
async fn let_in(n: usize) -> Outcome<String> {
    let token = Uuid::now_v7().to_string();
    let sql = "insert into portal_sessions (org_id, token_hash, email) select id, sha256(convert_to($1, 'UTF8')), $2 from organisations";
    sqlx::query(sql).bind(&token).bind(address(n)).execute(&mut owner().await?).await?;
    Ok(format!("gx_portal={token}"))
}

async fn look(world: &World, cookie: &str, rng: &mut Rng, visit: &mut Visit) -> Outcome<()> {
    let mut client = Client::carrying(world.proxy(rng.usize(..NODES)), cookie.to_owned()).await?;
    let list = page(&mut client, "tickets", visit).await?;
    let link = format!("/portal/{SLUG}/tickets/");
    let numbers = list.split(&link).skip(1).filter_map(|rest| rest.split('"').next());
    let Some(number) = rng.choice(numbers.collect::<Vec<_>>()) else { return Ok(()) };
    let ticket = page(&mut client, &format!("tickets/{number}"), visit).await?;
    page(&mut client, &format!("tickets/{number}/conversation"), visit).await?;
    match rng.u32(..20) {
        0 => drop(client.post(&format!("{link}{number}/solve"), FORM, "").await?),
        1 => drop(client.post(&format!("{link}{number}/reopen"), FORM, "").await?),
        2 => write(&mut client, rng, (&format!("{link}{number}/reply"), &ticket), visit).await?,
        _ => {}
    }
    Ok(())
}

const FORM: &str = "application/x-www-form-urlencoded";

async fn page(client: &mut Client, path: &str, visit: &mut Visit) -> Outcome<String> {
    let body = String::from_utf8(client.get(&format!("/portal/{SLUG}/{path}")).await?)?;
    visit.pages += 1;
    if body.contains(NOTE) {
        visit.flaws.push(format!("{path}: a customer sees what colleagues noted"));
    }
    Ok(body)
}

/// Fills the form in and sends it twice, as by pressing twice.
async fn write(client: &mut Client, rng: &mut Rng, (path, page): (&str, &str), visit: &mut Visit) -> Outcome<()> {
    let stamp =
        page.split("name=\"stamp\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).ok_or("no stamp")?;
    sleep(FILLING_IN).await;
    let text = format!("said-{:016x}", rng.u64(..));
    let stamp: String = url::form_urlencoded::byte_serialize(stamp.as_bytes()).collect();
    for _ in 0..2 {
        // Written too fast, too often, or while a clock is wrong: the form comes again.
        if let (303, _) = client.post(path, FORM, &format!("stamp={stamp}&content={text}")).await? {
            visit.said.push(text.clone());
        }
    }
    Ok(())
}

/// What was thanked for is there, once.
pub(crate) async fn flaws(db: &mut PgConnection, visits: &[Visit]) -> Outcome<Vec<String>> {
    let mut flaws: Vec<String> = visits.iter().flat_map(|visit| visit.flaws.clone()).collect();
    let said: std::collections::BTreeSet<&String> = visits.iter().flat_map(|visit| &visit.said).collect();
    println!(
        "{} public pages seen, {} times written there",
        visits.iter().map(|visit| visit.pages).sum::<u32>(),
        said.len()
    );
    for text in said {
        let sql = "select count(*) from audit_entries where record_type = 'ticket_message' and action = 'create'
                   and source <> 'undo' and changes #>> '{content,1}' like '%' || $1 || '%'";
        let times: i64 = sqlx::query_scalar(sql).bind(text).fetch_one(&mut *db).await?;
        if times != 1 {
            flaws.push(format!("what a customer wrote is there {times} times: {text}"));
        }
    }
    Ok(flaws)
}

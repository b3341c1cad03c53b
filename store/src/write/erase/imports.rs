//! What imports still hold of somebody who is erased: files as they were uploaded, rows that were refused, answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use shared::import::{Answer, Decision, FILE_ERASED, Reading, Spec};
use shared::record::{dialled, text, texts};
use shared::{Kind, RecordDef, Result, Values};
use sqlx::types::Json;
use uuid::Uuid;

use super::ERASED;
use super::mask::Mask;
use crate::error::from_sqlx;
use crate::import::{Told, forget_words, says};
use crate::pool::Tx;
use crate::write::load;

/// How long an upload is looked through, and how long all of them are: meanwhile the transaction holds tickets, and the database ends
/// one of which it hears nothing for a minute. What was not looked through in time may tell of somebody, and goes.
const ONE_UPLOAD: Duration = Duration::from_secs(20);
const ALL_UPLOADS: Duration = Duration::from_secs(40);
/// Refused rows looked at per statement.
const CHUNK: i64 = 5_000;

type Refused = (Uuid, i32, i64, String, Json<Vec<String>>);

/// What somebody was ever called and reached by.
#[derive(Clone, Default)]
pub(super) struct Said {
    /// In lower case, with a space between their words.
    pub(super) names: BTreeSet<String>,
    /// In lower case.
    pub(super) emails: BTreeSet<String>,
    /// The digits that count.
    pub(super) phones: BTreeSet<String>,
    /// They are the names of companies only.
    pub(super) of_company: bool,
}

impl Said {
    /// What records say, and what they said before: to be asked before that is erased.
    pub(super) async fn by(tx: &mut Tx, def: &'static RecordDef, ids: &[Uuid]) -> Result<Self> {
        let rows = load::rows_by_id(tx, def, &ids.iter().copied().collect()).await?;
        let of_company = rows.iter().all(|row| row.text("kind") == Some("company"));
        let mut said = Self { of_company, ..Self::default() };
        for row in rows {
            said.add(def, &row.values);
        }
        let logged: Vec<Json<Values>> =
            sqlx::query_scalar("select changes from audit_entries where org_id = $1 and record_id = any($2)")
                .bind(tx.org_id)
                .bind(ids)
                .fetch_all(&mut *tx.inner)
                .await
                .map_err(from_sqlx)?;
        for Json(changes) in logged {
            for at in [0_usize, 1] {
                let one = |(name, pair): (&String, &Value)| Some((name.clone(), pair.get(at)?.clone()));
                said.add(def, &changes.iter().filter_map(one).collect());
            }
        }
        Ok(said)
    }

    pub(super) fn add(&mut self, def: &'static RecordDef, values: &Values) {
        self.names.extend(text(values, def.title).map(bare).filter(|name| !name.is_empty()));
        for field in def.fields {
            let all = texts(values, field.name).chain(text(values, field.name));
            match field.kind {
                Kind::Emails | Kind::Email => self.emails.extend(all.map(str::to_lowercase)),
                Kind::Phones => self.phones.extend(all.filter_map(dialled)),
                _ => {}
            }
        }
    }

    /// Adds what is said of them elsewhere.
    pub(super) fn join(&mut self, other: Self) {
        self.names.extend(other.names);
        self.emails.extend(other.emails);
        self.phones.extend(other.phones);
    }

    /// Whether cells of a row tell of them: by an address, a phone, or all words of a name, wherever in the row those stand. A
    /// row too many is no loss: whoever brought it in has the file.
    fn is_told_by(&self, cells: &[String]) -> bool {
        let is_reached = |cell: &String| {
            let lower = cell.to_lowercase();
            let mut numbers = cell.split([',', ';', '，', '；', '、', '\n', '/']).filter_map(dialled);
            self.emails.iter().any(|email| lower.contains(email.as_str())) || numbers.any(|n| self.phones.contains(&n))
        };
        let row = bare(&cells.join(" "));
        let has = |word: &str| row.split(' ').any(|own| own == word);
        // Of Chinese names, too, the parts may stand in cells of their own.
        let together = row.replace(' ', "");
        let is_together = |name: &str| !name.is_ascii() && together.contains(&name.replace(' ', ""));
        let is_called = |name: &String| name.split(' ').all(has) || is_together(name);
        cells.iter().any(is_reached) || self.names.iter().any(is_called)
    }
}

/// Words in lower case with a space between them.
fn bare(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Forgets what imports hold of somebody. Uploads that name them, or can't be read, are emptied, however new they are, unless a run
/// needs them, which takes them along when it is over: whoever is matching one has the file.
pub(super) async fn forget(tx: &mut Tx, said: &Said) -> Result<()> {
    end_matching(tx, said).await?;
    // What runs that failed had still to do.
    sqlx::query(
        "delete from import_chunks c using import_runs r where c.org_id = $1 and r.org_id = c.org_id and r.id = c.run_id
         and r.status not in ('waiting', 'running') and r.held_until < now()",
    )
    .bind(tx.org_id)
    .execute(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    forget_refused(tx, said).await?;
    forget_answers(tx, said).await?;
    forget_words(tx, &|text| said.is_told_by(&[text.to_owned()])).await
}

/// The uploads that tell of somebody, in a row as refused ones do, or in a text as records do that stay. Masks take long: only where
/// the row as a whole says nothing.
async fn telling(tx: &mut Tx, said: &Said) -> Result<Vec<Uuid>> {
    let (own, mask) = (said.clone(), Mask::of(said));
    let is_told: Told =
        Arc::new(move |cells: &[String]| own.is_told_by(cells) || cells.iter().any(|cell| mask.text(cell).is_some()));
    let all: Vec<Uuid> = sqlx::query_scalar("select id from import_files where org_id = $1 and not erased order by id")
        .bind(tx.org_id)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    let (mut telling, until) = (Vec::new(), Instant::now() + ALL_UPLOADS);
    for id in all {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            telling.push(id);
            continue;
        }
        // One after the other: they are large.
        let sql = "select name, content, reading from import_files where org_id = $1 and id = $2";
        let upload: Option<(String, Vec<u8>, Json<Reading>)> =
            sqlx::query_as(sql).bind(tx.org_id).bind(id).fetch_optional(&mut *tx.inner).await.map_err(from_sqlx)?;
        let Some((name, content, Json(reading))) = upload else { continue };
        if is_told(&[name]) || says(content, reading, is_told.clone(), ONE_UPLOAD.min(left)).await {
            telling.push(id);
        }
    }
    Ok(telling)
}

/// Empties uploads that tell of somebody, and ends the imports that were being made of them: among theirs stands why.
async fn end_matching(tx: &mut Tx, said: &Said) -> Result<()> {
    let telling = telling(tx, said).await?;
    if telling.is_empty() {
        return Ok(());
    }
    // What is joined is as it was before.
    let ended: Vec<(Uuid, String)> = sqlx::query_as(
        "with emptied as (
             update import_files f set content = '', name = '', reading = '{}', erased = true
             where f.org_id = $1 and f.id = any($2) and not f.erased and not exists (
                 select from import_runs r where r.org_id = f.org_id and r.status in ('waiting', 'running')
                 and r.spec @> jsonb_build_object('files', jsonb_build_array(jsonb_build_object('file', f.id))))
             returning f.id
         )
         select f.actor_id, f.name from emptied e join import_files f on f.org_id = $1 and f.id = e.id
         where not exists (
             select from import_runs r where r.org_id = f.org_id
             and r.spec @> jsonb_build_object('files', jsonb_build_array(jsonb_build_object('file', f.id))))
         order by f.id",
    )
    .bind(tx.org_id)
    .bind(telling)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let mut names: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
    for (actor, name) in ended {
        let is_telling = said.is_told_by(std::slice::from_ref(&name));
        names.entry(actor).or_default().push(if is_telling { ERASED.to_owned() } else { name });
    }
    for (actor, names) in names {
        sqlx::query(
            "insert into import_runs (org_id, id, actor_id, title, spec, status, reason, change_set, finished_at)
             values ($1, $2, $3, $4, $5, 'failed', $6, $7, now())",
        )
        .bind(tx.org_id)
        .bind(Uuid::now_v7())
        .bind(actor)
        .bind(names.join(", "))
        .bind(Json(Spec::default()))
        .bind(FILE_ERASED)
        .bind(Uuid::now_v7())
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    }
    Ok(())
}

async fn forget_refused(tx: &mut Tx, said: &Said) -> Result<()> {
    let mut last = (Uuid::nil(), 0, 0, String::new());
    loop {
        let rows: Vec<Refused> = sqlx::query_as(
            "select run_id, file, line, record_type, cells from import_refusals
             where org_id = $1 and (run_id, file, line, record_type) > ($2, $3, $4, $5)
             order by run_id, file, line, record_type limit $6",
        )
        .bind(tx.org_id)
        .bind(last.0)
        .bind(last.1)
        .bind(last.2)
        .bind(&last.3)
        .bind(CHUNK)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
        let Some((run, file, line, record_type, _)) = rows.last() else { return Ok(()) };
        last = (*run, *file, *line, record_type.clone());
        let telling: Vec<&Refused> = rows.iter().filter(|(.., Json(cells))| said.is_told_by(cells)).collect();
        sqlx::query(
            "delete from import_refusals r using unnest($2::uuid[], $3::int[], $4::bigint[]) as n (run_id, file, line)
             where r.org_id = $1 and r.run_id = n.run_id and r.file = n.file and r.line = n.line",
        )
        .bind(tx.org_id)
        .bind(telling.iter().map(|row| row.0).collect::<Vec<_>>())
        .bind(telling.iter().map(|row| row.1).collect::<Vec<_>>())
        .bind(telling.iter().map(|row| row.2).collect::<Vec<_>>())
        .execute(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    }
}

/// Answers of runs that are over are read by nobody any more.
async fn forget_answers(tx: &mut Tx, said: &Said) -> Result<()> {
    let runs: Vec<(Uuid, Json<Vec<Answer>>)> = sqlx::query_as(
        "select id, spec -> 'answers' from import_runs
         where org_id = $1 and status not in ('waiting', 'running') and jsonb_array_length(spec -> 'answers') > 0",
    )
    .bind(tx.org_id)
    .fetch_all(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    for (run, Json(mut answers)) in runs {
        let before = answers.len();
        answers.retain(|answer| {
            let used = if let Decision::Use(used) = &answer.decision { used.as_str() } else { "" };
            let is_told = |text: &str| said.is_told_by(&[text.to_owned()]);
            !is_told(&answer.unknown.value) && !is_told(used)
        });
        if answers.len() < before {
            sqlx::query("update import_runs set spec = jsonb_set(spec, '{answers}', $3) where org_id = $1 and id = $2")
                .bind(tx.org_id)
                .bind(run)
                .bind(Json(answers))
                .execute(&mut *tx.inner)
                .await
                .map_err(from_sqlx)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::types::CONTACT;

    use super::*;

    #[test]
    fn rows_tell_of_somebody_by_name_address_and_phone() {
        let mut said = Said::default();
        let add = |said: &mut Said, fields: Value| said.add(&CONTACT, fields.as_object().unwrap());
        let channels = json!(["jon@smith.example"]);
        add(&mut said, json!({"name": "Jon Smith", "emails": channels, "phones": ["+86 139 0000 7777"]}));
        add(&mut said, json!({"name": "王小明"}));
        let is_told = |cells: &[&str]| {
            let cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
            said.is_told_by(&cells)
        };
        for cells in [
            &["Smith", "Jon", ""][..],
            &["SMITH, JON (old)"],
            &["", "Jon <JON@Smith.example>"],
            &["", "0755-2654 3210; 139-0000-7777"],
            &["王", "小明"],
            &["联系人王小明"],
        ] {
            assert!(is_told(cells), "{cells:?}");
        }
        for cells in [&["Jon", "Smithson"][..], &["Jonathan Smith"], &["13900007778"], &["王明"], &[]] {
            assert!(!is_told(cells), "{cells:?}");
        }
    }
}

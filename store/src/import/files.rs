//! Uploaded files: kept until the run that uses them is over, or for a day.

use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::access::{Action, Actor};
use shared::i18n::Locale;
use shared::import::{FILE_ERASED, FileInfo, FileKind, Format, MAX_BYTES, Reading, Step};
use shared::types::REGISTRY;
use shared::{Error, RecordDef, Result};
use sqlx::types::Json;
use uuid::Uuid;

use super::layout::Layout;
use super::preset::{Preset, Roles};
use super::remembered::remembered;
use super::spelling::spell;
use super::suggest;
use super::table::{Table, is_said, read_aside, too_large};
use crate::auth::DefaultRole;
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};
use crate::write::custom_fields;

impl Store {
    /// Takes in a file and says what is in it.
    ///
    /// # Errors
    /// `Forbidden` without any import right; `Invalid` on `file` when it is too large, empty or no table.
    pub async fn upload_import(&self, actor: &Actor, name: &str, content: &[u8]) -> Result<FileInfo> {
        if !actor.may_import() {
            return Err(Error::Forbidden);
        }
        if content.len() > MAX_BYTES {
            return Err(too_large());
        }
        let read = read_aside(content.to_vec(), Reading::default()).await;
        let (table, content) = if is_named_cards(name) { as_cards(read)? } else { read? };
        let id = Uuid::now_v7();
        let name: String = name.chars().filter(|c| !c.is_control()).take(300).collect();
        let mut tx = self.reading(actor).await?;
        sqlx::query("insert into import_files (org_id, id, actor_id, name, content) values ($1, $2, $3, $4, $5)")
            .bind(actor.org_id)
            .bind(id)
            .bind(actor.user_id)
            .bind(&name)
            .bind(content)
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        let info = describe(&mut tx, actor, id, name, &table).await?;
        tx.commit().await?;
        Ok(info)
    }

    /// Reads an uploaded file in another way than was found out.
    ///
    /// # Errors
    /// `NotFound` for files of others; `Invalid` for what can't be, and on `file` when it is no table then.
    pub async fn reread_import(&self, actor: &Actor, file: Uuid, reading: &Reading) -> Result<FileInfo> {
        let mut tx = self.reading(actor).await?;
        let found = sqlx::query("update import_files set reading = $4 where org_id = $1 and id = $2 and actor_id = $3")
            .bind(actor.org_id)
            .bind(file)
            .bind(actor.user_id)
            .bind(Json(reading))
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
        if found.rows_affected() == 0 {
            return Err(Error::NotFound);
        }
        let (name, table) = load(&mut tx, actor.user_id, file).await?;
        let info = describe(&mut tx, actor, file, name, &table).await?;
        tx.commit().await?;
        Ok(info)
    }

    /// The suggested mapping of an uploaded file to a type.
    ///
    /// # Errors
    /// `NotFound` for files of others.
    pub async fn suggest_import(&self, actor: &Actor, file: Uuid, def: &'static RecordDef) -> Result<Step> {
        let mut tx = self.reading(actor).await?;
        let (_, table) = load(&mut tx, actor.user_id, file).await?;
        let custom = custom_fields(&mut tx, def).await?;
        let mut steps = [suggest::of_table(def, &custom, &table)];
        suggest::look_closer(&mut steps, &table);
        let [step] = steps;
        Ok(step)
    }
}

/// What is said of files that hold no cards, if they are called as if they did.
const NO_CARDS: [&str; 4] = ["file_unreadable", "file_empty", "file_web_page", "file_data"];

/// Whether a file is called as files of cards are.
fn is_named_cards(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case(FileKind::Vcf.extension()))
}

/// What was read of a file of cards: how to save tables is no help where there are none in it.
fn as_cards(read: Result<(Table, Vec<u8>)>) -> Result<(Table, Vec<u8>)> {
    let none = || Error::invalid("file", "file_no_cards");
    match read {
        Ok(read) if read.0.format == Format::Cards => Ok(read),
        Ok(_) => Err(none()),
        Err(error) if NO_CARDS.iter().any(|code| error == Error::invalid("file", code)) => Err(none()),
        Err(error) => Err(error),
    }
}

async fn describe(tx: &mut Tx, actor: &Actor, id: Uuid, name: String, table: &Table) -> Result<FileInfo> {
    let may = |step: &Step| shared::types::by_name(&step.record_type).is_some_and(|def| actor.may(def, Action::Import));
    // Columns without names tell nothing of a file.
    let remembered = if table.header > 0 { remembered(tx, actor, table).await? } else { None };
    let remembered = remembered.filter(|(steps, _)| steps.iter().all(may));
    let (preset, mut steps) = match (Preset::recognise(&table.columns), &remembered) {
        (Some(preset), _) => (Some(preset.code()), preset.steps(&roles(tx).await?)),
        (None, Some((steps, _))) => (None, steps.clone()),
        (None, None) => {
            let known = Layout::recognise(&table.columns).map(|layout| (layout.code, layout.steps_for(table)));
            match known.filter(|(_, steps)| steps.iter().all(may)) {
                Some((code, steps)) => (Some(code), steps),
                None => (None, vec![likeliest(tx, actor, table, &name).await?]),
            }
        }
    };
    spell(&mut steps, &table.columns);
    suggest::look_closer(&mut steps, table);
    Ok(FileInfo {
        id,
        name,
        format: table.format.clone(),
        header: table.header,
        begins: table.begins.clone(),
        columns: table.describe(),
        rows: table.len() as u64,
        preset: preset.map(str::to_owned),
        remembered: preset.is_none() && remembered.is_some(),
        titles: remembered.map(|(_, titles)| titles).unwrap_or_default(),
        steps,
    })
}

/// The mapping to the type that a file of that name fits best, of those that the actor may bring in. Of an export of ours no other
/// type is guessed than what it is of.
///
/// # Errors
/// `Invalid` on `file` for an export of what can't be brought in, or not by the actor.
async fn likeliest(tx: &mut Tx, actor: &Actor, table: &Table, name: &str) -> Result<Step> {
    if let Some(def) = suggest::exported(table, name).filter(|def| !actor.may(def, Action::Import)) {
        return Err(Error::invalid("file", if def.uploaded { "file_of_uploads" } else { "file_not_allowed" }));
    }
    let mut likely = suggest::type_of(table, name);
    if !actor.may(likely, Action::Import) {
        likely = REGISTRY.iter().copied().find(|def| actor.may(def, Action::Import)).unwrap_or(likely);
    }
    let custom = custom_fields(tx, likely).await?;
    Ok(suggest::of_table(likely, &custom, table))
}

/// A file's name and content.
pub(super) async fn load(tx: &mut Tx, actor_id: Uuid, file: Uuid) -> Result<(String, Table)> {
    let found: Option<(String, Vec<u8>, Json<Reading>, bool)> = sqlx::query_as(
        "select name, content, reading, erased from import_files where org_id = $1 and id = $2 and actor_id = $3",
    )
    .bind(tx.org_id)
    .bind(file)
    .bind(actor_id)
    .fetch_optional(&mut *tx.inner)
    .await
    .map_err(from_sqlx)?;
    let (name, content, Json(reading), erased) = found.ok_or(Error::NotFound)?;
    if erased {
        return Err(Error::invalid("file", FILE_ERASED));
    }
    Ok((name, read_aside(content, reading).await?.0))
}

/// Whether a row of cells says what is looked for.
pub(crate) type Told = Arc<dyn Fn(&[String]) -> bool + Send + Sync>;

/// Whether an upload says what is looked for; what can't be read, or not in that time, may say anything. It keeps nobody waiting.
pub(crate) async fn says(content: Vec<u8>, reading: Reading, is_told: Told, patience: Duration) -> bool {
    let until = Instant::now() + patience;
    // Nobody stops what runs aside: it has to find out itself that nobody waits for it any more.
    let is_told_in_time = move |cells: &[String]| Instant::now() >= until || is_told(cells);
    let is_read = move |reading: &Reading| is_said(&content, reading, &is_told_in_time).unwrap_or(true);
    // In a character set that was chosen for it names may be none.
    let look = move || is_read(&reading) || reading.encoding.is_some() && is_read(&Reading::default());
    match tokio::time::timeout(patience, tokio::task::spawn_blocking(look)).await {
        Ok(Ok(is_said)) => is_said,
        Ok(Err(_)) | Err(_) => true,
    }
}

/// The organisation's names of the default roles, in whichever language it was set up.
async fn roles(tx: &mut Tx) -> Result<Roles> {
    let names: Vec<String> = sqlx::query_scalar("select name from roles where org_id = $1 and archived_at is null")
        .bind(tx.org_id)
        .fetch_all(&mut *tx.inner)
        .await
        .map_err(from_sqlx)?;
    let of = |role: DefaultRole| {
        let mut known = Locale::ALL.iter().map(|locale| role.name(*locale));
        known.find(|name| names.iter().any(|own| own == name)).map(str::to_owned)
    };
    Ok(Roles { rep: of(DefaultRole::SalesRep), manager: of(DefaultRole::SalesManager) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_not_looked_through_in_time_may_say_anything() {
        let is_said = async |words: &'static str, patience: Duration| {
            let is_told: Told = Arc::new(move |cells: &[String]| cells.iter().any(|cell| cell == words));
            says(b"name,city\nAcme,Paris\n".to_vec(), Reading::default(), is_told, patience).await
        };
        let long = Duration::from_secs(60);
        assert!(is_said("Paris", long).await && !is_said("Rome", long).await);
        assert!(is_said("Rome", Duration::ZERO).await);
    }
}

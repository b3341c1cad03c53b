//! Uploaded files: kept until the run that uses them is over.

use shared::access::{Action, Actor};
use shared::i18n::Locale;
use shared::import::{FileInfo, MAX_BYTES, Step};
use shared::types::REGISTRY;
use shared::{Error, RecordDef, Result};
use uuid::Uuid;

use super::preset::{Preset, Roles};
use super::suggest;
use super::table::{Table, read_aside, too_large};
use crate::auth::DefaultRole;
use crate::error::from_sqlx;
use crate::pool::{Store, Tx};

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
        let (table, content) = read_aside(content.to_vec()).await?;
        let id = Uuid::now_v7();
        let name: String = name.chars().filter(|c| !c.is_control()).take(300).collect();
        let mut tx = self.reading(actor).await?;
        sqlx::query("delete from import_files where created_at < now() - interval '1 day' and not exists (
                         select from import_runs r where r.org_id = import_files.org_id and r.status in ('waiting', 'running')
                         and r.spec @> jsonb_build_object('files', jsonb_build_array(jsonb_build_object('file', import_files.id))))")
            .execute(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
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

    /// The suggested mapping of an uploaded file to a type.
    ///
    /// # Errors
    /// `NotFound` for files of others.
    pub async fn suggest_import(&self, actor: &Actor, file: Uuid, def: &'static RecordDef) -> Result<Step> {
        let mut tx = self.reading(actor).await?;
        let (_, table) = load(&mut tx, actor.user_id, file).await?;
        Ok(suggest::step(def, &table.columns))
    }
}

async fn describe(tx: &mut Tx, actor: &Actor, id: Uuid, name: String, table: &Table) -> Result<FileInfo> {
    let preset = Preset::recognise(&table.columns);
    let steps = match preset {
        Some(preset) => preset.steps(&roles(tx).await?),
        None => {
            let mut likely = suggest::likeliest(&table.columns);
            if !actor.may(likely, Action::Import) {
                likely = REGISTRY.iter().copied().find(|def| actor.may(def, Action::Import)).unwrap_or(likely);
            }
            vec![suggest::step(likely, &table.columns)]
        }
    };
    Ok(FileInfo {
        id,
        name,
        encoding: table.encoding.to_owned(),
        delimiter: char::from(table.delimiter),
        columns: table.describe(),
        rows: table.rows.len() as u64,
        preset: preset.map(|preset| preset.code().to_owned()),
        steps,
    })
}

/// A file's name and content.
pub(super) async fn load(tx: &mut Tx, actor_id: Uuid, file: Uuid) -> Result<(String, Table)> {
    let found: Option<(String, Vec<u8>)> =
        sqlx::query_as("select name, content from import_files where org_id = $1 and id = $2 and actor_id = $3")
            .bind(tx.org_id)
            .bind(file)
            .bind(actor_id)
            .fetch_optional(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
    let (name, content) = found.ok_or(Error::NotFound)?;
    Ok((name, read_aside(content).await?.0))
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

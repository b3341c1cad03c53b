//! Files that an organisation does not take in, lest they are opened by whoever gets them: by their ending, and by what their bytes
//! say they are.

use futures::Stream;
use shared::access::Actor;
use shared::types::{clean_file_name, endings};
use shared::{Error, FieldError, Result};
use uuid::Uuid;

use super::{Bytes, Received};
use crate::error::from_sqlx;
use crate::pool::{DbRole, Store, Tx};

/// What organisations refuse until they decide otherwise: programs, scripts that run by being opened, and what starts those.
/// Migration 0064 has given it to those that were there.
pub(crate) const REFUSED_AT_FIRST: &str = "exe, msi, msp, msix, bat, cmd, com, scr, pif, cpl, dll, sys, js, jse, vbs, vbe, wsf, \
    wsh, hta, ps1, psm1, jar, class, apk, dex, dmg, pkg, deb, rpm, elf, mach, lnk, reg, msc, chm, gadget, xll";

/// The refusal of a file that has nothing in it.
fn empty(name: &str) -> Error {
    Error::Invalid { fields: vec![FieldError::new("file", "upload_empty").with("name", clean_file_name(name))] }
}

/// The refusal of a file for its type.
fn of_type(name: &str, ending: &str) -> Error {
    let error = FieldError::new("file", "upload_refused").with("name", clean_file_name(name)).with("ending", ending);
    Error::Invalid { fields: vec![error] }
}

/// By what programs go when they open a file, without what is not seen of it.
pub(crate) fn ending(name: &str) -> Option<String> {
    clean_file_name(name).rsplit_once('.').map(|(_, ending)| ending.to_lowercase())
}

impl Store {
    /// Takes in the bytes of a file as they come. It is to be attached or dropped afterwards.
    ///
    /// # Errors
    /// Those of the bytes; `Invalid` on `file` when there are none or more than one file may have, and for types that the
    /// organisation refuses.
    pub async fn receive(
        &self,
        actor: &Actor,
        name: &str,
        parts: impl Stream<Item = Result<Bytes>> + Unpin,
    ) -> Result<Received> {
        let refused = self.refused_endings(actor.org_id).await?;
        let is_refused = |ending: &String| refused.contains(ending);
        if let Some(ending) = ending(name).filter(is_refused) {
            return Err(of_type(name, &ending));
        }
        let file = self.files.put(actor.org_id, Uuid::now_v7(), name, parts).await?;
        let fault = match file.sniffed.map(str::to_owned).filter(is_refused) {
            _ if file.size == 0 => empty(name),
            Some(ending) => of_type(name, &ending),
            None => return Ok(file),
        };
        self.drop_received([file]).await;
        Err(fault)
    }

    /// Endings of the files that an organisation refuses, for whoever is to be told before a file is sent.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refused_endings(&self, org_id: Uuid) -> Result<Vec<String>> {
        refused_endings(&mut self.begin(org_id, DbRole::Reader).await?).await
    }
}

/// Endings of the files that an organisation refuses.
pub(crate) async fn refused_endings(tx: &mut Tx) -> Result<Vec<String>> {
    let told: Option<Option<String>> =
        sqlx::query_scalar("select refused_files from organisations where org_id = $1 and id = $1")
            .bind(tx.org_id)
            .fetch_optional(&mut *tx.inner)
            .await
            .map_err(from_sqlx)?;
    Ok(endings(&told.flatten().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_is_the_one_that_programs_go_by() {
        for (name, expected) in [
            ("setup.EXE", Some("exe")),
            ("invoice.pdf.exe", Some("exe")),
            ("a\u{202e}fdp.exe ", Some("exe")),
            ("run.exe.", Some("exe")),
            (r"C:\x\a.Bat", Some("bat")),
            ("notes", None),
        ] {
            assert_eq!(ending(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn the_first_list_reads_as_it_is_kept() {
        let all = endings(REFUSED_AT_FIRST);
        assert_eq!(all.join(", "), REFUSED_AT_FIRST);
        assert!(include_str!("../../../migrations/0064_refused_files.sql").contains(REFUSED_AT_FIRST));
    }
}

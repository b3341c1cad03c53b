//! Parsers of the import, for the fuzz targets.

use shared::import::{Reading, Step};
use shared::{RecordDef, Result};

use super::cells::texts;
use super::suggest;
use super::table::Table;

pub(crate) fn file(bytes: &[u8], def: &'static RecordDef) -> Result<Step> {
    let table = Table::read(bytes, &Reading::default())?;
    assert!(table.rows.iter().all(|row| row.cells.len() <= table.columns.len()), "no cell without column");
    let step = suggest::step(def, &[], &table.columns);
    assert_eq!(texts(&step, &table).len(), table.rows.len(), "each row is there once");
    Ok(step)
}

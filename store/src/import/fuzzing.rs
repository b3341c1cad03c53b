//! Parsers of the import, for the fuzz targets.

use shared::import::{Reading, Step};
use shared::{RecordDef, Result};

use super::cells::texts;
use super::suggest;
use super::table::Table;

pub(crate) fn file(bytes: &[u8], reading: &Reading, def: &'static RecordDef) -> Result<Step> {
    let table = Table::read(bytes, reading)?;
    assert!(table.rows().all(|row| row.cells().count() <= table.columns.len()), "no cell without column");
    assert!(
        table.rows().map(|row| row.number).is_sorted_by(|one, next| one < next),
        "each row is on a line of its own"
    );
    let step = suggest::of_table(def, &[], &table);
    assert_eq!(texts(&step, &table, 0..table.len()).len(), table.len(), "each row is there once");
    Ok(step)
}

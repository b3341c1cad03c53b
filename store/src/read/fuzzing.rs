//! Parsers of reading, for the fuzz targets.

use shared::access::Actor;
use shared::query::Filter;
use shared::{RecordDef, Result};

use super::{cursor::Keyset, filter::push_filter, timeline::parse_cursor};
use crate::scope::Sql;

pub(crate) fn filter_sql(actor: &Actor, def: &'static RecordDef, filter: &Filter) -> Result<String> {
    let mut sql = Sql::new("");
    push_filter(&mut sql, actor, def, filter)?;
    Ok(sql.sql().as_str().to_owned())
}

pub(crate) fn cursors(text: &str) {
    let _ = parse_cursor(text);
    if let Ok(keyset) = Keyset::decode(text) {
        assert!(Keyset::decode(&keyset.encode()).is_ok(), "a cursor is read again");
    }
}

//! Records that nothing happens with: nobody changed them, there was no follow-up, none is planned, no deal is open.

use shared::record::Kind;
use shared::types::{ACTIVITY, OPPORTUNITY, TASK};
use shared::{FieldDef, RecordDef};

use crate::scope::Sql;

/// Appends the condition that nothing happened with the row of this alias since an instant. What others did counts as well,
/// also where the reader may not see it: who is looked after by a colleague isn't neglected.
pub(crate) fn push_quiet(sql: &mut Sql, def: &RecordDef, row: &str, since: &dyn Fn(&mut Sql)) {
    sql.push(format_args!("({row}.updated_at < "));
    since(sql);
    for (of, sign) in [(&ACTIVITY, Sign::Since("occurred_at")), (&OPPORTUNITY, Sign::Open), (&TASK, Sign::Planned)] {
        for field in references(of, def) {
            sql.push(format_args!(
                " and not exists (select from {0} q where q.org_id = {row}.org_id and q.{1} = {row}.id and q.archived_at is null",
                of.table(),
                field.name
            ));
            match sign {
                Sign::Since(column) => {
                    sql.push(format_args!(" and q.{column} >= "));
                    since(sql);
                }
                Sign::Open => drop(sql.push(" and q.status = 'open'")),
                Sign::Planned => drop(sql.push(" and q.done is not true and q.due_at >= now()")),
            }
            sql.push(")");
        }
    }
    sql.push(")");
}

/// By what one tells that a record which refers to another speaks for it.
#[derive(Clone, Copy)]
enum Sign {
    /// It happened since; the column says when.
    Since(&'static str),
    /// It is a deal that is open.
    Open,
    /// It is a plan that isn't over.
    Planned,
}

/// The fields of a type that refer to records of another.
fn references(def: &'static RecordDef, to: &RecordDef) -> impl Iterator<Item = &'static FieldDef> {
    def.fields.iter().filter(move |field| field.kind == Kind::Reference(to.name))
}

//! What the audit log tells of a file with the rows of a list: which rows, and how many. It tells of nobody: what a personal field,
//! or any text, is compared with is left out, as are words that were searched. Erasing somebody would have to find it there.

use serde_json::{Map, Value, json};
use shared::audit::{ARCHIVED, FILTER, LANGUAGE, ROWS, RUN, SEARCHED};
use shared::export::Rows;
use shared::i18n::Locale;
use shared::quality::QUIET;
use shared::query::{Archived, CHANGE_SET, Filter, Op};
use shared::{Kind, RecordDef};
use uuid::Uuid;

use crate::columns::target;

/// How a file is known.
#[derive(Clone, Copy)]
pub struct Noted<'a> {
    /// What it is called, but for the name of a view or what else somebody called its rows.
    pub name: &'a str,
    /// The language that it is to be read in, if any.
    pub labels: Option<Locale>,
    /// The run that makes it, if it is made in the background.
    pub run: Option<Uuid>,
}

impl Noted<'_> {
    /// The facts, each as what it was before (nothing) and is: the shape of changes.
    pub(super) fn facts(&self, def: &'static RecordDef, asked: &Rows, rows: i64) -> Map<String, Value> {
        let words = asked.search.as_deref().map(str::trim).filter(|words| !words.is_empty());
        let facts = [
            (FILTER, asked.filter.as_ref().map(|filter| json!(telling_of_nobody(def, filter)))),
            (SEARCHED, words.map(|_| true.into())),
            (ARCHIVED, (asked.archived != Archived::Without).then(|| json!(asked.archived))),
            (LANGUAGE, self.labels.map(|locale| locale.code().into())),
            (ROWS, Some(rows.into())),
            (RUN, self.run.map(|id| id.to_string().into())),
        ];
        let said = facts.into_iter().filter_map(|(name, value)| Some((name, value?)));
        said.map(|(name, value)| (name.to_owned(), json!([null, value]))).collect()
    }
}

/// The filter without what it compares fields with that may tell of people.
fn telling_of_nobody(def: &'static RecordDef, filter: &Filter) -> Filter {
    let parts = |parts: &[Filter]| parts.iter().map(|part| telling_of_nobody(def, part)).collect();
    match filter {
        Filter::All(all) => Filter::All(parts(all)),
        Filter::Any(any) => Filter::Any(parts(any)),
        Filter::Not(part) => Filter::Not(Box::new(telling_of_nobody(def, part))),
        Filter::Field { field, op, value } => {
            // Nothing is compared with values that an operator doesn't have: they may be anything.
            let is_compared = !matches!(op, Op::Empty | Op::Present);
            let value = if is_compared && tells_of_nobody(def, field) { value.clone() } else { Value::Null };
            Filter::Field { field: field.clone(), op: *op, value }
        }
    }
}

/// Whether the field at a path is none of a person's, and is compared with nothing but codes, numbers, times and records.
fn tells_of_nobody(def: &'static RecordDef, path: &str) -> bool {
    if let Some((name, further)) = path.split_once('.') {
        // Neither parts of addresses nor what administrators added: that may say anything.
        return def.field(name).and_then(target).is_some_and(|def| tells_of_nobody(def, further));
    }
    if matches!(path, "id" | QUIET | CHANGE_SET) {
        return true;
    }
    let is_plain = |kind: Kind| {
        kind.is_number()
            || matches!(kind, Kind::Choice(_) | Kind::MultiChoice(_) | Kind::Bool | Kind::Date | Kind::DateTime)
            || matches!(kind, Kind::Currency | Kind::Reference(_) | Kind::References(_))
    };
    def.field(path).is_some_and(|field| !field.personal && is_plain(field.kind))
}

#[cfg(test)]
mod tests {
    use shared::query::Op;
    use shared::types::CONTACT;

    use super::*;

    #[test]
    fn what_may_tell_of_somebody_is_left_out() {
        let condition = |field: &str, value: &str| Filter::field(field, Op::Eq, value);
        let asked = Filter::All(vec![
            condition("owner_id", "@me"),
            Filter::Any(vec![condition("emails", "anna@example.com"), condition("customer_id.category", "important")]),
            Filter::Not(Box::new(condition("custom.passport", "E1234567"))),
            condition("address.city", "Damogran"),
            condition("gender", "female"),
            Filter::field("owner_id", Op::Present, "Trillian"),
        ]);
        let told = json!(telling_of_nobody(&CONTACT, &asked)).to_string();
        for secret in ["anna", "E1234567", "Damogran", "female", "Trillian"] {
            assert!(!told.contains(secret), "{told}");
        }
        for said in ["@me", "important", "emails", "custom.passport", "address.city"] {
            assert!(told.contains(said), "{told}");
        }
    }

    #[test]
    fn facts_have_the_shape_of_changes() {
        let asked = Rows { search: Some(" Anna ".into()), archived: Archived::With, ..Rows::default() };
        let file = Noted { name: "contacts.csv", labels: Some(Locale::ZhCn), run: None };
        let facts = json!({
            "file.searched": [null, true], "file.archived": [null, "with"], "file.language": [null, "zh-CN"],
            "file.rows": [null, 3],
        });
        assert_eq!(Value::Object(file.facts(&CONTACT, &asked, 3)), facts);
    }
}

//! How much a mapping makes of each row. Somebody with the import right could otherwise have the server hold a long text a
//! million times.

use std::collections::HashMap;

use shared::FieldError;
use shared::import::limits::{INLINE, READS, ROW, SOURCES, TEXT, VALUES};
use shared::import::{Assignment, From, MAX_COLUMNS, Step, mapping};

use super::too_many;

/// What the source of a field consists of.
#[derive(Default)]
struct Parts<'a> {
    count: usize,
    texts: Vec<&'a str>,
    columns: Vec<&'a str>,
}

impl<'a> Parts<'a> {
    fn add(&mut self, from: &'a From) {
        self.count += 1;
        match from {
            From::Column(name) => self.columns.push(name),
            From::Constant(text) => self.texts.push(text),
            From::Template(text) => {
                self.texts.push(text);
                self.columns.extend(mapping::slots(text).map(|slot| slot.name));
            }
            From::Person { given, middle, family, suffix } => {
                self.columns.extend([given, middle, family, suffix].map(String::as_str));
            }
            From::First(all) => all.iter().for_each(|from| self.add(from)),
        }
    }
}

/// Refuses a step that makes too much of each row, by the place of what is too long or too many.
pub(super) fn check(step: &Step, place: &str, fields: &mut Vec<FieldError>) {
    let mut row = 0;
    let mut reads: HashMap<&str, usize> = HashMap::new();
    for (at, assignment) in step.assignments.iter().enumerate().take(MAX_COLUMNS) {
        let place = format!("{place}.assignments[{at}]");
        let mut parts = Parts::default();
        parts.add(&assignment.from);
        row += added(assignment, &parts, &place, fields);
        let read = parts.columns.iter().fold(0, |most, name| {
            let count = reads.entry(name).or_default();
            *count += 1;
            most.max(*count)
        });
        let sources = too_many(&format!("{place}.from"), parts.count, SOURCES);
        fields.extend(sources.or_else(|| too_many(&format!("{place}.from"), read, READS)));
    }
    fields.extend(too_long(&format!("{place}.assignments"), row, ROW));
    let only = step.only.as_ref().map(|only| longest([only.column.as_str(), only.is.as_str()].into_iter()));
    fields.extend(too_long(&format!("{place}.only"), only.unwrap_or(0), TEXT));
    fields.extend(too_many(&format!("{place}.inline"), step.inline.len(), INLINE));
}

/// How many characters an assignment adds to a row at most.
fn added(assignment: &Assignment, parts: &Parts<'_>, place: &str, fields: &mut Vec<FieldError>) -> usize {
    let own = longest(parts.texts.iter().copied());
    fields.extend(too_long(&format!("{place}.from"), own, TEXT));
    let values = &assignment.values;
    fields.extend(too_many(&format!("{place}.values"), values.len(), VALUES));
    let replaced = longest(values.values().map(String::as_str));
    let longest_value = replaced.max(longest(values.keys().map(String::as_str)));
    fields.extend(too_long(&format!("{place}.values"), longest_value, TEXT));
    own.max(replaced)
}

fn longest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| text.chars().count()).max().unwrap_or(0)
}

fn too_long(place: &str, length: usize, max: usize) -> Option<FieldError> {
    (length > max).then(|| FieldError::new(place, "too_long").with("max", max))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with customers made by these assignments, by place and code.
    fn wrong(assignments: Vec<Assignment>) -> Vec<(String, String)> {
        let step = Step { inline: Vec::new(), assignments, ..empty() };
        problems(&step)
    }

    fn problems(step: &Step) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        check(step, "s", &mut fields);
        fields.into_iter().map(|error| (error.field, error.code)).collect()
    }

    fn empty() -> Step {
        Step::of("customer", Vec::new())
    }

    fn one(place: &str, code: &str) -> Vec<(String, String)> {
        vec![(place.to_owned(), code.to_owned())]
    }

    #[test]
    fn texts_are_as_long_as_allowed_and_no_longer() {
        let fits = "长".repeat(TEXT);
        let long = format!("{fits}x");
        let values = |from: &str, to: &str| Assignment::column("name", "a").mapping(&[(from, to)]);
        for text in [Assignment::constant("name", &fits), Assignment::template("name", &fits), values(&fits, &fits)] {
            assert_eq!(wrong(vec![text]), []);
        }
        let nested = From::First(vec![From::Column("a".into()), From::First(vec![From::Constant(long.clone())])]);
        for text in
            [Assignment::constant("name", &long), Assignment::template("name", &long), Assignment::new("name", nested)]
        {
            assert_eq!(wrong(vec![text]), one("s.assignments[0].from", "too_long"));
        }
        for text in [values(&long, ""), values("", &long)] {
            assert_eq!(wrong(vec![text]), one("s.assignments[0].values", "too_long"));
        }
    }

    #[test]
    fn a_row_gets_so_much_in_all() {
        let constants = |count| vec![Assignment::constant("name", &"x".repeat(TEXT)); count];
        assert_eq!(wrong(constants(ROW / TEXT)), []);
        assert_eq!(wrong(constants(ROW / TEXT + 1)), one("s.assignments", "too_long"));
        let entries: Vec<String> = (0..=VALUES).map(|n| n.to_string()).collect();
        let pairs: Vec<(&str, &str)> = entries.iter().map(|n| (n.as_str(), "")).collect();
        let mapped = |count| vec![Assignment::column("name", "a").mapping(&pairs[..count])];
        assert_eq!(wrong(mapped(VALUES)), []);
        assert_eq!(wrong(mapped(VALUES + 1)), one("s.assignments[0].values", "too_many"));
    }

    #[test]
    fn a_cell_is_copied_so_often_and_no_more() {
        let slots = |count: usize| Assignment::template("name", &"{a} ".repeat(count));
        assert_eq!(wrong(vec![slots(READS)]), []);
        assert_eq!(wrong(vec![slots(READS + 1)]), one("s.assignments[0].from", "too_many"));
        let spread = vec![slots(READS), Assignment::column("number", "b"), Assignment::column("number", "a")];
        assert_eq!(wrong(spread), one("s.assignments[2].from", "too_many"));
        let first = |count| vec![Assignment::new("name", From::First(vec![From::First(Vec::new()); count]))];
        assert_eq!(wrong(first(SOURCES - 1)), []);
        assert_eq!(wrong(first(SOURCES)), one("s.assignments[0].from", "too_many"));
        let rows = |count| Step { inline: vec![Default::default(); count], ..empty() };
        assert_eq!(problems(&rows(INLINE)), []);
        assert_eq!(problems(&rows(INLINE + 1)), one("s.inline", "too_many"));
    }
}

//! From cells to the texts that fields are read from.

use std::collections::BTreeMap;
use std::ops::Range;

use rust_decimal::Decimal;
use shared::import::mapping::slots;
use shared::import::{Assignment, From, Step};
use shared::record::Kind;
use shared::record::digits::unscaled;

use super::dates;
use super::table::{Line, Table};

/// Signs that stand between the slots of a template and go when a slot is empty.
const SEPARATORS: &[char] = &[' ', '\n', ';', '·', '-', '–', '—', '/', ',', '|', ':', '，', '、'];

/// The group in which Google has everybody.
const EVERYBODY: &str = "* myContacts";

/// The texts of a step's rows, in the order of its assignments.
pub(super) struct Texts {
    pub(super) line: u64,
    pub(super) texts: Vec<String>,
}

/// How many rows a step has at most, of its file or of its own.
pub(super) fn count(step: &Step, table: &Table) -> usize {
    if step.inline.is_empty() { table.len() } else { step.inline.len() }
}

/// Reads some of a step's rows from its file, or from the rows the step brings along.
pub(super) fn texts(step: &Step, table: &Table, rows: Range<usize>) -> Vec<Texts> {
    let days = days(step);
    if step.inline.is_empty() {
        let cell = |line: Line<'_>, name: &str| table.column(name).map_or("", |at| line.cell(at)).to_owned();
        let counts = |line: &Line<'_>| step.only.as_ref().is_none_or(|only| cell(*line, &only.column) == only.is);
        let own = |line: Line<'_>| read(step, &days, line.number, &|name| cell(line, name));
        return table.part(rows).filter(counts).map(own).collect();
    }
    let cell = |row: &BTreeMap<String, String>, name: &str| row.get(name).cloned().unwrap_or_default();
    step.inline[rows].iter().map(|row| read(step, &days, 0, &|name| cell(row, name))).collect()
}

/// Which of a step's assignments fill days or moments.
fn days(step: &Step) -> Vec<bool> {
    let def = shared::types::by_name(&step.record_type);
    let kind = |assignment: &Assignment| Some(def?.field(&assignment.field)?.kind);
    step.assignments.iter().map(|a| matches!(kind(a), Some(Kind::Date | Kind::DateTime))).collect()
}

fn read(step: &Step, days: &[bool], line: u64, cell: &dyn Fn(&str) -> String) -> Texts {
    let texts = step.assignments.iter().zip(days).map(|(a, is_day)| text(a, *is_day, cell)).collect();
    Texts { line, texts }
}

fn text(assignment: &Assignment, is_day: bool, cell: &dyn Fn(&str) -> String) -> String {
    let raw = mapped(assignment, source(&assignment.from, cell));
    let raw = if assignment.field == "tags" { raw.replace(EVERYBODY, "") } else { raw };
    // Several values in one cell, as Google writes them.
    let raw = raw.replace(" ::: ", "; ");
    match assignment.times {
        Some(factor) => multiplied(&raw, factor).unwrap_or(raw),
        None if is_day => dates::read(&raw, assignment.dates),
        None => raw,
    }
}

fn source(from: &From, cell: &dyn Fn(&str) -> String) -> String {
    match from {
        From::Column(name) => cell(name),
        From::Template(template) => fill(template, cell),
        From::Constant(text) => text.clone(),
        From::Person { given, middle, family, suffix } => {
            person([&cell(given), &cell(middle), &cell(family)], &cell(suffix))
        }
        From::First(all) => all.iter().map(|from| source(from, cell)).find(|text| !text.is_empty()).unwrap_or_default(),
    }
}

/// A person's name of its given, middle and family name as its script puts it together, with what stands behind it: 王小明, Anna
/// Maria Berg, Martin King Jr.
pub(super) fn person(names: [&str; 3], suffix: &str) -> String {
    let [given, middle, family] = names.map(str::trim);
    let parts: Vec<&str> = [given, middle, family].into_iter().filter(|part| !part.is_empty()).collect();
    let is_chinese = !family.is_empty() && parts.iter().all(|part| part.chars().all(is_han));
    let name = if is_chinese { format!("{family}{middle}{given}") } else { parts.join(" ") };
    match suffix.trim() {
        // Alone it is no name.
        suffix if suffix.is_empty() || name.is_empty() => name,
        suffix if is_chinese && suffix.chars().all(is_han) => name + suffix,
        suffix => format!("{name} {suffix}"),
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '·')
}

fn mapped(assignment: &Assignment, raw: String) -> String {
    if assignment.values.is_empty() {
        return raw;
    }
    let folded = raw.trim().to_lowercase();
    let hit = assignment.values.iter().find(|(from, _)| from.trim().to_lowercase() == folded);
    let hit = hit.or_else(|| assignment.values.get_key_value("*"));
    hit.map_or(raw, |(_, to)| to.clone())
}

/// Fills the slots; what stood around empty ones goes with them.
fn fill(template: &str, cell: &dyn Fn(&str) -> String) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut between = String::new();
    let mut rest = template;
    for slot in slots(template) {
        between.push_str(slot.before);
        let value = cell(slot.name);
        if !value.is_empty() {
            let lead = if parts.is_empty() { between.trim_start_matches(SEPARATORS) } else { between.as_str() };
            parts.push(format!("{lead}{value}"));
            between.clear();
        } else if !between.chars().all(|c| SEPARATORS.contains(&c)) {
            parts.push(std::mem::take(&mut between));
        }
        rest = slot.rest;
    }
    let tail = format!("{}{rest}", if rest.len() == template.len() { "" } else { between.as_str() });
    let filled = format!("{}{tail}", parts.concat());
    filled.trim_matches(SEPARATORS).to_owned()
}

fn multiplied(text: &str, factor: u64) -> Option<String> {
    // 50万 says itself what it is in.
    if unscaled(text).1 > 0 {
        return None;
    }
    let number = shared::record::normalize("", &shared::Kind::Decimal(6), &text.into()).ok()?;
    let number: Decimal = number.as_str()?.parse().ok()?;
    Some(number.checked_mul(Decimal::from(factor))?.normalize().to_string())
}

#[cfg(test)]
mod tests {
    use shared::import::DateOrder;

    use super::*;

    fn of(assignment: &Assignment, row: &[(&str, &str)]) -> String {
        let cell =
            |name: &str| row.iter().find(|(key, _)| *key == name).map_or_else(String::new, |(_, v)| (*v).to_owned());
        text(assignment, false, &cell)
    }

    #[test]
    fn templates_drop_what_stood_around_empty_slots() {
        let name = Assignment::template("name", "{account} · {product}");
        assert_eq!(of(&name, &[("account", "Acme"), ("product", "GTX Pro")]), "Acme · GTX Pro");
        assert_eq!(of(&name, &[("account", ""), ("product", "GTX Pro")]), "GTX Pro");
        assert_eq!(of(&name, &[("account", "Acme"), ("product", "")]), "Acme");
        let year = Assignment::template("name", "Deal {n} (2017)");
        assert_eq!(of(&year, &[("n", "4")]), "Deal 4 (2017)");
        // What is no slot is text, and stands there once.
        let open = Assignment::template("name", "Deal {n} in {2017");
        assert_eq!(of(&open, &[("n", "4")]), "Deal 4 in {2017");
    }

    #[test]
    fn names_are_put_together_as_their_script_does() {
        assert_eq!(person(["小明", "", "王"], ""), "王小明");
        assert_eq!(person(["Anna", "Maria", "Berg"], ""), "Anna Maria Berg");
        assert_eq!(person(["Anna", "", "王"], ""), "Anna 王");
        assert_eq!(person(["小明", "", ""], ""), "小明");
        assert_eq!(person(["Martin", "", "King"], " Jr. "), "Martin King Jr.");
        assert_eq!(person(["小明", "", "王"], "博士"), "王小明博士");
        assert_eq!(person(["小明", "", "王"], "PhD"), "王小明 PhD");
        assert_eq!(person(["", "", ""], "Jr."), "", "nobody is called so");
        let name = From::First(vec![
            From::Column("shown".into()),
            From::Person {
                given: "given".into(),
                middle: "middle".into(),
                family: "family".into(),
                suffix: "suffix".into(),
            },
        ]);
        assert_eq!(of(&Assignment::new("name", name.clone()), &[("given", "Anna"), ("family", "Berg")]), "Anna Berg");
        let doctor = [("given", "Anna"), ("family", "Berg"), ("suffix", "PhD")];
        assert_eq!(of(&Assignment::new("name", name.clone()), &doctor), "Anna Berg PhD");
        assert_eq!(of(&Assignment::new("name", name), &[("shown", "A. Berg"), ("given", "Anna")]), "A. Berg");
    }

    #[test]
    fn values_are_replaced_and_numbers_scaled() {
        let reason = Assignment::column("lost_reason", "stage").mapping(&[("Lost", "other"), ("*", "")]);
        assert_eq!(of(&reason, &[("stage", "lost")]), "other");
        assert_eq!(of(&reason, &[("stage", "Won")]), "");
        let revenue = Assignment::column("revenue", "revenue").times(1_000_000);
        assert_eq!(of(&revenue, &[("revenue", "1100.04")]), "1100040000");
        assert_eq!(of(&revenue, &[("revenue", "n/a")]), "n/a");
        assert_eq!(of(&revenue, &[("revenue", "3亿")]), "3亿");
    }

    #[test]
    fn the_group_of_everybody_is_no_tag() {
        let tags = |cell: &str| of(&Assignment::column("tags", "Labels"), &[("Labels", cell)]);
        assert_eq!(tags("* myContacts"), "");
        assert_eq!(tags("Suppliers ::: * myContacts"), "Suppliers; ");
        assert_eq!(tags("Suppliers ::: Fair"), "Suppliers; Fair");
    }

    #[test]
    fn only_days_are_read_as_such() {
        let table = Table::read(
            "name,born,code\nAnna,13. April 1990,1.2.1990\nBolt,3/4/1990,12\nCole,0/0/00,0/0/00\n".as_bytes(),
            &Default::default(),
        );
        let dates = Some(DateOrder::DayFirst);
        let of = |field: &str, column: &str| Assignment { dates, ..Assignment::column(field, column) };
        let step = Step::of("contact", vec![of("birth_date", "born"), of("job_title", "code")]);
        let rows: Vec<Vec<String>> = texts(&step, &table.unwrap(), 0..3).into_iter().map(|row| row.texts).collect();
        assert_eq!(rows, [["1990-04-13", "1.2.1990"], ["1990-04-03", "12"], ["", "0/0/00"]]);
    }
}

//! What columns without names hold, as far as their values leave no doubt.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Utc};
use shared::RecordDef;
use shared::import::{From, Step, fillable};
use shared::record::Kind;
use shared::types::{CONTACT, CUSTOMER, LEAD};

use super::looks::Look;
use super::{called, numbered};
use crate::import::dates;
use crate::import::near::bare;
use crate::import::table::Table;
use crate::import::values::code_of;

/// Rows that are looked at.
const ROWS: usize = 200;
/// Fewest cells that tell what others may look like by chance.
const FEW: usize = 3;
/// Youngest people whose birthdays are in files, in years.
const YOUNGEST: i32 = 10;

/// Leads columns without names to the fields that their values show they fill. Where two fit a field that has one value, none
/// is taken.
pub(super) fn guess(def: &'static RecordDef, step: &mut Step, table: &Table) {
    let columns: Vec<Cells<'_>> = unnamed(table).map(|at| Cells::new(table, at)).collect();
    let looks: Vec<Option<Look>> = columns.iter().map(Cells::look).collect();
    let mut wanted: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (column, look) in columns.iter().zip(&looks) {
        let field = match look {
            Some(look) => target(def, *look, &looks, column),
            None => choice(def, column),
        };
        if let Some(field) = field {
            wanted.entry(field).or_default().push(column.name);
        }
    }
    // Beside a postcode, an address is the street.
    if wanted.contains_key("address.postcode")
        && let Some(columns) = wanted.remove("address")
    {
        wanted.insert("address.street".to_owned(), columns);
    }
    for (field, columns) in wanted {
        let takes_all = def.field(&field).is_some_and(|field| field.kind.is_channel());
        let is_free = !step.assignments.iter().any(|assignment| assignment.field == field);
        if takes_all || is_free && columns.len() == 1 {
            columns.into_iter().for_each(|column| step.lead(def, column, &field, None));
        }
    }
}

/// Leads columns that are called as what refers to people or companies, but hold telephones or addresses, to the records' own:
/// ☎ Contact. Numbers that are called such may look like telephones, and stay.
pub(super) fn reach(def: &'static RecordDef, step: &mut Step, table: &Table) {
    let is_to =
        |field: &str, to: &RecordDef| def.field(field).is_some_and(|field| field.kind == Kind::Reference(to.name));
    // Those of their own type may be told by them: whom people report to.
    let refers = |field: &str| [&CONTACT, &CUSTOMER].iter().any(|to| to.name != def.name && is_to(field, to));
    let is_numbered = |field: &str, column: &str| {
        let column = called(def, field, column);
        numbered(def, field).iter().any(|name| bare(name) == column)
    };
    let mut led: Vec<(String, &'static str)> = Vec::new();
    for assignment in step.assignments.iter().filter(|assignment| refers(&assignment.field)) {
        let From::Column(name) = &assignment.from else { continue };
        let Some(at) = table.column(name).filter(|_| !is_numbered(&assignment.field, name)) else { continue };
        let field = match Cells::new(table, at).look() {
            Some(Look::Phone) => telephone(def),
            // Where records have none, people are found by it. Companies always are.
            Some(Look::Email) if is_to(&assignment.field, &CONTACT) => sole(def, |kind| *kind == Kind::Emails),
            _ => None,
        };
        let is_free = |field: &&str| {
            let takes_all = def.field(field).is_some_and(|field| field.kind.is_channel());
            let is_taken = step.assignments.iter().any(|assignment| assignment.field == **field);
            takes_all || !is_taken && !led.iter().any(|(_, taken)| taken == field)
        };
        if let Some(field) = field.filter(is_free) {
            led.push((name.clone(), field));
        }
    }
    led.into_iter().for_each(|(column, field)| step.lead(def, &column, field, None));
}

/// The only field for telephones: a list of them, else what is called so.
fn telephone(def: &'static RecordDef) -> Option<&'static str> {
    let called = || fillable(def).map(|field| field.name).find(|name| name.ends_with("_phone"));
    sole(def, |kind| *kind == Kind::Phones).or_else(called)
}

/// What a file is a list of, if none of its columns has a name: of people if it says what they are called.
pub(super) fn listed(table: &Table) -> Option<&'static RecordDef> {
    if unnamed(table).count() < table.columns.len() {
        return None;
    }
    let is_of_people = unnamed(table).any(|at| Cells::new(table, at).look() == Some(Look::Person));
    Some(if is_of_people { &CONTACT } else { &CUSTOMER })
}

/// Positions of the columns without names.
fn unnamed(table: &Table) -> impl Iterator<Item = usize> {
    table.columns.iter().enumerate().filter(|(at, name)| **name == format!("#{}", at + 1)).map(|(at, _)| at)
}

/// The first cells of a column that aren't empty.
struct Cells<'t> {
    name: &'t str,
    cells: Vec<&'t str>,
}

impl<'t> Cells<'t> {
    fn new(table: &'t Table, at: usize) -> Self {
        let cells = table.rows().take(ROWS).map(|row| row.cell(at).trim()).filter(|cell| !cell.is_empty());
        Self { name: &table.columns[at], cells: cells.collect() }
    }

    /// What at least nine of ten look like; of companies more than half say their legal form.
    fn look(&self) -> Option<Look> {
        let order = dates::order(self.cells.iter().copied());
        let looks: Vec<Look> = self.cells.iter().map(|cell| Look::of(cell, order)).collect();
        let all = looks.len();
        let count = |look: Look| looks.iter().filter(|own| **own == look).count();
        let certain = [Look::Email, Look::Web, Look::Phone];
        let times = [Look::Day, Look::Moment];
        let others = [Look::Money, Look::Postcode, Look::Digits(5), Look::Digits(6), Look::Address];
        let is_most = |look: &Look| count(*look) * 10 >= all * 9;
        let names = count(Look::Person) + count(Look::Name);
        let is_called = count(Look::Company) + names + count(Look::Text) == all;
        match () {
            () if all == 0 => None,
            () if certain.iter().any(is_most) => certain.into_iter().find(is_most),
            () if all < FEW => None,
            () if times.iter().chain(&others).any(is_most) => times.into_iter().chain(others).find(is_most),
            () if is_called && count(Look::Company) * 2 > all => Some(Look::Company),
            () if names * 10 >= all * 9 && count(Look::Person) * 3 > all && self.are_many() => Some(Look::Person),
            () => None,
        }
    }

    /// Whether most are there once: names are, kinds of things aren't.
    fn are_many(&self) -> bool {
        let different: BTreeSet<&str> = self.cells.iter().copied().collect();
        different.len() * 10 >= self.cells.len() * 8
    }
}

/// The field that a column of such values fills; nothing where several could be meant.
fn target(def: &'static RecordDef, look: Look, looks: &[Option<Look>], column: &Cells<'_>) -> Option<String> {
    let is_there = |look: Look| looks.contains(&Some(look));
    let has_address = fillable(def).any(|field| field.kind == Kind::Address);
    let is_person = [CONTACT.name, LEAD.name].contains(&def.name);
    let field = match look {
        Look::Email => sole(def, |kind| matches!(kind, Kind::Emails | Kind::Email)),
        Look::Phone => sole(def, |kind| *kind == Kind::Phones),
        Look::Web => sole(def, |kind| *kind == Kind::Url),
        Look::Money => amount(def),
        Look::Day | Look::Moment => time(def, look, column),
        Look::Company if def.name == CUSTOMER.name => Some(def.title),
        // Leads say it in words.
        Look::Company if def.field("company").is_some() => Some("company"),
        Look::Company => sole(def, |kind| *kind == Kind::Reference("customer")),
        Look::Person if is_person => Some(def.title),
        Look::Person if def.name == CUSTOMER.name => (!is_there(Look::Company)).then_some(def.title),
        Look::Person => sole(def, |kind| *kind == Kind::Reference("contact")),
        Look::Address => has_address.then_some("address"),
        Look::Postcode => has_address.then_some("address.postcode"),
        // Alone it might be any number.
        Look::Digits(_) => (has_address && is_there(Look::Address)).then_some("address.postcode"),
        Look::Name | Look::Text => None,
    };
    field.map(str::to_owned)
}

/// The only field of a kind.
fn sole(def: &'static RecordDef, is_its: impl Fn(&Kind) -> bool) -> Option<&'static str> {
    let mut fields = fillable(def).filter(|field| is_its(&field.kind));
    let first = fields.next()?;
    fields.next().is_none().then_some(first.name)
}

/// The amount that lists show: of companies, say, an amount may be anything.
fn amount(def: &'static RecordDef) -> Option<&'static str> {
    let mut fields = fillable(def).filter(|field| field.kind == Kind::Money && field.listed);
    let first = fields.next()?;
    fields.next().is_none().then_some(first.name)
}

/// The only day of a type, or its only moment; a birthday only where nobody is a child.
fn time(def: &'static RecordDef, look: Look, column: &Cells<'_>) -> Option<&'static str> {
    if look == Look::Day
        && let Some(name) = sole(def, |kind| *kind == Kind::Date)
    {
        let is_birthday = def.field(name).is_some_and(|field| field.yearly);
        return (!is_birthday || column.are_grown_up()).then_some(name);
    }
    let has_days = fillable(def).any(|field| field.kind == Kind::Date);
    sole(def, |kind| *kind == Kind::DateTime).filter(|_| look == Look::Moment || !has_days)
}

impl Cells<'_> {
    fn are_grown_up(&self) -> bool {
        let order = dates::order(self.cells.iter().copied());
        let year = |cell: &&str| dates::read(cell, order).get(..4)?.parse::<i32>().ok();
        self.cells.iter().filter_map(year).all(|year| year + YOUNGEST <= Utc::now().year())
    }
}

/// The only field whose choices all of the words are, in either language.
fn choice(def: &'static RecordDef, column: &Cells<'_>) -> Option<String> {
    let words: BTreeSet<&str> = column.cells.iter().copied().collect();
    // One word alone may mean anything, and so may many.
    if column.cells.len() < FEW || words.len() < 2 || words.len() * 2 > column.cells.len() + 2 {
        return None;
    }
    let mut fitting = fillable(def).filter(|field| match field.kind {
        Kind::Choice(codes) => words.iter().all(|word| code_of(def, field, codes, word).is_some()),
        _ => false,
    });
    let first = fitting.next()?;
    fitting.next().is_none().then(|| first.name.to_owned())
}

#[cfg(test)]
mod tests;

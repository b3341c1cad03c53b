//! Names of columns as a file spells them: mappings are known again whatever is written in capital letters.

use shared::import::mapping::slots;
use shared::import::{From, Step};

/// Has steps name the columns of a file as that does, where theirs differ in upper and lower case alone. Rows that a step brings
/// along have columns of their own.
pub(super) fn spell(steps: &mut [Step], columns: &[String]) {
    for step in steps.iter_mut().filter(|step| step.inline.is_empty()) {
        step.assignments.iter_mut().for_each(|assignment| spell_source(&mut assignment.from, columns));
        if let Some(only) = &mut step.only {
            spell_name(&mut only.column, columns);
        }
    }
}

fn spell_source(from: &mut From, columns: &[String]) {
    match from {
        From::Column(name) => spell_name(name, columns),
        From::Template(text) => {
            let mut rest = text.as_str();
            let mut spelled = String::new();
            for slot in slots(text) {
                let mut name = slot.name.to_owned();
                spell_name(&mut name, columns);
                spelled.extend([slot.before, "{", name.as_str(), "}"]);
                rest = slot.rest;
            }
            *text = spelled + rest;
        }
        From::Constant(_) => {}
        From::Person { given, middle, family, suffix } => {
            [given, middle, family, suffix].into_iter().for_each(|name| spell_name(name, columns));
        }
        From::First(all) => all.iter_mut().for_each(|from| spell_source(from, columns)),
    }
}

fn spell_name(name: &mut String, columns: &[String]) {
    let is_same = |column: &&String| column.to_lowercase() == name.to_lowercase();
    if columns.contains(name) {
        return;
    }
    if let Some(column) = columns.iter().find(is_same) {
        name.clone_from(column);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use shared::import::{Assignment, Only};

    use super::*;

    #[test]
    fn columns_are_named_as_the_file_spells_them() {
        let columns = ["NAME", "City", "city", "Éric"].map(str::to_owned);
        let person = |given: &str, family: &str| From::Person {
            given: given.to_owned(),
            middle: String::new(),
            family: family.to_owned(),
            suffix: String::new(),
        };
        let source = |given: &str, name: &str| From::First(vec![person(given, ""), From::Column(name.to_owned())]);
        let of = |assignments: Vec<Assignment>, only: &str| {
            let only = Some(Only { column: only.to_owned(), is: "x".to_owned() });
            Step { only, ..Step::of("contact", assignments) }
        };
        let inline = Step {
            inline: vec![BTreeMap::from([("name".to_owned(), "Sales".to_owned())])],
            ..Step::of("team", vec![Assignment::column("name", "name")])
        };
        let mut steps = [
            of(
                vec![
                    Assignment::template("description", "At {name}, {city} in {else}!"),
                    Assignment::new("name", source("éric", "Name")),
                    Assignment::constant("tags", "name"),
                ],
                "name",
            ),
            inline.clone(),
        ];
        spell(&mut steps, &columns);
        let spelled = of(
            vec![
                Assignment::template("description", "At {NAME}, {city} in {else}!"),
                Assignment::new("name", source("Éric", "NAME")),
                Assignment::constant("tags", "name"),
            ],
            "NAME",
        );
        assert_eq!(steps, [spelled, inline]);
    }
}

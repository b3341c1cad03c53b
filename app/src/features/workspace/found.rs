//! Records that the palette shows: what was looked at lately, and what was found.

use leptos::prelude::*;
use shared::RecordDef;
use shared::i18n::{type_label, type_label_many};
use shared::query::Hit;
use shared::types::by_name;

use super::commands::{Act, Line};
use crate::context::Page;

/// What was looked at lately.
pub(super) fn recent_lines(page: Page, hits: &[Hit]) -> Vec<Line> {
    let locale = page.locale.get();
    let line = |hit: &Hit| {
        let def = by_name(&hit.record_type)?;
        let kind = type_label(locale, def);
        let detail = if hit.subtitle.is_empty() { kind } else { format!("{} · {kind}", hit.subtitle) };
        Some(record_line(def, hit, page.text("ui.search.recent"), detail))
    };
    hits.iter().filter_map(line).collect()
}

/// Found records, those of a type together.
pub(super) fn found_lines(page: Page, hits: &[Hit]) -> Vec<Line> {
    let locale = page.locale.get();
    let lines = |(def, hits): (&'static RecordDef, Vec<&Hit>)| {
        let group = type_label_many(locale, def);
        let line = |hit: &Hit| record_line(def, hit, group.clone(), hit.subtitle.clone());
        hits.into_iter().map(line).collect::<Vec<_>>()
    };
    by_type(hits).into_iter().flat_map(lines).collect()
}

/// The types in the order of the best hit of each, with their hits.
fn by_type(hits: &[Hit]) -> Vec<(&'static RecordDef, Vec<&Hit>)> {
    let mut groups: Vec<(&'static RecordDef, Vec<&Hit>)> = Vec::new();
    for hit in hits {
        let Some(def) = by_name(&hit.record_type) else { continue };
        match groups.iter_mut().find(|(known, _)| known.name == def.name) {
            Some((_, members)) => members.push(hit),
            None => groups.push((def, vec![hit])),
        }
    }
    groups
}

fn record_line(def: &RecordDef, hit: &Hit, group: String, detail: String) -> Line {
    let act = Act::Open(format!("/{}/{}", def.plural, hit.id));
    Line { group, icon: def.icon, text: hit.title.clone(), detail, is_keys: false, act }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn types_come_in_the_order_of_their_best_hits() {
        let hit = |record_type: &str, title: &str| Hit {
            record_type: record_type.to_owned(),
            id: Uuid::nil(),
            title: title.to_owned(),
            subtitle: String::new(),
        };
        let hits = [hit("contact", "a"), hit("customer", "b"), hit("contact", "c"), hit("planet", "d")];
        let groups: Vec<(&str, Vec<&str>)> = by_type(&hits)
            .into_iter()
            .map(|(def, hits)| (def.name, hits.iter().map(|hit| hit.title.as_str()).collect()))
            .collect();
        assert_eq!(groups, [("contact", vec!["a", "c"]), ("customer", vec!["b"])]);
    }
}

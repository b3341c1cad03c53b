//! What tells hits from each other that are called the same.

use std::collections::{BTreeMap, BTreeSet};

use shared::access::Actor;
use shared::format::{number, to_local_input};
use shared::i18n::Locale;
use shared::query::{Hit, Titles};
use shared::record::Kind;
use shared::types::REGISTRY;
use shared::{FieldDef, RecordDef, Result, Row};
use uuid::Uuid;

use crate::pool::Tx;
use crate::read::titles;
use crate::write::rows_by_id;

/// Most that is added to a second line.
const DETAILS: usize = 2;

/// Adds to the second lines of hits that look the same what the actor may see them differ in: numbers, customers, amounts.
pub(super) async fn tell_apart(tx: &mut Tx, actor: &Actor, hits: &mut [Hit]) -> Result<()> {
    let look = |hit: &Hit| (hit.record_type.clone(), hit.title.clone(), hit.subtitle.clone());
    let mut alike: BTreeMap<_, BTreeSet<Uuid>> = BTreeMap::new();
    for hit in hits.iter() {
        alike.entry(look(hit)).or_default().insert(hit.id);
    }
    alike.retain(|_, ids| ids.len() > 1);
    let mut details: BTreeMap<Uuid, String> = BTreeMap::new();
    for def in REGISTRY.iter().copied() {
        let name = def.name;
        let groups = || alike.iter().filter(move |((of, ..), _)| of == name).map(|(_, ids)| ids);
        let rows = rows_by_id(tx, def, &groups().flatten().copied().collect()).await?;
        if rows.is_empty() {
            continue;
        }
        let titles = titles(tx, actor, def, &rows).await?;
        for ids in groups() {
            let rows: Vec<&Row> = rows.iter().filter(|row| ids.contains(&row.id)).collect();
            details.extend(differing(actor, def, &rows, &titles));
        }
    }
    for hit in hits {
        if let Some(detail) = details.remove(&hit.id).filter(|detail| !detail.is_empty()) {
            let first = std::iter::once(hit.subtitle.as_str()).filter(|line| !line.is_empty());
            hit.subtitle = first.chain([detail.as_str()]).collect::<Vec<_>>().join(" · ");
        }
    }
    Ok(())
}

/// What each of these rows says in the first fields in which they differ; when they were made where that is all.
fn differing(actor: &Actor, def: &'static RecordDef, rows: &[&Row], titles: &Titles) -> Vec<(Uuid, String)> {
    let mut fields: Vec<&'static FieldDef> = def.fields.iter().chain(def.field("owner_id")).collect();
    fields.retain(|field| actor.sees(def, field) && !field.internal && order(field).is_some());
    fields.sort_by_key(|field| order(field));
    let columns = fields.into_iter().map(|field| rows.iter().map(|row| said(field, row, titles)).collect::<Vec<_>>());
    let mut columns: Vec<Vec<String>> =
        columns.filter(|column| column.iter().any(|text| *text != column[0])).take(DETAILS).collect();
    if columns.is_empty() {
        let made = |row: &&Row| row.datetime("created_at").map(|at| to_local_input(at, &actor.zone).replace('T', " "));
        columns.push(rows.iter().map(|row| made(row).unwrap_or_default()).collect());
    }
    let line = |(at, row): (usize, &&Row)| {
        let parts = columns.iter().map(|column| column[at].as_str()).filter(|text| !text.is_empty());
        (row.id, parts.collect::<Vec<_>>().join(" · "))
    };
    rows.iter().enumerate().map(line).collect()
}

/// How well a field tells records apart, the best first; nothing for fields that don't.
fn order(field: &FieldDef) -> Option<u8> {
    match field.kind {
        _ if field.unique => Some(0),
        _ if field.name == "owner_id" => Some(4),
        Kind::Reference(_) => Some(1),
        Kind::Money => Some(2),
        Kind::Emails | Kind::Phones | Kind::Date | Kind::DateTime => Some(3),
        _ => None,
    }
}

fn said(field: &FieldDef, row: &Row, titles: &Titles) -> String {
    let text = match field.kind {
        Kind::Reference(_) => row.reference(field.name).and_then(|id| titles.get(&id)).cloned(),
        // The same in every language.
        Kind::Money => row.decimal(field.name).map(|amount| {
            let amount = number(Locale::En, amount);
            row.text("currency").map_or(amount.clone(), |currency| format!("{currency} {amount}"))
        }),
        Kind::Emails | Kind::Phones => shared::record::texts(&row.values, field.name).next().map(str::to_owned),
        Kind::DateTime => row.text(field.name).and_then(|at| at.get(..10)).map(str::to_owned),
        _ => row.text(field.name).map(str::to_owned),
    };
    text.unwrap_or_default()
}

//! What decides whether somebody may read a row, loaded once for all subscribers.

use std::collections::{BTreeMap, BTreeSet};

use shared::access::{Action, Actor, FieldAccess, Holder, Level};
use shared::{RecordDef, Result, Row};
use uuid::Uuid;

use crate::columns::{references, target};
use crate::pool::Tx;
use crate::write::rows_by_id;

/// Whose a row is, and the same of the rows through which it can be read, and of those it is a part of.
#[derive(Clone, Default)]
pub(crate) struct Facts {
    pub(crate) holder: Holder,
    parents: Vec<(&'static RecordDef, Facts)>,
    /// Nothing is known of one that is gone.
    wholes: Vec<(&'static RecordDef, Option<Facts>)>,
}

impl Facts {
    /// The in-memory twin of `scope::push_scope` for reading.
    pub(crate) fn readable(&self, actor: &Actor, def: &RecordDef) -> bool {
        let is_granted = match actor.level(def, Action::Read) {
            Level::None => false,
            Level::All => true,
            _ => actor.holds(def, Action::Read, &self.holder) || self.readable_through(actor),
        };
        is_granted && self.readable_within(actor)
    }

    /// Whether all that it is a part of can be read.
    pub(super) fn readable_within(&self, actor: &Actor) -> bool {
        self.wholes.iter().all(|(def, facts)| facts.as_ref().is_some_and(|facts| facts.readable(actor, def)))
    }

    /// Whether a record it belongs to can be read.
    fn readable_through(&self, actor: &Actor) -> bool {
        self.parents.iter().any(|(def, facts)| facts.readable(actor, def))
    }
}

/// A record that a row refers to.
#[derive(Clone)]
pub(crate) struct Linked {
    /// The field that refers to it.
    field: &'static str,
    def: &'static RecordDef,
    pub(crate) id: Uuid,
    title: String,
    /// The same in the language that is not the organisation's own.
    other: Option<String>,
    /// The number that people know it by, of types that have them.
    number: Option<String>,
    facts: Facts,
}

impl Linked {
    /// Whether the reader of a row of `def` may learn of it, and what it is called.
    pub(super) fn is_seen(&self, actor: &Actor, def: &RecordDef) -> bool {
        let sees_field = actor.field_access(def, self.field) > FieldAccess::Hidden;
        sees_field && actor.sees_title(self.def) && self.facts.readable(actor, self.def)
    }

    /// Whether readers of different languages call it differently.
    pub(super) fn has_other(&self) -> bool {
        self.other.is_some()
    }

    /// What it is called, with its number where the reader sees those: the same as it is called in what is read.
    pub(super) fn called(&self, actor: &Actor) -> String {
        let number = self.number.as_deref().filter(|_| actor.number_of(self.def).is_some());
        let other = self.other.as_deref().filter(|_| actor.other_title(self.def).is_some());
        number.into_iter().chain([other.unwrap_or(&self.title)]).collect::<Vec<_>>().join(" ")
    }
}

/// Rows of one organisation, each loaded once however often it is needed: deals, their contacts and their customers all
/// lead to the same customers.
pub(super) struct Rows<'t> {
    pub(super) tx: &'t mut Tx,
    known: BTreeMap<(&'static str, Uuid), Option<Row>>,
}

impl<'t> Rows<'t> {
    pub(super) fn new(tx: &'t mut Tx) -> Self {
        Self { tx, known: BTreeMap::new() }
    }

    /// Those of `ids` that exist.
    pub(super) async fn get(&mut self, def: &'static RecordDef, ids: &BTreeSet<Uuid>) -> Result<Vec<Row>> {
        let key = |id: &Uuid| (def.name, *id);
        let unknown: BTreeSet<Uuid> = ids.iter().copied().filter(|id| !self.known.contains_key(&key(id))).collect();
        let found = rows_by_id(self.tx, def, &unknown).await?;
        self.known.extend(unknown.iter().map(|id| (key(id), None)));
        self.known.extend(found.into_iter().map(|row| (key(&row.id), Some(row))));
        Ok(ids.iter().filter_map(|id| self.known.get(&key(id)).cloned().flatten()).collect())
    }
}

/// Facts of rows of one type, parents included.
pub(super) async fn facts(
    known: &mut Rows<'_>,
    def: &'static RecordDef,
    rows: impl Iterator<Item = &Row> + Clone + Send,
) -> Result<BTreeMap<Uuid, Facts>> {
    let owned: Vec<Row> = rows.cloned().collect();
    collect(known, def, owned).await
}

type Collected<'t> = std::pin::Pin<Box<dyn Future<Output = Result<BTreeMap<Uuid, Facts>>> + Send + 't>>;

/// Boxed because parents have parents.
fn collect<'t>(known: &'t mut Rows<'_>, def: &'static RecordDef, rows: Vec<Row>) -> Collected<'t> {
    Box::pin(async move {
        let mut facts: BTreeMap<Uuid, Facts> = rows.iter().map(|row| (row.id, own(row))).collect();
        for name in deciding(def) {
            let Some(parent) = def.field(name).and_then(target) else { continue };
            let ids: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.reference(name)).collect();
            let parents = known.get(parent, &ids).await?;
            let parents = collect(known, parent, parents).await?;
            for row in &rows {
                let (Some(mine), Some(id)) = (facts.get_mut(&row.id), row.reference(name)) else { continue };
                let theirs = parents.get(&id);
                if let Some(theirs) = theirs.filter(|_| def.through.contains(&name)) {
                    mine.parents.push((parent, theirs.clone()));
                }
                if def.within.contains(&name) {
                    mine.wholes.push((parent, theirs.cloned()));
                }
            }
        }
        Ok(facts)
    })
}

/// The references that decide who may read rows of a type, because reading is inherited through them or ends at them; each once.
pub(super) fn deciding(def: &RecordDef) -> Vec<&'static str> {
    let mut names = def.through.to_vec();
    names.extend(def.within.iter().filter(|name| !def.through.contains(name)));
    names
}

fn own(row: &Row) -> Facts {
    Facts { holder: Holder::of(row), ..Facts::default() }
}

/// Titles of what rows refer to, with the facts that decide who may see each.
pub(super) async fn linked(
    known: &mut Rows<'_>,
    def: &'static RecordDef,
    rows: impl Iterator<Item = &Row> + Clone,
) -> Result<BTreeMap<Uuid, Vec<Linked>>> {
    let mut wanted: BTreeMap<&'static str, BTreeSet<Uuid>> = BTreeMap::new();
    for (_, target, id) in rows.clone().flat_map(|row| targets(def, row)) {
        wanted.entry(target.name).or_default().insert(id);
    }
    let mut found: BTreeMap<Uuid, Linked> = BTreeMap::new();
    for (name, ids) in wanted {
        let Some(target) = shared::types::by_name(name) else { continue };
        let targets = known.get(target, &ids).await?;
        let serial = target.fields.iter().find(|field| field.serial.is_some());
        let other = target.other_title();
        let link = |row: &Row| Linked {
            field: "",
            def: target,
            id: row.id,
            title: row.text(target.title).unwrap_or_default().to_owned(),
            other: other.and_then(|field| row.text(field.name)).filter(|name| !name.is_empty()).map(str::to_owned),
            number: serial.and_then(|field| row.text(field.name)).map(str::to_owned),
            facts: Facts::default(),
        };
        let links: Vec<Linked> = targets.iter().map(link).collect();
        let mut facts = collect(known, target, targets).await?;
        for link in links {
            found.insert(link.id, Linked { facts: facts.remove(&link.id).unwrap_or_default(), ..link });
        }
    }
    let link = |(field, _, id)| found.get(&id).map(|link| Linked { field, ..link.clone() });
    Ok(rows.map(|row| (row.id, targets(def, row).filter_map(link).collect())).collect())
}

fn targets(def: &'static RecordDef, row: &Row) -> impl Iterator<Item = (&'static str, &'static RecordDef, Uuid)> {
    references(def, row).filter_map(|(field, id)| Some((field.name, target(field)?, id)))
}

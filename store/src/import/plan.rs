//! Decides what an import will do, without writing anything.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::access::{Action, Actor};
use shared::command::Change;
use shared::format::Zone;
use shared::i18n::Locale;
use shared::import::{Decision, Existing, Preview, PreviewRow, Question, Spec, Step, StepPreview, Unknown};
use shared::record::{CustomField, Draft, Kind, is_empty, normalize, validate};
use shared::{Error, FieldDef, FieldError, RecordDef, Result, Row, Values};
use uuid::Uuid;

use super::cells::{Texts, texts};
use super::lookup::{Names, folded, key_texts, load_existing, load_names, load_titles, shared_parent};
use super::near;
use super::table::Table;
use super::values::{self, Cell};
use crate::columns::target;
use crate::pool::Tx;
use crate::write::{custom_fields, rows_by_id};

/// Changes per command: short transactions, because live delivery waits for open ones.
const CHUNK: usize = 500;
/// Most questions asked.
const QUESTIONS: usize = 50;

/// Row of a file that something is made of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Position of the file in the spec.
    pub(super) file: usize,
    /// Line in the file; 0 for what no line stands for.
    pub(super) line: u64,
}

/// Changes sent as one command.
pub(super) struct Chunk {
    pub(super) record_type: &'static str,
    pub(super) changes: Vec<Change>,
    pub(super) places: Vec<Place>,
}

/// A row that does not fit.
pub(super) struct Refused {
    pub(super) place: Place,
    pub(super) record_type: &'static str,
    pub(super) error: Error,
}

/// What an import will do.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) chunks: Vec<Chunk>,
    pub(super) refused: Vec<Refused>,
    pub(super) preview: Preview,
}

impl Plan {
    /// Works out what `spec` does with these files.
    ///
    /// # Errors
    /// `Forbidden` without the import right on a type, `Invalid` for mappings to fields that do not exist.
    pub(super) async fn make(
        tx: &mut Tx,
        actor: &Actor,
        locale: Locale,
        spec: &Spec,
        tables: &[Table],
    ) -> Result<Self> {
        let mut planner = Planner {
            tx,
            actor,
            locale,
            spec,
            now: Utc::now(),
            made: BTreeMap::new(),
            asked: BTreeMap::new(),
            plan: Self::default(),
        };
        for (file, (files, table)) in spec.files.iter().zip(tables).enumerate() {
            for step in &files.steps {
                planner.step(file, step, table).await?;
            }
        }
        planner.ask().await?;
        Ok(planner.plan)
    }
}

/// A step's row on its way to a change.
struct Draught {
    place: Place,
    id: Uuid,
    before: Option<Row>,
    /// Values by field, as far as they could be read.
    given: Values,
    errors: Vec<FieldError>,
    shown: Vec<String>,
}

struct Planner<'p> {
    tx: &'p mut Tx,
    actor: &'p Actor,
    locale: Locale,
    spec: &'p Spec,
    now: DateTime<Utc>,
    /// Records as they will be after the steps so far, by type.
    made: BTreeMap<&'static str, HashMap<Uuid, Row>>,
    /// Unknown texts with the number of their rows.
    asked: BTreeMap<Unknown, u64>,
    plan: Plan,
}

/// The references of one step by target type.
type Lookups = BTreeMap<&'static str, Names>;

impl Planner<'_> {
    async fn step(&mut self, file: usize, step: &Step, table: &Table) -> Result<()> {
        let def = shared::types::by_name(&step.record_type).ok_or(Error::NotFound)?;
        if !self.actor.may(def, Action::Import) {
            return Err(Error::Forbidden);
        }
        let fields = assigned(def, step)?;
        let rows = texts(step, table);
        let mut lookups = self.lookups(def, step, &fields, &rows).await?;
        let identified = self.identify(file, def, step, &fields, rows, &lookups).await?;
        self.announce(def, step, &identified, &mut lookups);
        let mut draughts = Vec::new();
        for (row, texts) in identified {
            draughts.push(self.fill(def, step, &fields, row, &texts, &mut lookups));
        }
        let related = self.related(def, &draughts).await?;
        let custom = custom_fields(self.tx, def).await?;
        self.finish(file, def, step, draughts, (&related, &custom));
        Ok(())
    }

    /// Loads everything that the rows' references may mean.
    async fn lookups(
        &mut self,
        def: &'static RecordDef,
        step: &Step,
        fields: &[Option<&'static FieldDef>],
        rows: &[Texts],
    ) -> Result<Lookups> {
        let mut wanted: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
        for (at, field) in fields.iter().enumerate().take(step.assignments.len()) {
            let Some(target) = field.and_then(target) else { continue };
            let texts = wanted.entry(target.name).or_default();
            for row in rows {
                texts.insert(folded(&row.texts[at]));
                texts.extend(values::entries(&row.texts[at]).map(folded));
            }
        }
        for answer in &self.spec.answers {
            if let (Decision::Use(title), Some(texts)) =
                (&answer.decision, wanted.get_mut(answer.unknown.target.as_str()))
            {
                texts.insert(folded(title));
            }
        }
        let mut lookups = Lookups::new();
        for (name, texts) in wanted {
            let Some(target) = shared::types::by_name(name) else { continue };
            let parent = shared_parent(def, target);
            let mut names = Names::default();
            load_names(self.tx, self.actor, target, parent, &texts, &mut names).await?;
            for row in self.made.get(name).into_iter().flat_map(HashMap::values) {
                if let Some(title) = row.text(target.title) {
                    names.insert(title, parent.and_then(|field| row.reference(field)), row.id);
                }
            }
            lookups.insert(name, names);
        }
        Ok(lookups)
    }

    /// Finds the record each row stands for, or gives it a new id.
    async fn identify(
        &mut self,
        file: usize,
        def: &'static RecordDef,
        step: &Step,
        fields: &[Option<&'static FieldDef>],
        rows: Vec<Texts>,
        lookups: &Lookups,
    ) -> Result<Vec<(Draught, Vec<String>)>> {
        let at = |name: &str| step.assignments.iter().position(|assignment| assignment.field == name);
        let key = step.key.as_deref().filter(|_| step.existing != Existing::Create);
        let within = step.within.as_deref();
        let key_of = |row: &Texts| {
            let text = row.texts.get(at(key?)?)?;
            let parent = within
                .and_then(at)
                .and_then(|at| lookups.get(fields[at].and_then(target)?.name)?.find(row.texts.get(at)?, None));
            let text = key_text(key.and_then(|key| def.field(key)), text);
            (!text.is_empty()).then_some((parent, text))
        };
        let keys: Vec<Option<(Option<Uuid>, String)>> = rows.iter().map(key_of).collect();
        let wanted = keys.iter().flatten().map(|(_, text)| text.clone()).collect();
        let mut existing = match key {
            Some(key) => load_existing(self.tx, self.actor, def, (key, within), &wanted).await?,
            None => BTreeMap::new(),
        };
        for row in key.and_then(|_| self.made.get(def.name)).into_iter().flat_map(HashMap::values) {
            for text in key_texts(row, key.unwrap_or_default()) {
                existing.insert((within.and_then(|field| row.reference(field)), text), row.clone());
            }
        }
        let mut seen: HashMap<(Option<Uuid>, String), Uuid> = HashMap::new();
        let mut identified = Vec::new();
        for (row, key_value) in rows.into_iter().zip(keys) {
            if key_value.is_none() && step.optional {
                continue;
            }
            let before = key_value.as_ref().and_then(|value| existing.get(value)).cloned();
            let earlier = key_value.as_ref().and_then(|value| seen.get(value)).copied();
            if earlier.is_some() && step.distinct {
                continue;
            }
            let given_id = || key_value.as_ref().filter(|_| key == Some("id")).and_then(|(_, text)| text.parse().ok());
            let id = before.as_ref().map(|row| row.id).or(earlier).or_else(given_id).unwrap_or_else(Uuid::now_v7);
            if let Some(value) = key_value {
                seen.insert(value, id);
            }
            let place = Place { file, line: row.line };
            let draught = Draught { place, id, before, given: Values::new(), errors: Vec::new(), shown: Vec::new() };
            identified.push((draught, row.texts));
        }
        Ok(identified)
    }

    /// Makes the step's own new records findable by its references to the same type.
    fn announce(&self, def: &'static RecordDef, step: &Step, rows: &[(Draught, Vec<String>)], lookups: &mut Lookups) {
        let title = step.assignments.iter().position(|assignment| assignment.field == def.title);
        if let (Some(at), Some(names)) = (title, lookups.get_mut(def.name)) {
            for (row, texts) in rows.iter().filter(|(row, _)| row.before.is_none()) {
                names.insert(&texts[at], None, row.id);
            }
        }
    }

    /// Reads a row's values.
    fn fill(
        &mut self,
        def: &'static RecordDef,
        step: &Step,
        fields: &[Option<&'static FieldDef>],
        mut row: Draught,
        texts: &[String],
        lookups: &mut Lookups,
    ) -> Draught {
        // Parents first: children are looked up among theirs.
        let mut order: Vec<usize> = (0..step.assignments.len()).collect();
        order.sort_by_key(|at| fields[*at].and_then(target).is_some_and(|t| shared_parent(def, t).is_some()));
        let mut shown = vec![String::new(); order.len()];
        for at in order {
            let (name, text) = (step.assignments[at].field.as_str(), texts[at].trim());
            let Some(field) = fields[at] else {
                shown[at] = text.to_owned();
                values::put_part(&mut row.given, row.before.as_ref(), name, text);
                continue;
            };
            if text.is_empty() {
                continue;
            }
            let parent = target(field)
                .and_then(|target| shared_parent(def, target))
                .and_then(|parent| shared::record::id(&row.given, parent));
            let cell = match field.kind {
                Kind::Reference(_) | Kind::References(_) => self.refer(field, text, parent, lookups),
                Kind::Choice(codes) | Kind::MultiChoice(codes) => self.choose(def, field, codes, text),
                _ => values::plain(field, text, &self.actor.zone),
            };
            shown[at] = cell.shown;
            row.errors.extend(cell.error);
            if let Some(value) = cell.value {
                row.given.insert(name.to_owned(), value);
            }
        }
        row.shown = shown;
        row
    }

    /// Records named by a cell.
    fn refer(&mut self, field: &'static FieldDef, text: &str, parent: Option<Uuid>, lookups: &mut Lookups) -> Cell {
        let Some((target, names)) = target(field).and_then(|t| Some((t, lookups.get_mut(t.name)?))) else {
            return Cell::refused(field, text, "reference");
        };
        let whole = names.find(text, parent).is_some() || matches!(field.kind, Kind::Reference(_));
        let entries: Vec<&str> = if whole { vec![text] } else { values::entries(text).collect() };
        let mut found: Vec<(Uuid, String)> = Vec::new();
        for entry in entries {
            if let Some(id) = names.find(entry, parent) {
                found.push((id, entry.to_owned()));
                continue;
            }
            let unknown = Unknown { target: target.name.to_owned(), value: entry.to_owned() };
            let decision = decision(self.spec, &unknown).cloned();
            *self.asked.entry(unknown).or_default() += 1;
            match decision {
                Some(Decision::Empty) => {}
                Some(Decision::Create) if creatable(self.actor, target) => {
                    let id = self.create(target, entry);
                    names.insert(entry, parent, id);
                    found.push((id, entry.to_owned()));
                }
                Some(Decision::Use(title)) if names.find(&title, parent).is_some() => {
                    found.extend(names.find(&title, parent).map(|id| (id, title)));
                }
                _ => return Cell::refused(field, text, "reference"),
            }
        }
        values::references(field, found)
    }

    /// Codes meant by a cell.
    fn choose(&mut self, def: &'static RecordDef, field: &'static FieldDef, codes: &[&str], text: &str) -> Cell {
        let many = matches!(field.kind, Kind::MultiChoice(_));
        let entries: Vec<&str> = if many { values::entries(text).collect() } else { vec![text] };
        let mut chosen = Vec::new();
        for entry in entries {
            if let Some(code) = values::code_of(def, field, codes, entry) {
                chosen.push(code);
                continue;
            }
            let unknown = Unknown { target: format!("{}.{}", def.name, field.name), value: entry.to_owned() };
            let decision = decision(self.spec, &unknown).cloned();
            *self.asked.entry(unknown).or_default() += 1;
            match decision {
                Some(Decision::Empty) => {}
                Some(Decision::Use(code)) => match values::code_of(def, field, codes, &code) {
                    Some(code) => chosen.push(code),
                    None => return Cell::refused(field, text, "choice"),
                },
                _ => return Cell::refused(field, text, "choice"),
            }
        }
        values::choices(self.locale, def, field, chosen)
    }

    /// A record that an answer asks for; goes before the step that refers to it.
    fn create(&mut self, target: &'static RecordDef, title: &str) -> Uuid {
        let id = Uuid::now_v7();
        let values = Values::from_iter([(target.title.to_owned(), Value::from(title))]);
        self.made.entry(target.name).or_default().insert(id, Row { id, version: 0, values: values.clone() });
        self.push(target, Change::Create { id, values }, Place { file: 0, line: 0 });
        self.plan.preview.changes += 1;
        let steps = &mut self.plan.preview.steps;
        match steps.iter_mut().find(|s| s.record_type == target.name && s.fields.is_empty()) {
            Some(step) => step.created += 1,
            None => steps.push(StepPreview { created: 1, ..empty_preview(0, target) }),
        }
        id
    }

    /// Rows that the type's rules look at.
    async fn related(&mut self, def: &'static RecordDef, draughts: &[Draught]) -> Result<BTreeMap<Uuid, Row>> {
        let mut related = BTreeMap::new();
        for name in def.needs {
            let Some(target) = def.field(name).and_then(target) else { continue };
            let of = |row: &Draught| {
                let before = row.before.as_ref().and_then(|before| before.reference(name));
                [shared::record::id(&row.given, name), before]
            };
            let ids: BTreeSet<Uuid> = draughts.iter().flat_map(of).flatten().collect();
            let made = self.made.get(target.name);
            let (own, stored): (BTreeSet<Uuid>, BTreeSet<Uuid>) =
                ids.into_iter().partition(|id| made.is_some_and(|made| made.contains_key(id)));
            related.extend(own.iter().filter_map(|id| Some((*id, made?.get(id)?.clone()))));
            related.extend(rows_by_id(self.tx, target, &stored).await?.into_iter().map(|row| (row.id, row)));
        }
        Ok(related)
    }

    /// Checks the rows and turns them into changes.
    fn finish(
        &mut self,
        file: usize,
        def: &'static RecordDef,
        step: &Step,
        draughts: Vec<Draught>,
        (related, custom): (&BTreeMap<Uuid, Row>, &[CustomField]),
    ) {
        let mut preview = StepPreview {
            fields: step.assignments.iter().map(|a| a.field.clone()).collect(),
            ..empty_preview(file, def)
        };
        let mut changes = Vec::new();
        for mut row in draughts {
            // The same record further up in this file.
            if row.before.is_none() {
                row.before = self.made.get(def.name).and_then(|made| made.get(&row.id)).cloned();
            }
            let (change, after) = change(def, step.existing, &mut row, (self.now, &self.actor.zone), related, custom);
            let shown = PreviewRow { line: row.place.line, cells: row.shown, errors: row.errors.clone() };
            preview.note(shown, change.as_ref());
            if !row.errors.is_empty() {
                let error = Error::Invalid { fields: row.errors };
                self.plan.refused.push(Refused { place: row.place, record_type: def.name, error });
                continue;
            }
            self.made.entry(def.name).or_default().insert(row.id, after);
            changes.extend(change.map(|change| (change, row.place)));
        }
        parents_first(def, &mut changes);
        self.plan.preview.changes += changes.len() as u64;
        changes.into_iter().for_each(|(change, place)| self.push(def, change, place));
        self.plan.preview.steps.push(preview);
    }

    fn push(&mut self, def: &'static RecordDef, change: Change, place: Place) {
        let fits = |chunk: &Chunk| {
            chunk.record_type == def.name
                && chunk.changes.len() < CHUNK
                && chunk.changes.iter().all(|other| other.id() != change.id())
        };
        if !self.plan.chunks.last().is_some_and(fits) {
            self.plan.chunks.push(Chunk { record_type: def.name, changes: Vec::new(), places: Vec::new() });
        }
        if let Some(chunk) = self.plan.chunks.last_mut() {
            chunk.changes.push(change);
            chunk.places.push(place);
        }
    }

    /// Turns unknown texts into questions with suggestions.
    async fn ask(&mut self) -> Result<()> {
        let mut asked: Vec<(Unknown, u64)> = std::mem::take(&mut self.asked).into_iter().collect();
        asked.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
        asked.truncate(QUESTIONS);
        let mut titles: BTreeMap<String, Names> = BTreeMap::new();
        for (unknown, rows) in asked {
            let decision = decision(self.spec, &unknown).cloned();
            let (suggestions, may_create) = match unknown.target.split_once('.') {
                Some((type_name, field)) => (values::alike_codes(type_name, field, &unknown.value), false),
                None => {
                    let Some(target) = shared::types::by_name(&unknown.target) else { continue };
                    if !titles.contains_key(target.name) {
                        let mut names = Names::default();
                        load_titles(self.tx, self.actor, target, &mut names).await?;
                        let made = self.made.get(target.name).into_iter().flat_map(HashMap::values);
                        names.titles.extend(made.filter_map(|row| row.text(target.title).map(str::to_owned)));
                        names.titles.retain(|title| folded(title) != folded(&unknown.value));
                        titles.insert(target.name.to_owned(), names);
                    }
                    let all = titles[target.name].titles.iter().map(|title| (title.as_str(), title.as_str()));
                    (near::suggestions(&unknown.value, all), creatable(self.actor, target))
                }
            };
            self.plan.preview.questions.push(Question { unknown, rows, suggestions, may_create, decision });
        }
        Ok(())
    }
}

/// Fields of the step's assignments; `None` for parts of a field and for the id.
fn assigned(def: &'static RecordDef, step: &Step) -> Result<Vec<Option<&'static FieldDef>>> {
    let of = |assignment: &shared::import::Assignment| {
        let name = assignment.field.as_str();
        if name == "id" {
            return Ok(None);
        }
        match name.split_once('.') {
            Some((field, _)) if def.field(field).is_some() => Ok(None),
            Some(_) => Err(Error::invalid(name, "unknown_field")),
            None => match def.field(name) {
                Some(field) if !field.read_only => Ok(Some(field)),
                Some(_) => Err(Error::invalid(name, "read_only")),
                None => Err(Error::invalid(name, "unknown_field")),
            },
        }
    };
    step.assignments.iter().map(of).collect()
}

/// The folded canonical text of a key cell.
fn key_text(field: Option<&'static FieldDef>, text: &str) -> String {
    let clean = field.and_then(|field| normalize(field.name, &field.kind, &text.into()).ok());
    match clean {
        Some(Value::String(text)) => folded(&text),
        Some(Value::Array(list)) => list.first().and_then(Value::as_str).map(folded).unwrap_or_default(),
        Some(Value::Null) => String::new(),
        _ => folded(text),
    }
}

/// The answer that covers an unknown text: its own, or the one for all of its kind.
fn decision<'s>(spec: &'s Spec, unknown: &Unknown) -> Option<&'s Decision> {
    let of = |value: &str| {
        let mut answers = spec.answers.iter().filter(|a| a.unknown.target == unknown.target);
        answers.find(|a| folded(&a.unknown.value) == folded(value)).map(|a| &a.decision)
    };
    of(&unknown.value).or_else(|| of("*"))
}

/// Whether a record of this type can be made from its title alone.
fn creatable(actor: &Actor, def: &RecordDef) -> bool {
    let enough = def.fields.iter().all(|f| !f.required || f.name == def.title || f.default.is_some());
    enough && actor.may(def, Action::Create)
}

/// What is to be done about a row; problems end up in its errors. Also gives the record as it will be.
fn change(
    def: &'static RecordDef,
    existing: Existing,
    row: &mut Draught,
    (now, zone): (DateTime<Utc>, &Zone),
    related: &BTreeMap<Uuid, Row>,
    custom: &[CustomField],
) -> (Option<Change>, Row) {
    let before = row.before.as_ref();
    let unchanged = |row: &Row| (None, row.clone());
    if let Some(before) = before.filter(|_| existing == Existing::Skip) {
        row.errors.clear();
        return unchanged(before);
    }
    if let Some(before) = before.filter(|_| existing == Existing::Fill) {
        row.given.retain(|name, given| lay_under(before.value(name), given));
    }
    let mut after = before.map(|row| row.values.clone()).unwrap_or_default();
    after.extend(row.given.clone());
    let patch: Vec<String> = row.given.keys().cloned().collect();
    let mut draft = Draft { before, after: &mut after, now, zone, related, errors: Vec::new() };
    validate(def, &mut draft, &patch, custom);
    let reported: BTreeSet<String> = row.errors.iter().map(|error| error.field.clone()).collect();
    row.errors.extend(draft.errors.into_iter().filter(|error| !reported.contains(&error.field)));
    let result = Row { id: row.id, version: before.map_or(0, |row| row.version), values: after };
    if !row.errors.is_empty() {
        return (None, result);
    }
    let Some(before) = before else {
        let values = patch.iter().filter_map(|name| Some((name.clone(), result.values.get(name)?.clone())));
        let values = values.filter(|(_, value)| !is_empty(value)).collect();
        return (Some(Change::Create { id: row.id, values }), result);
    };
    let differing = patch.iter().filter(|name| differs(def, name, before, &result));
    let values: Values = differing.map(|name| (name.clone(), result.value(name).clone())).collect();
    if values.is_empty() {
        return unchanged(before);
    }
    (Some(Change::Update { id: row.id, version: None, values }), result)
}

/// Leaves of a value what fills in what is empty: of an address its missing parts. Says whether anything is left.
fn lay_under(before: &Value, given: &mut Value) -> bool {
    if let (Value::Object(before), Value::Object(given)) = (before, &mut *given) {
        given.extend(
            before.iter().filter(|(_, value)| !is_empty(value)).map(|(name, value)| (name.clone(), value.clone())),
        );
        return given != before;
    }
    is_empty(before)
}

/// Compares canonical forms: the database gives some numbers with fewer digits.
fn differs(def: &RecordDef, name: &str, before: &Row, after: &Row) -> bool {
    let clean = |row: &Row| match def.field(name) {
        Some(field) => normalize(name, &field.kind, row.value(name)).unwrap_or_else(|_| row.value(name).clone()),
        None => row.value(name).clone(),
    };
    clean(before) != clean(after)
}

/// New records go after those of the same file that they refer to.
fn parents_first(def: &'static RecordDef, changes: &mut [(Change, Place)]) {
    let own = |field: &&FieldDef| matches!(field.kind, Kind::Reference(name) if name == def.name);
    let Some(parent) = def.fields.iter().find(own) else { return };
    let mut parents: HashMap<Uuid, Uuid> = HashMap::new();
    for (change, _) in changes.iter() {
        if let Change::Create { id, values } = change {
            parents.extend(shared::record::id(values, parent.name).map(|up| (*id, up)));
        }
    }
    // Circles are refused when they are written; here they only must end.
    let depth = |id: Uuid| {
        let mut at = id;
        (0..64)
            .take_while(|_| {
                parents.get(&at).is_some_and(|up| {
                    at = *up;
                    true
                })
            })
            .count()
    };
    changes.sort_by_cached_key(|(change, _)| depth(change.id()));
}

fn empty_preview(file: usize, def: &RecordDef) -> StepPreview {
    StepPreview {
        file,
        record_type: def.name.to_owned(),
        created: 0,
        updated: 0,
        unchanged: 0,
        failed: 0,
        fields: Vec::new(),
        rows: Vec::new(),
        problems: Vec::new(),
    }
}

/// Counting rows as they are decided.
trait Note {
    fn note(&mut self, row: PreviewRow, change: Option<&Change>);
}

impl Note for StepPreview {
    fn note(&mut self, row: PreviewRow, change: Option<&Change>) {
        let count = match change {
            _ if !row.errors.is_empty() => &mut self.failed,
            Some(Change::Create { .. }) => &mut self.created,
            Some(_) => &mut self.updated,
            None => &mut self.unchanged,
        };
        *count += 1;
        for error in &row.errors {
            match self.problems.iter_mut().find(|(known, _)| known.field == error.field && known.code == error.code) {
                Some((_, rows)) => *rows += 1,
                None => self.problems.push((error.clone(), 1)),
            }
        }
        if self.rows.len() < shared::import::PREVIEW_ROWS {
            self.rows.push(row);
        }
    }
}

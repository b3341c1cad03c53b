//! Decides what an import will do, without writing anything.

mod answers;
mod archived;
mod ask;
mod chances;
mod change;
mod closing;
mod currency;
mod decided;
mod earlier;
mod excerpt;
mod fill;
mod identify;
mod keep;
mod key;
mod named;
mod namesakes;
mod numbers;
mod preview;
mod refer;
mod rights;
mod rounding;
mod whole;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::access::Actor;
use shared::command::Change;
use shared::format::Zone;
use shared::i18n::Locale;
use shared::import::{Decision, Excerpt, PREVIEW_ROWS, Preview, PreviewRow, Rounded, Spec, Step, StepPreview, Unknown};
use shared::record::CustomField;
use shared::{Error, FieldDef, FieldError, RecordDef, Result, Row, Values};
use uuid::Uuid;

use self::answers::Answers;
use self::ask::Asked;
use self::change::{change, parents_first};
use self::currency::Followed;
use self::decided::{Decided, Refused};
use self::excerpt::Shown;
pub(super) use self::keep::Keeper;
use self::key::{Key, Keys, Mark};
use self::numbers::with_points;
use self::preview::{Note, empty_preview};
use self::refer::named_by;
use self::rights::Planned;
use super::cells::{Texts, count, texts};
use super::check::{assigned, check};
use super::lookup::{Lookup, Names, belonging, folded, load_names, load_owners, shared_parent};
use super::starts::Starts;
use super::table::Table;
use crate::auth::zone_with_past;
use crate::columns::target;
use crate::pool::Tx;
use crate::write::{custom_fields, rows_by_id};

/// Changes per command: short transactions, because live delivery waits for open ones.
const CHUNK: usize = 500;
/// Rows decided at a time: what is known of a file is bounded by this, not by how long the file is.
const WINDOW: usize = 5_000;
/// Rows decided first where somebody wants to see some of them.
const GLANCE: usize = 100;

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
    /// Chunks of one wave do not need each other; those of an earlier one must be done before.
    pub(super) wave: i32,
    pub(super) record_type: &'static str,
    pub(super) changes: Vec<Change>,
    pub(super) places: Vec<Place>,
}

/// What becomes of what was decided.
pub(super) enum Sink {
    /// Somebody only wants to see it.
    Preview,
    /// Somebody only wants to see some rows of a step, which comes last then.
    Rows(Excerpt),
    /// It is kept with a run.
    Run(Keeper),
}

/// Works out what `spec` does with these files. Unless somebody only looks, changes and refused rows are kept with the
/// run, part by part.
///
/// # Errors
/// `Forbidden` without the import right on a type, `Invalid` for mappings to fields that do not exist, `Offline` when
/// the run isn't this node's any more.
pub(super) async fn make(
    tx: &mut Tx,
    actor: &Actor,
    locale: Locale,
    spec: &Spec,
    tables: &[Table],
    sink: Sink,
) -> Result<Preview> {
    // Here too: rights may have gone since a run was started, and its mappings may be those of an older program.
    check(actor, spec)?;
    let mut planner = Planner {
        tx,
        actor,
        locale,
        spec,
        answers: Answers::new(&spec.answers),
        tables,
        now: Utc::now(),
        made: BTreeMap::new(),
        asked: BTreeMap::new(),
        created: HashMap::new(),
        waiting: HashMap::new(),
        decided: Decided::default(),
        preview: Preview::default(),
        sink,
    };
    let mut steps: Vec<(usize, usize, &Step)> = Vec::new();
    for (file, of) in spec.files.iter().enumerate() {
        steps.extend(of.steps.iter().enumerate().map(|(at, step)| (file, at, step)));
    }
    for (position, (file, at, step)) in steps.iter().enumerate() {
        let is_last = planner.wanted((*file, *at)).is_some();
        let later: &[(usize, usize, &Step)] = if is_last { &[] } else { &steps[position + 1..] };
        planner.step((*file, *at), step, later).await?;
        if is_last {
            break;
        }
    }
    planner.keep(true).await?;
    if matches!(planner.sink, Sink::Preview) {
        planner.ask().await?;
    }
    Ok(planner.preview)
}

/// A step's row on its way to a change.
struct Draught {
    place: Place,
    id: Uuid,
    before: Option<Row>,
    /// Whether other rows of the file stand for the same record.
    is_repeated: bool,
    /// Whether an answer says that nothing is made of it.
    is_left_out: bool,
    /// Whether the row has nothing of what tells its record.
    is_untold: bool,
    /// Values by field, as far as they could be read.
    given: Values,
    /// What the amounts are in, where the record follows others in that.
    currency: Option<String>,
    errors: Vec<FieldError>,
    /// Numbers that lose decimals.
    rounded: Vec<Rounded>,
    shown: Vec<String>,
}

struct Planner<'p> {
    tx: &'p mut Tx,
    actor: &'p Actor,
    locale: Locale,
    spec: &'p Spec,
    answers: Answers<'p>,
    tables: &'p [Table],
    now: DateTime<Utc>,
    /// Records as they will be after the steps so far, by type, as far as something still goes by them.
    made: Made,
    /// What is to be asked.
    asked: BTreeMap<Unknown, Asked>,
    /// Records that answers ask for, by type, what they are parts of, and folded title.
    created: HashMap<(&'static str, Option<Uuid>, String), Uuid>,
    /// Those of them that nothing goes by so far but rows that may yet be refused.
    waiting: HashMap<Uuid, &'static RecordDef>,
    decided: Decided,
    preview: Preview,
    sink: Sink,
}

/// A step while its rows are gone through.
struct Running<'s> {
    file: usize,
    def: &'static RecordDef,
    step: &'s Step,
    /// Fields by which its rows are recognised.
    keys: Keys<'s>,
    fields: Vec<Option<&'static FieldDef>>,
    /// Where the times of its assignments are meant; nothing where the actor is.
    zones: Vec<Option<Zone>>,
    custom: Vec<CustomField>,
    /// What its rows may refer to, by target type.
    lookups: Lookups,
    /// Where new records begin whose row doesn't say where they are.
    starts: Option<Starts>,
    /// What the amounts of its records are in, if a column says that of its rows.
    followed: Option<Followed>,
    /// Records that earlier steps make, by the value that the step goes by.
    known: HashMap<Key, Vec<Uuid>>,
    /// Records that rows so far stand for.
    seen: HashMap<Mark, Uuid>,
    /// Values that stand in several rows.
    repeated: HashSet<Mark>,
    /// Whether what all of its rows make is kept: something goes by it, or it is little.
    is_needed: bool,
    /// Which of its rows are shown.
    shown: Shown,
    preview: StepPreview,
}

/// Records that the import makes or changes, by type.
type Made = BTreeMap<&'static str, HashMap<Uuid, Row>>;

/// Records by target type.
type Lookups = BTreeMap<&'static str, Lookup>;

impl Running<'_> {
    fn at(&self, name: &str) -> Option<usize> {
        self.step.assignments.iter().position(|assignment| assignment.field == name)
    }

    /// Whether records of the type refer to each other by this step.
    fn refers_to_itself(&self) -> bool {
        refers(self.step, self.def, self.def)
    }
}

/// Whether a step's rows refer to records of a type, or its rules look at them.
fn refers(step: &Step, def: &RecordDef, to: &RecordDef) -> bool {
    let leads = |name: &str| def.field(name).and_then(target).is_some_and(|target| target.name == to.name);
    step.assignments.iter().any(|assignment| leads(&assignment.field)) || def.needs.iter().any(|name| leads(name))
}

impl Planner<'_> {
    /// The rows of a step that somebody wants to see and nothing else.
    fn wanted(&self, (file, at): (usize, usize)) -> Option<Excerpt> {
        match &self.sink {
            Sink::Rows(excerpt) if (excerpt.file, excerpt.step) == (file, at) => Some(*excerpt),
            _ => None,
        }
    }

    async fn step(&mut self, place: (usize, usize), step: &Step, later: &[(usize, usize, &Step)]) -> Result<()> {
        let mut running = self.begin(place, step, later).await?;
        self.survey(&mut running);
        running.known = self.known(&running);
        self.decided.begin(&running);
        let commas = self.with_commas(&running);
        let wanted = self.wanted(place);
        let mut from = wanted.map_or(0, |excerpt| self.first(&running, excerpt));
        let mut earlier = self.earlier(&running, from);
        while !earlier.is_empty() {
            let mut rows: Vec<Texts> = earlier.drain(..earlier.len().min(WINDOW)).collect();
            with_points(&mut rows, &commas);
            self.window(&mut running, rows).await?;
        }
        let all = count(step, &self.tables[place.0]);
        let mut width = match wanted {
            // Records that refer to others of the same file need all of it at once, and so do those that begin in what it names.
            _ if running.refers_to_itself() || self.makes_starts(&running) => all,
            Some(_) => GLANCE,
            None => WINDOW,
        };
        while from < all {
            let to = all.min(from + width);
            let mut rows = texts(step, &self.tables[place.0], from..to);
            with_points(&mut rows, &commas);
            self.window(&mut running, rows).await?;
            if wanted.is_some() && running.preview.rows.len() >= PREVIEW_ROWS {
                break;
            }
            // Rows with problems may be far apart.
            (from, width) = (to, WINDOW.min(width * 2));
        }
        self.preview.steps.push(running.preview);
        Ok(())
    }

    /// A step before its rows are gone through.
    async fn begin<'s>(
        &mut self,
        place: (usize, usize),
        step: &'s Step,
        later: &[(usize, usize, &Step)],
    ) -> Result<Running<'s>> {
        let def = shared::types::by_name(&step.record_type).ok_or(Error::NotFound)?;
        let fields = fields(def, step)?;
        let goes_by = |other: &Step| {
            shared::types::by_name(&other.record_type).is_some_and(|of| of.name == def.name || refers(other, of, def))
        };
        let all = count(step, &self.tables[place.0]);
        // So few are kept without looking which of them stand for the same.
        let is_needed = all <= WINDOW || refers(step, def, def) || later.iter().any(|(.., other)| goes_by(other));
        let starts = Starts::load(self.tx, self.actor, def).await?;
        // Of another whole than the first one nobody can say here what it begins with.
        let is_of_first = |starts: &&Starts| {
            let tells = |name: &str| name == starts.field() || name == starts.part_of();
            !step.assignments.iter().any(|a| tells(&a.field))
        };
        let preview = StepPreview {
            fields: step.assignments.iter().map(|a| a.field.clone()).collect(),
            start: starts.as_ref().filter(is_of_first).and_then(Starts::first),
            ..empty_preview(place, def)
        };
        Ok(Running {
            file: place.0,
            def,
            step,
            keys: Keys::new(self.actor, def, step),
            zones: step.assignments.iter().map(|a| zone_with_past(a.zone.as_deref()?)).collect(),
            custom: custom_fields(self.tx, def).await?,
            lookups: self.lookups(def, &fields),
            followed: Followed::load(self.tx, self.actor, def, step).await?,
            starts,
            known: HashMap::new(),
            seen: HashMap::new(),
            repeated: HashSet::new(),
            is_needed,
            fields,
            shown: self.wanted(place).map(Shown::of).unwrap_or_default(),
            preview,
        })
    }

    /// Decides some rows of a step.
    async fn window(&mut self, running: &mut Running<'_>, rows: Vec<Texts>) -> Result<()> {
        self.look_up(running, &rows).await?;
        let identified = self.identify(running, rows).await?;
        self.look_up_archived(running, &identified).await?;
        announce(running, &identified);
        let mut draughts = Vec::new();
        for (row, texts) in identified {
            draughts.push(if row.is_left_out {
                Draught { shown: texts, ..row }
            } else {
                self.fill(running, row, &texts)
            });
        }
        currency::take(running.def, &mut draughts);
        self.leave_open(running, &mut draughts).await?;
        self.recognise_whole(running, &mut draughts).await?;
        fill::begin(running, &self.made, &mut draughts);
        self.own(running.def, &mut draughts);
        self.denominate(running, &draughts);
        self.hold_currencies(running, &mut draughts);
        let related = self.related(running.def, &draughts).await?;
        self.finish(running, draughts, &related).await?;
        self.keep(false).await
    }

    /// What the references of a step may mean among the records that the import itself makes.
    fn lookups(&self, def: &'static RecordDef, fields: &[Option<&'static FieldDef>]) -> Lookups {
        let mut lookups = Lookups::new();
        for target in fields.iter().filter_map(|field| field.and_then(target)) {
            let parent = shared_parent(def, target);
            let lookup = lookups.entry(target.name).or_default();
            for row in self.made.get(target.name).into_iter().flat_map(HashMap::values) {
                if let Some(title) = row.text(target.title) {
                    lookup.made.insert(title, parent.and_then(|field| row.reference(field)), row.id);
                }
            }
        }
        lookups
    }

    /// Loads everything that the rows' references may mean.
    async fn look_up(&mut self, running: &mut Running<'_>, rows: &[Texts]) -> Result<()> {
        let mut wanted: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
        for (at, field) in running.fields.iter().enumerate().take(running.step.assignments.len()) {
            let Some(target) = field.and_then(target) else { continue };
            let texts = wanted.entry(target.name).or_default();
            texts.extend(rows.iter().flat_map(|row| named_by(&row.texts[at])));
        }
        for answer in &self.spec.answers {
            if let (Decision::Use(title), Some(texts)) =
                (&answer.decision, wanted.get_mut(answer.unknown.target.as_str()))
            {
                texts.insert(folded(title));
            }
        }
        for (name, texts) in wanted {
            let Some(target) = shared::types::by_name(name) else { continue };
            let parent = shared_parent(running.def, target);
            let mut names = Names::default();
            load_names(self.tx, self.actor, target, parent, &texts, &mut names).await?;
            load_owners(self.tx, self.actor, target, belonging(running.def, target), &mut names).await?;
            running.lookups.entry(name).or_default().stored = names;
        }
        Ok(())
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
    async fn finish(
        &mut self,
        running: &mut Running<'_>,
        draughts: Vec<Draught>,
        related: &BTreeMap<Uuid, Row>,
    ) -> Result<()> {
        let def = running.def;
        let mut planned = Vec::new();
        for row in draughts {
            planned.push(self.planned(running, row, related));
        }
        self.hold_rights(def, &mut planned).await?;
        let mut changes = Vec::new();
        for (row, change) in planned {
            let Draught { place, is_left_out, errors, rounded, shown, .. } = row;
            let shown = PreviewRow { line: place.line, cells: shown, errors: errors.clone() };
            running.shown.keep(&mut running.preview.rows, shown);
            if is_left_out {
                running.preview.left_out += 1;
                continue;
            }
            running.preview.note(&errors, change.as_ref());
            if let Some(Change::Create { values, .. } | Change::Update { values, .. }) = &change {
                rounding::count(&mut running.preview.rounded, rounded, values);
            }
            if errors.is_empty() {
                changes.extend(change.map(|change| (change, place)));
            } else {
                let error = Error::Invalid { fields: errors };
                self.decided.refused.push(Refused { place, record_type: def.name, error });
            }
        }
        parents_first(def, &mut changes);
        self.bring(&changes).await?;
        self.preview.changes += changes.len() as u64;
        changes.into_iter().for_each(|(change, place)| self.decided.push(def, change, place));
        Ok(())
    }

    /// What is to be done about a row, of which later ones know.
    fn planned(&mut self, running: &Running<'_>, mut row: Draught, related: &BTreeMap<Uuid, Row>) -> Planned {
        if row.is_left_out {
            row.errors.clear();
            return (row, None);
        }
        let def = running.def;
        // The same record further up in this file.
        if row.before.is_none() {
            row.before = self.made.get(def.name).and_then(|made| made.get(&row.id)).cloned();
        }
        let clock = (self.now, &self.actor.zone);
        let (change, after) = change(def, running.step.existing, &mut row, clock, related, &running.custom);
        if row.errors.is_empty() && (running.is_needed || row.is_repeated) {
            self.made.entry(def.name).or_default().insert(row.id, after);
        }
        (row, change)
    }

    /// Hands on what was decided; what isn't a whole command yet only at the end.
    async fn keep(&mut self, is_end: bool) -> Result<()> {
        let (chunks, refused) = self.decided.take(is_end);
        match &mut self.sink {
            Sink::Preview | Sink::Rows(_) => Ok(()),
            Sink::Run(keeper) => keeper.keep(&chunks, refused, self.tables).await,
        }
    }
}

/// Makes a step's own new records findable by its references to the same type.
fn announce(running: &mut Running<'_>, rows: &[(Draught, Vec<String>)]) {
    if let (Some(at), Some(names)) = (running.at(running.def.title), running.lookups.get_mut(running.def.name)) {
        let is_new = |row: &Draught| row.before.is_none() && row.errors.is_empty() && !row.is_left_out;
        for (row, texts) in rows.iter().filter(|(row, _)| is_new(row)) {
            names.made.insert(&texts[at], None, row.id);
        }
    }
}

/// Fields of the step's assignments; `None` for parts of a field and for the id.
fn fields(def: &'static RecordDef, step: &Step) -> Result<Vec<Option<&'static FieldDef>>> {
    let of = |name: &str| assigned(def, name).map_err(|code| Error::invalid(name, code));
    step.assignments.iter().map(|assignment| of(&assignment.field)).collect()
}

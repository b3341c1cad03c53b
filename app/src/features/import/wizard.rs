//! What the steps share: files with their mappings, answers, preview.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::command::{Change, Command};
use shared::i18n::error_sentence;
use shared::import::mapping::settle;
use shared::import::start::placing;
use shared::import::{
    Answer, Assignment, Column, Decision, FileInfo, FilePlan, Preview, Reading, Spec, Start, Step, Unknown, in_order,
};
use shared::query::Titles;
use shared::record::{CustomField, Kind, custom_name, normalize};
use shared::{Error, RecordDef};
use uuid::Uuid;
use web_sys::{File, FileList};

use crate::acting::act;
use crate::api::import::{import_start, preview_import, reread_import, start_import, suggest_import, upload};
use crate::api::records::custom_fields;
use crate::context::Page;

/// Steps of the way, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Choosing files.
    Choose,
    /// Matching columns.
    Map,
    /// Looking at what would happen.
    Check,
}

/// The state of an import that is being prepared; cheap to copy.
#[derive(Clone, Copy)]
pub struct Wizard {
    pub(super) page: Page,
    pub(super) stage: RwSignal<Stage>,
    /// Files in the order in which they are brought in.
    pub(super) files: RwSignal<Vec<FileInfo>>,
    /// The fields that administrators added, by record type.
    pub(super) custom: RwSignal<BTreeMap<String, Vec<CustomField>>>,
    /// Where new records begin if no column says so, by record type; nothing for types where nobody can say so.
    pub(super) starts: RwSignal<BTreeMap<String, Option<Start>>>,
    /// Counts how often files were read, so that they are shown anew.
    pub(super) read: RwSignal<u32>,
    pub(super) answers: RwSignal<Vec<Answer>>,
    /// What records are called that answers name by their ids.
    pub(super) titles: RwSignal<Titles>,
    pub(super) preview: RwSignal<Option<Preview>>,
    pub(super) busy: RwSignal<bool>,
    pub(super) error: RwSignal<Option<String>>,
    /// Counts previews asked for: only the last answer counts.
    asked: StoredValue<u32>,
    /// The types that were chosen for files and whose mappings are on their way.
    chosen: StoredValue<BTreeMap<Uuid, String>>,
    navigate: StoredValue<Navigate>,
}

type Navigate = Box<dyn Fn(&str) + Send + Sync>;

impl Wizard {
    pub(super) fn new() -> Self {
        let navigate = use_navigate();
        Self {
            page: Page::take(),
            stage: RwSignal::new(Stage::Choose),
            files: RwSignal::new(Vec::new()),
            custom: RwSignal::new(BTreeMap::new()),
            starts: RwSignal::new(BTreeMap::new()),
            read: RwSignal::new(0),
            answers: RwSignal::new(Vec::new()),
            titles: RwSignal::new(Titles::new()),
            preview: RwSignal::new(None),
            busy: RwSignal::new(false),
            error: RwSignal::new(None),
            asked: StoredValue::new(0),
            chosen: StoredValue::new(BTreeMap::new()),
            navigate: StoredValue::new(Box::new(move |address| navigate(address, NavigateOptions::default()))),
        }
    }

    /// Sends the chosen files and goes on to their columns.
    pub(super) fn take_in(self, list: &FileList) {
        if self.busy.get_untracked() {
            return;
        }
        let chosen: Vec<File> = (0..list.length()).filter_map(|at| list.get(at)).collect();
        self.begin();
        spawn_local(async move {
            let mut refused = Vec::new();
            for file in chosen {
                let name = file.name();
                match upload(file).await {
                    Ok(info) => self.files.update(|files| {
                        files.push(info);
                        in_order(files);
                    }),
                    Err(error) => refused.push(format!("{name}: {}", self.sentence(&error))),
                }
            }
            self.busy.set(false);
            if !refused.is_empty() {
                self.error.set(Some(refused.join(" ")));
            }
            // What could be read goes on, the others are named.
            if self.files.try_with_untracked(Vec::is_empty) == Some(false) {
                self.stage.set(Stage::Map);
            }
        });
    }

    /// Leaves a file out.
    pub(super) fn remove(self, at: usize) {
        self.files.update(|files| drop(files.remove(at)));
        if self.files.with_untracked(Vec::is_empty) {
            self.stage.set(Stage::Choose);
        }
    }

    /// Changes the mapping of a file: of the step that makes what it is about, which is the last one.
    pub(super) fn map(self, at: usize, change: impl FnOnce(&mut Step)) {
        self.files.update(|files| {
            let Some(file) = files.get_mut(at) else { return };
            if let Some(step) = file.steps.last_mut() {
                change(step);
            }
            settle(&mut file.steps);
        });
    }

    /// What a mapping says of the file's own records: its last step, where there is one.
    pub(super) fn step<T>(self, at: usize, read: impl FnOnce(&Step) -> T) -> Option<T> {
        self.files.with(|files| Some(read(files.get(at)?.steps.last()?)))
    }

    /// Reads a file in another way.
    pub(super) fn reread(self, at: usize, file: Uuid, reading: Reading) {
        self.begin();
        spawn_local(async move {
            match reread_import(file, reading).await {
                Ok(info) => self.files.update(|files| {
                    if let Some(own) = files.get_mut(at).filter(|own| own.id == file) {
                        *own = info;
                    }
                }),
                Err(fault) => self.error.set(Some(self.sentence(&fault.0))),
            }
            self.read.update(|times| *times += 1);
            self.busy.set(false);
        });
    }

    /// Shows the columns of a file whose mapping is known, to go on from there.
    pub(super) fn by_hand(self, at: usize) {
        self.files.update(|files| {
            if let Some(file) = files.get_mut(at) {
                file.preset = None;
            }
        });
        self.read.update(|times| *times += 1);
    }

    /// Takes the suggested mapping to another record type.
    pub(super) fn choose_type(self, at: usize, record_type: String) {
        let Some(file) = self.files.with_untracked(|files| files.get(at).map(|file| file.id)) else { return };
        self.chosen.update_value(|chosen| drop(chosen.insert(file, record_type.clone())));
        self.begin();
        spawn_local(async move {
            let result = suggest_import(file, record_type.clone()).await;
            // Yet another may have been chosen meanwhile: its mapping is on its way then.
            if self.chosen.try_with_value(|chosen| chosen.get(&file) == Some(&record_type)) != Some(true) {
                return;
            }
            self.chosen.update_value(|chosen| drop(chosen.remove(&file)));
            match result {
                Ok(step) => self.files.update(|files| {
                    if let Some(own) = files.iter_mut().find(|own| own.id == file) {
                        own.steps = vec![step];
                    }
                }),
                Err(fault) => self.error.set(Some(self.sentence(&fault.0))),
            }
            if self.chosen.with_value(BTreeMap::is_empty) {
                self.busy.set(false);
            }
        });
    }

    /// Works out what would happen.
    pub(super) fn check(self) {
        self.begin();
        self.stage.set(Stage::Check);
        let turn = self.asked.with_value(|turn| turn + 1);
        self.asked.set_value(turn);
        let (spec, locale) = (self.spec(), self.page.locale.get_untracked());
        spawn_local(async move {
            let result = preview_import(spec, locale).await;
            // The page may have been left meanwhile.
            if self.asked.try_get_value() != Some(turn) {
                return;
            }
            match result {
                Ok(preview) => self.preview.set(Some(preview)),
                Err(fault) => {
                    self.error.set(Some(self.sentence(&fault.0)));
                    self.stage.set(Stage::Map);
                }
            }
            self.busy.set(false);
        });
    }

    /// Gets the fields that administrators added to a type.
    pub(super) fn learn_custom(self, record_type: &'static str) {
        if self.custom.with_untracked(|known| known.contains_key(record_type)) {
            return;
        }
        spawn_local(async move {
            match custom_fields(record_type.to_owned()).await {
                Ok(fields) => self.custom.update(|known| drop(known.insert(record_type.to_owned(), fields))),
                Err(fault) => self.error.set(Some(self.sentence(&fault.0))),
            }
        });
    }

    /// Gets where new records of a type begin, if such records begin anywhere.
    pub(super) fn learn_start(self, def: &'static RecordDef) {
        if placing(def).is_none() || self.starts.with_untracked(|known| known.contains_key(def.name)) {
            return;
        }
        spawn_local(async move {
            match import_start(def.name.to_owned()).await {
                Ok(start) => self.starts.update(|known| drop(known.insert(def.name.to_owned(), start))),
                Err(fault) => self.error.set(Some(self.sentence(&fault.0))),
            }
        });
    }

    /// Adds a field to a type, for a column that none fits, and assigns it.
    pub(super) fn add_field(self, at: usize, record_type: &'static str, column: Column) {
        let taken = self.custom.with_untracked(|known| known.get(record_type).map_or(0, Vec::len));
        let field = new_field(&column, taken);
        let values = serde_json::json!({
            "record_type": record_type, "key": field.key, "label": field.label, "kind": field.kind, "position": taken,
        });
        let values = values.as_object().cloned().unwrap_or_default();
        let done = self.page.text_with("ui.toast.created", &[("name", &field.label)]);
        act(Command::one("custom_field", Change::Create { id: Uuid::now_v7(), values }), done, move |result| {
            match result {
                Ok(_) => {
                    let assigned = custom_name(&field.key);
                    self.custom.update(|known| known.entry(record_type.to_owned()).or_default().push(field));
                    self.map(at, |step| step.assignments.push(Assignment::column(&assigned, &column.name)));
                }
                Err(error @ Error::Invalid { .. }) => self.error.set(Some(self.sentence(&error))),
                Err(_) => {}
            }
        });
    }

    /// Answers a question for all rows and looks again.
    pub(super) fn answer(self, unknown: Unknown, decision: Decision) {
        self.answer_all([unknown], &decision);
    }

    /// Gives several questions the same answer, and looks again.
    pub(super) fn answer_all(self, asked: impl IntoIterator<Item = Unknown>, decision: &Decision) {
        self.answers.update(|answers| {
            for unknown in asked {
                answers.retain(|answer| answer.unknown != unknown);
                answers.push(Answer { unknown, decision: decision.clone() });
            }
        });
        self.check();
    }

    /// Leaves a question open again, and looks again.
    pub(super) fn take_back(self, unknown: &Unknown) {
        self.answers.update(|answers| answers.retain(|answer| answer.unknown != *unknown));
        self.check();
    }

    /// Starts the run and shows it.
    pub(super) fn start(self) {
        self.begin();
        let spec = self.spec();
        spawn_local(async move {
            match start_import(spec).await {
                // Who has left the page stays where they are.
                Ok(run) => {
                    self.navigate.try_with_value(|navigate| navigate(&format!("/import?run={}", run.id)));
                }
                Err(fault) => {
                    self.error.set(Some(self.sentence(&fault.0)));
                    self.busy.set(false);
                }
            }
        });
    }

    fn begin(self) {
        self.error.set(None);
        self.busy.set(true);
    }

    pub(super) fn spec(self) -> Spec {
        let plan = |file: &FileInfo| FilePlan { file: file.id, steps: file.steps.clone() };
        Spec {
            files: self.files.with_untracked(|files| files.iter().map(plan).collect()),
            answers: self.answers.get_untracked(),
        }
    }

    pub(super) fn sentence(self, error: &Error) -> String {
        error_sentence(self.page.locale.get_untracked(), error)
    }
}

/// A field for a column: called as it is, of the kind that its values are.
fn new_field(column: &Column, taken: usize) -> CustomField {
    let plain: String =
        column.name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let plain: String = plain.trim_matches('_').chars().skip_while(|c| !c.is_ascii_lowercase()).take(30).collect();
    let key = if plain.is_empty() { format!("field_{}", taken + 1) } else { plain };
    let fits = |kind: &Kind| {
        !column.samples.is_empty()
            && column.samples.iter().all(|text| normalize("", kind, &text.as_str().into()).is_ok())
    };
    let kind = match () {
        () if fits(&Kind::Decimal(4)) => "number",
        () if column.dates.is_some() || fits(&Kind::Date) => "date",
        () if fits(&Kind::Bool) => "checkbox",
        () if column.samples.iter().any(|text| text.contains("://")) && fits(&Kind::Url) => "url",
        () => "text",
    };
    CustomField { key, label: column.name.clone(), kind: kind.to_owned(), choices: Vec::new(), required: false }
}

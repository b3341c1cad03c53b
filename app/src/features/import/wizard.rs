//! What the steps share: files with their mappings, answers, preview.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::Error;
use shared::i18n::error_sentence;
use shared::import::by_hand::Suggested;
use shared::import::mapping::settle;
use shared::import::{Answer, Decision, FileInfo, FilePlan, Preview, Spec, Start, Step, Unknown};
use shared::query::Titles;
use shared::record::CustomField;
use uuid::Uuid;

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
    pub(super) asked: StoredValue<u32>,
    /// The types that were chosen for files and whose mappings are on their way.
    pub(super) chosen: StoredValue<BTreeMap<Uuid, String>>,
    /// How the files were suggested to be mapped: what differs from it was mapped by hand.
    pub(super) suggested: StoredValue<BTreeMap<Uuid, Suggested>>,
    /// Fixed values that are being typed: field and value, by file.
    pub(super) typed: StoredValue<BTreeMap<Uuid, (String, String)>>,
    pub(super) navigate: StoredValue<Navigate>,
}

pub(super) type Navigate = Box<dyn Fn(&str) + Send + Sync>;

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
            suggested: StoredValue::new(BTreeMap::new()),
            typed: StoredValue::new(BTreeMap::new()),
            navigate: StoredValue::new(Box::new(move |address| navigate(address, NavigateOptions::default()))),
        }
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

    /// Shows the columns of a file whose mapping is known, to go on from there.
    pub(super) fn by_hand(self, at: usize) {
        self.files.update(|files| {
            if let Some(file) = files.get_mut(at) {
                file.preset = None;
            }
        });
        self.read.update(|times| *times += 1);
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

    pub(super) fn begin(self) {
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

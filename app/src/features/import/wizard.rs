//! What the steps share: files with their mappings, answers, preview.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::Error;
use shared::i18n::{error_message, field_error};
use shared::import::{Answer, Decision, FileInfo, FilePlan, Preview, Spec, Step, Unknown, in_order};
use web_sys::{File, FileList};

use crate::api::import::{preview_import, start_import, suggest_import, upload};
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
    pub(super) answers: RwSignal<Vec<Answer>>,
    pub(super) preview: RwSignal<Option<Preview>>,
    pub(super) busy: RwSignal<bool>,
    pub(super) error: RwSignal<Option<String>>,
    /// Counts previews asked for: only the last answer counts.
    asked: StoredValue<u32>,
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
            answers: RwSignal::new(Vec::new()),
            preview: RwSignal::new(None),
            busy: RwSignal::new(false),
            error: RwSignal::new(None),
            asked: StoredValue::new(0),
            navigate: StoredValue::new(Box::new(move |address| navigate(address, NavigateOptions::default()))),
        }
    }

    /// Sends the chosen files and goes on to their columns.
    pub(super) fn take_in(self, list: Option<FileList>) {
        let chosen: Vec<File> =
            list.map(|list| (0..list.length()).filter_map(|at| list.get(at)).collect()).unwrap_or_default();
        if chosen.is_empty() || self.busy.get_untracked() {
            return;
        }
        self.begin();
        spawn_local(async move {
            for file in chosen {
                let name = file.name();
                match upload(file).await {
                    Ok(info) => self.files.update(|files| {
                        files.push(info);
                        in_order(files);
                    }),
                    Err(error) => self.error.set(Some(format!("{name}: {}", self.sentence(&error)))),
                }
            }
            self.busy.set(false);
            if self.error.with_untracked(Option::is_none) {
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

    /// Changes the mapping of a file that is no known one.
    pub(super) fn map(self, at: usize, change: impl FnOnce(&mut Step)) {
        self.files.update(|files| {
            if let Some(step) = files.get_mut(at).and_then(|file| file.steps.first_mut()) {
                change(step);
            }
        });
    }

    /// Takes the suggested mapping to another record type.
    pub(super) fn choose_type(self, at: usize, record_type: String) {
        let Some(file) = self.files.with_untracked(|files| files.get(at).map(|file| file.id)) else { return };
        self.begin();
        spawn_local(async move {
            match suggest_import(file, record_type).await {
                Ok(step) => self.map(at, |own| *own = step),
                Err(fault) => self.error.set(Some(self.sentence(&fault.0))),
            }
            self.busy.set(false);
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
            if self.asked.get_value() != turn {
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

    /// Answers a question for all rows and looks again.
    pub(super) fn answer(self, unknown: Unknown, decision: Decision) {
        self.answers.update(|answers| {
            answers.retain(|answer| answer.unknown != unknown);
            answers.push(Answer { unknown, decision });
        });
        self.check();
    }

    /// Starts the run and shows it.
    pub(super) fn start(self) {
        self.begin();
        let spec = self.spec();
        spawn_local(async move {
            match start_import(spec).await {
                Ok(run) => self.navigate.with_value(|navigate| navigate(&format!("/import?run={}", run.id))),
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

    fn spec(self) -> Spec {
        let plan = |file: &FileInfo| FilePlan { file: file.id, steps: file.steps.clone() };
        Spec {
            files: self.files.with_untracked(|files| files.iter().map(plan).collect()),
            answers: self.answers.get_untracked(),
        }
    }

    fn sentence(self, error: &Error) -> String {
        let locale = self.page.locale.get_untracked();
        match error {
            Error::Invalid { fields } if !fields.is_empty() => {
                fields.iter().map(|error| field_error(locale, error)).collect::<Vec<_>>().join(" ")
            }
            other => error_message(locale, other),
        }
    }
}

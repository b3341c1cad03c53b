//! What the steps of an import ask of the server: reading files, what there is of a type, previews, the run.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::RecordDef;
use shared::format::paired;
use shared::import::start::placing;
use shared::import::{Reading, in_order};
use uuid::Uuid;
use web_sys::{File, FileList};

use super::wizard::{Stage, Wizard};
use crate::api::import::{import_start, preview_import, reread_import, start_import, upload};
use crate::api::records::custom_fields;

impl Wizard {
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
                    Ok(info) => {
                        self.note(&info);
                        self.files.update(|files| {
                            files.push(info);
                            in_order(files);
                        });
                    }
                    Err(error) => {
                        let locale = self.page.locale.get_untracked();
                        refused.push(paired(locale, &name, &self.sentence(&error)));
                    }
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

    /// Reads a file in another way.
    pub(super) fn reread(self, at: usize, file: Uuid, reading: Reading) {
        self.begin();
        spawn_local(async move {
            match reread_import(file, reading).await {
                Ok(info) => {
                    self.note(&info);
                    self.files.update(|files| {
                        if let Some(own) = files.get_mut(at).filter(|own| own.id == file) {
                            *own = info;
                        }
                    });
                }
                Err(fault) => self.error.set(Some(self.sentence(&fault.0))),
            }
            self.read.update(|times| *times += 1);
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
}

//! What the columns of a file are suggested to be led to, by what it is a list of; and fields that are made for them.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Error;
use shared::command::{Change, Command};
use shared::import::by_hand::Suggested;
use shared::import::{Assignment, Column, FileInfo, Step};
use shared::record::{CustomField, Kind, custom_name, normalize};
use uuid::Uuid;

use super::wizard::Wizard;
use crate::acting::act;
use crate::api::Fault;
use crate::api::import::suggest_import;
use crate::api::records::custom_fields;

impl Wizard {
    /// Notes how a file was suggested to be mapped.
    pub(super) fn note(self, info: &FileInfo) {
        let suggested = Suggested::new(info.steps.last().cloned());
        self.suggested.update_value(|all| drop(all.insert(info.id, suggested)));
    }

    /// Takes the suggested mapping to another record type, with what was mapped by hand as far as that type has it.
    pub(super) fn choose_type(self, at: usize, record_type: String) {
        let Some(file) = self.files.with_untracked(|files| files.get(at).map(|file| file.id)) else { return };
        self.chosen.update_value(|chosen| drop(chosen.insert(file, record_type.clone())));
        self.begin();
        spawn_local(async move {
            let result = self.suggestion(file, &record_type).await;
            // Yet another may have been chosen meanwhile: its mapping is on its way then.
            if self.chosen.try_with_value(|chosen| chosen.get(&file) == Some(&record_type)) != Some(true) {
                return;
            }
            self.chosen.update_value(|chosen| drop(chosen.remove(&file)));
            match result {
                Ok(step) => self.go_on(file, step),
                Err(fault) => self.error.set(Some(self.sentence(&fault.0))),
            }
            if self.chosen.with_value(BTreeMap::is_empty) {
                self.busy.set(false);
            }
        });
    }

    /// The mapping of a file that is suggested for a type, once it is known which fields administrators added to that.
    async fn suggestion(self, file: Uuid, record_type: &str) -> Result<Step, Fault> {
        if self.custom.try_with_untracked(|known| known.contains_key(record_type)) == Some(false) {
            let fields = custom_fields(record_type.to_owned()).await?;
            self.custom.try_update(|known| known.insert(record_type.to_owned(), fields));
        }
        suggest_import(file, record_type.to_owned()).await
    }

    /// Goes on with what is suggested for a file, and what was mapped by hand.
    fn go_on(self, file: Uuid, step: Step) {
        let added: BTreeSet<String> = self.custom.with_untracked(|known| {
            let fields = known.get(&step.record_type).into_iter().flatten();
            fields.map(|field| field.key.clone()).collect()
        });
        self.files.update(|files| {
            let Some(own) = files.iter_mut().find(|own| own.id == file) else { return };
            let now = own.steps.last();
            let known = self.suggested.with_value(|all| all.get(&file).cloned());
            let mut suggested = known.unwrap_or_else(|| Suggested::new(now.cloned()));
            let step = suggested.go_on(now, step, |key| added.contains(key));
            own.steps = vec![step];
            self.suggested.update_value(|all| drop(all.insert(file, suggested)));
        });
    }

    /// Adds a field to a type, for a column that none fits, and assigns it.
    pub(super) fn add_field(self, at: usize, record_type: &'static str, column: Column) {
        let taken = self.custom.with_untracked(|known| known.get(record_type).map_or(0, Vec::len));
        let field = new_field(&column, taken);
        let is_date = field.kind == "date";
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
                    let mut assignment = Assignment::column(&assigned, &column.name);
                    assignment.dates = column.dates.filter(|_| is_date);
                    self.map(at, |step| step.assignments.push(assignment));
                }
                Err(error @ Error::Invalid { .. }) => self.error.set(Some(self.sentence(&error))),
                Err(_) => {}
            }
        });
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
    let (label, kind) = (column.name.clone(), kind.to_owned());
    CustomField { key, label, kind, choices: Vec::new(), required: false, removed: false }
}

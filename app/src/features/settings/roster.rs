//! All records of a type on a settings page, kept current.

use leptos::prelude::*;
use serde_json::Value;
use shared::command::{Change, Command, Outcome};
use shared::i18n::{error_message, translate};
use shared::live::LiveEvent;
use shared::query::{ListQuery, MAX_PAGE, Page as Records, Sort, Titles};
use shared::types::by_name;
use shared::{Error, Row, Values};
use uuid::Uuid;

use crate::acting::act;
use crate::api::Fault;
use crate::api::records::list_records;
use crate::context::{Page, t};
use crate::live::Live;
use crate::ui::{ErrorState, SkeletonRows};

/// The records of one type; cheap to copy.
#[derive(Clone, Copy)]
pub struct Roster {
    page: Page,
    record_type: &'static str,
    words: RwSignal<String>,
    /// The records as they are now.
    pub rows: RwSignal<Vec<Row>>,
    /// Titles of what they refer to.
    pub titles: RwSignal<Titles>,
    loaded: Resource<Result<Records, Fault>>,
}

impl Roster {
    /// Loads the records of a type, sorted by a field.
    pub fn load(record_type: &'static str, sort: &'static str) -> Self {
        let words = RwSignal::new(String::new());
        let query = move || ListQuery {
            search: Some(words.get()).filter(|words| !words.trim().is_empty()),
            sort: Some(Sort { field: sort.to_owned(), descending: false }),
            limit: MAX_PAGE,
            ..ListQuery::default()
        };
        let loaded = Resource::new(query, move |query| list_records(record_type.to_owned(), query));
        let (rows, titles) = (RwSignal::new(Vec::new()), RwSignal::new(Titles::new()));
        Self { page: Page::take(), record_type, words, rows, titles, loaded }
    }

    /// Shows only records with these words.
    pub fn search(self, words: String) {
        self.words.set(words);
    }

    /// The title of a record referred to, in the reader's language; empty when it may not be seen. Tracked: it comes behind a record
    /// that is new here, and anew when the language changes.
    pub fn title(self, id: Uuid) -> String {
        self.titles.with(|titles| titles.get(&id).cloned().unwrap_or_default())
    }

    /// What one of the records is called in the reader's language; tracked.
    pub fn called(self, row: &Row) -> String {
        by_name(self.record_type).map(|def| self.page.called(def, row)).unwrap_or_default()
    }

    /// Takes a record as it is now; an older version than ours changes nothing.
    pub fn put(self, row: Row) {
        let archived = row.text("archived_at").is_some();
        self.rows.update(|rows| match rows.iter().position(|own| own.id == row.id) {
            Some(at) if rows[at].version > row.version => {}
            Some(at) if archived => drop(rows.remove(at)),
            Some(at) => rows[at] = row,
            None if !archived => rows.push(row),
            None => {}
        });
    }

    fn remove(self, id: Uuid) {
        self.rows.update(|rows| rows.retain(|row| row.id != id));
    }

    /// Changes fields of a record.
    pub fn update(self, row: &Row, values: Values) {
        self.run(vec![Change::Update { id: row.id, version: Some(row.version), values }]);
    }

    /// Takes a record out of use; it can be brought back by undoing.
    pub fn archive(self, row: &Row) {
        let id = row.id;
        let name = untrack(|| self.called(row));
        let done = translate(self.page.locale.get_untracked(), "ui.toast.archived", &[("name", &name)]);
        let command = Command::one(self.record_type, Change::Archive { id });
        act(command, done, move |result| {
            if result.is_ok() {
                self.remove(id);
            }
        });
    }

    /// Carries out changes together, and shows what became of them.
    pub fn run(self, changes: Vec<Change>) {
        let done = translate(self.page.locale.get_untracked(), "ui.toast.saved", &[]);
        let command =
            Command { record_type: self.record_type.to_owned(), changes, all_or_nothing: true, ..Command::default() };
        act(command, done, move |result: Result<Outcome, Error>| match result {
            Ok(outcome) => outcome.rows.into_iter().for_each(|row| self.put(row)),
            Err(_) => self.loaded.refetch(),
        });
    }

    fn fill(self, records: Records) {
        self.titles.set(records.titles);
        self.rows.set(records.rows);
        Live::take().follow(&records.live, move |event| self.apply(event));
    }

    fn apply(self, event: &LiveEvent) {
        match event {
            LiveEvent::Changed { record_type, row, titles, .. } if record_type == self.record_type => {
                self.titles.update(|own| own.extend(titles.iter().map(|(id, title)| (*id, title.clone()))));
                let known = self.rows.with_untracked(|rows| rows.iter().any(|own| own.id == row.id));
                if known || self.words.with_untracked(String::is_empty) {
                    self.put(row.clone());
                }
            }
            LiveEvent::Removed { record_type, id, .. } if record_type == self.record_type => self.remove(*id),
            LiveEvent::Refresh { record_type } if record_type == self.record_type => self.loaded.refetch(),
            LiveEvent::Reset => self.loaded.refetch(),
            _ => {}
        }
    }
}

/// Shows its content once the records are there.
#[component]
pub fn Loaded(
    /// The records.
    roster: Roster,
    /// What shows them.
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    view! {
        <Transition fallback=|| view! { <SkeletonRows count=6/> }>
            {move || roster.loaded.get().map(|result| match result {
                Ok(records) => {
                    roster.fill(records);
                    children.with_value(|children| children()).into_any()
                }
                Err(fault) => view! { <Failed error=fault.0/> }.into_any(),
            })}
        </Transition>
    }
}

/// What went wrong while loading.
#[component]
pub fn Failed(
    /// The reason.
    error: Error,
) -> impl IntoView {
    let page = Page::take();
    let denied = matches!(error, Error::Forbidden | Error::NotFound);
    let text = Signal::derive(move || error_message(page.locale.get(), &error));
    view! { <ErrorState denied title=t("ui.state.error") text/> }
}

/// A single field as values of a change.
pub fn one(field: &str, value: impl Into<Value>) -> Values {
    [(field.to_owned(), value.into())].into_iter().collect()
}

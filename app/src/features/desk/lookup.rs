//! Looking records up as one types.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::query::Hit;

use crate::api::records::lookup;
use crate::ui::Choice;

/// What a search for records of a type found.
#[derive(Clone, Copy)]
pub(super) struct Lookup {
    record_type: &'static str,
    pub(super) options: RwSignal<Vec<Choice>>,
    latest: StoredValue<u32>,
}

impl Lookup {
    pub(super) fn new(record_type: &'static str) -> Self {
        Self { record_type, options: RwSignal::new(Vec::new()), latest: StoredValue::new(0) }
    }

    /// Looks for the words; an answer that a later search overtook is dropped.
    pub(super) fn search(self, words: String) {
        self.latest.update_value(|n| *n += 1);
        let own = self.latest.get_value();
        spawn_local(async move {
            let Ok(hits) = lookup(self.record_type.to_owned(), words).await else { return };
            if self.latest.try_get_value() == Some(own) {
                let choice = |hit: Hit| Choice::new(hit.id.to_string(), hit.title).detail(hit.subtitle);
                self.options.set(hits.into_iter().map(choice).collect());
            }
        });
    }
}

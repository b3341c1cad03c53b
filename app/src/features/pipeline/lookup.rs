//! Looking records up for a combobox.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::records::lookup;
use crate::ui::Choice;

/// What a combobox needs to offer records of a type.
#[derive(Clone, Copy)]
pub(super) struct Lookup {
    pub(super) options: RwSignal<Vec<Choice>>,
    pub(super) search: Callback<String>,
}

impl Lookup {
    pub(super) fn new(record_type: &'static str) -> Self {
        let options = RwSignal::new(Vec::new());
        let latest = StoredValue::new(0_u32);
        let search = Callback::new(move |words: String| {
            latest.update_value(|n| *n += 1);
            let own = latest.get_value();
            spawn_local(async move {
                let Ok(hits) = lookup(record_type.to_owned(), words).await else { return };
                // A slow answer must not overwrite a later one, nor reach a dialog that is gone.
                if latest.try_get_value() == Some(own) {
                    let choice =
                        |hit: shared::query::Hit| Choice::new(hit.id.to_string(), hit.title).detail(hit.subtitle);
                    options.set(hits.into_iter().map(choice).collect());
                }
            });
        });
        Self { options, search }
    }
}

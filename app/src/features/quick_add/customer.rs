//! Choosing the customer something is about.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::records::lookup;
use crate::context::{Page, t};
use crate::ui::{Choice, Combobox, Field};

/// A field for a customer, searched as one types.
#[component]
pub(super) fn CustomerField(
    /// Unique on the page.
    id: &'static str,
    /// What is chosen, both ways.
    value: RwSignal<Option<Choice>>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let page = Page::take();
    let options = RwSignal::new(Vec::<Choice>::new());
    let pending = RwSignal::new(false);
    let asked = StoredValue::new(String::new());
    let search = move |words: String| {
        asked.set_value(words.clone());
        pending.set(true);
        spawn_local(async move {
            let found = lookup("customer".into(), words.clone()).await.unwrap_or_default();
            // An answer to older words is late.
            if asked.try_get_value() == Some(words) {
                let choice = |hit: shared::query::Hit| Choice::new(hit.id.to_string(), hit.title).detail(hit.subtitle);
                options.set(found.into_iter().map(choice).collect());
                pending.set(false);
            }
        });
    };
    let empty = Signal::derive(move || page.text_with("ui.input.no_match", &[("text", &asked.get_value())]));
    view! {
        <Field id label=t("customer._one") error>
            <Combobox
                value
                options
                on_search=search
                id=format!("{id}-box")
                label=t("customer._one")
                empty
                clear=t("ui.action.clear")
                pending
                placeholder=t("ui.input.search_records")
            />
        </Field>
    }
}

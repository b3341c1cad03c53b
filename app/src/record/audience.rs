//! With whom a record is shared.

use leptos::prelude::*;
use shared::access::AUDIENCES;

use crate::context::{Page, t};
use crate::ui::{Choice, Field, Select};

/// The choice of who is offered a saved view besides its owner.
#[component]
pub fn AudienceField(
    /// One of [`AUDIENCES`].
    value: RwSignal<String>,
) -> impl IntoView {
    let page = Page::take();
    let choice = move |code: &&str| Choice::new(*code, page.text(&format!("saved_view.audience.{code}")));
    let options = Signal::derive(move || AUDIENCES.iter().map(choice).collect::<Vec<_>>());
    view! {
        <Field id="view-audience" label=t("saved_view.audience")>
            <Select value options/>
        </Field>
    }
}

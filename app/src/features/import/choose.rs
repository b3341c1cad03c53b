//! Choosing files.

use leptos::prelude::*;
use shared::format::number;
use shared::import::{MAX_BYTES, MAX_ROWS};

use super::wizard::Wizard;
use crate::context::t;
use crate::ui::file_place::FilePlace;
use crate::ui::{Icon, Progress, Size};

/// The place to drop files at, or to choose them with a click.
#[component]
pub fn Choose(
    /// The wizard's state.
    wizard: Wizard,
) -> impl IntoView {
    let page = wizard.page;
    let place = FilePlace::new(move |files| wizard.take_in(&files));
    let formats = move || {
        let rows = number(page.locale.get(), i64::try_from(MAX_ROWS).unwrap_or(i64::MAX));
        let max = (MAX_BYTES / (1024 * 1024)).to_string();
        page.text_with("import.file.formats", &[("max", &max), ("rows", &rows)])
    };
    view! {
        <section class="section">
            <p class="muted">{t("import.intro")}</p>
            <label
                class="drop-file"
                data-over=move || place.over()
                on:dragover=move |event| place.entered(&event)
                on:dragleave=move |_| place.left()
                on:drop=move |event| place.dropped(&event)
            >
                <input
                    type="file"
                    class="visually-hidden"
                    accept=".csv,.txt,.tsv,.xlsx,.vcf,text/csv,text/vcard"
                    multiple
                    node_ref=place.input
                    on:change=move |_| place.chosen()
                />
                <Icon name="file-up" size=Size::Hero/>
                <strong>{t("import.file.choose")}</strong>
                <span>{t("import.file.drop")}</span>
                <span class="meta">{formats}</span>
            </label>
            <Show when=move || wizard.busy.get()>
                <Progress value=Signal::derive(|| None) label=t("import.file.reading")/>
            </Show>
        </section>
    }
}

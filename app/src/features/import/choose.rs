//! Choosing files.

use leptos::html::Input;
use leptos::prelude::*;
use shared::format::number;
use shared::import::{MAX_BYTES, MAX_ROWS};

use super::wizard::Wizard;
use crate::context::t;
use crate::ui::{Icon, Progress, Size};

/// The place to drop files at, or to choose them with a click.
#[component]
pub fn Choose(
    /// The wizard's state.
    wizard: Wizard,
) -> impl IntoView {
    let page = wizard.page;
    let over = RwSignal::new(false);
    let input = NodeRef::<Input>::new();
    let take = move || {
        if let Some(input) = input.get_untracked() {
            wizard.take_in(input.files());
        }
    };
    // Whoever was faster than the script has chosen already.
    Effect::new(move |_| {
        if input.get().and_then(|input| input.files()).is_some_and(|files| files.length() > 0) {
            take();
        }
    });
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
                data-over=move || over.get().then_some("")
                on:dragover=move |event| {
                    event.prevent_default();
                    over.set(true);
                }
                on:dragleave=move |_| over.set(false)
                on:drop=move |event| {
                    event.prevent_default();
                    over.set(false);
                    wizard.take_in(event.data_transfer().and_then(|data| data.files()));
                }
            >
                <input
                    type="file"
                    class="visually-hidden"
                    accept=".csv,.txt,.tsv,.xlsx,.vcf,text/csv,text/vcard"
                    multiple
                    node_ref=input
                    on:change=move |_| take()
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

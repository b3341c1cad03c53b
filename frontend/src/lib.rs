//! The wasm entry: takes over the page that the server rendered.

/// Hydrates the server-rendered document.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    app::chunk::when_fetched(app::CHUNKS, || leptos::mount::hydrate_body(app::App));
}

/// Takes in the texts of a language, before anything is shown in it.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn add_labels(language: &str, json: &str) {
    if let Some(locale) = shared::i18n::Locale::parse(language) {
        #[cfg(target_family = "wasm")]
        shared::i18n::add(locale, json);
        #[cfg(not(target_family = "wasm"))]
        let _ = (locale, json);
    }
}

//! The wasm entry: takes over the page that the server rendered.

/// Hydrates the server-rendered document, then calls `done`.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate(done: js_sys::Function) {
    console_error_panic_hook::set_once();
    app::chunk::when_fetched(app::CHUNKS, move || {
        leptos::mount::hydrate_body(app::App);
        drop(done.call0(&wasm_bindgen::JsValue::NULL));
    });
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

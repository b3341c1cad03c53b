//! The addresses of the browser bundle, for the head of every page.

use std::collections::BTreeMap;

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use serde::Deserialize;

/// Addresses of the bundle's files. `scripts/build-web.sh` writes them with content hashes into
/// `target/site/pkg/manifest.json`; the server reads that at start and provides it as context.
#[derive(Clone, Debug, Deserialize)]
pub struct Assets {
    /// The module script that loads the wasm and hydrates the page.
    pub js: String,
    /// The wasm module, which the script fetches.
    pub wasm: String,
    /// The one style sheet.
    pub css: String,
    /// The labels of each language, by its code.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

/// The tags that load the bundle and name the icons; they go into `<head>`. No script is inline, so a content
/// security policy needs no `unsafe-inline` for scripts. The preload lets the wasm travel while the script still loads;
/// it must be anonymous CORS, as the script's own fetch is, or it would be fetched twice.
#[component]
pub fn AssetLinks() -> impl IntoView {
    let Assets { js, wasm, css, labels } = expect_context::<Assets>();
    protect();
    let labels = labels.get(crate::context::boot().locale.code()).cloned();
    view! {
        <link rel="stylesheet" href=css />
        <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
        {labels.map(|labels| view! { <link rel="preload" href=labels r#as="fetch" crossorigin="anonymous" /> })}
        <script type="module" src=js></script>
        <link rel="icon" href="/icon.svg" r#type="image/svg+xml" />
        <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
        <link rel="manifest" href="/manifest.webmanifest" />
    }
}

/// Tells the browser what the page may load: from here only, and inline only what leptos streams, by its nonce.
fn protect() {
    let (Some(options), Some(nonce)) = (use_context::<leptos_axum::ResponseOptions>(), use_nonce()) else { return };
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(policy) = policy.parse() {
        options.insert_header(axum::http::header::CONTENT_SECURITY_POLICY, policy);
    }
}

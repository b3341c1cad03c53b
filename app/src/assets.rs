//! The addresses of the browser bundle, for the head of every page.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use serde::Deserialize;

/// Addresses of the bundle's files. `scripts/build-web.sh` writes them with content hashes into
/// `target/site/pkg/manifest.json`; the server reads that at start and provides it as context.
#[derive(Clone, Debug, Deserialize)]
pub struct Assets {
    /// The module script that loads the wasm and hydrates the page.
    pub js: String,
    /// The style sheet of the board's first sight.
    pub css: String,
    /// The style sheet of all that is seen elsewhere or later.
    pub later_css: String,
    /// What the public pages load, which know nothing of the wasm.
    pub portal: PortalAssets,
}

/// Addresses of what the public pages load.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct PortalAssets {
    /// A small script; they work without it.
    pub js: String,
    /// Their style sheet.
    pub css: String,
}

/// The page that gets along without the second style sheet until somebody moves.
const BOARD: &str = "/pipeline";

/// The tags that load the bundle and name the icons; they go into `<head>`. No script is inline, so a content
/// security policy needs no `unsafe-inline` for scripts. Nothing but what the first sight needs is asked for in advance:
/// on a slow line the code would delay it.
#[component]
pub fn AssetLinks() -> impl IntoView {
    let Assets { js, css, later_css, .. } = expect_context::<Assets>();
    let board = use_context::<axum::http::request::Parts>().is_some_and(|parts| parts.uri.path() == BOARD);
    protect();
    view! {
        <link rel="stylesheet" href=css />
        {(!board).then(|| view! { <link rel="stylesheet" href=later_css /> })}
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

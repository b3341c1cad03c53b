//! The user interface: pages and components, rendered on the server and taken over in the browser.

#[cfg(feature = "ssr")]
pub mod assets;

use leptos::prelude::*;

/// The whole document, rendered once on the server around [`App`].
#[cfg(feature = "ssr")]
pub fn shell(_options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>"Guanxi"</title>
                <assets::AssetLinks />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Everything inside `<body>`.
#[component]
pub fn App() -> impl IntoView {
    let (count, set_count) = signal(0);
    view! { <button on:click=move |_| set_count.update(|count| *count += 1)>{count}</button> }
}

//! The HTML document around the app.

use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::context::boot;
use crate::routes::App;

/// The whole document, rendered once on the server.
pub fn shell(_options: LeptosOptions) -> impl IntoView {
    let boot = boot();
    view! {
        <!DOCTYPE html>
        <html lang=boot.locale.code() data-theme=boot.theme data-density=boot.density>
            <head>
                <meta charset="utf-8"/>
                // What is at the bottom stays above the keyboard of a phone.
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                <HeadLinks/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// Links to script, style and icons; only the server knows their names.
#[component]
fn HeadLinks() -> impl IntoView {
    #[cfg(feature = "ssr")]
    return view! { <crate::assets::AssetLinks/> };
    #[cfg(not(feature = "ssr"))]
    ()
}

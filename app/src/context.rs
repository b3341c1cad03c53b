//! What every component can ask for: the session, the words of the chosen language, the clock.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use shared::access::Actor;
use shared::format::Zone;
use shared::i18n::{Locale, translate};
use shared::session::{Boot, Session};

/// The page's boot data: on the server from the request, in the browser from the document.
pub(crate) fn boot() -> Boot {
    #[cfg(feature = "ssr")]
    {
        use_context::<axum::http::request::Parts>()
            .and_then(|parts| parts.extensions.get::<Boot>().cloned())
            .unwrap_or_else(empty_boot)
    }
    #[cfg(not(feature = "ssr"))]
    empty_boot()
}

/// For routes listed at start-up, when there is no request.
fn empty_boot() -> Boot {
    Boot {
        session: None,
        locale: Locale::default(),
        theme: "auto".into(),
        density: "comfortable".into(),
        now: DateTime::<Utc>::UNIX_EPOCH,
        demo: false,
        phone: false,
        file_max: 0,
    }
}

/// Language, session and clock of the page; cheap to copy, found with [`Page::take`].
#[derive(Clone, Copy)]
pub struct Page {
    /// Language; setting it changes every text at once.
    pub locale: RwSignal<Locale>,
    /// Who is signed in.
    pub session: StoredValue<Option<Session>>,
    /// `light`, `dark` or `auto`.
    pub theme: RwSignal<String>,
    /// `comfortable` or `compact`.
    pub density: RwSignal<String>,
    /// The time, moving on in the browser every half minute.
    pub now: RwSignal<DateTime<Utc>>,
    /// The demo organisation is offered.
    pub demo: bool,
    /// The first sight is a phone's.
    pub phone: bool,
    /// Most bytes of an uploaded file.
    pub file_max: u64,
}

impl Page {
    /// Provides the page's context from its boot data.
    pub(crate) fn provide() -> Self {
        let boot = SharedValue::new(boot).into_inner();
        let page = Self {
            locale: RwSignal::new(boot.locale),
            session: StoredValue::new(boot.session),
            theme: RwSignal::new(boot.theme),
            density: RwSignal::new(boot.density),
            now: RwSignal::new(boot.now),
            demo: boot.demo,
            phone: boot.phone,
            file_max: boot.file_max,
        };
        provide_context(page);
        // Texts that came after they were first asked for; scripts/boot.js tells.
        Effect::new(move |_| drop(window_event_listener_untyped("gx-labels", move |_| page.locale.notify())));
        Effect::new(move |_| {
            let tick = move || page.now.set(browser_now());
            tick();
            let timer = set_interval_with_handle(tick, std::time::Duration::from_secs(30));
            on_cleanup(move || drop(timer.map(|timer| timer.clear())));
        });
        page
    }

    /// The page's context.
    pub fn take() -> Self {
        expect_context()
    }

    /// A text in the page's language; reactive.
    pub fn text(self, key: &str) -> String {
        translate(self.locale.get(), key, &[])
    }

    /// A text with parameters; reactive.
    pub fn text_with(self, key: &str, params: &[(&str, &str)]) -> String {
        translate(self.locale.get(), key, params)
    }

    /// A text for an event handler, in the language of this moment.
    pub fn text_now(self, key: &str) -> String {
        translate(self.locale.get_untracked(), key, &[])
    }

    /// The acting user; pages behind sign-in always have one.
    pub fn actor(self) -> Option<Actor> {
        self.session.with_value(|session| session.as_ref().map(|s| s.actor.clone()))
    }

    /// The user's time zone; UTC when nobody is signed in.
    pub fn zone(self) -> Zone {
        self.session.with_value(|session| session.as_ref().map(|s| s.actor.zone.clone())).unwrap_or_else(Zone::utc)
    }

    /// Default currency of the organisation.
    pub fn currency(self) -> String {
        self.session.with_value(|session| session.as_ref().map(|s| s.currency.clone())).unwrap_or_else(|| "CNY".into())
    }
}

/// A text of the catalogs as a signal, for component properties.
pub fn t(key: &'static str) -> Signal<String> {
    let page = Page::take();
    Signal::derive(move || page.text(key))
}

/// The title of the page. The server writes the head last, when what the title was made from may be gone: then what it
/// said at first stands.
#[component]
pub fn PageTitle(
    /// Its words.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let first = text.get_untracked();
    view! { <leptos_meta::Title text=move || text.try_get().unwrap_or_else(|| first.clone())/> }
}

/// The browser's time now; only in effects and event handlers. chrono's own clock would weigh on the wasm.
pub fn browser_now() -> DateTime<Utc> {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit by far")]
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default()
}

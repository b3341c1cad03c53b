//! What every component can ask for: the session, the words of the chosen language, the clock.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use shared::access::Actor;
use shared::format::Zone;
use shared::i18n::{Locale, translate};
use shared::session::{Boot, Session};
use shared::{RecordDef, Row};

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

/// The clock moves on in the browser so often.
const TICK: Duration = Duration::from_secs(30);

/// What is shown otherwise sooner than this does not wait for the clock.
const SOON: TimeDelta = TimeDelta::seconds(60);

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
    /// The time when something shown was to change last; see [`Page::now_until`].
    exact: RwSignal<DateTime<Utc>>,
    /// When something shown is to change next.
    alarm: StoredValue<Option<(DateTime<Utc>, TimeoutHandle)>>,
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
            exact: RwSignal::new(boot.now),
            alarm: StoredValue::new(None),
            demo: boot.demo,
            phone: boot.phone,
            file_max: boot.file_max,
        };
        provide_context(page);
        // Texts that came after they were first asked for; scripts/boot.js tells.
        Effect::new(move |_| drop(window_event_listener_untyped("gx-labels", move |_| page.locale.notify())));
        Effect::new(move |_| {
            // Both: the first times are the server's, and the browser's clock may be behind it.
            let tick = move || {
                let now = browser_now();
                page.now.set(now);
                page.exact.set(now);
            };
            tick();
            let timer = set_interval_with_handle(tick, TICK);
            on_cleanup(move || drop(timer.map(|timer| timer.clear())));
        });
        page
    }

    /// The page's context.
    pub fn take() -> Self {
        expect_context()
    }

    /// The time, for what is shown otherwise from a moment on that `next` knows: it is asked again then. What changes later is told
    /// by [`Page::now`], so the clock runs faster only while something shown needs it; reactive.
    pub fn now_until(self, next: impl FnOnce(DateTime<Utc>) -> Option<DateTime<Utc>>) -> DateTime<Utc> {
        let now = self.now.get().max(self.exact.get_untracked());
        if let Some(at) = next(now).filter(|at| *at - now < SOON) {
            self.exact.track();
            self.wake(at);
        }
        now
    }

    /// Moves the exact time on at a moment. Of several the first one counts: whoever waits for a later one asks again then.
    fn wake(self, at: DateTime<Utc>) {
        if cfg!(feature = "ssr") {
            return;
        }
        match self.alarm.get_value() {
            Some((planned, _)) if planned <= at => return,
            Some((_, timer)) => timer.clear(),
            None => {}
        }
        let run = move || {
            self.alarm.set_value(None);
            self.exact.set(browser_now());
        };
        // At least a few frames later, whatever the clocks say.
        let wait = (at - browser_now()).to_std().unwrap_or_default().max(Duration::from_millis(50));
        self.alarm.set_value(set_timeout_with_handle(run, wait).ok().map(|timer| (at, timer)));
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

    /// What a record is called in the user's language, as far as it has a name in that; reactive.
    pub fn called(self, def: &RecordDef, row: &Row) -> String {
        self.locale.track();
        self.session.with_value(|session| {
            let actor = session.as_ref().map(|session| &session.actor);
            actor.map_or_else(|| row.text(def.title), |actor| actor.called(def, row)).unwrap_or_default().to_owned()
        })
    }

    /// The organisation's own language; reactive.
    pub fn own_locale(self) -> Locale {
        let locale = self.locale.get();
        let is_other = self.session.with_value(|session| session.as_ref().is_some_and(|s| s.actor.other_names));
        if is_other { locale.other() } else { locale }
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

/// What the server's page is called, where that is found out below its [`PageTitle`]: the last one that says so is right. The browser
/// takes no notice.
pub fn title_on_server(text: String) {
    drop(view! { <leptos_meta::Title text/> });
}

/// The browser's time now; only in effects and event handlers. chrono's own clock would weigh on the wasm.
pub fn browser_now() -> DateTime<Utc> {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit by far")]
    DateTime::from_timestamp_millis(js_sys::Date::now() as i64).unwrap_or_default()
}

//! Everything else that is read from text: tasks in one line, cursors, languages, times.
#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use shared::format::{Zone, from_local_input, to_local_input};
use shared::i18n::Locale;
use shared::planning::understand;
use shared::rank::Place;
use shared::record::instant_in;

fuzz_target!(|input: (i32, i32, &str)| {
    let (seconds, offset, text) = input;
    let now = DateTime::from_timestamp(seconds.into(), 0).unwrap_or_default();
    // No place on earth is further from Greenwich.
    let zone = Zone::fixed("there", offset % (15 * 3600));
    let _ = understand(text, now, &zone);
    let _ = instant_in(text, &zone);
    if let Some(at) = from_local_input(text, &zone) {
        let shown = to_local_input(at, &zone);
        let again = from_local_input(&shown, &zone).map(|again| to_local_input(again, &zone));
        assert_eq!(again.as_ref(), Some(&shown), "{text}");
    }
    if let Some(place) = Place::parse(text) {
        assert_eq!(Place::parse(&place.to_string()).map(|p| p.to_string()), Some(place.to_string()));
    }
    let _ = (Locale::parse(text), Locale::from_accept_language(text));
    store::fuzzing::cursors(text);
});

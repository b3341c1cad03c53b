//! What could not be loaded again is asked for once more where that may help, less and less often.

use std::time::Duration;

use leptos::prelude::*;
use shared::Error;

/// The rest before something is asked for once more the first time, in seconds: nothing else would tell.
const FIRST: u64 = 3;
/// The longest rest before something is asked for once more, in seconds.
const LONGEST: u64 = 60;

/// How often in a row something could not be loaded again; cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Again(StoredValue<u32>);

impl Again {
    /// It was loaded with the page.
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(0))
    }

    /// It was loaded again.
    pub(crate) fn loaded(self) {
        self.0.try_set_value(0);
    }

    /// How often in a row it could not be loaded.
    pub(crate) fn failed(self) -> u32 {
        self.0.try_get_value().unwrap_or_default()
    }

    /// It was loaded again, if it failed no more often than that: where nothing else tells.
    pub(crate) fn settled(self, failed: u32) {
        if self.failed() == failed {
            self.loaded();
        }
    }

    /// After which rest to ask once more, an error having been the answer. Nothing where that would be the same answer: there
    /// the page is to be opened anew, and shows it.
    pub(crate) fn after(self, error: &Error) -> Option<Duration> {
        let failed = self.0.try_update_value(|failed| std::mem::replace(failed, failed.saturating_add(1)))?;
        rest(failed, error)
    }
}

/// The rest after an error, when so many came right before it.
fn rest(failed: u32, error: &Error) -> Option<Duration> {
    let least = match error {
        Error::Invalid { .. } => return None,
        error if error.is_denial() => return None,
        Error::RateLimited { retry_after } => u64::from(*retry_after),
        _ => 0,
    };
    Some(Duration::from_secs((FIRST << failed.min(5)).max(least).min(LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_could_answer_is_asked_less_and_less_often() {
        let secs = |failed, error: &Error| rest(failed, error).map(|rest| rest.as_secs());
        for error in [Error::Offline, Error::Internal { reference: String::new() }] {
            assert_eq!([0, 1, 4, 5, 900].map(|failed| secs(failed, &error)), [3, 6, 48, 60, 60].map(Some));
        }
        let limited = |retry_after| Error::RateLimited { retry_after };
        assert_eq!(secs(0, &limited(20)), Some(20));
        assert_eq!(secs(2, &limited(1)), Some(12));
        assert_eq!(secs(0, &limited(3_600)), Some(60));
    }

    #[test]
    fn what_fails_no_more_begins_with_short_rests() {
        Owner::new().with(|| {
            let again = Again::new();
            let rest = || again.after(&Error::Offline).map(|rest| rest.as_secs());
            assert_eq!((rest(), rest()), (Some(3), Some(6)));
            again.settled(1);
            assert_eq!(rest(), Some(12), "it failed once more since");
            again.settled(again.failed());
            assert_eq!(rest(), Some(3));
        });
    }

    #[test]
    fn what_would_be_answered_the_same_is_not_asked_once_more() {
        for error in [Error::Forbidden, Error::NotFound, Error::Unauthenticated, Error::invalid("sort", "unknown")] {
            assert_eq!(rest(0, &error), None);
        }
    }
}

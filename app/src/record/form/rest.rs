//! What waits until typing rests.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

/// How long typing must rest.
const REST: Duration = Duration::from_millis(400);

/// Runs with what is typed when it has rested, also with what is there at first.
pub(super) fn at_rest<T>(typed: Memo<T>, run: impl Fn(T) + Copy + Send + Sync + 'static)
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    Effect::new(move |_| {
        let now = typed.get();
        stop();
        timer.set_value(set_timeout_with_handle(move || run(now), REST).ok());
    });
    on_cleanup(stop);
}

//! What could not be loaded without a network is loaded by itself when there is one again.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use shared::Error;

use crate::live::{LOAD_AGAIN, Live};
use crate::record::failed;
use crate::ui::Connection;

/// As [`failed`]; where the server could not be reached it is tried again once the connection is back, and from time to time while it
/// is said to be there.
pub(super) fn failed_for_now(error: Error, retry: impl Fn() + Clone + Send + Sync + 'static) -> AnyView {
    if error == Error::Offline {
        let (state, retry) = (Live::take().state(), retry.clone());
        Effect::new(move |was_live: Option<bool>| {
            let is_live = state.get() == Connection::Live;
            if is_live {
                let wait = if was_live == Some(false) { Duration::ZERO } else { LOAD_AGAIN };
                let timer = set_timeout_with_handle(retry.clone(), wait).ok();
                on_cleanup(move || {
                    timer.inspect(TimeoutHandle::clear);
                });
            }
            is_live
        });
    }
    failed(error, retry)
}

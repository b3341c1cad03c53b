//! Whether what one sees is live.

use leptos::prelude::*;

/// The state of the event stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    /// What colleagues do arrives.
    #[default]
    Live,
    /// The stream broke and is being resumed.
    Reconnecting,
    /// There is no network.
    Offline,
}

/// A calm dot: only a dot while live, with words when there is something to say.
#[component]
pub fn ConnectionDot(
    /// The state.
    #[prop(into)]
    state: Signal<Connection>,
    /// The state in the reader's language.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let name = move || match state.get() {
        Connection::Live => "live",
        Connection::Reconnecting => "reconnecting",
        Connection::Offline => "offline",
    };
    view! {
        <span class="connection" role="status" data-state=name title=text>
            <i></i>
            <span>{text}</span>
        </span>
    }
}

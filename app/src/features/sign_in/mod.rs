//! Pages for people who are not signed in.

pub mod card;
pub mod entry;
pub mod invitation_page;
pub mod reset_page;
pub mod set_up_page;
pub mod sign_in_page;

pub use invitation_page::InvitationPage;
pub use reset_page::ResetPage;
pub use set_up_page::SetUpPage;
pub use sign_in_page::SignInPage;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// A parameter of the address; empty when absent.
fn parameter(name: &'static str) -> Memo<String> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get(name).unwrap_or_default()))
}

/// Leaves for a page with fresh boot data: the session has just changed.
fn leave_for(address: &str) {
    // Fails for malformed addresses only; ours begin with a slash.
    drop(window().location().set_href(address));
}

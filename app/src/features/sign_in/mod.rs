//! Pages for people who are not signed in.

use leptos::prelude::*;

/// Sign in.
#[component]
pub fn SignInPage() -> impl IntoView {}

/// First run: makes the organisation.
#[component]
pub fn SetUpPage() -> impl IntoView {}

/// Accepts an invitation.
#[component]
pub fn InvitationPage() -> impl IntoView {}

/// Asks for and sets a new password.
#[component]
pub fn ResetPage() -> impl IntoView {}

//! The app and its addresses.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;

use crate::context::Page;
use crate::features::import::ImportPage;
use crate::features::my_day::MyDayPage;
use crate::features::pipeline::BoardPage;
use crate::features::quick_add::QuickAdd;
use crate::features::settings::SettingsPage;
use crate::features::sign_in::{InvitationPage, ResetPage, SetUpPage, SignInPage};
use crate::features::timeline::Timeline;
use crate::features::workspace::Workspace;
use crate::live::Live;
use crate::record::{DetailPage, ListPage};
use crate::ui::Toasts;

/// Everything inside `<body>`.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    crate::preferences::keep_document(Page::provide());
    Toasts::provide();
    Live::provide();
    view! {
        <Title text="Guanxi"/>
        <Router>
            <Routes fallback=|| crate::context::t("ui.state.not_found")>
                <Route path=path!("/sign-in") view=SignInPage/>
                <Route path=path!("/set-up") view=SetUpPage/>
                <Route path=path!("/invitation") view=InvitationPage/>
                <Route path=path!("/reset") view=ResetPage/>
                <ParentRoute path=path!("") view=|| view! { <Workspace quick_add=|| view! { <QuickAdd/> }/> }>
                    <Route path=path!("/") view=MyDayPage/>
                    <Route path=path!("/pipeline") view=|| view! { <BoardPage timeline=timeline_of/> }/>
                    <Route path=path!("/import") view=ImportPage/>
                    <Route path=path!("/settings/*section") view=SettingsPage/>
                    <Route path=path!("/:plural") view=|| view! { <ListPage timeline=timeline_of/> }/>
                    <Route path=path!("/:plural/:id") view=|| view! { <DetailPage timeline=timeline_of/> }/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// Puts the timeline, a feature, into the generic pages.
fn timeline_of(record_type: &'static str, id: uuid::Uuid) -> AnyView {
    view! { <Timeline record_type id/> }.into_any()
}

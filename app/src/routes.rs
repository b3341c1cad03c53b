//! The app and its addresses.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::hooks::use_params_map;
use leptos_router::{SsrMode, path};
use shared::types::{ARTICLE, BUSINESS_CALENDAR, SURVEY, SURVEY_RESPONSE};
use uuid::Uuid;

use crate::chunk;
use crate::chunk::Fetch;
use crate::context::Page;
use crate::features::desk::{DeskPage, TicketPage};
use crate::features::duplicates::DuplicatesPage;
use crate::features::history::HistoryPage;
use crate::features::import::ImportPage;
use crate::features::my_day::MyDayPage;
use crate::features::pipeline::{BoardPage, board_address};
use crate::features::quality::QualityPage;
use crate::features::quick_add::QuickAdd;
use crate::features::reports::ReportsPage;
use crate::features::settings::{SettingsPage, calendar_days};
use crate::features::sign_in::{InvitationPage, ResetPage, SetUpPage, SignInPage};
use crate::features::surveys::{answers, results};
use crate::features::timeline::Timeline;
use crate::features::workspace::Workspace;
use crate::features::{articles, leads};
use crate::live::Live;
use crate::record::{DetailPage, ListPage, RecordContext, RecordPeek, Slots, exports, fetch_calendar};
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
                <Route path=path!("/sign-in") view=sign_in::view/>
                <Route path=path!("/set-up") view=set_up::view/>
                <Route path=path!("/invitation") view=invitation::view/>
                <Route path=path!("/reset") view=reset::view/>
                <ParentRoute path=path!("") view=|| view! { <Workspace quick_add=|| view! { <QuickAdd/> }/> }>
                    // As a whole: the rows take the server milliseconds, a second painting takes a phone more. Besides, the status of a
                    // record's page, which goes out first, depends on whether there is such a record.
                    <Route path=path!("/") view=my_day::view ssr=SsrMode::Async/>
                    <Route path=path!("/pipeline") view=|| view! { <BoardPage peek=peek::view/> } ssr=SsrMode::Async/>
                    <Route path=path!("/import") view=import::view/>
                    <Route path=path!("/settings/*section") view=settings::view/>
                    <Route path=path!("/:plural") view=list::view ssr=SsrMode::Async/>
                    <Route path=path!("/:plural/:id") view=detail::view ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// What features show on every record's page.
const SLOTS: Slots = Slots { timeline: timeline_of, acts: acts_of };

// The workspace and the board come with the first load; the rest in a few files, not one a page: what files share goes
// into further ones.
chunk! {
    page fn sign_in() in entry { view! { <SignInPage/> } }
    page fn set_up() in entry { view! { <SetUpPage/> } }
    page fn invitation() in entry { view! { <InvitationPage/> } }
    page fn reset() in entry { view! { <ResetPage/> } }
    page fn settings() in settings { view! { <SettingsPage/> } }
    page fn import() in import { view! { <ImportPage/> } }
    page fn history() in exports { view! { <HistoryPage/> } }
    page fn quality() in quality { view! { <QualityPage/> } }
    page fn desk() in desk { view! { <DeskPage timeline=timeline_of/> } }
    page fn ticket() in desk { view! { <TicketPage timeline=timeline_of/> } }
    page fn reports() in reports { view! { <ReportsPage/> } }
    part fn at_a_glance(record_type: &'static str, id: Uuid) in reports {
        if record_type == SURVEY.name {
            results(id)
        } else if record_type == SURVEY_RESPONSE.name {
            answers(id)
        } else {
            calendar_days::view(id)
        }
    }
    page fn my_day() in records { view! { <MyDayPage/> } }
    page fn list() in records { view! { <Plural/> } }
    page fn detail() in records { view! { <BelowPlural/> } }
    part fn peek(record_type: &'static str, id: Uuid, on_close: Callback<()>) in records {
        view! { <RecordPeek record_type id slots=SLOTS on_close/> }
    }
}

/// `/exports`, `/history`, `/desk` or `/<plural>`: routes of their own would weigh on the first load.
#[component]
fn Plural() -> impl IntoView {
    let params = use_params_map();
    let page = Memo::new(move |_| {
        let plural = params.with(|params| params.get("plural").unwrap_or_default());
        ["exports", "history", "desk"].into_iter().find(|page| *page == plural)
    });
    move || match page.get() {
        Some("exports") => exports::page(),
        Some("history") => history::view(),
        Some(_) => desk::view(),
        None => view! { <ListPage peek=peek::view board=board_address/> }.into_any(),
    }
}

/// `/duplicates/<plural>`, `/quality/<plural>`, `/tickets/<id>`, `/desk/reports` or `/<plural>/<id>`: routes of their own would
/// weigh on the first load.
#[component]
fn BelowPlural() -> impl IntoView {
    let params = use_params_map();
    let page = Memo::new(move |_| {
        let of = |name| params.with(|params| params.get(name).unwrap_or_default());
        match of("plural").as_str() {
            "duplicates" => "duplicates",
            "quality" => "quality",
            "tickets" => "ticket",
            "desk" if of("id") == "reports" => "reports",
            _ => "record",
        }
    });
    move || match page.get() {
        "duplicates" => view! { <DuplicatesPage/> }.into_any(),
        "quality" => quality::view(),
        "ticket" => ticket::view(),
        "reports" => reports::view(),
        _ => view! { <DetailPage slots=SLOTS/> }.into_any(),
    }
}

/// What the server may have rendered, to be there before the page is taken over.
pub const CHUNKS: &[(&str, Fetch)] = &[
    ("sign_in", sign_in::fetch),
    ("set_up", set_up::fetch),
    ("invitation", invitation::fetch),
    ("reset", reset::fetch),
    ("settings", settings::fetch),
    ("import", import::fetch),
    ("history", history::fetch),
    ("quality", quality::fetch),
    ("desk", desk::fetch),
    ("ticket", ticket::fetch),
    ("reports", reports::fetch),
    ("my_day", my_day::fetch),
    ("list", list::fetch),
    ("by_day", fetch_calendar),
    ("exports", exports::fetch),
    ("detail", detail::fetch),
];

/// What features know to do with a record of a type.
fn acts_of(context: RecordContext) -> AnyView {
    if context.def.name == ARTICLE.name { articles::acts(context) } else { leads::acts(context) }
}

/// Puts the timeline, a feature, into the generic pages.
fn timeline_of(record_type: &'static str, id: Uuid) -> AnyView {
    // In the browser only, and after the page itself.
    let here = RwSignal::new(false);
    Effect::new(move |_| here.set(true));
    let has_more = [SURVEY.name, SURVEY_RESPONSE.name, BUSINESS_CALENDAR.name].contains(&record_type);
    let before = has_more.then_some(move || here.get().then(|| at_a_glance::view(record_type, id)));
    view! { {before} <Timeline record_type id/> }.into_any()
}

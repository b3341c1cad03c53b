//! How well kept a type's records are: complete, looked after, reachable, there once, written the same way.

mod difference;
mod figures;
mod tidy;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::access::Action;
use shared::quality::is_told_of;
use shared::{RecordDef, i18n};

use crate::context::{Page, PageTitle};
use crate::record::{no_access, not_found};
use crate::ui::{ButtonKind, LinkButton};

/// The quality of the records of the type named in the address (`/quality/<plural>`).
#[component]
pub fn QualityPage() -> impl IntoView {
    let params = use_params_map();
    let def = Memo::new(move |_| {
        let plural = params.with(|params| params.get("id").unwrap_or_default());
        shared::types::by_plural(&plural).filter(|def| is_told_of(def)).map(|def| def.name)
    });
    move || match def.get().and_then(shared::types::by_name) {
        Some(def) => view! { <OfType def/> }.into_any(),
        None => view! { <div class="page">{not_found()}</div> }.into_any(),
    }
}

#[component]
fn OfType(def: &'static RecordDef) -> impl IntoView {
    let page = Page::take();
    let may = move |action| page.actor().is_some_and(|actor| actor.may(def, action));
    let types = move || i18n::type_label_many(page.locale.get(), def);
    let title = Signal::derive(move || page.text_with("quality.title", &[("types", &types())]));
    let body = if may(Action::Read) {
        view! {
            {figures::figures(page, def)}
            {may(Action::Update).then(|| tidy::tidy(page, def))}
        }
        .into_any()
    } else {
        no_access()
    };
    view! {
        <PageTitle text=title/>
        <div class="page">
            <header class="page-head">
                <h1>{title}</h1>
                <span class="spacer"></span>
                <LinkButton href=format!("/{}", def.plural) kind=ButtonKind::Ghost icon="arrow-left">{types}</LinkButton>
            </header>
            <div class="page-body" data-width="narrow"><div class="stack">{body}</div></div>
        </div>
    }
}

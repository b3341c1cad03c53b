//! Leads: converting one, and where it led to.

mod dialog;
mod draft;

use leptos::prelude::*;
use shared::access::Action;
use shared::types::{CUSTOMER, LEAD, by_name};
use uuid::Uuid;

use self::dialog::dialog;
use crate::context::t;
use crate::record::RecordContext;
use crate::ui::{Button, ButtonKind, LinkButton};

/// What a lead was made into, by the field that refers to it.
const MADE: [(&str, &str); 3] =
    [("customer_id", "customer"), ("contact_id", "contact"), ("opportunity_id", "opportunity")];

/// What one can do with a lead besides what one can do with any record; nothing for other types.
pub fn acts(context: RecordContext) -> AnyView {
    if context.def.name != LEAD.name {
        return ().into_any();
    }
    let actor = context.page.actor();
    let may = context.may_update && actor.is_some_and(|actor| actor.may(&CUSTOMER, Action::Read));
    let open = RwSignal::new(false);
    let converted = Memo::new(move |_| context.row.with(|row| row.text("status") == Some("converted")));
    let offered = move || {
        may && !converted.get() && !context.gone.get() && context.row.with(|row| row.text("archived_at").is_none())
    };
    view! {
        <Show when=offered>
            <Button kind=ButtonKind::Primary icon="user-check" on_click=move |_| open.set(true)>{t("convert.action")}</Button>
        </Show>
        <Show when=move || converted.get()>{links(context)}</Show>
        <Show when=move || open.get()>{dialog(context, open)}</Show>
    }
    .into_any()
}

/// The way to what a lead was made into.
fn links(context: RecordContext) -> AnyView {
    let link = move |(field, target): (&'static str, &'static str)| {
        let id = Memo::new(move |_| context.row.with(|row| row.reference(field)));
        let to = move |id: Uuid| {
            let def = by_name(target)?;
            let name = Signal::derive(move || shared::i18n::type_label(context.page.locale.get(), def));
            Some(view! { <LinkButton icon=def.icon href=format!("/{}/{id}", def.plural)>{name}</LinkButton> })
        };
        move || id.get().and_then(to)
    };
    MADE.map(link).collect_view().into_any()
}

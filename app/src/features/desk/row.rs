//! One ticket in the list.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use shared::types::TICKET;
use shared::{Row, format, i18n};

use super::badge::sla_badge;
use super::blocked::is_open;
use super::listing::{Entry, Listing};
use super::snoozed::{in_words, snoozed_until};
use crate::record::tick;
use crate::ui::{Avatar, Checkbox, Icon, Size};

/// Icon of a priority; the usual one needs none.
pub(super) fn priority_icon(priority: &str) -> Option<&'static str> {
    match priority {
        "urgent" => Some("zap"),
        "high" => Some("arrow-up"),
        "low" => Some("arrow-down"),
        _ => None,
    }
}

/// The tone by which a status is marked, beside its words.
pub(super) fn status_tone(status: &str) -> &'static str {
    match status {
        "new" => "accent",
        "open" => "info",
        "waiting_customer" | "waiting_third_party" => "warning",
        "solved" => "success",
        _ => "neutral",
    }
}

pub(super) fn ticket_row(listing: Listing, entry: Entry) -> AnyView {
    let desk = listing.desk;
    let (page, address, id) = (desk.page, desk.address, entry.id);
    let Entry { row, glow, .. } = entry;
    let row: Signal<Row> = Signal::derive(move || row.get());
    let ticked = Memo::new(move |_| desk.selected.with(|selected| selected.contains(&id)));
    let open = Memo::new(move |_| address.ticket() == Some(id));
    let label = Signal::derive(move || {
        let subject = row.with(|row| row.text("subject").unwrap_or_default().to_owned());
        page.text_with("list.select_row", &[("name", &subject)])
    });
    let shift = StoredValue::new(false);
    let set = move |on: bool| tick(desk, id, on, shift.try_update_value(std::mem::take).unwrap_or_default());
    let press = move |event: MouseEvent| {
        let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
        if !modified && event.button() == 0 {
            event.prevent_default();
            desk.current.set(Some(id));
            address.open(Some(id));
        }
    };
    // The row as a whole leads there, too.
    let press_row = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let taken = target.and_then(|target| target.closest("a, button, input, label").ok().flatten());
        if taken.is_none() && !event.default_prevented() {
            press(event);
        }
    };
    let priority = Memo::new(move |_| row.with(|row| row.text("priority").unwrap_or("normal").to_owned()));
    let settled = move || row.with(|row| !is_open(row));
    view! {
        <div
            class="ticket-row"
            data-row=""
            role="listitem"
            data-id=id.to_string()
            data-priority=priority
            data-settled=move || settled().then_some("")
            data-selected=move || ticked.get().then_some("")
            data-open=move || open.get().then_some("")
            data-glow=move || glow.get().then_some("")
            on:click=press_row
        >
            <span class="ticket-check" on:pointerdown=move |event| shift.set_value(event.shift_key())>
                <Checkbox value=ticked label on_change=set/>
            </span>
            <div class="ticket-text">
                <div class="ticket-line">
                    <span class="num meta">{move || row.with(|row| row.text("number").unwrap_or_default().to_owned())}</span>
                    <span class="truncate ticket-who">{move || who(listing, &row.get())}</span>
                    <span class="spacer"></span>
                    {sla_badge(page, row)}
                </div>
                <a
                    class="ticket-subject truncate"
                    href=move || address.ticket_href(id)
                    aria-current=move || open.get().then_some("true")
                    on:click=press
                    on:focus=move |_| desk.current.set(Some(id))
                >
                    {move || row.with(|row| row.text("subject").unwrap_or_default().to_owned())}
                </a>
                <div class="ticket-line">{move || facts(listing, &row.get())}</div>
            </div>
        </div>
    }
    .into_any()
}

/// The customer, else whoever wrote in.
fn who(listing: Listing, row: &Row) -> String {
    let title = |field: &str| {
        let id = row.reference(field)?;
        listing.titles.with(|titles| titles.get(&id).cloned())
    };
    let requester =
        || ["requester_name", "requester_email"].into_iter().find_map(|field| row.text(field).map(str::to_owned));
    title("customer_id").or_else(requester).or_else(|| title("contact_id")).unwrap_or_default()
}

/// Status, kind and priority, who wrote last, and who works it. Of one that is put off it counts until when.
fn facts(listing: Listing, row: &Row) -> AnyView {
    let page = listing.desk.page;
    let locale = page.locale.get();
    let coded = |field: &str| row.text(field).map(|code| i18n::choice_label(locale, &TICKET, field, code));
    let status = row.text("status").unwrap_or("new");
    let priority = row.text("priority").unwrap_or("normal");
    let urgent = priority_icon(priority).map(|icon| {
        view! { <span class="ticket-priority" data-level=priority.to_owned()><Icon name=icon size=Size::Small/>{coded("priority")}</span> }
    });
    let owner = row.reference("owner_id").map(|id| {
        let name = listing.titles.with(|titles| titles.get(&id).cloned()).unwrap_or_default();
        view! { <Avatar name seed=id.to_string() size=Size::Small/> }
    });
    let asleep = snoozed_until(page, row).map(|until| {
        view! {
            <span class="ticket-asleep">
                <Icon name="clock" size=Size::Small/>
                <span class="truncate">{in_words(page, until)}</span>
            </span>
        }
    });
    let is_awake = asleep.is_none();
    view! {
        <span class="badge" data-tone=status_tone(status) title=coded("status")>{coded("status")}</span>
        {is_awake.then(|| view! { <span class="meta" title=coded("kind")>{coded("kind")}</span> })}
        {urgent}
        {asleep}
        <span class="spacer"></span>
        {is_awake.then(|| last_writer(listing, row)).flatten()}
        {owner}
    }
    .into_any()
}

/// Who wrote last, and when.
fn last_writer(listing: Listing, row: &Row) -> Option<AnyView> {
    let page = listing.desk.page;
    let (customer, agent) = (row.datetime("customer_wrote_at"), row.datetime("agent_wrote_at"));
    let at = customer.max(agent)?;
    let by_customer = customer >= agent;
    let (icon, key) =
        if by_customer { ("message-circle", "desk.customer_wrote") } else { ("corner-up-left", "desk.agent_wrote") };
    let hint = page.text_with(key, &[("when", &format::date_time(page.locale.get(), at, &page.zone()))]);
    let when = format::relative(page.locale.get(), at, page.now.get());
    let title = hint.clone();
    Some(
        view! {
            <span class="ticket-wrote" data-customer=by_customer.then_some("") title=title>
                <Icon name=icon size=Size::Small/>
                <span class="visually-hidden">{hint}</span>
                <time datetime=at.to_rfc3339() aria-hidden="true">{when}</time>
            </span>
        }
        .into_any(),
    )
}

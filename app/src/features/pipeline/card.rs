//! A card: what one wants to know of a deal at a glance, and the menu that does what dragging does.

use chrono::{DateTime, Utc};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use shared::format::{date_short, date_time, money, money_short, relative};
use shared::record::texts;
use shared::{Row, types};
use uuid::Uuid;

use super::model::{Card, Lane, OpenBoard};
use super::moving::Slot;
use crate::context::t;
use crate::ui::place::px;
use crate::ui::{Avatar, Icon, Menu, MenuItem, Size, Tag, hue_of};

/// Tags on a card; more would push the amount aside.
const TAGS: usize = 2;
/// From this width on, a deal opens beside the board.
const WIDE: f64 = 768.0;
/// So many days over the limit a card is deep in rot.
const DEEP: i64 = 7;

/// A card in its lane.
pub(super) fn card_view(board: OpenBoard, lane: Lane, card: Card) -> impl IntoView {
    let id = card.id;
    let (pressed, keyed, shifted) = (card.clone(), card.clone(), card.clone());
    let saving = card.saving.clone();
    let shift = move || {
        let over = board.drag.over.get().filter(|over| over.lane == lane.id);
        let below =
            over.is_some_and(|over| board.position_among_others(lane, &shifted).is_some_and(|at| at >= over.slot));
        if below { format!("0 {}", px(board.pitch.get())) } else { "none".to_owned() }
    };
    view! {
        <div
            class="card"
            role="listitem"
            data-id=id.to_string()
            data-dragging=move || board.drag.holds(id).then_some("")
            data-saving=move || saving.get().then_some("")
            style:translate=shift
            on:pointerdown=move |event| board.press(lane, &pressed, &event)
            on:keydown=move |event| board.card_key(&keyed, &event)
            on:click=move |event| clicked(board, id, &event)
            on:dragstart=move |event| event.prevent_default()
        >
            {card_face(board, lane, card.clone())}
            {card_menu(board, lane, card.clone())}
            {move || card.mover.get().map(|mover| {
                let name = board.title(Some(mover)).unwrap_or_default();
                let title = board.page.text_with("board.card.moved_by", &[("name", &name)]);
                view! { <span class="card-mover" title=title><Avatar name seed=mover.to_string()/></span> }
            })}
        </div>
    }
}

/// A plain click opens the deal beside the board where there is room; all others are the link's.
fn clicked(board: OpenBoard, id: Uuid, event: &MouseEvent) {
    let on_link = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|target| target.closest(".card-title").ok().flatten().is_some());
    let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    let wide = window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width >= WIDE);
    if board.drag.swallows_click() {
        event.prevent_default();
    } else if on_link && wide && !modified && event.button() == 0 {
        event.prevent_default();
        board.address.peek(Some(id));
    }
}

/// What a card shows; also for the one under the pointer.
pub(super) fn card_face(board: OpenBoard, lane: Lane, card: Card) -> impl IntoView {
    let row = card.row;
    let (titled, named, amount, owner) = (row.clone(), row.clone(), row.clone(), row.clone());
    let (customer, marks, due, next) = (row.clone(), row.clone(), row.clone(), row);
    let name = |row: &ArcRwSignal<Row>| row.with(|row| row.text("name").unwrap_or_default().to_owned());
    view! {
        <a
            class="card-title"
            href=format!("/opportunities/{}", card.id)
            draggable="false"
            aria-describedby="board-keys"
            title=move || hint(board, lane, &titled.get())
        >
            {move || name(&named)}
        </a>
        <p class="card-customer">
            <Icon name="building-2"/>
            <span class="truncate">{move || customer_text(board, &customer)}</span>
        </p>
        <div class="card-line">
            {move || amount_view(board, &amount.get())}
            {move || marks_view(board, lane, &marks.get())}
        </div>
        <footer class="card-foot">
            {move || owner_view(board, &owner)}
            {move || due_view(board, &due.get())}
            {move || next_view(board, &next.get())}
        </footer>
    }
}

/// Everything a card shows only in short, for the hovering pointer: the link covers the card.
fn hint(board: OpenBoard, lane: Lane, row: &Row) -> String {
    let locale = board.page.locale.get();
    let currency = row.text("currency").map_or_else(|| board.currency(), str::to_owned);
    let amount = row.decimal("amount").map(|amount| money(locale, amount, &currency));
    let limit = lane.stage.with(|stage| stage.integer("rotting_days"));
    let rot = types::rotting(row, limit, board.page.now.get()).map(|over| rot_text(board, over));
    let next = row.datetime("next_activity_at").map(|at| next_text(board, row, at));
    let lines = [row.text("name").map(str::to_owned), amount, next, rot];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn customer_text(board: OpenBoard, row: &ArcRwSignal<Row>) -> String {
    let id = row.with(|row| row.reference("customer_id"));
    match id {
        Some(_) => board.title(id).unwrap_or_else(|| board.page.text("ui.record.lookup_failed")),
        None => board.page.text("board.card.no_customer"),
    }
}

fn amount_view(board: OpenBoard, row: &Row) -> AnyView {
    let locale = board.page.locale.get();
    let Some(amount) = row.decimal("amount") else {
        return view! { <span class="money meta">{board.page.text("board.card.no_amount")}</span> }.into_any();
    };
    let currency = row.text("currency").map_or_else(|| board.currency(), str::to_owned);
    view! {
        <data class="money" data-strong="" value=amount.to_string() title=money(locale, amount, &currency)>
            {money_short(locale, amount, &currency)}
        </data>
    }
    .into_any()
}

fn marks_view(board: OpenBoard, lane: Lane, row: &Row) -> AnyView {
    let tags: Vec<String> = texts(&row.values, "tags").take(TAGS).map(str::to_owned).collect();
    let incomplete = row.flag("incomplete").then(|| board.page.text("board.card.incomplete"));
    let limit = lane.stage.with(|stage| stage.integer("rotting_days"));
    let rot = types::rotting(row, limit, board.page.now.get()).map(|over| rot_view(board, over));
    view! {
        {incomplete.map(|words| view! {
            <span class="card-incomplete" role="img" aria-label=words.clone() title=words><Icon name="circle-dot"/></span>
        })}
        {(!tags.is_empty()).then(|| view! {
            <span class="tags">
                {tags.into_iter().map(|tag| view! { <Tag hue=hue_of(&tag) label=tag/> }).collect_view()}
            </span>
        })}
        {rot}
    }
    .into_any()
}

fn rot_text(board: OpenBoard, over: i64) -> String {
    let n = over.to_string();
    let stale = match over {
        0 => board.page.text("board.rotting_today"),
        _ => board.page.text_with("board.rotting", &[("n", &n)]),
    };
    format!("{stale} · {}", board.page.text("board.rotting_hint"))
}

fn rot_view(board: OpenBoard, over: i64) -> impl IntoView {
    view! {
        <span class="card-rot" role="img" data-deep=(over >= DEEP).then_some("") aria-label=rot_text(board, over)>
            <Icon name="hourglass"/>
            {board.page.text_with("board.rot_days", &[("n", &over.to_string())])}
        </span>
    }
}

fn owner_view(board: OpenBoard, row: &ArcRwSignal<Row>) -> AnyView {
    let id = row.with(|row| row.reference("owner_id"));
    let Some(owner) = id else { return ().into_any() };
    let name = board.title(id).unwrap_or_else(|| board.page.text("ui.record.lookup_failed"));
    view! { <Avatar name seed=owner.to_string() size=Size::Small/> }.into_any()
}

fn due_view(board: OpenBoard, row: &Row) -> AnyView {
    let page = board.page;
    let closed = row.text("status").is_some_and(|status| status != "open");
    let field = if closed { "closed_on" } else { "expected_close" };
    let Some(day) = row.date(field) else {
        let words = page.text("board.card.no_close");
        return view! {
            <span class="card-due">
                <Icon name="calendar"/>
                <span aria-hidden="true">"–"</span>
                <span class="visually-hidden">{words}</span>
            </span>
        }
        .into_any();
    };
    let today = page.zone().day(page.now.get());
    let overdue = !closed && day < today;
    let short = date_short(page.locale.get(), day, today);
    let key = match (closed, overdue) {
        (true, _) => "board.card.closed_on",
        (_, true) => "board.card.close_overdue",
        _ => "board.card.expected_close",
    };
    let title = page.text_with(key, &[("date", &short)]);
    view! {
        <span class="card-due" data-overdue=overdue.then_some("")>
            <Icon name=if overdue { "triangle-alert" } else { "calendar" }/>
            <span aria-hidden="true">{short}</span>
            <span class="visually-hidden">{title}</span>
        </span>
    }
    .into_any()
}

fn next_view(board: OpenBoard, row: &Row) -> AnyView {
    if row.text("status").is_some_and(|status| status != "open") {
        return ().into_any();
    }
    let page = board.page;
    let now = page.now.get();
    let Some(at) = row.datetime("next_activity_at") else {
        let words = page.text("board.card.no_next");
        return view! {
            <span class="card-next" data-state="none"><Icon name="clock"/><span class="truncate">{words}</span></span>
        }
        .into_any();
    };
    let state = next_state(at, now, &page.zone());
    view! {
        <span class="card-next" data-state=state>
            <Icon name=if state == "overdue" { "circle-alert" } else { "calendar-clock" }/>
            <span class="truncate">{relative(page.locale.get(), at, now)}</span>
            <span class="visually-hidden">{next_text(board, row, at)}</span>
        </span>
    }
    .into_any()
}

fn next_text(board: OpenBoard, row: &Row, at: DateTime<Utc>) -> String {
    let page = board.page;
    let key = if at < page.now.get() { "board.card.next_overdue" } else { "board.card.next_activity" };
    let what = row.text("next_step").map_or_else(|| page.text("board.card.follow_up"), str::to_owned);
    page.text_with(key, &[("what", &what), ("when", &date_time(page.locale.get(), at, &page.zone()))])
}

fn next_state(at: DateTime<Utc>, now: DateTime<Utc>, zone: &shared::format::Zone) -> &'static str {
    if at < now {
        "overdue"
    } else if zone.day(at) == zone.day(now) {
        "today"
    } else {
        "planned"
    }
}

/// "Move to…": everything that dragging does, for those who do not drag.
fn card_menu(board: OpenBoard, lane: Lane, card: Card) -> impl IntoView {
    let named = card.row.clone();
    let label = Signal::derive(move || {
        let name = named.with(|row| row.text("name").unwrap_or_default().to_owned());
        board.page.text_with("board.card.menu", &[("name", &name)])
    });
    let menu = StoredValue::new(card);
    view! {
        <div class="card-menu">
            <Menu label size=Size::Small end=true>
                {menu_entries(board, lane, menu.get_value())}
            </Menu>
        </div>
    }
}

fn menu_entries(board: OpenBoard, lane: Lane, card: Card) -> impl IntoView {
    let go = move |target: Lane, slot: Slot| {
        let card = card.clone();
        move |()| board.move_card(&card, target, slot, None)
    };
    let stages = board.lanes.get_value().into_iter().map(|target| {
        let label = Signal::derive(move || target.name());
        let checked = Signal::derive(move || target.id == lane.id);
        view! { <MenuItem label checked on_select=go(target, Slot::At(0))/> }
    });
    view! {
        <p class="menu-head">{t("board.move_to")}</p>
        {stages.collect_view()}
        <hr/>
        <MenuItem icon="arrow-up" label=t("board.move_top") on_select=go(lane, Slot::At(0))/>
        <MenuItem icon="chevron-up" label=t("board.move_up") on_select=go(lane, Slot::Up)/>
        <MenuItem icon="chevron-down" label=t("board.move_down") on_select=go(lane, Slot::Down)/>
        <MenuItem icon="arrow-down" label=t("board.move_bottom") on_select=go(lane, Slot::Bottom)/>
    }
}

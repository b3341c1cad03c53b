//! The head of a ticket: number and subject, quick controls, clocks, and who else is here.

use leptos::ev::KeyboardEvent;
use leptos::html::Button as ButtonElement;
use leptos::prelude::*;
use shared::access::{Action, Holder};
use shared::format::paired;
use shared::live::Viewer;
use shared::types::{PRIORITIES, QUEUE, TICKET};
use shared::{Row, i18n};
use uuid::Uuid;

use super::blocked::marks;
use super::clocks::clocks;
use super::side::fold;
use super::{Ticket, is_archived};
use crate::context::t;
use crate::features::desk::acts::value;
use crate::features::desk::asking::{Question, status_choices};
use crate::features::desk::blocked::is_open;
use crate::features::desk::model::Desk;
use crate::features::desk::snoozed::{in_words, snoozed_until};
use crate::record::refocus;
use crate::ui::{Avatar, Button, ButtonKind, Choice, Icon, Menu, MenuItem, MenuLink, Select, Size, TextInput};

/// The way back to the list where there is room for one of both only.
pub(super) fn back(desk: Desk) -> AnyView {
    view! { <span class="ticket-back">{close(desk, "arrow-left", "ui.action.back")}</span> }.into_any()
}

/// Closes the ticket. It holds on to nothing of the ticket, so that it does so too while the next one is on its way.
fn close(desk: Desk, icon: &'static str, label: &'static str) -> AnyView {
    view! {
        <button
            type="button"
            class="button"
            data-kind="ghost"
            data-icon-only=""
            aria-label=t(label)
            title=t(label)
            on:click=move |_| desk.address.open(None)
        >
            <Icon name=icon/>
        </button>
    }
    .into_any()
}

/// While the ticket gives way to the next one nothing is done with it: only the ways out of it can be pressed.
pub(super) fn head(ticket: Ticket) -> AnyView {
    let desk = ticket.desk;
    let (id, may, gone) = (ticket.id, ticket.record.may_update, ticket.record.gone);
    let number = move || ticket.row().text("number").unwrap_or_default().to_owned();
    let inert = move || desk.gives_way();
    view! {
        <header class="ticket-head">
            <div class="ticket-title">
                {back(desk)}
                <div class="ticket-words" prop:inert=inert>
                    <span class="num meta">{number}</span>
                    {subject(ticket)}
                </div>
                {viewers(ticket)}
                {playing(ticket)}
                <span class="ticket-acts" prop:inert=inert>
                    {fold(ticket)}
                    {may.then(|| view! {
                        <Show when=move || !gone.get()>
                            <Menu label=t("ui.action.more") end=true>{move || acts(ticket)}</Menu>
                        </Show>
                    })}
                </span>
                {(!desk.address.is_alone()).then(|| view! {
                    <span class="desktop-only">{close(desk, "x", "ui.action.close")}</span>
                })}
            </div>
            <Show when=move || !gone.get()>
                <div class="ticket-controls" data-id=id.to_string() prop:inert=inert>
                    {controls(ticket)}
                    {asleep(ticket)}
                    {marks(ticket)}
                    {clocks(ticket)}
                </div>
            </Show>
        </header>
    }
    .into_any()
}

/// The subject; a press makes it an input.
fn subject(ticket: Ticket) -> AnyView {
    let editing = RwSignal::new(false);
    let typed = RwSignal::new(String::new());
    let shown = move || ticket.record.row.with(|row| row.text("subject").unwrap_or_default().to_owned());
    let begin = move |_| {
        typed.set(untrack(shown));
        editing.set(true);
    };
    let save = move || {
        let text = typed.get_untracked().trim().to_owned();
        let was = editing.try_set(false).is_none();
        if was && !text.is_empty() && text != untrack(shown) {
            let desk = ticket.desk;
            let row = ticket.record.row.get_untracked();
            desk.change(&[row], &value("subject", text), desk.say("ui.toast.saved", &[]));
        }
    };
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.is_composing() => save(),
        "Escape" => {
            event.stop_propagation();
            editing.set(false);
        }
        _ => {}
    };
    let label = Signal::derive(move || {
        let page = ticket.desk.page;
        page.text_with("ui.record.edit_field", &[("field", &i18n::field_label(page.locale.get(), &TICKET, "subject"))])
    });
    let may = ticket.record.may_update;
    let content = move || {
        if editing.get() {
            return view! {
                <span class="ticket-subject-edit" on:keydown=key on:focusout=move |_| if editing.get_untracked() { save() }>
                    <TextInput value=typed label maxlength=300 autofocus=true/>
                </span>
            }
            .into_any();
        }
        let title = view! { <h1>{shown}</h1> };
        if may && !ticket.record.gone.get() {
            let button = view! { <button type="button" class="fact-pencil" aria-label=label title=label on:click=begin><Icon name="pencil" size=Size::Small/></button> };
            view! { {title} {button} }.into_any()
        } else {
            title.into_any()
        }
    };
    view! { <div class="ticket-name">{content}</div> }.into_any()
}

/// Who else has it open, and who writes.
fn viewers(ticket: Ticket) -> AnyView {
    let page = ticket.desk.page;
    let here = ticket.viewers;
    let face = |viewer: Viewer| {
        view! { <Avatar name=viewer.name seed=viewer.user_id.to_string() size=Size::Small live=Signal::stored(true)/> }
    };
    let text = move || {
        here.with(|here| {
            let (writing, reading): (Vec<_>, Vec<_>) = here.iter().partition(|viewer| viewer.editing);
            let names = |all: &[&Viewer]| all.iter().map(|viewer| viewer.name.clone()).collect::<Vec<_>>().join(", ");
            match (writing.is_empty(), reading.is_empty()) {
                (false, _) => page.text_with("desk.writing", &[("name", &names(&writing))]),
                (true, false) => page.text_with("desk.viewing", &[("name", &names(&reading))]),
                (true, true) => String::new(),
            }
        })
    };
    let busy = move || here.with(|here| here.iter().any(|viewer| viewer.editing)).then_some("");
    let any = move || here.with(|here| !here.is_empty()).then_some("");
    view! {
        <span class="ticket-viewers" data-any=any data-writing=busy aria-live="polite">
            <span class="viewers avatar-stack">{move || here.get().into_iter().map(face).collect_view()}</span>
            <span class="meta">{text}</span>
        </span>
    }
    .into_any()
}

/// While one gets ticket after ticket: skip, or go on from what is done, and end.
fn playing(ticket: Ticket) -> AnyView {
    let desk = ticket.desk;
    let now = move || ticket.record.row.get_untracked();
    let done = Memo::new(move |_| ticket.record.row.with(|row| desk.is_done(row)));
    let words = move || desk.page.text(if done.get() { "desk.go_on" } else { "desk.skip" });
    view! {
        <Show when=move || desk.playing.get()>
            <span class="row ticket-play">
                {crate::features::desk::list::mark("play", "desk.playing")}
                // Only what one was given is left to colleagues so: another ticket is one's own for longer.
                <Show when=move || desk.served.with(|served| served.as_ref().is_some_and(|served| served.ticket.id == ticket.id))>
                    <Button size=Size::Small icon="skip-forward" busy=desk.fetching on_click=move |_| desk.skip(&now())>{words}</Button>
                </Show>
                <Button size=Size::Small kind=ButtonKind::Ghost on_click=move |_| desk.stop()>{t("desk.stop")}</Button>
            </span>
        </Show>
    }
    .into_any()
}

/// A field as a select that saves at once.
fn quick(
    ticket: Ticket,
    read: fn(&Row) -> Option<String>,
    label: &'static str,
    options: Signal<Vec<Choice>>,
    empty: bool,
    field: &'static str,
) -> AnyView {
    let shown = Memo::new(move |_| ticket.record.row.with(read).unwrap_or_default());
    let chosen = RwSignal::new(shown.get_untracked());
    Effect::new(move |_| {
        // What one is asked about first is not so yet.
        ticket.desk.doubt.track();
        chosen.set(shown.get());
    });
    let save = move |code: String| {
        let (desk, row) = (ticket.desk, ticket.record.row.get_untracked());
        let done = desk.say("ui.toast.saved", &[]);
        if field == "status" {
            return desk.set_status(&[row], &code, done);
        }
        let to = if code.is_empty() { serde_json::Value::Null } else { code.into() };
        desk.change(&[row], &value(field, to), done);
    };
    let disabled = !ticket.record.may_update;
    let label = t(label);
    if empty {
        view! { <Select value=chosen options label empty=label disabled=Signal::stored(disabled) on_change=save/> }
            .into_any()
    } else {
        view! { <Select value=chosen options label disabled=Signal::stored(disabled) on_change=save/> }.into_any()
    }
}

fn controls(ticket: Ticket) -> AnyView {
    let desk = ticket.desk;
    // A memo: a list that is open is not built anew with each change of the ticket.
    let status = Memo::new(move |_| ticket.record.row.with(|row| status_choices(desk, std::slice::from_ref(row))));
    let priority = Signal::derive(move || {
        let locale = desk.page.locale.get();
        PRIORITIES
            .iter()
            .map(|code| Choice::new(*code, i18n::choice_label(locale, &TICKET, "priority", code)))
            .collect()
    });
    let queues = Signal::derive(move || {
        let row = ticket.row();
        let own = row.reference("queue_id").and_then(|id| Some(Choice::new(id.to_string(), ticket.title(id)?)));
        let mut all: Vec<Choice> = desk.known(|around| {
            let one = |queue: &Row| Choice::new(queue.id.to_string(), desk.page.called(&QUEUE, queue));
            around.found.queues.iter().map(one).collect()
        });
        // Before the queues are known, or when it may not be chosen.
        all.extend(own.filter(|own| all.iter().all(|other| other.value != own.value)).into_iter().collect::<Vec<_>>());
        all
    });
    view! {
        {quick(ticket, |row| row.text("status_id").or_else(|| row.text("status")).map(str::to_owned), "ticket.status", status.into(), false, "status")}
        {quick(ticket, |row| row.text("priority").map(str::to_owned), "ticket.priority", priority, false, "priority")}
        {quick(ticket, |row| row.text("queue_id").map(str::to_owned), "ticket.queue_id", queues, true, "queue_id")}
        {owner(ticket)}
    }
    .into_any()
}

/// Who works it; a press asks for somebody else, and one press takes what nobody works.
fn owner(ticket: Ticket) -> AnyView {
    let desk = ticket.desk;
    let owner = Memo::new(move |_| ticket.record.row.with(|row| row.reference("owner_id")));
    let name = Signal::derive(move || {
        owner.get().and_then(|id| ticket.title(id)).unwrap_or_else(|| desk.page.text("desk.nobody"))
    });
    let may = ticket.record.may_update;
    // There is nothing to take where all is done.
    let free = Memo::new(move |_| may && owner.get().is_none() && ticket.record.row.with(is_open));
    let ask = move |_| desk.ask(Question::Assign, vec![ticket.record.row.get_untracked()]);
    let face = move || {
        owner.get().map_or_else(
            || view! { <Icon name="user"/> }.into_any(),
            |id| view! { <Avatar name seed=id.to_string() size=Size::Small/> }.into_any(),
        )
    };
    let label = Signal::derive(move || paired(desk.page.locale.get(), &desk.page.text("desk.assign"), &name.get()));
    let button = NodeRef::<ButtonElement>::new();
    // The button with which one took it is gone; what colleagues take moves nobody.
    Effect::new(move |before: Option<Option<Uuid>>| {
        let now = owner.get();
        if before == Some(None) && now.is_some() && now == desk.me() {
            refocus(move || button.try_get_untracked().flatten().map(Into::into));
        }
        now
    });
    view! {
        <button type="button" node_ref=button class="button ticket-owner" data-kind="secondary" disabled=!may aria-label=label on:click=ask>
            {face}<span class="truncate">{name}</span>
        </button>
        <Show when=move || free.get()>
            <Button kind=ButtonKind::Primary icon="hand" on_click=move |_| desk.take(ticket.id)>{t("desk.take")}</Button>
        </Show>
    }
    .into_any()
}

/// Until when it is put off, and the way to have it back now.
fn asleep(ticket: Ticket) -> AnyView {
    let (desk, may) = (ticket.desk, ticket.record.may_update);
    let until = Memo::new(move |_| ticket.record.row.with(|row| snoozed_until(desk.page, row)));
    let wake = move || {
        let spot = desk.spot();
        desk.snooze(&[ticket.record.row.get_untracked()], None);
        desk.go_on_at(spot);
    };
    view! {
        <Show when=move || until.with(Option::is_some)>
            <span class="ticket-asleep">
                <Icon name="clock" size=Size::Small/>
                <span>{move || until.get().map(|until| in_words(desk.page, until))}</span>
                {may.then(|| view! {
                    <Button size=Size::Small kind=ButtonKind::Ghost on_click=move |_| wake()>{t("desk.wake")}</Button>
                })}
            </span>
        </Show>
    }
    .into_any()
}

fn may_merge(ticket: Ticket) -> bool {
    ticket.desk.page.actor().is_some_and(|actor| shared::duplicates::may_merge(&actor, &TICKET))
}

fn may_archive(ticket: Ticket) -> bool {
    let actor = ticket.desk.page.actor();
    actor.is_some_and(|actor| actor.holds(&TICKET, Action::Delete, &Holder::of(&ticket.record.row.get_untracked())))
}

fn acts(ticket: Ticket) -> AnyView {
    let desk = ticket.desk;
    let now = move || ticket.record.row.get_untracked();
    let unsettled = is_open(&now());
    let mine = now().reference("owner_id").is_some() && now().reference("owner_id") == desk.me();
    let (removable, elsewhere) = (may_archive(ticket), !desk.address.is_alone());
    view! {
        {if unsettled {
            view! { <MenuItem label=t("desk.solve") icon="circle-check" key="S" on_select=move |()| desk.solve(&[now()])/> }.into_any()
        } else {
            view! { <MenuItem label=t("desk.reopen") icon="refresh-cw" key="S" on_select=move |()| desk.reopen(&now())/> }.into_any()
        }}
        {unsettled.then(|| view! { <MenuItem label=t("desk.snooze") icon="clock" key="Z" on_select=move |()| desk.ask(Question::Snooze, vec![now()])/> })}
        <MenuItem label=t("desk.assign") icon="user-plus" key="A" on_select=move |()| desk.ask(Question::Assign, vec![now()])/>
        {may_merge(ticket).then(|| view! { <MenuItem label=t("desk.merge_with") icon="merge" on_select=move |()| desk.ask(Question::Merge, vec![now()])/> })}
        {mine.then(|| view! { <MenuItem label=t("desk.give_back") icon="hand" on_select=move |()| desk.give_back(ticket.id)/> })}
        {(removable || elsewhere).then(|| view! { <hr/> })}
        {removable.then(|| if is_archived(&now()) {
            view! { <MenuItem label=t("ui.action.restore") icon="archive" on_select=move |()| desk.put_away(&now(), false)/> }.into_any()
        } else {
            view! { <MenuItem label=t("ui.action.archive") icon="archive" on_select=move |()| desk.put_away(&now(), true)/> }.into_any()
        })}
        {elsewhere.then(|| view! { <MenuLink label=t("ui.record.open_full") icon="maximize-2" href=format!("/tickets/{}", ticket.id)/> })}
    }
    .into_any()
}

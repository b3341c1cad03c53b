//! The head of a record's page: its name, key facts, who is here, and what can be done with it.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::access::{Action, Holder};
use shared::command::{Change, Command};
use shared::live::Viewer;
use shared::record::{completeness, texts};
use shared::{Row, format, i18n};
use uuid::Uuid;

use super::RecordContext;
use super::erase::erase_dialog;
use super::facts::OPENER;
use crate::acting::act;
use crate::context::t;
use crate::live::Live;
use crate::record::value::title as title_of;
use crate::record::{ActsSlot, RecordForm};
use crate::ui::{
    Avatar, Badge, Button, ButtonKind, ConfirmDialog, Icon, Menu, MenuItem, MenuLink, Size, Tag, Tone, hue_of,
};

pub(super) fn head(context: RecordContext, id: Uuid, special: ActsSlot) -> AnyView {
    let RecordContext { page, def, row, titles, .. } = context;
    let (editing, deleting, erasing) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let exportable = is_exportable(context);
    let name = Signal::derive(move || context.title());
    let kind = move || {
        let one = i18n::type_label(page.locale.get(), def);
        let kind = row.with(|row| row.text("kind").map(str::to_owned)).filter(|_| def.field("kind").is_some());
        match kind {
            Some(code) => format!("{one} · {}", i18n::choice_label(page.locale.get(), def, "kind", &code)),
            None => one,
        }
    };
    let square = row.with_untracked(|row| row.text("kind") == Some("company"));
    view! {
        <header class="record-head">
            <Avatar name seed=Signal::stored(id.to_string()) size=Size::Large square/>
            <div class="record-name">
                <p class="meta">{kind}</p>
                <h1>{name}</h1>
                <div class="tags">{marks(context, editing)}</div>
            </div>
            {viewers(context, id)}
            <div class="button-group">
                {special(context)}
                {def.pool.then(|| claim(context, id))}
                {context.may_update.then(|| view! {
                    <Button icon="pencil" on_click=move |_| editing.set(true)>{t("ui.action.edit")}</Button>
                })}
                {(exportable || context.may_delete || def.pool && context.may_update).then(|| acts(context, id, deleting, erasing))}
            </div>
        </header>
        <RecordForm
            record_type=def.name
            open=editing
            row=Signal::derive(move || Some(row.get()))
            titles
            on_saved=move |row| context.put(row)
        />
        {delete_dialog(context, id, deleting)}
        {erase_dialog(context, id, erasing)}
    }
    .into_any()
}

/// Owner, completeness and tags.
fn marks(context: RecordContext, editing: RwSignal<bool>) -> AnyView {
    let RecordContext { page, def, row, titles, .. } = context;
    let owner = move || {
        let id = row.with(|row| row.text("owner_id").map(str::to_owned)).filter(|_| def.is_owned())?;
        let name = titles.with(|titles| title_of(page, titles, &id));
        Some(
            view! { <span class="person"><Avatar name=name.clone() seed=id size=Size::Small/><span>{name}</span></span> },
        )
    };
    let tag = |text: &str| view! { <Tag label=text.to_owned() hue=hue_of(text)/> };
    let tags = move || row.with(|row| texts(&row.values, "tags").map(tag).collect_view());
    let is_free = move || def.pool && row.with(|row| Holder::of(row).is_free());
    let pool = move || is_free().then(|| view! { <Badge icon="inbox">{t("list.filter.pool")}</Badge> });
    let lacking = def.fields.iter().any(|f| f.wanted).then(|| lacking(context, editing));
    view! { {owner} {pool} {lacking} {tags} }.into_any()
}

/// How much is known of the record; pointed at or opened it says what isn't, and leads whoever may to where that is said.
/// It stays open whatever becomes of the record meanwhile.
fn lacking(context: RecordContext, editing: RwSignal<bool>) -> AnyView {
    let RecordContext { page, def, row, may_update, .. } = context;
    let known = Memo::new(move |_| row.with(|row| completeness(def, &row.values)));
    let label = move |name: &str| i18n::field_label(page.locale.get(), def, name);
    let hint = Signal::derive(move || {
        let names: Vec<String> = known.with(|(_, missing)| missing.iter().map(|name| label(name)).collect());
        page.text_with("ui.word.missing_fields", &[("fields", &format::listed(page.locale.get(), &names))])
    });
    let share = move || known.with(|(share, _)| *share);
    let is_lacking = move || share() < 100;
    let text = Signal::derive(move || page.text_with("ui.word.complete_share", &[("n", &share().to_string())]));
    let trigger = move || view! { <Badge tone=Tone::Warning icon="circle-alert">{text}</Badge> };
    let entry = move |name: &'static str| {
        let label = Signal::derive(move || label(name));
        view! { <MenuItem label icon="pencil" on_select=move |()| edit(name, editing)/> }
    };
    let is_open = move |name: &&str| may_update && context.attribute(name).is_some_and(|field| field.editable);
    let entries = move || {
        let open: Vec<&'static str> = known.get().1.into_iter().filter(is_open).collect();
        match open.is_empty() {
            // It has the focus, so that it is read out.
            true => {
                view! { <p class="menu-head" role="menuitem" aria-disabled="true" tabindex="-1">{hint}</p> }.into_any()
            }
            false => open.into_iter().map(entry).collect_view().into_any(),
        }
    };
    view! {
        <Show when=is_lacking>
            <Menu label=hint trigger=trigger size=Size::Small>{entries}</Menu>
        </Show>
    }
    .into_any()
}

/// Begins to edit a field where it stands, once the menu has given the focus back; where it doesn't, or is folded away, in the form.
fn edit(name: &'static str, editing: RwSignal<bool>) {
    request_animation_frame(move || {
        let place = document().query_selector(&format!(".fact[data-field=\"{name}\"] :is({OPENER})")).ok().flatten();
        let place = place.and_then(|place| place.dyn_into::<HtmlElement>().ok());
        match place.filter(|place| place.offset_parent().is_some()) {
            Some(place) => place.click(),
            None => {
                editing.try_set(true);
            }
        }
    });
}

/// Who else looks at the record.
fn viewers(context: RecordContext, id: Uuid) -> AnyView {
    let page = context.page;
    let here = Live::take().view(context.def.name, id);
    let face = |viewer: Viewer| {
        view! { <Avatar name=viewer.name seed=viewer.user_id.to_string() size=Size::Small live=Signal::stored(true)/> }
    };
    let text = move || {
        let count = here.with(Vec::len);
        (count > 0).then(|| page.text_with("live.presence.viewing", &[("n", &count.to_string())]))
    };
    view! {
        <span class="viewers avatar-stack" title=text>
            {move || here.get().into_iter().map(face).collect_view()}
        </span>
    }
    .into_any()
}

/// Sends a change of the record; the toast with `key` tells, and undoes.
fn send(context: RecordContext, change: Change, key: &'static str) {
    let name = untrack(|| context.title());
    send_telling(context, change, key, ("name", &name));
}

/// As [`send`], with another thing than the record's name in the toast.
pub(super) fn send_telling(context: RecordContext, change: Change, key: &'static str, about: (&str, &str)) {
    let done = i18n::translate(context.page.locale.get_untracked(), key, &[about]);
    act(Command::one(context.def.name, change), done, move |result| {
        result.into_iter().flat_map(|outcome| outcome.rows).for_each(|row: Row| context.put(row));
    });
}

/// Gives the record to somebody, or to nobody; its team follows.
fn hand_over(context: RecordContext, id: Uuid, to: Option<Uuid>, key: &'static str) {
    let values = [("owner_id".to_owned(), to.map(|user| user.to_string()).into())].into_iter().collect();
    let version = Some(context.row.with_untracked(|row| row.version));
    send(context, Change::Update { id, version, values }, key);
}

/// Whether the record lies in the public pool.
fn is_free(context: RecordContext) -> Memo<bool> {
    Memo::new(move |_| context.row.with(|row| Holder::of(row).is_free()))
}

/// Takes the record out of the public pool.
fn claim(context: RecordContext, id: Uuid) -> AnyView {
    let free = is_free(context);
    let take = move |_| {
        let me = context.page.actor().map(|actor| actor.user_id);
        hand_over(context, id, me, "ui.toast.claimed");
    };
    view! {
        <Show when=move || free.get() && context.may_update && !context.gone.get()>
            <Button kind=ButtonKind::Primary icon="hand" on_click=take>{t("ui.action.claim")}</Button>
        </Show>
    }
    .into_any()
}

/// Whether all that is kept about the record can be had as a file.
fn is_exportable(context: RecordContext) -> bool {
    let actor = context.page.actor();
    context.def.is_reachable() && actor.is_some_and(|actor| actor.may(context.def, Action::Export))
}

fn acts(context: RecordContext, id: Uuid, deleting: RwSignal<bool>, erasing: RwSignal<bool>) -> AnyView {
    let row = context.row;
    let archived = Memo::new(move |_| row.with(|row| row.text("archived_at").is_some()));
    let archive = move |()| send(context, Change::Archive { id }, "ui.toast.archived");
    let restore = move |()| send(context, Change::Restore { id }, "ui.toast.restored");
    let release = move |()| hand_over(context, id, None, "ui.toast.released");
    let free = is_free(context);
    let releasable = Memo::new(move |_| context.def.pool && context.may_update && !free.get());
    let removal = move || {
        view! {
            <Show
                when=move || archived.get()
                fallback=move || view! { <MenuItem label=t("ui.action.archive") icon="archive" on_select=archive/> }
            >
                <MenuItem label=t("ui.action.restore") icon="archive" on_select=restore/>
            </Show>
            <hr/>
            <MenuItem label=t("ui.action.delete") icon="trash-2" danger=true on_select=move |()| deleting.set(true)/>
        }
    };
    let erasable = context.def.is_reachable() && context.page.actor().is_some_and(|actor| actor.grants.admin);
    let about = move || {
        let href = format!("/api/export/{}/{id}/about.json", context.def.plural);
        view! { <MenuLink href label=t("record.about") file=true/> }
    };
    let erase = move || {
        view! { <MenuItem label=t("record.erase") icon="eye-off" danger=true on_select=move |()| erasing.set(true)/> }
    };
    view! {
        <Menu label=t("ui.action.more") end=true>
            <Show when=move || releasable.get()>
                <MenuItem label=t("ui.action.release") icon="inbox" on_select=release/>
            </Show>
            {is_exportable(context).then(about)}
            {context.may_delete.then(removal)}
            {erasable.then(erase)}
        </Menu>
    }
    .into_any()
}

fn delete_dialog(context: RecordContext, id: Uuid, open: RwSignal<bool>) -> AnyView {
    let RecordContext { page, def, .. } = context;
    let busy = RwSignal::new(false);
    let navigate = StoredValue::new(use_navigate());
    let name = Signal::derive(move || context.title());
    let confirm = move |()| {
        busy.set(true);
        let done = i18n::translate(page.locale.get_untracked(), "ui.toast.deleted", &[("name", &name.get_untracked())]);
        act(Command::one(def.name, Change::Delete { id }), done, move |result| {
            if busy.try_set(false).is_some() {
                return;
            }
            open.set(false);
            if result.is_ok() {
                navigate.with_value(|go| go(&format!("/{}", def.plural), NavigateOptions::default()));
            }
        });
    };
    let with_name = move |key: &'static str| Signal::derive(move || page.text_with(key, &[("name", &name.get())]));
    view! {
        <ConfirmDialog
            open
            title=with_name("ui.confirm.delete")
            text=t("ui.confirm.delete_text")
            action=t("ui.action.delete")
            cancel=t("ui.action.cancel")
            phrase=name
            phrase_label=with_name("ui.confirm.type_name")
            busy
            on_confirm=confirm
        />
    }
    .into_any()
}

/// The pencil beside a value that carries links.
pub(super) fn pencil(label: String, edit: impl Fn() + Send + Sync + 'static) -> AnyView {
    view! {
        <button type="button" class="fact-pencil" aria-label=label.clone() title=label on:click=move |_| edit()>
            <Icon name="pencil" size=Size::Small/>
        </button>
    }
    .into_any()
}

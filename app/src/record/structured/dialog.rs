//! Editing a structured value where it is shown: in a dialog, for its inputs are many.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::command::{Change, Command};
use shared::{Error, FieldError, Row, i18n};

use super::{is_within, structured_editor, told};
use crate::acting::act;
use crate::context::{Page, t};
use crate::record::attribute::Attribute;
use crate::record::conflict::Clash;
use crate::record::editor::Editing;
use crate::record::form::focus_problem;
use crate::record::inline::{Target, later};
use crate::ui::{Button, ButtonKind, Dialog, Size, is_save_chord, open_about};

/// The dialog; `on_done` runs when it closes. What the server refuses stays in it.
pub(in crate::record) fn structured_dialog(
    target: Target,
    attribute: Attribute,
    row: Row,
    on_done: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    let page = target.page;
    let subject = RwSignal::new(Some(()));
    let open = open_about(subject);
    let (busy, errors) = (RwSignal::new(false), RwSignal::new(Vec::<FieldError>::new()));
    let value = RwSignal::new(attribute.value(&row.values).clone());
    let title = attribute.label_signal(page);
    let mut editing =
        Editing::new(page, attribute.clone(), value, format!("edit-{}-{}", row.id, attribute.name()), target.titles);
    editing.errors = errors;
    let name = editing.name();
    Effect::new(move |before: Option<()>| {
        value.track();
        if before.is_some() && errors.with_untracked(|all| all.iter().any(|error| error.field == name)) {
            errors.update(|all| all.retain(|error| error.field != name));
        }
    });
    let save = move || {
        let clean = match attribute.normalize(&value.get_untracked()) {
            Ok(clean) => clean,
            Err(error) => {
                errors.set(vec![error]);
                return focus_problem();
            }
        };
        if clean == *attribute.value(&row.values) {
            return open.set(false);
        }
        busy.set(true);
        let patch = attribute.patch(&row.values, clean);
        let change = Change::Update { id: row.id, version: Some(row.version), values: patch.clone() };
        let (target, attribute) = (target.clone(), attribute.clone());
        act(Command::one(attribute.def.name, change), page.text_now("ui.toast.saved"), move |result| {
            // The page may have been left meanwhile.
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(outcome) => {
                    open.set(false);
                    outcome.rows.into_iter().for_each(|row| (target.put)(row));
                }
                Err(Error::Invalid { fields }) => {
                    errors.set(fields);
                    focus_problem();
                }
                Err(Error::Conflict { current, .. }) => {
                    open.set(false);
                    (target.put)((*current).clone());
                    target.clash.try_set(Some(Clash { attribute, current: *current, patch }));
                }
                Err(_) => {}
            }
        });
    };
    let save = StoredValue::new(save);
    // A turn later, when the input has handed over what was typed last.
    let save_soon = later(move || save.with_value(|save| save()));
    let key = move |event: KeyboardEvent| {
        if is_save_chord(&event) {
            event.prevent_default();
            event.stop_propagation();
            save_soon();
        }
    };
    let key = StoredValue::new(key);
    let key = move |event: KeyboardEvent| key.with_value(|key| key(event));
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
            <Button kind=ButtonKind::Primary busy on_click=move |_| save.with_value(|save| save())>{t("ui.action.save")}</Button>
        }
    };
    let editing = StoredValue::new(editing);
    view! {
        <Dialog open title close=t("ui.action.close") size=Size::Large footer on_close=move |()| on_done()>
            <form class="form" novalidate on:submit=|event| event.prevent_default() on:keydown=key>
                {move || trouble(page, errors, name)}
                {structured_editor(editing.get_value())}
            </form>
        </Dialog>
    }
    .into_any()
}

/// What is wrong with the value as a whole, or with something else that it goes with.
fn trouble(page: Page, errors: RwSignal<Vec<FieldError>>, name: &str) -> Option<AnyView> {
    let found = errors.with(|all| all.iter().find(|error| !is_within(&error.field, name)).cloned())?;
    Some(told(i18n::field_error(page.locale.get(), &found)))
}

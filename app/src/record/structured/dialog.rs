//! Editing a structured value where it is shown: in a dialog, for its inputs are many.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use serde_json::Value;
use shared::{FieldError, Row, Values, i18n};

use super::{is_within, structured_editor, told};
use crate::context::{Page, t};
use crate::record::attribute::Attribute;
use crate::record::editor::Editing;
use crate::record::form::{draft, focus_problem};
use crate::record::inline::{Answer, Target, later};
use crate::record::titles::look_up_named;
use crate::ui::{Button, ButtonKind, Dialog, Size, is_save_chord, open_about};

/// Where a draft notes the version of the record that it began with.
const VERSION: &str = "_version";

/// An open dialog.
#[derive(Clone)]
struct Edit {
    target: Target,
    attribute: Attribute,
    row: Row,
    /// Version of the record that the value came from: what others have changed since is asked about when it is saved.
    version: RwSignal<i64>,
    value: RwSignal<Value>,
    errors: RwSignal<Vec<FieldError>>,
    busy: RwSignal<bool>,
    open: RwSignal<bool>,
    restored: RwSignal<bool>,
}

impl Edit {
    fn new(target: Target, attribute: Attribute, row: Row) -> Self {
        let kept = draft::read(&draft_key(&attribute, &row));
        if let Some(kept) = &kept {
            look_up_named(target.page, target.titles, attribute.def, kept);
        }
        let version = kept.as_ref().and_then(|kept| kept.get(VERSION)?.as_i64()).unwrap_or(row.version);
        let kept = kept.map(|kept| attribute.value(&kept).clone());
        let value = RwSignal::new(kept.clone().unwrap_or_else(|| attribute.value(&row.values).clone()));
        let edit = Self {
            target,
            attribute,
            row,
            version: RwSignal::new(version),
            value,
            errors: RwSignal::new(Vec::new()),
            busy: RwSignal::new(false),
            open: open_about(RwSignal::new(Some(()))),
            restored: RwSignal::new(kept.is_some()),
        };
        edit.clone().follow();
        edit
    }

    /// While something is typed, a draft is kept, and what was wrong with the whole is not any more.
    fn follow(self) {
        let (value, errors, name) = (self.value, self.errors, self.attribute.name());
        Effect::new(move |before: Option<()>| {
            let now = value.get();
            if before.is_some() {
                let mut kept = Values::new();
                if now != *self.attribute.value(&self.row.values) {
                    kept = self.attribute.patch(now);
                    kept.insert(VERSION.to_owned(), self.version.get_untracked().into());
                }
                self.keep(kept);
                if errors.with_untracked(|all| all.iter().any(|error| error.field == name)) {
                    errors.update(|all| all.retain(|error| error.field != name));
                }
            }
        });
    }

    fn keep(&self, values: Values) {
        draft::keep(&draft_key(&self.attribute, &self.row), &values);
    }

    /// Begins anew with the value as it is stored.
    fn discard(&self) {
        self.version.set(self.row.version);
        self.value.set(self.attribute.value(&self.row.values).clone());
        self.restored.set(false);
        self.keep(Values::new());
    }

    fn save(&self) {
        let clean = match self.attribute.normalize(&self.value.get_untracked()) {
            Ok(clean) => clean,
            Err(error) => {
                self.errors.set(vec![error]);
                return focus_problem();
            }
        };
        if clean == *self.attribute.value(&self.row.values) {
            self.keep(Values::new());
            return self.open.set(false);
        }
        self.busy.set(true);
        let (edit, patch) = (self.clone(), self.attribute.patch(clean));
        let row = Row { version: self.version.get_untracked(), ..self.row.clone() };
        self.target.send(&row, self.attribute.clone(), patch, move |answer| edit.answered(answer));
    }

    fn answered(&self, answer: Answer) {
        // The page may have been left meanwhile.
        let gone = self.busy.try_set(false).is_some();
        match answer {
            Answer::Settled => {
                self.keep(Values::new());
                self.open.try_set(false);
            }
            Answer::Refused(fields) if !gone => {
                self.errors.set(fields);
                focus_problem();
            }
            Answer::Refused(_) | Answer::Failed => {}
        }
    }
}

fn draft_key(attribute: &Attribute, row: &Row) -> String {
    format!("draft.{}.{}.{}", attribute.def.name, row.id, attribute.name())
}

/// The dialog; `on_done` runs when it closes. What the server refuses stays in it, and what was typed survives its closing
/// unless one cancels.
pub(in crate::record) fn structured_dialog(
    target: Target,
    attribute: Attribute,
    row: Row,
    on_done: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    let page = target.page;
    let edit = Edit::new(target, attribute, row);
    let Edit { open, busy, errors, restored, .. } = edit;
    let title = edit.attribute.label_signal(page);
    let id = format!("edit-{}-{}", edit.row.id, edit.attribute.name());
    let mut editing = Editing::new(page, edit.attribute.clone(), edit.value, id, edit.target.titles);
    editing.errors = errors;
    let (name, editing) = (editing.name(), StoredValue::new(editing));
    let edit = StoredValue::new(edit);
    let save = move || edit.with_value(Edit::save);
    // A turn later, when the input has handed over what was typed last.
    let save_soon = later(save);
    let key = StoredValue::new(move |event: KeyboardEvent| {
        if is_save_chord(&event) {
            event.prevent_default();
            event.stop_propagation();
            save_soon();
        }
    });
    let cancel = move |_| {
        edit.with_value(|edit| edit.keep(Values::new()));
        open.set(false);
    };
    let footer = move || {
        view! {
            <Button on_click=cancel>{t("ui.action.cancel")}</Button>
            <Button kind=ButtonKind::Primary busy on_click=move |_| save()>{t("ui.action.save")}</Button>
        }
    };
    let key = move |event: KeyboardEvent| key.with_value(|key| key(event));
    view! {
        <Dialog open title close=t("ui.action.close") size=Size::Large footer on_close=move |()| on_done()>
            <form class="form" novalidate on:submit=|event| event.prevent_default() on:keydown=key>
                {draft::restored(restored, move || edit.with_value(Edit::discard))}
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

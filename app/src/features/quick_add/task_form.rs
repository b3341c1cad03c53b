//! A new task.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use shared::command::{Change, Command};
use shared::i18n;
use shared::planning::{Due, understand};
use shared::record::{Kind, Values, instant_text};
use shared::types::TASK;
use uuid::Uuid;

use super::customer::CustomerField;
use crate::acting::act;
use crate::context::{Page, browser_now, t};
use crate::ui::{Button, ButtonKind, Choice, DateInput, Field, Select, TextArea, TextInput, is_save_chord};

/// The form of a new task of mine. What the first line says about time and kind fills the fields below it.
#[component]
pub(super) fn TaskForm(open: RwSignal<bool>) -> impl IntoView {
    let page = Page::take();
    let text = |value: &str| RwSignal::new(value.to_owned());
    let (subject, kind, due, details) = (text(""), text("todo"), text(""), text(""));
    let customer = RwSignal::new(None::<Choice>);
    let (error, busy) = (RwSignal::new(None::<shared::Error>), RwSignal::new(false));
    due.set(local(page, Due::Today.at(page.now.get_untracked(), &page.zone())));
    let read = move |line: String| {
        let planned = understand(&line, browser_now(), &page.zone());
        kind.set(planned.kind.to_owned());
        if let Some(at) = planned.due_at {
            due.set(local(page, at));
            subject.set(planned.subject);
        }
    };
    let save = move || {
        if busy.get_untracked() {
            return;
        }
        let mut values = Values::new();
        values.insert("subject".into(), subject.get_untracked().trim().into());
        values.insert("kind".into(), kind.get_untracked().into());
        let at = shared::format::from_local_input(&due.get_untracked(), &page.zone());
        values.extend(at.map(|at| ("due_at".to_owned(), instant_text(at).into())));
        values.extend(customer.get_untracked().map(|chosen| ("customer_id".to_owned(), chosen.value.into())));
        values.extend(page.actor().map(|actor| ("owner_id".to_owned(), actor.user_id.to_string().into())));
        let details = details.get_untracked();
        if !details.trim().is_empty() {
            values.insert("description".into(), details.into());
        }
        busy.set(true);
        error.set(None);
        let name = subject.get_untracked();
        let done = page.text_with("ui.toast.created", &[("name", name.trim())]);
        act(Command::one("task", Change::Create { id: Uuid::now_v7(), values }), done, move |result| {
            // It may have been closed meanwhile, and another one opened in its place.
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(_) => open.set(false),
                Err(refused) => error.set(Some(refused)),
            }
        });
    };
    let key = move |event: KeyboardEvent| {
        if is_save_chord(&event) {
            event.prevent_default();
            save();
        }
    };
    let kinds = Signal::derive(move || {
        let Some(Kind::Choice(codes)) = TASK.field("kind").map(|field| field.kind) else { return Vec::new() };
        let label = |code: &str| i18n::choice_label(page.locale.get(), &TASK, "kind", code);
        codes.iter().map(|code| Choice::new(*code, label(code))).collect()
    });
    let wrong = move |field: &'static str| field_error(page, error, field);
    view! {
        <form
            class="stack"
            on:keydown=key
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                save();
            }
        >
            <Field id="quick-task-subject" label=t("task.subject") required=true hint=t("my_day.add_hint") error=wrong("subject")>
                <TextInput value=subject maxlength=200 autofocus=true autocomplete="off" on_change=read/>
            </Field>
            <Field id="quick-task-kind" label=t("task.kind") error=wrong("kind")><Select value=kind options=kinds/></Field>
            <Field id="quick-task-due" label=t("task.due_at") error=wrong("due_at")><DateInput value=due time=true/></Field>
            <CustomerField id="quick-task-customer" value=customer error=wrong("customer_id")/>
            <Field id="quick-task-details" label=t("task.description") error=wrong("description")>
                <TextArea value=details maxlength=20_000/>
            </Field>
            <FormFoot open busy/>
        </form>
    }
}

fn local(page: Page, at: chrono::DateTime<chrono::Utc>) -> String {
    shared::format::to_local_input(at, &page.zone())
}

/// What is wrong with a field, in the reader's language.
pub(super) fn field_error(
    page: Page,
    error: RwSignal<Option<shared::Error>>,
    field: &'static str,
) -> Signal<Option<String>> {
    Signal::derive(move || {
        error.with(|error| match error {
            Some(shared::Error::Invalid { fields }) => fields
                .iter()
                .find(|wrong| wrong.field == field)
                .map(|wrong| i18n::field_error(page.locale.get(), wrong)),
            _ => None,
        })
    })
}

/// The buttons below a form.
#[component]
pub(super) fn FormFoot(open: RwSignal<bool>, busy: RwSignal<bool>) -> impl IntoView {
    view! {
        <div class="button-group">
            <span class="meta desktop-only">{t("ui.input.save_hint")}</span>
            <span class="spacer"></span>
            <Button kind=ButtonKind::Ghost on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
            <Button submit=true kind=ButtonKind::Primary busy>{t("ui.action.save")}</Button>
        </div>
    }
}

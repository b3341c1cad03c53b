//! A note or a call with a customer.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use shared::command::{Change, Command};
use shared::i18n;
use shared::record::{Kind, Values, instant_text};
use shared::types::ACTIVITY;
use uuid::Uuid;

use super::customer::CustomerField;
use super::task_form::{FormFoot, field_error};
use crate::acting::act;
use crate::context::{Page, browser_now, t};
use crate::ui::{Choice, DateInput, Field, Select, TextArea, TextInput, is_save_chord};

/// The form of a new activity: what was said with whom, and for calls what came of it.
#[component]
pub(super) fn ActivityForm(open: RwSignal<bool>, kind: &'static str) -> impl IntoView {
    let page = Page::take();
    let text = |value: &str| RwSignal::new(value.to_owned());
    let (content, direction, outcome, minutes, when) = (text(""), text("outbound"), text(""), text(""), text(""));
    let customer = RwSignal::new(None::<Choice>);
    let (error, busy) = (RwSignal::new(None::<shared::Error>), RwSignal::new(false));
    let call = kind == "call";
    let values = move || {
        let at = shared::format::from_local_input(&when.get_untracked(), &page.zone()).unwrap_or_else(browser_now);
        let mut values = Values::from_iter([
            ("kind".to_owned(), kind.into()),
            ("content".to_owned(), content.get_untracked().into()),
            ("occurred_at".to_owned(), instant_text(at).into()),
        ]);
        values.extend(customer.get_untracked().map(|chosen| ("customer_id".to_owned(), chosen.value.into())));
        if call {
            values.insert("direction".into(), direction.get_untracked().into());
            let chosen = [("outcome", outcome.get_untracked()), ("minutes", minutes.get_untracked())];
            values.extend(chosen.into_iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (k.to_owned(), v.into())));
        }
        values
    };
    let save = move || {
        if busy.get_untracked() {
            return;
        }
        if customer.with_untracked(Option::is_none) || content.with_untracked(|text| text.trim().is_empty()) {
            let missing = if customer.with_untracked(Option::is_none) { "customer_id" } else { "content" };
            return error.set(Some(shared::Error::invalid(missing, "required")));
        }
        busy.set(true);
        error.set(None);
        let done = page.text("timeline.composer.added");
        act(Command::one("activity", Change::Create { id: Uuid::now_v7(), values: values() }), done, move |result| {
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
            <CustomerField id="quick-activity-customer" value=customer error=wrong("customer_id")/>
            <Field id="quick-activity-content" label=t("activity.content") required=true error=wrong("content")>
                <TextArea value=content maxlength=20_000/>
            </Field>
            {call.then(|| view! {
                <Field id="quick-activity-direction" label=t("activity.direction")>
                    <Select value=direction options=choices(page, "direction")/>
                </Field>
                <Field id="quick-activity-outcome" label=t("activity.outcome")>
                    <Select value=outcome options=choices(page, "outcome") empty=t("ui.word.not_set")/>
                </Field>
                <Field id="quick-activity-minutes" label=t("activity.minutes") error=wrong("minutes")>
                    <TextInput value=minutes inputmode="numeric" maxlength=5/>
                </Field>
            })}
            <Field id="quick-activity-when" label=t("activity.occurred_at") error=wrong("occurred_at")>
                <DateInput value=when time=true/>
            </Field>
            <FormFoot open busy/>
        </form>
    }
}

fn choices(page: Page, field: &'static str) -> Signal<Vec<Choice>> {
    Signal::derive(move || {
        let Some(Kind::Choice(codes)) = ACTIVITY.field(field).map(|field| field.kind) else { return Vec::new() };
        let label = |code: &str| i18n::choice_label(page.locale.get(), &ACTIVITY, field, code);
        codes.iter().map(|code| Choice::new(*code, label(code))).collect()
    })
}

//! Asking before something is destroyed.

use leptos::prelude::*;

use super::{Button, ButtonKind, Dialog, Field, Size, TextInput};

/// Confirms danger by naming it: the button says what will happen to what ("Delete Acme"). With
/// a `phrase`, the name must also be typed, for what can't be undone.
#[component]
pub fn ConfirmDialog(
    /// Whether it is open, both ways.
    open: RwSignal<bool>,
    /// The question.
    #[prop(into)]
    title: Signal<String>,
    /// What will happen, what stays.
    #[prop(into)]
    text: Signal<String>,
    /// The dangerous act, with its object's name.
    #[prop(into)]
    action: Signal<String>,
    /// The way out.
    #[prop(into)]
    cancel: Signal<String>,
    /// What must be typed, such as the record's name.
    #[prop(optional, into)]
    phrase: Option<Signal<String>>,
    /// Label of the input for the phrase.
    #[prop(optional, into)]
    phrase_label: Signal<String>,
    /// Work is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Runs when confirmed; the caller closes the dialog when it is done.
    #[prop(into)]
    on_confirm: Callback<()>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let blocked =
        move || phrase.is_some_and(|phrase| phrase.with(|phrase| typed.with(|typed| typed.trim() != phrase.trim())));
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{cancel}</Button>
            <Button kind=ButtonKind::Danger busy disabled=Signal::derive(blocked) on_click=move |_| on_confirm.run(())>
                {action}
            </Button>
        }
    };
    view! {
        <Dialog open title close=cancel size=Size::Small footer on_close=move |()| typed.set(String::new())>
            <p class="confirm-text">{text}</p>
            {phrase.map(|phrase| view! {
                <Field id="confirm-phrase" label=phrase_label hint=phrase>
                    <TextInput value=typed autofocus=true autocomplete="off"/>
                </Field>
            })}
        </Dialog>
    }
}

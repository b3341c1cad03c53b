//! Fields of these pages, and the sending of their forms.
//!
//! The inputs keep their own text: what a person or a password manager filled in before the page came alive must
//! not be lost to a signal's initial value.

use std::future::Future;

use leptos::html::Form;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use shared::i18n::{error_message, field_error};
use shared::{Error, FieldError};
use web_sys::{FormData, HtmlElement};

use crate::api::Fault;
use crate::context::{Page, t};
use crate::ui::{Icon, Size};

/// A form being sent: whether it is under way, and what came back.
#[derive(Clone, Copy)]
pub struct Submission {
    pub(super) busy: RwSignal<bool>,
    error: RwSignal<Option<Error>>,
    form: StoredValue<Option<NodeRef<Form>>>,
    awake: RwSignal<bool>,
}

impl Submission {
    pub(super) fn new() -> Self {
        let awake = RwSignal::new(false);
        Effect::new(move |_| awake.set(true));
        Self { busy: RwSignal::new(false), error: RwSignal::new(None), form: StoredValue::new(None), awake }
    }

    pub(super) fn take_form(self, form: NodeRef<Form>) {
        self.form.set_value(Some(form));
    }

    /// The page cannot send yet: the browser is still loading it.
    pub(super) fn asleep(self) -> Signal<bool> {
        Signal::derive(move || !self.awake.get())
    }

    /// What a field holds now.
    pub(super) fn value(self, name: &str) -> String {
        let form = self.form.get_value().and_then(|form| form.get_untracked());
        let data = form.and_then(|form| FormData::new_with_form(&form).ok());
        data.and_then(|data| data.get(name).as_string()).unwrap_or_default()
    }

    /// Sends; `then` gets the answer. The button stays busy after success, because the page is about to be left.
    pub(super) fn send<T: 'static>(
        self,
        call: impl Future<Output = Result<T, Fault>> + 'static,
        then: impl FnOnce(T) + 'static,
    ) {
        self.busy.set(true);
        self.error.set(None);
        spawn_local(async move {
            match call.await {
                Ok(answer) => then(answer),
                Err(Fault(error)) => {
                    focus_first(&error);
                    self.error.set(Some(error));
                    self.busy.set(false);
                }
            }
        });
    }

    /// What is wrong with a field, in the page's language.
    fn of_field(self, name: &'static str) -> Signal<Option<String>> {
        let page = Page::take();
        Signal::derive(move || {
            self.error.with(|error| {
                let found = problems(error.as_ref()).iter().find(|problem| problem.field == name);
                found.map(|problem| field_error(page.locale.get(), problem))
            })
        })
    }

    /// What is wrong besides the named fields.
    pub(super) fn message(self, fields: &'static [&'static str]) -> Signal<Option<String>> {
        let page = Page::take();
        Signal::derive(move || {
            self.error.with(|error| match error.as_ref()? {
                Error::Invalid { fields: problems } => {
                    let other = problems.iter().find(|problem| !fields.contains(&problem.field.as_str()))?;
                    Some(field_error(page.locale.get(), other))
                }
                error => Some(error_message(page.locale.get(), error)),
            })
        })
    }
}

fn problems(error: Option<&Error>) -> &[FieldError] {
    match error {
        Some(Error::Invalid { fields }) => fields,
        _ => &[],
    }
}

/// Puts the focus where something has to be changed.
fn focus_first(error: &Error) {
    let element = problems(Some(error)).first().and_then(|problem| document().get_element_by_id(&problem.field));
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        drop(element.focus());
    }
}

/// One input with its label and error; passwords can be shown.
#[component]
pub fn Entry(
    /// Field name; also the input's id.
    name: &'static str,
    /// The label.
    #[prop(into)]
    label: Signal<String>,
    /// The form.
    submission: Submission,
    /// The input type.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in.
    autocomplete: &'static str,
    /// Text at first.
    #[prop(optional, into)]
    value: String,
    /// One line of help.
    #[prop(optional, into)]
    hint: Option<Signal<String>>,
    /// Takes the focus when the page opens.
    #[prop(optional)]
    autofocus: bool,
    /// For filling in from outside.
    #[prop(optional)]
    node_ref: NodeRef<leptos::html::Input>,
) -> impl IntoView {
    let error = submission.of_field(name);
    let shown = RwSignal::new(false);
    let secret = kind == "password";
    let described = move || {
        let hint = hint.is_some().then(|| format!("{name}-hint"));
        let error = error.with(Option::is_some).then(|| format!("{name}-error"));
        let ids: Vec<String> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    };
    view! {
        <div class="field" data-required="" data-invalid=move || error.with(Option::is_some).then_some("")>
            <label class="field-label" for=name>{label}</label>
            <div class="sign-in-entry">
                <input
                    class="input"
                    id=name
                    name=name
                    node_ref=node_ref
                    type=move || if secret && shown.get() { "text" } else { kind }
                    value=value
                    autocomplete=autocomplete
                    autocapitalize=(kind != "text").then_some("none")
                    spellcheck=(kind != "text").then_some("false")
                    autofocus=autofocus
                    required=true
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=described
                />
                {secret.then(|| view! { <Reveal shown/> })}
            </div>
            {hint.map(|hint| view! { <p class="field-hint" id=format!("{name}-hint")>{hint}</p> })}
            {move || error.get().map(|error| view! {
                <p class="field-error" id=format!("{name}-error")><Icon name="circle-alert"/><span>{error}</span></p>
            })}
        </div>
    }
}

/// Shows or hides what was typed.
#[component]
fn Reveal(shown: RwSignal<bool>) -> impl IntoView {
    let (show, hide) = (t("ui.input.show_password"), t("ui.input.hide_password"));
    let label = move || if shown.get() { hide.get() } else { show.get() };
    view! {
        <button type="button" class="sign-in-reveal" aria-label=label title=label on:click=move |_| shown.update(|shown| *shown = !*shown)>
            {move || if shown.get() {
                view! { <Icon name="eye-off" size=Size::Medium/> }.into_any()
            } else {
                view! { <Icon name="eye" size=Size::Medium/> }.into_any()
            }}
        </button>
    }
}

/// What a new password must be like.
pub(super) fn password_hint() -> Signal<String> {
    let page = Page::take();
    let min = shared::session::MIN_PASSWORD_LENGTH.to_string();
    Signal::derive(move || page.text_with("sign_in.setup.password_hint", &[("min", &min)]))
}

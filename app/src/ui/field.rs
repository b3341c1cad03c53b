//! The frame around one form control: label, hint, error.

use leptos::{context::Provider, prelude::*};

use super::Icon;

/// What a control inside a [`Field`] needs to point at its label, hint and error.
#[derive(Clone)]
pub(super) struct FieldContext {
    id: String,
    hint: bool,
    error: Signal<Option<String>>,
    required: bool,
}

/// The attributes a control takes over from its field, if it stands in one.
#[derive(Clone, Default)]
pub(super) struct Wiring {
    field: Option<FieldContext>,
}

impl Wiring {
    /// Reads the field around the calling component.
    pub(super) fn take() -> Self {
        Self { field: use_context() }
    }

    pub(super) fn id(&self) -> Option<String> {
        self.field.as_ref().map(|field| field.id.clone())
    }

    pub(super) fn required(&self) -> bool {
        self.field.as_ref().is_some_and(|field| field.required)
    }

    pub(super) fn invalid(&self) -> impl Fn() -> Option<&'static str> + Clone + Send + Sync + 'static {
        let error = self.field.as_ref().map(|field| field.error);
        move || error.and_then(|error| error.with(Option::is_some).then_some("true"))
    }

    /// Ids of the hint and of the error, as far as they are on the page.
    pub(super) fn described_by(&self) -> impl Fn() -> Option<String> + Clone + Send + Sync + 'static {
        let field = self.field.clone();
        move || {
            let field = field.as_ref()?;
            let hint = field.hint.then(|| format!("{}-hint", field.id));
            let error = field.error.with(Option::is_some).then(|| format!("{}-error", field.id));
            match (hint, error) {
                (Some(hint), Some(error)) => Some(format!("{hint} {error}")),
                (hint, error) => hint.or(error),
            }
        }
    }
}

/// Label, control, hint and error. The control inside takes its id, `required`, `aria-invalid`
/// and `aria-describedby` from here by itself.
#[component]
pub fn Field(
    /// The control's id, unique on the page and the same on server and browser.
    #[prop(into)]
    id: String,
    /// The label.
    #[prop(into)]
    label: Signal<String>,
    /// One line of help.
    #[prop(optional_no_strip, into)]
    hint: Option<Signal<String>>,
    /// What is wrong, in the reader's language.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// It can't be left empty.
    #[prop(optional)]
    required: bool,
    /// The control.
    children: Children,
) -> impl IntoView {
    let context = FieldContext { id: id.clone(), hint: hint.is_some(), error, required };
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    view! {
        <div
            class="field"
            data-required=required.then_some("")
            data-invalid=move || error.with(Option::is_some).then_some("")
        >
            <label class="field-label" for=id>{label}</label>
            <Provider value=context>{children()}</Provider>
            {hint.map(|hint| view! { <p class="field-hint" id=hint_id>{hint}</p> })}
            {move || {
                let error_id = error_id.clone();
                error.get().map(|error| view! {
                    <p class="field-error" id=error_id><Icon name="circle-alert"/><span>{error}</span></p>
                })
            }}
        </div>
    }
}

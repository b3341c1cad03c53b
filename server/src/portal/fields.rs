//! Fields of forms: label, control, what is wrong.

use maud::{Markup, html};
use shared::i18n::{error_message, field_error};
use shared::{Error, FieldError};
use store::portal::NOTHING_ANSWERED;

use super::layout::tongue;
use super::place::Place;

/// Code of the error that a form was sent with other words before: it came, though the browser may not have learnt of it.
const SENT_BEFORE: &str = "key_reused";
/// Code of the error that a file has nothing in it. Its text is one of the public pages alone.
pub(super) const EMPTY_FILE: &str = "file_hollow";

/// What did not fit in a form, if anything.
#[derive(Default)]
pub(super) struct Problems(Vec<FieldError>, Option<Error>);

impl Problems {
    /// Of an error that is about fields or can be mended by trying again; others are handed back.
    pub(super) fn of(error: Error) -> Result<Self, Error> {
        match error {
            Error::Invalid { fields } => Ok(Self(fields, None)),
            limited @ Error::RateLimited { .. } => Ok(Self(Vec::new(), Some(limited))),
            other => Err(other),
        }
    }

    /// What is wrong with one field.
    pub(super) fn of_field(&self, place: &Place, name: &str) -> Option<String> {
        self.0.iter().find(|error| error.field == name).map(|error| sentence(place, error))
    }

    /// What concerns the form as a whole, or fields that it does not show. Where no field of it is wrong, this is where the page
    /// opens: the form may stand below a long conversation.
    pub(super) fn summary(&self, place: &Place, shown: &[&str]) -> Markup {
        let stray: Vec<String> = (self.0.iter())
            .filter(|error| !shown.contains(&error.field.as_str()))
            .map(|error| sentence(place, error))
            .chain(self.1.iter().map(|error| error_message(place.locale, error)))
            .collect();
        html! {
            @if !self.0.is_empty() || self.1.is_some() {
                div.portal-problem role="alert" tabindex=[(!stray.is_empty()).then_some("-1")] autofocus[!stray.is_empty()] {
                    @if stray.is_empty() { (place.t("error.invalid")) }
                    @for text in stray { p { (text) } }
                }
            }
        }
    }

    /// Whether nothing is wrong.
    pub(super) fn is_none(&self) -> bool {
        self.0.is_empty() && self.1.is_none()
    }

    /// Whether the form was sent before with other words: what is written now needs a stamp of its own.
    pub(super) fn was_sent_before(&self) -> bool {
        self.0.iter().any(|error| error.code == SENT_BEFORE)
    }
}

/// What is wrong with a field, as a sentence.
fn sentence(place: &Place, error: &FieldError) -> String {
    let name = || error.params.get("name").map(String::as_str).unwrap_or_default();
    match error.code.as_str() {
        // The application never says so: its browser code need not know the text.
        NOTHING_ANSWERED => place.t("portal.survey.nothing"),
        EMPTY_FILE => place.t_with("portal.form.empty", &[("name", name())]),
        SENT_BEFORE => place.t("portal.form.sent_before"),
        _ => field_error(place.locale, error),
    }
}

/// A field of a form; the first one that is wrong has the focus, so that the page opens there. None has a `maxlength`: browsers
/// cut what is pasted without a word. The page's script says beside the field that something is too long before it is sent, else
/// the store does, with all that was typed.
pub(super) struct Field<'f> {
    pub(super) name: &'f str,
    pub(super) label: String,
    pub(super) hint: Option<String>,
    pub(super) required: bool,
    /// Most characters that are taken.
    pub(super) longest: Option<usize>,
}

impl<'f> Field<'f> {
    pub(super) fn new(name: &'f str, label: String) -> Self {
        Self { name, label, hint: None, required: false, longest: None }
    }

    pub(super) fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(super) fn hint(self, hint: String) -> Self {
        Self { hint: Some(hint), ..self }
    }

    pub(super) fn at_most(self, longest: Option<usize>) -> Self {
        Self { longest, ..self }
    }

    /// What is said of too long a text.
    fn too_long(&self, place: &Place) -> Option<String> {
        let error = FieldError::new(self.name, "too_long").with("max", self.longest?);
        Some(field_error(place.locale, &error))
    }

    /// The field with its control, which gets its id, what describes it, and whether it is wrong.
    pub(super) fn with(
        self,
        place: &Place,
        problems: &Problems,
        control: impl FnOnce(&str, Option<String>, Option<&str>) -> Markup,
    ) -> Markup {
        let Self { name, label, hint, required, .. } = self;
        let problem = problems.of_field(place, name);
        let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
        let described: Vec<&str> =
            [hint.as_ref().map(|_| hint_id.as_str()), problem.as_ref().map(|_| error_id.as_str())]
                .into_iter()
                .flatten()
                .collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        html! {
            div.field data-required[required] data-invalid[problem.is_some()] {
                label.field-label for=(name) lang=[tongue(place, &label)] { (label) }
                (control(name, described, problem.as_ref().map(|_| "true")))
                @if let Some(hint) = hint { p.field-hint id=(hint_id) { (hint) } }
                @if let Some(problem) = problem { p.field-error id=(error_id) { (problem) } }
            }
        }
    }

    /// A line of text.
    pub(super) fn line(self, place: &Place, problems: &Problems, value: &str, (kind, auto): (&str, &str)) -> Markup {
        let (required, longest, too_long) = (self.required, self.longest, self.too_long(place));
        self.with(place, problems, |name, described, invalid| {
            html! {
                input.input id=(name) name=(name) type=(kind) value=(value) autocomplete=(auto) required[required]
                    data-longest=[longest] data-too-long=[too_long]
                    autofocus[invalid.is_some()] aria-describedby=[described] aria-invalid=[invalid];
            }
        })
    }

    /// Text of several lines.
    pub(super) fn area(self, place: &Place, problems: &Problems, value: &str) -> Markup {
        let (required, longest, too_long) = (self.required, self.longest, self.too_long(place));
        self.with(place, problems, |name, described, invalid| {
            html! {
                textarea.input id=(name) name=(name) rows="6" required[required]
                    data-longest=[longest] data-too-long=[too_long]
                    autofocus[invalid.is_some()] aria-describedby=[described] aria-invalid=[invalid] { (value) }
            }
        })
    }

    /// One of several.
    pub(super) fn choice(
        self,
        place: &Place,
        problems: &Problems,
        (value, empty): (&str, Option<String>),
        options: &[(String, String)],
    ) -> Markup {
        let required = self.required;
        self.with(place, problems, |name, described, invalid| {
            html! {
                select.input id=(name) name=(name) required[required]
                    autofocus[invalid.is_some()] aria-describedby=[described] aria-invalid=[invalid] {
                    @if let Some(empty) = empty { option value="" { (empty) } }
                    @for (code, text) in options {
                        option value=(code) lang=[tongue(place, text)] selected[code == value] { (text) }
                    }
                }
            }
        })
    }
}

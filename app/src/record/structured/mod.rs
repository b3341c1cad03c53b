//! Structured values: opening hours, lists of entries, filters, values for other records' fields. Each has inputs of its own
//! and is said in words, both from the shape that its field declares (`shared/src/record/shape.rs`).

mod dialog;
mod entries;
mod filter;
mod hours;
mod items;
mod lines_of_text;
mod values;
mod words;

use leptos::prelude::*;
use shared::record::{Kind, Shape};
use shared::{FieldError, i18n};

pub(super) use dialog::structured_dialog;
pub(super) use words::{lines, lines_view};

use super::editor::Editing;
use crate::chunk;
use crate::context::Page;
use crate::ui::Icon;

chunk! {
    part fn structured_inputs(editing: Editing) in structured { inputs(editing) }
}

/// The inputs for a structured value.
pub(super) fn structured_editor(editing: Editing) -> AnyView {
    structured_inputs::view(editing)
}

fn inputs(editing: Editing) -> AnyView {
    match editing.kind {
        Kind::Json(Shape::Lines(_)) => lines_of_text::lines_of_text(editing),
        Kind::Json(Shape::Hours) => hours::hours(&editing),
        Kind::Json(Shape::Week) => hours::week(&editing),
        Kind::Json(Shape::Entries(parts)) => entries::entries(editing, parts, false),
        Kind::Json(Shape::Sequence(parts)) => entries::entries(editing, parts, true),
        Kind::Json(Shape::Filter(target)) => filter::conditions(editing, target),
        Kind::Json(Shape::Values(target, names)) => values::values(editing, target, names),
        _ => ().into_any(),
    }
}

/// Whether a path leads to something within another.
fn is_within(path: &str, whole: &str) -> bool {
    path.strip_prefix(whole).is_some_and(|rest| rest.starts_with('.'))
}

/// Takes away what was wrong at a path that is being changed, with what lies below it, and with what it is a part of.
fn settle(errors: RwSignal<Vec<FieldError>>, path: &str) {
    let concerned =
        |error: &FieldError| error.field == path || is_within(&error.field, path) || is_within(path, &error.field);
    if errors.with_untracked(|all| all.iter().any(concerned)) {
        errors.update(|all| all.retain(|error| !concerned(error)));
    }
}

/// What is wrong at a path; tracked.
fn message(page: Page, errors: RwSignal<Vec<FieldError>>, path: &str) -> Option<String> {
    let found = errors.with(|all| all.iter().find(|error| error.field == path).cloned());
    found.map(|error| i18n::field_error(page.locale.get(), &error))
}

/// What is wrong at a path or below it; tracked.
fn message_within(page: Page, errors: RwSignal<Vec<FieldError>>, path: &str) -> Option<String> {
    let concerned = |error: &&FieldError| error.field == path || is_within(&error.field, path);
    let found = errors.with(|all| all.iter().find(concerned).cloned());
    found.map(|error| i18n::field_error(page.locale.get(), &error))
}

/// What the button says that takes something away.
fn remove_label(page: Page, name: Signal<String>) -> Signal<String> {
    Signal::derive(move || page.text_with("structured.remove", &[("name", &name.get())]))
}

/// A message where no field shows it.
fn told(text: String) -> AnyView {
    view! { <p class="field-error" role="alert"><Icon name="circle-alert"/><span>{text}</span></p> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_changed_is_not_wrong_any_more_nor_is_what_it_is_part_of() {
        let owner = Owner::new();
        owner.with(|| {
            let all =
                ["steps", "steps.1", "steps.1.at_percent", "steps.1.at_percent.0", "steps.10", "steps.2.clock", "name"];
            let errors = RwSignal::new(all.map(|path| FieldError::new(path, "required")).to_vec());
            settle(errors, "steps.1.at_percent");
            let left: Vec<String> = errors.get_untracked().into_iter().map(|error| error.field).collect();
            assert_eq!(left, ["steps.10", "steps.2.clock", "name"]);
        });
    }
}

//! Structured values: opening hours, lists of entries, filters, values for other records' fields. Each has inputs of its own
//! and is said in words, both from the shape that its field declares (`shared/src/record/shape.rs`).

mod dialog;
mod entries;
mod filter;
mod hours;
mod items;
mod values;
mod words;

use leptos::prelude::*;
use shared::record::{Kind, Shape};

pub(super) use dialog::structured_dialog;
pub(super) use words::lines;

use super::editor::Editing;
use crate::chunk;

chunk! {
    part fn structured_inputs(editing: Editing) in structured { inputs(editing) }
}

/// The inputs for a structured value.
pub(super) fn structured_editor(editing: Editing) -> AnyView {
    structured_inputs::view(editing)
}

fn inputs(editing: Editing) -> AnyView {
    match editing.kind {
        Kind::Json(Shape::Hours) => hours::hours(editing.value, editing.attribute),
        Kind::Json(Shape::Week) => hours::week(editing.value, editing.attribute),
        Kind::Json(Shape::Entries(parts)) => entries::entries(editing, parts, false),
        Kind::Json(Shape::Sequence(parts)) => entries::entries(editing, parts, true),
        Kind::Json(Shape::Filter(target)) => filter::conditions(editing, target),
        Kind::Json(Shape::Values(target, names)) => values::values(editing, target, names),
        _ => ().into_any(),
    }
}

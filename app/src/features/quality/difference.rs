//! What of a value becomes other, with the blanks in it that nobody would see.

use leptos::prelude::*;
use serde_json::Value;
use shared::record::Kind;
use shared::tidy::{Finding, Piece, put_in, taken_away};

use crate::context::Page;

/// The old value and the new one, as far as they differ.
pub(super) fn difference(page: Page, old: &Value, finding: &Finding) -> (AnyView, AnyView) {
    let new = &finding.new;
    // Of numbers each blank goes: they would be seen for nothing else.
    let has_blanks = finding.field.kind != Kind::Phones;
    let side = |value: &Value, other: &Value, blanks: fn(&str, &str) -> Vec<Piece>| {
        let mut all: Vec<AnyView> = Vec::new();
        for (text, other) in parts(value, other) {
            if !all.is_empty() {
                all.push(" ".into_any());
            }
            match has_blanks {
                true => all.extend(blanks(text, other).into_iter().map(|piece| shown(page, piece))),
                false => all.push(text.to_owned().into_any()),
            }
        }
        all.into_any()
    };
    (side(old, new, taken_away), side(new, old, put_in))
}

fn shown(page: Page, piece: Piece) -> AnyView {
    let blank = match piece {
        Piece::Text(text) => return text.into_any(),
        Piece::Blank(blank) => blank,
    };
    let (sign, name) = match blank {
        ' ' => ("␣", "quality.blank"),
        '\u{3000}' => ("□", "quality.blank_wide"),
        other if other.is_whitespace() => ("␣", "quality.blank_other"),
        _ => ("¦", "quality.blank_invisible"),
    };
    view! { <span class="muted" role="img" aria-label=move || page.text(name)>{sign}</span> }.into_any()
}

/// The texts of a value that another one doesn't have, of lists and addresses the parts that differ; each with what the other
/// one has in its place.
fn parts<'v>(value: &'v Value, other: &'v Value) -> Vec<(&'v str, &'v str)> {
    let text = |value: Option<&'v Value>| value.and_then(Value::as_str).unwrap_or_default();
    match value {
        Value::String(own) => vec![(own.as_str(), text(Some(other)))],
        Value::Array(_) => {
            let others = lacking(other, value);
            let own = lacking(value, other).into_iter().enumerate();
            own.map(|(at, own)| (own, others.get(at).copied().unwrap_or_default())).collect()
        }
        // From the whole to its parts.
        Value::Object(parts) => ["country", "province", "city", "district", "street", "postcode"]
            .into_iter()
            .filter(|name| parts.get(*name) != other.get(*name))
            .filter_map(|name| Some((parts.get(name)?.as_str()?, text(other.get(name)))))
            .collect(),
        _ => Vec::new(),
    }
}

/// The texts of a list that another one lacks.
fn lacking<'v>(list: &'v Value, from: &Value) -> Vec<&'v str> {
    let is_lacking = |one: &&Value| from.as_array().is_none_or(|all| !all.contains(one));
    list.as_array().into_iter().flatten().filter(is_lacking).filter_map(Value::as_str).collect()
}

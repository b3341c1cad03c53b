//! Changes of records in words.

use leptos::prelude::*;
use serde_json::Value;
use shared::i18n::{Locale, choice_label, field_label, translate};
use shared::query::Titles;
use shared::record::{Kind, Values};
use shared::timeline::change_pair;
use shared::{FieldDef, RecordDef, format};

use super::feed::Feed;
use crate::context::Page;
use crate::record::{attributes, value_text};

/// Fields that follow from the stage; told by the stage itself.
pub(super) const FOLLOWING_STAGE: &[&str] = &["pipeline_id", "probability", "status", "closed_on"];

/// One changed field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Label of the field; none for the stage, which needs no name.
    pub(super) label: Option<String>,
    /// What it was.
    pub(super) before: Option<String>,
    /// What it became.
    pub(super) after: Option<String>,
}

/// A change as the timeline tells it.
pub(super) struct Told {
    /// `stage` or `change`.
    pub(super) kind: &'static str,
    /// Icon of the mark.
    pub(super) icon: &'static str,
    /// What was done, without who did it.
    pub(super) text: String,
    /// The changed fields.
    pub(super) lines: Vec<Line>,
}

/// Puts a change into words; reactive.
pub(super) fn tell(feed: Feed, def: &'static RecordDef, title: &str, action: &str, changes: &Values) -> Told {
    let locale = feed.page.locale.get();
    let say = |key: &str, params: &[(&str, &str)]| translate(locale, key, params).trim().to_owned();
    let simple = |icon, key| Told { kind: "change", icon, text: say(key, &[("name", title)]), lines: Vec::new() };
    match action {
        "create" => return simple("plus", "timeline.did.created"),
        "archive" => return simple("archive", "timeline.did.archived"),
        "restore" => return simple("refresh-cw", "timeline.did.restored"),
        "delete" => return simple("trash-2", "timeline.did.deleted"),
        "erase" => return simple("eye-off", "timeline.did.erased"),
        _ => {}
    }
    let moved = changes.contains_key("stage_id");
    let told = |name: &str| !(moved && FOLLOWING_STAGE.contains(&name));
    // The stage first: it is what one looks for.
    let stage = changes.iter().filter(|(name, _)| *name == "stage_id");
    let others = changes.iter().filter(|(name, _)| *name != "stage_id" && told(name));
    let lines: Vec<Line> = stage.chain(others).filter_map(|(name, pair)| line(feed, locale, def, name, pair)).collect();
    let outcome = changes.get("status").and_then(|pair| change_pair(pair).1.as_str());
    let n = lines.len().to_string();
    let (kind, icon, key) = match (moved, outcome) {
        (true, Some("won")) => ("stage", "trophy", "timeline.did.won"),
        (true, Some("lost")) => ("stage", "thumbs-down", "timeline.did.lost_plain"),
        (true, _) => ("stage", "square-kanban", "timeline.did.moved"),
        (false, _) if changes.get("status").is_some_and(|pair| change_pair(pair).1 == "converted") => {
            ("change", "circle-check", "timeline.did.converted")
        }
        _ if feed.record_type != def.name => ("change", "pencil", "timeline.did.changed_named"),
        _ => ("change", "pencil", "timeline.did.fields"),
    };
    Told { kind, icon, text: say(key, &[("name", title), ("n", &n)]), lines }
}

fn line(feed: Feed, locale: Locale, def: &'static RecordDef, name: &str, pair: &Value) -> Option<Line> {
    let field = def.field(name)?;
    let (before, after) = change_pair(pair);
    let label = (name != "stage_id").then(|| field_label(locale, def, name));
    let text = |value: &Value| readable(feed, locale, def, field, value);
    Some(Line { label, before: text(before), after: text(after) })
}

/// A structured value in words.
fn said(page: Page, def: &'static RecordDef, field: &FieldDef, value: &Value, titles: &Titles) -> Option<String> {
    let all = page.actor().map(|actor| attributes(def, &[], &actor)).unwrap_or_default();
    let attribute = all.into_iter().find(|attribute| attribute.name() == field.name)?;
    let values = [(field.name.to_owned(), value.clone())].into_iter().collect();
    Some(value_text(page, &attribute, &values, titles))
}

/// A value as people read it; `None` when there is none.
fn readable(feed: Feed, locale: Locale, def: &'static RecordDef, field: &FieldDef, value: &Value) -> Option<String> {
    if shared::record::is_empty(value) {
        return None;
    }
    let plain = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let title = |id: &str| {
        let known = id.parse().ok().and_then(|id| feed.title(id));
        known.unwrap_or_else(|| translate(locale, "ui.record.lookup_failed", &[]))
    };
    let each = |of: &dyn Fn(&str) -> String| {
        let parts: Vec<String> = value.as_array().into_iter().flatten().filter_map(Value::as_str).map(of).collect();
        parts.join(if locale == Locale::ZhCn { "、" } else { ", " })
    };
    let decimal = || plain().parse::<rust_decimal::Decimal>().ok();
    let known = match field.kind {
        Kind::Choice(_) => Some(choice_label(locale, def, field.name, &plain())),
        Kind::MultiChoice(_) => Some(each(&|code| choice_label(locale, def, field.name, code))),
        Kind::Emails | Kind::Phones | Kind::Marked | Kind::Tags => Some(each(&str::to_owned)),
        Kind::Reference(_) => Some(title(&plain())),
        Kind::References(_) => Some(each(&title)),
        Kind::Bool => Some(translate(locale, if value == true { "ui.word.yes" } else { "ui.word.no" }, &[])),
        Kind::Money => decimal().map(|amount| format::money(locale, amount, &feed.page.currency())),
        Kind::Decimal(_) | Kind::Integer(..) if !matches!(field.name, "founded") => {
            decimal().map(|number| format::number(locale, number))
        }
        Kind::Date => plain().parse().ok().map(|day| format::date(locale, day)),
        Kind::DateTime => chrono::DateTime::parse_from_rfc3339(&plain())
            .ok()
            .map(|at| format::date_time(locale, at.to_utc(), &feed.page.zone())),
        Kind::Address | Kind::Social => value.as_object().map(|parts| {
            parts.values().filter_map(Value::as_str).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        }),
        Kind::Json(_) => return feed.titles.with(|titles| said(feed.page, def, field, value, titles)),
        _ => None,
    };
    Some(known.unwrap_or_else(plain))
}

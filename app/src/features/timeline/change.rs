//! Changes of records in words.

use leptos::prelude::*;
use serde_json::Value;
use shared::RecordDef;
use shared::i18n::translate;
use shared::record::Values;
use shared::timeline::change_pair;

use super::feed::Feed;
use crate::record::Logged;

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
    let lines: Vec<Line> = stage.chain(others).map(|(name, pair)| line(feed, def, name, pair)).collect();
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

fn line(feed: Feed, def: &'static RecordDef, name: &str, pair: &Value) -> Line {
    let (before, after) = change_pair(pair);
    let field = feed.custom.with(|custom| Logged::new(Some(def), name, custom));
    let label = (name != "stage_id").then(|| field.label(feed.page.locale.get()));
    let text = |value: &Value| feed.titles.with(|titles| field.text(feed.page, value, titles));
    Line { label, before: text(before), after: text(after) }
}

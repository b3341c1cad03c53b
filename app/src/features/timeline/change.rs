//! Changes of records in words.

use leptos::prelude::*;
use serde_json::Value;
use shared::RecordDef;
use shared::i18n::{translate, type_label};
use shared::record::{Kind, Values};
use shared::timeline::{Merged, change_pair};
use shared::types::SURVEY_RESPONSE;
use uuid::Uuid;

use super::answers::{self, holds_answers};
use super::feed::Feed;
use super::restoring::is_same_minute;
use crate::record::Logged;

/// Fields that follow from the stage; told by the stage itself.
pub(super) const FOLLOWING_STAGE: &[&str] = &["pipeline_id", "probability", "status", "closed_on"];

/// Where the link stands in a text until the text is parted there; no name has it.
const LINK: &str = "\u{1}";

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
    /// What was done, without who did it; as far as the link, if there is one.
    pub(super) text: String,
    /// The other record that it names.
    pub(super) link: Option<Link>,
    /// The changed fields.
    pub(super) lines: Vec<Line>,
}

/// A record within what is told.
pub(super) struct Link {
    /// Its address.
    pub(super) href: String,
    /// What it is called.
    pub(super) name: String,
    /// What is told behind it.
    pub(super) after: String,
}

/// Puts a change of a merge, or of one that was undone, into words: which record is no more or is back, what it was part of, what
/// refers to it.
fn tell_merge(feed: Feed, def: &'static RecordDef, (title, action): (&str, &str), merge: &Merged, told: Told) -> Told {
    let n = told.lines.len().to_string();
    let whole = merge.into.and_then(|id| Some((format!("/{}/{id}", def.plural), feed.title(id)?)));
    let unseen = || feed.page.text("ui.record.lookup_failed");
    let names: Vec<String> = merge.records.iter().map(|id| feed.title(*id).unwrap_or_else(unseen)).collect();
    let names = names.join(", ");
    let (merged, unmerged, name) = match action {
        "create" => ("timeline.did.created", "timeline.did.unmerged_back", title),
        "delete" if whole.is_some() => ("timeline.did.merged_into", "timeline.did.deleted", title),
        "delete" => ("timeline.did.merged_away", "timeline.did.deleted", title),
        _ if !names.is_empty() => ("timeline.did.merged", "timeline.did.unmerged", names.as_str()),
        _ if told.lines.is_empty() => ("timeline.did.merged_some", "timeline.did.unmerged_some", ""),
        _ if feed.record_type == def.name => ("timeline.did.merged_along", "timeline.did.unmerged_along", ""),
        _ => ("timeline.did.merged_along_named", "timeline.did.unmerged_along_named", title),
    };
    let (key, icon) = if merge.undone { (unmerged, "undo-2") } else { (merged, "merge") };
    let said = translate(feed.page.locale.get(), key, &[("name", name), ("n", &n), ("into", LINK)]);
    let (text, after) = said.trim().rsplit_once(LINK).unwrap_or((said.trim(), ""));
    let whole = whole.filter(|_| action == "delete" && !merge.undone);
    let link = whole.map(|(href, name)| Link { href, name, after: after.to_owned() });
    Told { icon, text: text.to_owned(), link, ..told }
}

/// Puts a change into words; reactive.
pub(super) fn tell(
    feed: Feed,
    def: &'static RecordDef,
    (title, action): (&str, &str),
    changes: &Values,
    merge: Option<&Merged>,
) -> Told {
    let title = called(feed, def, title, changes);
    let title = title.as_str();
    let told = tell_plainly(feed, def, (title, action), changes);
    match merge.filter(|_| matches!(action, "create" | "update" | "delete")) {
        Some(merge) => tell_merge(feed, def, (title, action), merge, told),
        None => told,
    }
}

fn tell_plainly(feed: Feed, def: &'static RecordDef, (title, action): (&str, &str), changes: &Values) -> Told {
    let locale = feed.page.locale.get();
    let say = |key: &str, params: &[(&str, &str)]| translate(locale, key, params).trim().to_owned();
    let told = |kind, icon, text, lines| Told { kind, icon, text, link: None, lines };
    let simple = |icon, key| told("change", icon, say(key, &[("name", title)]), Vec::new());
    match action {
        "create" => return simple("plus", "timeline.did.created"),
        "archive" => return simple("archive", "timeline.did.archived"),
        "restore" => return simple("refresh-cw", "timeline.did.restored"),
        "delete" => return simple("trash-2", "timeline.did.deleted"),
        "erase" => return simple("eye-off", "timeline.did.erased"),
        _ => {}
    }
    let moved = changes.contains_key("stage_id");
    let is_told = |name: &str, pair: &Value| !(moved && FOLLOWING_STAGE.contains(&name) || reads_same(def, name, pair));
    // The stage first: it is what one looks for.
    let stage = changes.iter().filter(|(name, _)| *name == "stage_id");
    let others = changes.iter().filter(|(name, pair)| *name != "stage_id" && is_told(name, pair));
    let lines: Vec<Line> = stage.chain(others).flat_map(|(name, pair)| lines(feed, def, name, pair)).collect();
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
        _ if lines.is_empty() && !changes.is_empty() => ("change", "pencil", "timeline.did.again"),
        _ => ("change", "pencil", "timeline.did.fields"),
    };
    told(kind, icon, say(key, &[("name", title), ("n", &n)]), lines)
}

/// Whether a field of an answer reads as it did: it was given once more within the same minute. What people set to another second
/// elsewhere is told.
fn reads_same(def: &RecordDef, name: &str, pair: &Value) -> bool {
    let (before, after) = change_pair(pair);
    let is_moment = || def.field(name).is_some_and(|field| field.kind == Kind::DateTime);
    def.name == SURVEY_RESPONSE.name && is_moment() && is_same_minute(before, after)
}

/// What a record is called; one without a name as what it belongs to, else as its type.
fn called(feed: Feed, def: &'static RecordDef, title: &str, changes: &Values) -> String {
    if !title.is_empty() {
        return title.to_owned();
    }
    let belongs = def.fields.iter().filter(|field| field.required && matches!(field.kind, Kind::Reference(_)));
    let mut owners = belongs.filter_map(|field| change_pair(changes.get(field.name)?).1.as_str()?.parse::<Uuid>().ok());
    let named = owners.find_map(|id| feed.title(id));
    named.unwrap_or_else(|| type_label(feed.page.locale.get(), def))
}

fn lines(feed: Feed, def: &'static RecordDef, name: &str, pair: &Value) -> Vec<Line> {
    let (before, after) = change_pair(pair);
    if holds_answers(def, name) {
        return answers::lines(feed, before, after);
    }
    let field = feed.custom.with(|custom| Logged::new(Some(def), name, custom));
    let label = (name != "stage_id").then(|| field.label(feed.page.locale.get()));
    let text = |value: &Value| feed.titles.with(|titles| field.text(feed.page, value, titles));
    vec![Line { label, before: text(before), after: text(after) }]
}

//! Every label key and every field error code that the code names is in the catalogs.
//!
//! Keys are plain text in the sources, so the compiler cannot tell; this reads the sources instead.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use shared::i18n::{Locale, lookup};

/// Endings of file names, which look like keys otherwise.
const FILE_ENDINGS: &[&str] =
    &["rs", "css", "csv", "html", "ico", "js", "json", "md", "png", "sql", "svg", "toml", "txt", "wasm", "xlsx"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Text of the sources of these crates, tests left out where they stand at the end of a file.
fn code(crates: &[&str]) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    crates.iter().for_each(|name| sources(&root().join(name).join("src"), &mut files));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a readable source");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
        (path, code)
    };
    files.into_iter().filter(|path| path.file_stem().is_none_or(|stem| stem != "tests")).map(read).collect()
}

/// String literals without escapes, braces or spaces: what a key can be.
fn literals(code: &str) -> impl Iterator<Item = &str> {
    code.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| line.split('"').skip(1).step_by(2))
}

fn topics() -> BTreeSet<String> {
    let files = fs::read_dir(root().join("shared/labels")).expect("the label folder");
    files.flatten().filter_map(|f| Some(f.path().file_stem()?.to_str()?.to_owned())).collect()
}

fn is_key(text: &str, topics: &BTreeSet<String>) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let word = |part: &&str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    parts.len() > 1
        && parts.iter().all(word)
        && topics.contains(parts[0])
        && parts.last().is_some_and(|end| !FILE_ENDINGS.contains(end))
}

fn lacking(key: &str) -> bool {
    Locale::ALL.iter().any(|locale| lookup(*locale, key).is_none())
}

/// The last argument of a call whose opening parenthesis stands just before `rest`, if it is a text.
fn last_literal(rest: &str) -> Option<&str> {
    let mut depth = 1;
    let end = rest.find(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth == 0
    })?;
    let (_, last) = rest[..end].trim_end().rsplit_once(',')?;
    last.trim().strip_prefix('"')?.strip_suffix('"')
}

#[test]
fn every_key_that_pages_name_has_its_texts() {
    let topics = topics();
    let mut missing = BTreeSet::new();
    for (path, code) in code(&["shared", "store", "app", "server", "frontend"]) {
        for key in literals(&code).filter(|text| is_key(text, &topics) && lacking(text)) {
            missing.insert(format!("{key} ({})", path.display()));
        }
    }
    assert!(missing.is_empty(), "missing labels:\n{}", missing.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_field_error_has_its_message() {
    let mut missing = BTreeSet::new();
    for (path, code) in code(&["shared", "store", "app", "server"]) {
        for call in ["FieldError::new(", "Error::invalid(", ".error("] {
            for message in code.split(call).skip(1).filter_map(last_literal) {
                if lacking(&format!("error.{message}")) {
                    missing.insert(format!("error.{message} ({})", path.display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "missing messages:\n{}", missing.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_code_that_becomes_a_label_has_one() {
    use shared::access::{Action, Level};
    use shared::command::Source;
    let levels = Level::ALL.map(|level| format!("admin.level.{}", level.code()));
    let actions = Action::ALL.map(|action| format!("admin.action.{}", action.code()));
    let sources = [Source::Web, Source::Api, Source::Import, Source::Merge, Source::Undo, Source::System]
        .map(|source| format!("admin.audit.source.{}", source.code()));
    let operators = ["eq", "ne", "lt", "lte", "gt", "gte", "contains", "in", "not_in", "during", "empty", "present"];
    let operators = operators.map(|op| format!("list.op.{op}"));
    let kinds = shared::types::ACTIVITY_KINDS.iter().map(|kind| format!("timeline.did.{kind}"));
    let errors =
        ["unauthenticated", "forbidden", "not_found", "conflict", "invalid", "rate_limited", "offline", "internal"]
            .map(|code| format!("error.{code}"));
    let all = levels.into_iter().chain(actions).chain(sources).chain(operators).chain(kinds).chain(errors);
    let missing: Vec<String> = all.filter(|key| lacking(key)).collect();
    assert!(missing.is_empty(), "missing labels: {missing:?}");
}

//! Icons, drawn inline in the text colour.

use leptos::prelude::*;

use super::{Size, glyphs::GLYPHS};

/// One icon by its Lucide name, such as `"search"`. It is decoration: the words beside it, or the
/// `aria-label` of the button around it, carry the meaning. An unknown name draws a plain circle.
#[component]
pub fn Icon(
    /// The Lucide name.
    name: &'static str,
    /// How large.
    #[prop(optional)]
    size: Size,
) -> impl IntoView {
    view! {
        <svg class="icon" data-size=size.attr() viewBox="0 0 24 24" aria-hidden="true">
            <path d=path_of(name)></path>
        </svg>
    }
}

fn path_of(name: &str) -> &'static str {
    find(name).or_else(|| find("circle")).unwrap_or_default()
}

fn find(name: &str) -> Option<&'static str> {
    GLYPHS.binary_search_by_key(&name, |(known, _)| known).ok().and_then(|at| GLYPHS.get(at)).map(|(_, path)| *path)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn the_table_is_sorted_for_binary_search() {
        assert!(GLYPHS.is_sorted_by_key(|(name, _)| name));
    }

    #[test]
    fn every_icon_named_in_a_view_exists() {
        let mut missing = Vec::new();
        walk(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut missing);
        assert!(missing.is_empty(), "unknown icons: {missing:?}");
    }

    fn walk(folder: &Path, missing: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, missing);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let text = fs::read_to_string(&path).expect("a readable source file");
                missing.extend(named_icons(&text).filter(|name| find(name).is_none()));
            }
        }
    }

    fn named_icons(text: &str) -> impl Iterator<Item = String> {
        ["<Icon name=\"", " icon=\""]
            .into_iter()
            .flat_map(move |lead| text.split(lead).skip(1))
            .filter_map(|rest| rest.split_once('"').map(|(name, _)| name.to_owned()))
            .filter(|name| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            })
    }
}

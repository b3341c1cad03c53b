//! Icons, drawn in the text colour from the one file that holds them all.

use leptos::prelude::*;

use super::Size;

/// Where the icons are; `assets/icons.svg`.
const FILE: &str = "/icons.svg";

/// One icon by its Lucide name, such as `"search"`. It is decoration: the words beside it, or the
/// `aria-label` of the button around it, carry the meaning. An unknown name draws nothing.
#[component]
pub fn Icon(
    /// The Lucide name.
    name: &'static str,
    /// How large.
    #[prop(optional)]
    size: Size,
) -> impl IntoView {
    view! {
        <svg class="icon" data-size=size.attr() aria-hidden="true">
            <use href=format!("{FILE}#{name}")></use>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    const ICONS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/icons.svg"));

    #[test]
    fn every_icon_named_in_a_view_exists() {
        let mut missing = Vec::new();
        walk(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut missing);
        assert!(missing.is_empty(), "unknown icons: {missing:?}");
    }

    #[test]
    fn every_record_type_has_its_icon() {
        let lacks = |def: &&&'static shared::RecordDef| !ICONS.contains(&format!("id=\"{}\"", def.icon));
        let missing: Vec<&str> = shared::types::REGISTRY.iter().filter(lacks).map(|def| def.name).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    fn walk(folder: &Path, missing: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, missing);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let text = fs::read_to_string(&path).expect("a readable source file");
                missing.extend(named_icons(&text).filter(|name| !ICONS.contains(&format!("id=\"{name}\""))));
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

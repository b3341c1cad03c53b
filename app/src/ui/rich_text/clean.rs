//! What is pasted, reduced to its structure. The store cleans again whatever is sent; this keeps the text plain to look at.

use leptos::prelude::document;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlTemplateElement, Node};
use shared::record::rich::escape;

/// Elements that stay, under the name they get.
const KEPT: &[(&str, &str)] = &[
    ("p", "p"),
    ("div", "p"),
    ("ul", "ul"),
    ("ol", "ol"),
    ("li", "li"),
    ("b", "b"),
    ("strong", "b"),
    ("i", "i"),
    ("em", "i"),
    ("u", "u"),
    ("s", "s"),
    ("code", "code"),
    ("pre", "pre"),
    ("blockquote", "blockquote"),
    ("h1", "h3"),
    ("h2", "h3"),
    ("h3", "h3"),
    ("h4", "h3"),
    ("table", "table"),
    ("tbody", "tbody"),
    ("thead", "thead"),
    ("tr", "tr"),
    ("td", "td"),
    ("th", "th"),
];
/// Elements that go with what is in them.
const DROPPED: &[&str] = &["script", "style", "head", "title", "meta", "iframe", "object", "svg", "form", "img"];
/// Deeper than this nothing is meant.
const DEEPEST: usize = 64;

/// Pasted HTML as simple markup.
pub(super) fn clean(html: &str) -> String {
    let made = document().create_element("template").ok().and_then(|e| e.dyn_into::<HtmlTemplateElement>().ok());
    let Some(template) = made else { return String::new() };
    // What stands in a template is not carried out and fetches nothing.
    template.set_inner_html(html);
    let mut out = String::new();
    children(&template.content(), &mut out, 0);
    out.trim().to_owned()
}

fn children(node: &Node, out: &mut String, depth: usize) {
    let mut next = node.first_child();
    while let Some(child) = next {
        next = child.next_sibling();
        match child.node_type() {
            Node::TEXT_NODE => out.push_str(&escape(&child.text_content().unwrap_or_default())),
            Node::ELEMENT_NODE if depth < DEEPEST => {
                if let Ok(child) = child.dyn_into::<Element>() {
                    element(&child, out, depth);
                }
            }
            _ => {}
        }
    }
}

fn element(element: &Element, out: &mut String, depth: usize) {
    let name = element.tag_name().to_ascii_lowercase();
    if DROPPED.contains(&name.as_str()) {
        return;
    }
    if name == "br" {
        return out.push_str("<br>");
    }
    let mut inner = String::new();
    children(element, &mut inner, depth + 1);
    let href = element.get_attribute("href").filter(|href| {
        name == "a" && ["http://", "https://", "mailto:", "tel:"].iter().any(|lead| href.starts_with(lead))
    });
    let kept = KEPT.iter().find(|(own, _)| *own == name).map(|(_, new)| *new);
    match (href, kept) {
        (Some(href), _) => out.push_str(&format!("<a href=\"{}\">{inner}</a>", escape(&href))),
        // Blocks within a paragraph are paragraphs themselves.
        (None, Some("p")) if inner.contains("<p>") || inner.contains("<ul>") || inner.contains("<ol>") => {
            out.push_str(&inner);
        }
        (None, Some(kept)) if !inner.trim().is_empty() => out.push_str(&format!("<{kept}>{inner}</{kept}>")),
        (None, _) => out.push_str(&inner),
    }
}

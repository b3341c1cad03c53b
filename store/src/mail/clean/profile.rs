//! What may stay in HTML.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use super::attributes;

/// Elements that show text, as letters use them.
pub(super) const TAGS: [&str; 67] = [
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
];

/// Elements that agents write.
const WRITTEN_TAGS: [&str; 40] = [
    "a",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "col",
    "colgroup",
    "del",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Elements whose content is no text either.
pub(super) const WHOLLY_GONE: [&str; 17] = [
    "applet", "audio", "embed", "head", "iframe", "math", "noembed", "noframes", "object", "script", "select", "style",
    "svg", "template", "textarea", "title", "video",
];

/// For letters.
pub(super) static MAIL: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = builder(&TAGS);
    builder
        .generic_attributes(set(&["style", "class", "id", "dir", "lang", "title", "align", "valign", "bgcolor"]))
        .tag_attributes(HashMap::from([
            ("a", set(&["href", "name"])),
            (
                "img",
                set(&[
                    "src",
                    "alt",
                    "width",
                    "height",
                    "border",
                    "hspace",
                    "vspace",
                    attributes::CID,
                    attributes::REMOTE,
                ]),
            ),
            ("font", set(&["color", "face", "size"])),
            ("table", set(&["width", "height", "border", "cellpadding", "cellspacing"])),
            ("td", set(&["width", "height", "colspan", "rowspan", "nowrap"])),
            ("th", set(&["width", "height", "colspan", "rowspan", "nowrap", "scope"])),
            ("tr", set(&["height"])),
            ("col", set(&["width", "span"])),
            ("colgroup", set(&["width", "span"])),
            ("ol", set(&["start", "type", "reversed"])),
            ("ul", set(&["type"])),
            ("li", set(&["value", "type"])),
            ("hr", set(&["width", "size", "color", "noshade"])),
            ("blockquote", set(&["type"])),
        ]))
        .url_schemes(set(&["http", "https", "mailto", "tel", "cid", "data"]))
        .attribute_filter(attributes::of_mail);
    builder
});

/// For agents.
pub(super) static WRITTEN: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = builder(&WRITTEN_TAGS);
    builder
        .generic_attributes(set(&["style", "dir", "lang"]))
        .tag_attributes(HashMap::from([
            ("a", set(&["href", "title"])),
            ("img", set(&["src", "alt", "width", "height"])),
            ("td", set(&["colspan", "rowspan"])),
            ("th", set(&["colspan", "rowspan", "scope"])),
            ("ol", set(&["start"])),
        ]))
        .url_schemes(set(&["http", "https", "mailto", "tel", "cid"]))
        .attribute_filter(attributes::of_written);
    builder
});

fn builder(tags: &[&'static str]) -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(set(tags))
        .clean_content_tags(set(&WHOLLY_GONE))
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_values(HashMap::from([("a", HashMap::from([("target", "_blank")]))]))
        // `attributes` refuses them, but for `//host/…` and what `images::of_own` decides about.
        .url_relative(UrlRelative::PassThrough)
        .allowed_classes(HashMap::new())
        .strip_comments(true);
    builder
}

fn set(names: &[&'static str]) -> HashSet<&'static str> {
    names.iter().copied().collect()
}

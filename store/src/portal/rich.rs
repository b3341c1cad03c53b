//! Rich text on its way out of the organisation: cleaned once more, without what only colleagues need.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::Builder;

/// Where pictures of rich text lie for colleagues.
const INSIDE: &str = "/api/files/";

/// Rich text as strangers may get it: no marks of mentions, no pictures but those of the organisation's own files, which
/// lead through its public pages.
pub(super) fn for_public(html: &str, slug: &str) -> String {
    let outside = format!("/portal/{slug}/files/");
    let mut builder = Builder::default();
    builder
        .add_tags(["details", "summary", "u", "s"])
        .add_tag_attributes("img", ["width", "height"])
        .allowed_classes(HashMap::from([("details", HashSet::from(["quoted"]))]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .link_rel(Some("noopener noreferrer nofollow"))
        .attribute_filter(move |element, attribute, value| match (element, attribute) {
            ("img", "src") => value.strip_prefix(INSIDE).map(|rest| Cow::Owned(format!("{outside}{rest}"))),
            _ => Some(Cow::Borrowed(value)),
        });
    builder.clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_strangers_may_see_is_left() {
        let html = "<p>Hi <span class=\"mention\" data-mention=\"0190\">@Wang</span><script>x()</script></p>\
                    <img src=\"/api/files/7\" onerror=\"x()\"><img src=\"https://track.test/p.gif\"><a href=\"javascript:x()\">a</a>";
        let clean = for_public(html, "demo");
        assert!(clean.contains("@Wang") && clean.contains("/portal/demo/files/7"), "{clean}");
        for gone in ["0190", "script", "onerror", "track.test", "mention"] {
            assert!(!clean.contains(gone), "{gone}: {clean}");
        }
    }
}

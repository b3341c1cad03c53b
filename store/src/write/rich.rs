//! Rich text on its way into the database: what could harm its readers is taken out, whoever sends it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;
use shared::record::Kind;
use shared::{RecordDef, Values};

/// What text may consist of: no scripts, styles, frames or forms; pictures and links from the web or from here.
static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .add_tags(["details", "summary", "u", "s"])
        .add_tag_attributes("img", ["data-remote-src", "data-cid", "width", "height"])
        .add_tag_attributes("a", ["data-mention"])
        .allowed_classes(HashMap::from([("details", HashSet::from(["quoted"])), ("span", HashSet::from(["mention"]))]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank");
    builder
});

/// Cleans the rich texts that were sent.
pub(super) fn clean(def: &RecordDef, values: &mut Values, patch: &[String]) {
    for field in
        def.fields.iter().filter(|field| field.kind == Kind::RichText && patch.iter().any(|name| name == field.name))
    {
        if let Some(html) = values.get(field.name).and_then(|value| value.as_str()) {
            let clean = CLEANER.clean(html).to_string();
            values.insert(field.name.to_owned(), clean.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_could_harm_is_taken_out() {
        let mut values = Values::from_iter([(
            "content".to_owned(),
            json!(
                "<p onclick=\"x()\">Hi <b>you</b><script>alert(1)</script><a href=\"javascript:x()\">a</a><img src=\"/api/files/1\" onerror=\"x()\"></p>"
            ),
        )]);
        clean(&shared::types::ARTICLE, &mut values, &["content".to_owned()]);
        let html = values["content"].as_str().unwrap();
        assert!(!html.contains("script") && !html.contains("onclick") && !html.contains("onerror"), "{html}");
        assert!(html.contains("<b>you</b>") && html.contains("/api/files/1"), "{html}");
    }
}

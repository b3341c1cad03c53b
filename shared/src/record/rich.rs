//! Rich text: HTML that the store has made harmless. Here only what both sides need to know of it.

use serde_json::Value;

use crate::error::FieldError;

/// Longest rich text, in characters of HTML.
const LONGEST: usize = 200_000;

/// Elements that begin a new line when their text is read.
const BLOCKS: &[&str] =
    &["p", "div", "br", "li", "ul", "ol", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table"];

/// Rich text as it is kept; plain text becomes paragraphs.
pub(super) fn rich_text(field: &str, value: &Value) -> Result<Value, FieldError> {
    let text = value.as_str().ok_or_else(|| FieldError::new(field, "text"))?;
    // First of all: without them, what is left may begin with blanks, or be markup.
    let text = text.replace('\0', "");
    let html = match &text {
        text if has_markup(text) => text.trim().to_owned(),
        // One line of an editor.
        text if has_entities(text) => format!("<p>{}</p>", text.trim().replace('\n', "<br>")),
        text => from_text(text),
    };
    if html.chars().count() > LONGEST {
        return Err(FieldError::new(field, "too_long").with("max", LONGEST));
    }
    Ok(if is_blank(&html) { Value::Null } else { html.into() })
}

/// Whether it says or shows nothing.
fn is_blank(html: &str) -> bool {
    !html.contains("<img") && !html.contains("<hr") && to_text(html).trim().is_empty()
}

/// Whether a text is HTML rather than plain text.
fn has_markup(text: &str) -> bool {
    let begins = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'));
    text.split('<').skip(1).any(|rest| begins(rest) && rest.contains('>'))
}

/// Whether a text without markup is HTML all the same: some of its characters are written as HTML has them.
fn has_entities(text: &str) -> bool {
    ["&amp;", "&lt;", "&gt;", "&nbsp;", "&quot;", "&#39;"].iter().any(|entity| text.contains(entity))
}

/// Paragraphs of plain text: an empty line begins a new one.
pub fn from_text(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\0', "");
    let paragraphs = text.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    paragraphs.map(|part| format!("<p>{}</p>", escape(part).replace('\n', "<br>"))).collect()
}

/// Plain text as HTML shows it.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What is read of HTML, with a line for each block; for lists, search and previews.
pub fn to_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while !rest.is_empty() {
        let Some((before, after)) = rest.split_once('<') else {
            push_unescaped(&mut text, rest);
            break;
        };
        push_unescaped(&mut text, before);
        let Some((tag, behind)) = after.split_once('>') else {
            text.push('<');
            push_unescaped(&mut text, after);
            break;
        };
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        if BLOCKS.contains(&name.to_ascii_lowercase().as_str()) && !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        rest = behind;
    }
    text.truncate(text.trim_end().len());
    text
}

fn push_unescaped(text: &mut String, html: &str) {
    if html.contains('&') {
        let plain = html.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        text.push_str(&plain.replace("&#39;", "'").replace("&amp;", "&"));
    } else {
        text.push_str(html);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_text_becomes_paragraphs_and_stays_what_it_is() {
        let kept = |text: &str| rich_text("content", &json!(text)).unwrap();
        assert_eq!(kept("a < b & c\nd\n\n第二段"), json!("<p>a &lt; b &amp; c<br>d</p><p>第二段</p>"));
        assert_eq!(kept("<p>x &amp; y</p>"), json!("<p>x &amp; y</p>"));
        assert_eq!(kept("R&amp;D&nbsp; 1 &lt; 2"), json!("<p>R&amp;D&nbsp; 1 &lt; 2</p>"), "a line of an editor");
        assert_eq!(kept("R&D"), json!("<p>R&amp;D</p>"));
        assert_eq!(kept("<p> </p><br>"), Value::Null);
        assert_eq!(kept("<img src=\"/a\">"), json!("<img src=\"/a\">"));
        assert_eq!(kept("\0\n<p>x</p>\n\0"), json!("<p>x</p>"));
        assert_eq!(kept("<\0p>x</p>"), json!("<p>x</p>"));
        assert_eq!(rich_text("content", &json!(5)).unwrap_err().code, "text");
    }

    #[test]
    fn what_is_read_of_it() {
        assert_eq!(to_text("<p>你好&nbsp;<b>Li</b></p><ul><li>1 &lt; 2</li></ul>"), "你好 Li\n1 < 2");
        assert_eq!(to_text("a < b"), "a < b");
    }
}

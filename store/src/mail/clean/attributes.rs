//! What attributes may hold.

use std::borrow::Cow;

use ammonia::Url;

use super::style;

/// Where the name of a letter's own image stands until it has an address.
pub(super) const CID: &str = "data-cid";
/// Where the address of an image from elsewhere stands until the reader asks for it.
pub(super) const REMOTE: &str = "data-remote-src";
/// Bytes of an address.
const MAX_URL: usize = 4096;

/// What mail programs call what they quote: the only classes and ids that pass, to be looked at and then dropped.
pub(in crate::mail) const MARKS: [&str; 21] = [
    "gmail_quote",
    "gmail_quote_container",
    "gmail_attr",
    "moz-cite-prefix",
    "moz-forward-container",
    "yahoo_quoted",
    "protonmail_quote",
    "tutanota_quote",
    "zmail_extra",
    "ntes-mailmaster-quote",
    "netease-mail-quote",
    "outlookmessageheader",
    "appendonsend",
    "divrplyfwdmsg",
    "stopspelling",
    "isreplycontent",
    "isforwardcontent",
    "origbody",
    "mail-editor-reference-message-container",
    "__aliyun_previous_body_wrap",
    "gmail_signature",
];

/// For letters.
pub(super) fn of_mail<'v>(element: &str, name: &str, value: &'v str) -> Option<Cow<'v, str>> {
    match name {
        "class" | "id" => mark(value),
        "href" => link(value),
        "src" => image(value),
        CID => Some(Cow::Borrowed(value)).filter(|value| value.len() <= MAX_URL),
        REMOTE => web(value),
        "type" if element == "blockquote" => Some(Cow::Borrowed("cite")).filter(|_| value.eq_ignore_ascii_case("cite")),
        _ => common(name, value),
    }
}

/// For agents.
pub(super) fn of_written<'v>(element: &str, name: &str, value: &'v str) -> Option<Cow<'v, str>> {
    match (element, name) {
        (_, "href") => link(value),
        // Looked at by `images::of_own`.
        ("img", "src") => Some(Cow::Borrowed(value)).filter(|value| value.len() <= MAX_URL),
        _ => common(name, value),
    }
}

fn common<'v>(name: &str, value: &'v str) -> Option<Cow<'v, str>> {
    match name {
        "style" => Some(style::filtered(value)).filter(|style| !style.is_empty()).map(Cow::Owned),
        "rel" | "target" | "alt" | "title" => Some(Cow::Borrowed(value)),
        // Numbers, colours, names of fonts and sides.
        _ => {
            let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | ',' | '.' | '#' | '%' | '-' | '_' | '\'');
            (value.len() <= 200 && value.chars().all(plain)).then_some(Cow::Borrowed(value))
        }
    }
}

/// The marks among classes; Outlook puts `x_` before those of letters that it passes on.
fn mark(value: &str) -> Option<Cow<'_, str>> {
    let value = value.to_lowercase();
    let known: Vec<_> = value.split_ascii_whitespace().take(20).filter(|class| MARKS.contains(class)).collect();
    (!known.is_empty()).then(|| Cow::Owned(known.join(" ")))
}

fn link(value: &str) -> Option<Cow<'_, str>> {
    let url = url(value)?;
    matches!(url.scheme(), "http" | "https" | "mailto" | "tel").then(|| Cow::Owned(url.into()))
}

fn web(value: &str) -> Option<Cow<'_, str>> {
    let url = url(value)?;
    matches!(url.scheme(), "http" | "https").then(|| Cow::Owned(url.into()))
}

/// As the browser would read it, so that it can't read something else.
fn url(value: &str) -> Option<Url> {
    Url::parse(value).ok().filter(|url| url.as_str().len() <= MAX_URL)
}

/// An image of the letter, one from elsewhere, or one that stands in the HTML itself.
fn image(value: &str) -> Option<Cow<'_, str>> {
    let value = value.trim();
    let scheme: String = value.chars().take_while(|c| *c != ':').take(6).collect::<String>().to_lowercase();
    match scheme.as_str() {
        "cid" if value.len() <= MAX_URL => Some(Cow::Borrowed(value)),
        "data" => data(value).map(|_| Cow::Borrowed(value)),
        // `//host/path` is meant for whatever the letter would be shown by.
        _ if value.starts_with("//") => web(&format!("https:{value}")).map(|url| Cow::Owned(url.into_owned())),
        _ => web(value),
    }
}

/// Type and content of an image that stands in the HTML itself.
pub(super) fn data(value: &str) -> Option<(&'static str, &str)> {
    let (kind, content) = value.split_once(',')?;
    let kind = kind.get(5..)?.to_lowercase();
    let kind = kind.strip_suffix(";base64")?;
    let known = ["image/png", "image/jpeg", "image/gif", "image/webp"].into_iter().find(|known| *known == kind);
    let known = known.or_else(|| (kind == "image/jpg").then_some("image/jpeg"))?;
    let clean = content.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/= \n\r\t%".contains(&byte));
    clean.then_some((known, content))
}

//! What holds for every letter, for the fuzz target and the tests.

use super::clean::pieces::{Piece, pieces};
use super::thread::Signer;
use super::{clean, quote, read, subject};

/// Reads the letter and looks at what was made of it.
pub(crate) fn letter(raw: &[u8]) {
    let letter = read(raw);
    let signer = Signer::new(b"a key that nobody knows", "crm.example.com");
    assert_eq!(signer.ticket_of(&letter), None, "nobody can sign");
    assert!(!signer.is_own(&letter));
    assert!(!letter.message_id.is_empty() && !letter.message_id.contains(['<', '>', ' ', '\n']));
    assert_eq!(read(raw), letter, "the same again");
    let people = [&letter.from].into_iter().chain(&letter.to).chain(&letter.cc).chain(&letter.reply_to);
    let names =
        people.flat_map(|person| [&person.name, &person.address]).chain(letter.attachments.iter().map(|one| &one.name));
    assert!(names.chain([&letter.subject]).all(|line| !line.contains(char::is_control)), "one line each");
    assert!(letter.attachments.iter().all(|one| !one.name.is_empty() && !one.name.contains(['/', '\\'])));
    assert!(!letter.text.contains('\0'));
    let folded = letter.folded_text();
    assert_eq!(format!("{}{}{}", folded.before, folded.folded, folded.after), letter.text, "nothing is lost");
    let bare = subject::bare(&letter.subject);
    assert_eq!(subject::bare(&bare), bare);
    if let Some(html) = &letter.html {
        harmless(html);
    }
    let text = String::from_utf8_lossy(raw);
    markup(&text);
}

/// Cleans any HTML and looks at it.
fn markup(source: &str) {
    let folded = quote::html(source);
    for part in [&folded.before, &folded.folded, &folded.after] {
        harmless(part);
    }
    harmless(&folded.as_html());
    let written = clean::written(source, &["/files/"]);
    harmless(&written);
    let _ = clean::to_text(&written);
    harmless(&clean::place_images(&folded.as_html(), |cid| Some(format!("/files/{cid}"))));
}

/// Balanced, of known elements, and without anything that acts or loads.
pub(super) fn harmless(html: &str) {
    let mut open = Vec::new();
    for piece in pieces(html) {
        match piece {
            Piece::Text(text) => assert!(!text.contains(['<', '>']), "{html}"),
            Piece::Open(name, tag) => {
                open.push(name);
                tag_is_harmless(name, tag);
            }
            Piece::Empty(name, tag) => tag_is_harmless(name, tag),
            Piece::Close(name) => assert_eq!(open.pop(), Some(name), "{html}"),
        }
    }
    assert!(open.is_empty(), "{html}");
}

fn tag_is_harmless(name: &str, tag: &str) {
    assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{tag}");
    let refused =
        ["script", "style", "svg", "math", "iframe", "form", "input", "object", "embed", "link", "meta", "base"];
    assert!(!refused.contains(&name), "{tag}");
    for (attribute, value) in clean::pieces::attributes(tag) {
        assert!(
            !attribute.starts_with("on") && !matches!(attribute, "id" | "srcset" | "background" | "action"),
            "{tag}"
        );
        assert!(attribute != "class" || value == "quoted" && name == "details", "{tag}");
        let value = value.to_lowercase();
        match attribute {
            "src" => assert!(["data:image/", "cid:", "/files/"].iter().any(|begin| value.starts_with(begin)), "{tag}"),
            "href" => {
                assert!(["http:", "https:", "mailto:", "tel:"].iter().any(|begin| value.starts_with(begin)), "{tag}")
            }
            "style" => {
                let still = value.split(';').all(|one| !one.trim_start().starts_with("position"));
                assert!(still && !value.contains("url(") && !value.contains('\\'), "{tag}");
            }
            _ => {}
        }
    }
}

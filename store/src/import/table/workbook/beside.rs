//! What workbooks say outside of cells: comments, text boxes, who wrote them, where links lead.

use std::io::{Cursor, Read as _};

use encoding_rs::UTF_8;
use shared::Result;
use zip::ZipArchive;

use crate::import::table::text::unreadable;

/// Where parts lie that say something, in lower case; where links lead stands beside each part.
const PLACES: [&str; 7] =
    ["docprops/", "xl/comments", "xl/threadedcomments/", "xl/persons/", "xl/drawings/", "xl/charts/", "xl/pivotcache/"];
const LINKS: &str = ".rels";
/// Most bytes of a part that are looked through; a larger one may say anything.
const PART: u64 = 16 * 1024 * 1024;
/// Attributes that say something.
const ATTRIBUTES: [&str; 9] =
    ["Target", "alt", "descr", "displayName", "refreshedBy", "title", "tooltip", "userId", "v"];
/// What links are within. They lead outside, or only to another part.
const LINK: &str = "Relationship";
/// Elements with whose end a text is over; within, each stretch of letters that look alike is one of its own.
const ENDS: [&str; 7] = ["author", "creator", "div", "lastModifiedBy", "p", "text", "v"];
/// A piece of a text.
const PIECE: &str = "t";
/// An element that names the program.
const PROGRAM: &str = "Application";

/// Whether something is said by one of the texts.
///
/// # Errors
/// `Invalid` on `file` for what is no workbook.
pub(in crate::import::table) fn says_beside(bytes: &[u8], is_told: &dyn Fn(&[String]) -> bool) -> Result<bool> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| unreadable())?;
        let name = part.name().map_err(|_| unreadable())?.trim_start_matches('/').to_lowercase();
        if !name.ends_with(LINKS) && !PLACES.iter().any(|place| name.starts_with(place)) {
            continue;
        }
        let mut content = Vec::new();
        let size = part.take(PART + 1).read_to_end(&mut content).map_err(|_| unreadable())?;
        if size as u64 > PART || is_said(&UTF_8.decode(&content).0, is_told) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether something is said by one of the texts of a part, or an attribute.
fn is_said(xml: &str, is_told: &dyn Fn(&[String]) -> bool) -> bool {
    let mut text: Vec<String> = Vec::new();
    for piece in xml.split('<').skip(1) {
        let Some((tag, said)) = piece.split_once('>') else { continue };
        let element = element(tag);
        let is_over = tag.starts_with('/') && ENDS.contains(&element);
        let noted = attributes(tag, element);
        if is_over && is_whole_told(&mut text, is_told) || !noted.is_empty() && is_told(&noted) {
            return true;
        }
        // Space between tags is none of the text, unless a piece is nothing else.
        let is_text = !said.trim().is_empty() || element == PIECE && !said.is_empty();
        if is_text && element != PROGRAM {
            text.push(unescaped(said));
        }
    }
    is_whole_told(&mut text, is_told)
}

/// Whether something is said by the pieces of a text, or by all of it. The next one begins.
fn is_whole_told(text: &mut Vec<String>, is_told: &dyn Fn(&[String]) -> bool) -> bool {
    let mut pieces = std::mem::take(text);
    pieces.push(pieces.concat());
    is_told(&pieces)
}

/// What an element is called, without what its name begins with (`a:p`).
fn element(tag: &str) -> &str {
    let name = tag.trim_start_matches('/').split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
    name.rsplit(':').next().unwrap_or_default()
}

/// What the attributes of a tag say.
fn attributes(tag: &str, element: &str) -> Vec<String> {
    if element == LINK && !tag.contains("External") {
        return Vec::new();
    }
    let mut parts = tag.split('"');
    let mut said = Vec::new();
    while let (Some(before), Some(value)) = (parts.next(), parts.next()) {
        let name = before.trim_end_matches(|c: char| c.is_whitespace() || c == '=');
        // What has a prefix is for programs.
        let name = name.rsplit(char::is_whitespace).next().unwrap_or_default();
        if ATTRIBUTES.contains(&name) {
            said.push(unescaped(value));
        }
    }
    said
}

fn unescaped(text: &str) -> String {
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(';').and_then(|(entity, rest)| Some((sign(entity)?, rest))) {
            Some((sign, rest)) => {
                plain.push(sign);
                plain.push_str(rest);
            }
            None => {
                plain.push('&');
                plain.push_str(part);
            }
        }
    }
    plain
}

/// The sign that an entity stands for.
fn sign(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "apos" => Some('\''),
        "gt" => Some('>'),
        "lt" => Some('<'),
        "quot" => Some('"'),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(number) => u32::from_str_radix(number, 16).ok(),
                None => number.parse().ok(),
            };
            char::from_u32(code?)
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{DocProperties, Note, Shape, Workbook};
    use shared::import::Reading;

    use super::*;
    use crate::import::table;

    fn has(cells: &[String], words: &str) -> bool {
        cells.iter().any(|cell| cell.contains(words))
    }

    #[test]
    fn comments_text_boxes_authors_and_links_say_something_too() {
        let mut book = Workbook::new();
        book.set_properties(&DocProperties::new().set_author("Wang Wu"));
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "Acme").unwrap();
        sheet.insert_note(0, 0, &Note::new("Ask Jon & Anna").set_author("Han Mei")).unwrap();
        sheet.write_url_with_text(1, 0, "mailto:li@example.com", "Mail").unwrap();
        sheet.insert_shape(3, 0, &Shape::textbox().set_text("Meet Li Lei")).unwrap();
        let book = book.save_to_buffer().unwrap();
        let is_said =
            |words: &str| table::is_said(&book, &Reading::default(), &|cells: &[String]| has(cells, words)).unwrap();
        for words in ["Acme", "Wang Wu", "Ask Jon & Anna", "Han Mei", "li@example.com", "Meet Li Lei"] {
            assert!(is_said(words), "{words}");
        }
        // Programs and their parts are nobody.
        for words in ["Zhang", "Microsoft", "microsoft", "openxmlformats", "drawing1"] {
            assert!(!is_said(words), "{words}");
        }
    }

    #[test]
    fn a_text_in_several_pieces_is_one() {
        let part = "<c><text><r><rPr><b/></rPr><t>Jon</t></r><r><t> </t></r><r><t>Smith &#29579;&#x5C0F;</t></r></text><text>Han</text></c>";
        assert!(is_said(part, &|cells| has(cells, "Jon Smith 王小")));
        assert!(!is_said(part, &|cells| has(cells, "Han") && has(cells, "Jon")));
    }

    #[test]
    fn a_part_that_is_too_large_may_say_anything() {
        let packed = |size: usize| {
            let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
            writer.start_file("xl/comments1.xml", zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut writer, &vec![b' '; size]).unwrap();
            writer.finish().unwrap().into_inner()
        };
        let most = usize::try_from(PART).unwrap();
        assert_eq!([most, most + 1].map(|size| says_beside(&packed(size), &|_| false)), [Ok(false), Ok(true)]);
    }
}

//! Files that hold no table but look like text, or like workbooks: what they are, so that people are told what to do with them.

use serde::de::IgnoredAny;
use serde_json::Deserializer;

/// How workbooks begin that Excel wrote until 2003, which nothing here reads, and documents of Word.
const OLD_OFFICE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/// Part of such files, as UTF-16, in which newer workbooks lie that are protected by a password.
const PROTECTED: &str = "EncryptedPackage";
/// Part of such files with a text, and part of those with sheets, which may have texts in them.
const OLD_TEXT: &str = "WordDocument";
const OLD_SHEETS: &str = "Workbook";

/// Codes of what people are told.
const PACKED: &str = "file_packed";
const DOCUMENT: &str = "file_document";
const PICTURE: &str = "file_picture";
const WEB_PAGE: &str = "file_web_page";
const DATA: &str = "file_data";

/// How files begin that are something else than a table.
const BEGINNINGS: &[(&[u8], &str)] = &[
    // gzip, 7-Zip, RAR, xz, Zstandard, and of zip an empty file and one in several volumes.
    (b"\x1f\x8b", PACKED),
    (b"7z\xbc\xaf\x27\x1c", PACKED),
    (b"Rar!\x1a\x07", PACKED),
    (b"\xfd7zXZ\0", PACKED),
    (b"\x28\xb5\x2f\xfd", PACKED),
    (b"PK\x05\x06", PACKED),
    (b"PK\x07\x08", PACKED),
    (b"%PDF-", DOCUMENT),
    (b"{\\rtf", DOCUMENT),
    (b"\x89PNG\r\n\x1a\n", PICTURE),
    (b"\xff\xd8\xff", PICTURE),
    (b"GIF87a", PICTURE),
    (b"GIF89a", PICTURE),
    (b"II*\0", PICTURE),
    (b"MM\0*", PICTURE),
];
/// What stands further down in files whose first bytes could be anything: how they begin, where it stands, and what.
const FURTHER: &[(&[u8], usize, &[u8], &str)] = &[
    (b"BZh", 4, b"1AY&SY", PACKED),
    (b"", 257, b"ustar\0", PACKED),
    (b"", 257, b"ustar  \0", PACKED),
    (b"RIFF", 8, b"WEBP", PICTURE),
    (b"\0\0\0", 4, b"ftyphei", PICTURE),
    (b"\0\0\0", 4, b"ftypmif1", PICTURE),
    (b"\0\0\0", 4, b"ftypavif", PICTURE),
];

/// How web pages begin, or what programs write of them that call them workbooks.
const OF_PAGES: [&str; 5] = ["<!doctype html", "<html", "<head", "<body", "<table"];
/// Characters of a file among which it says that it is a web page, and not any other XML.
const SAID: usize = 2_000;

/// The code of what a file is told by its bytes to be, if that is no table.
pub(super) fn of_bytes(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(OLD_OFFICE) {
        return Some(of_old_office(bytes));
    }
    let begins = BEGINNINGS.iter().find(|(begin, _)| bytes.starts_with(begin)).map(|(_, code)| *code);
    let has = |at: usize, part: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(part));
    let further = || FURTHER.iter().find(|(begin, at, part, _)| bytes.starts_with(begin) && has(*at, part));
    begins.or_else(|| further().map(|(.., code)| *code)).or_else(|| is_bitmap(bytes).then_some(PICTURE))
}

/// The code of what a text is, if that is no table: read as one, it would become rows of nonsense.
pub(super) fn of_text(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let begins = |with: &str| text.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with));
    match () {
        () if begins("BEGIN:VCALENDAR") => Some("file_calendar"),
        () if OF_PAGES.iter().any(|begin| begins(begin)) => Some(WEB_PAGE),
        () if (begins("<?xml") || begins("<!--")) && says_page(text) => Some(WEB_PAGE),
        () if begins("<svg") => Some(PICTURE),
        () if begins("<?xml") || is_json(text) => Some(DATA),
        () => None,
    }
}

/// The code of what a packed file with parts of these names is, if it is nothing that a program has for workbooks.
pub(super) fn of_parts<'n>(names: impl Iterator<Item = &'n [u8]>) -> Option<&'static str> {
    let names: Vec<String> =
        names.map(|name| String::from_utf8_lossy(name).to_lowercase().replace('\\', "/")).collect();
    let has = |is_so: fn(&str) -> bool| names.iter().any(|name| is_so(name));
    // Workbooks of other programs can't be read either, but need not be unpacked.
    let is_of_program = has(|name| {
        matches!(name, "[content_types].xml" | "_rels/.rels" | "mimetype" | "index.zip")
            || name.starts_with("xl/")
            || name.ends_with(".iwa")
    });
    match () {
        () if has(|name| name.starts_with("word/") || name.starts_with("ppt/")) => {
            (!has(|name| name.starts_with("xl/"))).then_some(DOCUMENT)
        }
        () => (!is_of_program).then_some(PACKED),
    }
}

/// What is told of a file of old office programs: it may be only the cover of a workbook that is protected.
fn of_old_office(bytes: &[u8]) -> &'static str {
    let has = |part: &str| {
        let part: Vec<u8> = part.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(part.len()).any(|bytes| bytes == part)
    };
    match () {
        () if has(PROTECTED) => "file_protected",
        () if has(OLD_TEXT) && !has(OLD_SHEETS) => DOCUMENT,
        () => "file_old_excel",
    }
}

/// Bitmaps begin like a word, but say how long they are.
fn is_bitmap(bytes: &[u8]) -> bool {
    let said = bytes.strip_prefix(b"BM").and_then(|rest| rest.first_chunk::<4>());
    said.is_some_and(|said| usize::try_from(u32::from_le_bytes(*said)) == Ok(bytes.len()))
}

/// Whether it is a web page, whatever stands before.
fn says_page(text: &str) -> bool {
    let head: String = text.chars().take(SAID).collect();
    head.to_ascii_lowercase().contains("<html")
}

/// Whether it is one list or record for programs, or several below each other.
fn is_json(text: &str) -> bool {
    let mut values = Deserializer::from_str(text).into_iter::<IgnoredAny>();
    text.starts_with(['[', '{']) && values.all(|value| value.is_ok())
}

#[cfg(test)]
mod tests {
    use shared::i18n::{Locale, lookup};

    use super::*;

    #[test]
    fn each_kind_says_what_to_do() {
        for code in [PACKED, DOCUMENT, PICTURE, WEB_PAGE, DATA, "file_calendar", "file_old_excel", "file_protected"] {
            let says = |locale: &Locale| lookup(*locale, &format!("error.{code}")).is_some();
            assert!(Locale::ALL.iter().all(says), "{code}");
        }
    }

    #[test]
    fn files_are_told_by_their_first_bytes() {
        let tar = |mark: &[u8]| [&[b'a'; 257][..], mark].concat();
        for (bytes, code) in [
            (b"\x1f\x8b\x08\0rest".to_vec(), PACKED),
            (b"BZh91AY&SYrest".to_vec(), PACKED),
            (b"7z\xbc\xaf\x27\x1c\0".to_vec(), PACKED),
            (b"Rar!\x1a\x07\x01\0".to_vec(), PACKED),
            (b"\xfd7zXZ\0\0".to_vec(), PACKED),
            (b"\x28\xb5\x2f\xfd\0".to_vec(), PACKED),
            (tar(b"ustar\x0000"), PACKED),
            (tar(b"ustar  \0"), PACKED),
            (b"%PDF-1.7\n".to_vec(), DOCUMENT),
            (b"{\\rtf1\\ansi}".to_vec(), DOCUMENT),
            (b"\x89PNG\r\n\x1a\n".to_vec(), PICTURE),
            (b"\xff\xd8\xff\xe0".to_vec(), PICTURE),
            (b"RIFF\x10\0\0\0WEBPVP8 ".to_vec(), PICTURE),
            (b"\0\0\0\x18ftypheic".to_vec(), PICTURE),
            (b"BM\x08\0\0\0\0\0".to_vec(), PICTURE),
        ] {
            assert_eq!(of_bytes(&bytes), Some(code), "{bytes:?}");
        }
        for text in ["BMW,Audi\n1,2\n", "BZh,a\n", "PKW,Zahl\n", "GIF,PNG\n", "name,city\n", "7zip,1\n", "", "BM"] {
            assert_eq!(of_bytes(text.as_bytes()), None, "{text}");
        }
        assert_eq!(of_bytes(&tar(b"ustar and more")), None);
    }

    #[test]
    fn old_workbooks_protected_ones_and_documents_are_told_apart() {
        let with = |parts: &[&str]| {
            let parts = parts.iter().flat_map(|part| part.encode_utf16()).flat_map(u16::to_le_bytes);
            OLD_OFFICE.iter().copied().chain([0; 512]).chain(parts).collect::<Vec<u8>>()
        };
        assert_eq!(of_bytes(&with(&[])), Some("file_old_excel"));
        assert_eq!(of_bytes(&with(&[PROTECTED])), Some("file_protected"));
        assert_eq!(of_bytes(&with(&[OLD_TEXT])), Some(DOCUMENT));
        assert_eq!(of_bytes(&with(&[OLD_TEXT, OLD_SHEETS])), Some("file_old_excel"));
    }

    #[test]
    fn texts_that_are_no_tables_are_told_by_how_they_begin() {
        for (text, code) in [
            ("\u{feff}\r\n<!DOCTYPE HTML><html></html>", WEB_PAGE),
            ("<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><table>", WEB_PAGE),
            ("<table border=1><tr><td>Name", WEB_PAGE),
            ("<?xml version=\"1.0\"?>\n<!DOCTYPE html>\n<HTML>", WEB_PAGE),
            ("<!-- saved -->\n<html>", WEB_PAGE),
            ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "file_calendar"),
            ("<?xml version=\"1.0\"?>\n<Workbook>", DATA),
            ("<svg width=\"1\">", PICTURE),
            (" {\"name\": \"Acme\"}", DATA),
            ("[{\"name\": \"Acme\"},\n{\"name\": \"Bolt\"}]\n", DATA),
            ("{\"name\": \"Acme\"}\n{\"name\": \"Bolt\"}\n", DATA),
        ] {
            assert_eq!(of_text(text), Some(code), "{text}");
        }
        for text in ["", "name,city\n", "[a],[b]\n1,2\n", "{id};name\n", "<Name>,City\n", "<!-- no -->,b\n", "[1],2\n"]
        {
            assert_eq!(of_text(text), None, "{text}");
        }
    }

    #[test]
    fn packed_files_are_told_by_their_parts() {
        let of = |names: &[&'static str]| of_parts(names.iter().map(|name| name.as_bytes()));
        assert_eq!(of(&["customers.csv"]), Some(PACKED));
        assert_eq!(of(&[]), Some(PACKED));
        assert_eq!(of(&["[Content_Types].xml", "_rels/.rels", "word/document.xml"]), Some(DOCUMENT));
        assert_eq!(of(&["[Content_Types].xml", "xl/workbook.xml"]), None);
        assert_eq!(of(&["xl\\workbook.xml"]), None);
        assert_eq!(of(&["mimetype", "content.xml"]), None);
        assert_eq!(of(&["Index/Document.iwa"]), None);
    }
}

//! What a file is: by its bytes, not by what its sender says.

use shared::types::INLINE_IMAGES;

/// Of whatever nobody should open without thinking.
pub(super) const UNKNOWN: &str = "application/octet-stream";

/// Types that are passed on as such, besides pictures, sound and moving pictures. Programs, scripts, pages and whatever
/// draws by running are none of them.
const KNOWN: &[&str] = &[
    "application/epub+zip",
    "application/gzip",
    "application/msword",
    "application/pdf",
    "application/rtf",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.rar",
    "application/x-7z-compressed",
    "application/x-bzip2",
    "application/x-tar",
    "application/x-xz",
    "application/zip",
    "application/zstd",
];

/// The type of a file that begins so. The name only tells tables from other text.
pub(super) fn content_type(head: &[u8], name: &str) -> &'static str {
    if let Some(found) = infer::get(head) {
        let mime = found.mime_type();
        let plays = ["image/", "audio/", "video/"].iter().any(|group| mime.starts_with(group));
        return if plays || KNOWN.contains(&mime) { mime } else { UNKNOWN };
    }
    if !is_text(head) || looks_like_markup(head) {
        return UNKNOWN;
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("csv") => "text/csv",
        Some("txt" | "log" | "md" | "tsv") => "text/plain",
        _ => UNKNOWN,
    }
}

/// The usual ending of files that begin so, as far as bytes tell it.
pub(super) fn usual_ending(head: &[u8]) -> Option<&'static str> {
    infer::get(head).map(|found| found.extension())
}

/// Whether browsers may show it in a page.
pub(super) fn is_inline(content_type: &str) -> bool {
    INLINE_IMAGES.contains(&content_type)
}

/// The type of a picture that browsers may show in a page, by its bytes.
#[must_use]
pub fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    Some(content_type(bytes, "")).filter(|found| is_inline(found))
}

/// UTF-8, but perhaps cut within a character, without control characters.
fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(_) => head.len(),
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => return false,
    };
    !head.is_empty() && head[..valid].iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\t' | b'\r' | b'\n' | 0x0c))
}

fn looks_like_markup(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let begin = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    begin.starts_with('<') || begin.starts_with("#!")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn bytes_tell_and_names_do_not() {
        let cases: [(&[u8], &str, &str); 15] = [
            (PNG, "a.html", "image/png"),
            (b"%PDF-1.7\n", "a.png", "application/pdf"),
            (b"\xff\xd8\xff\xe0", "a.jpg", "image/jpeg"),
            (b"name,amount\n", "a.csv", "text/csv"),
            ("您好".as_bytes(), "a.txt", "text/plain"),
            (&"您好".as_bytes()[..4], "a.txt", "text/plain"),
            (b"MZ\x90\0\x03\0\0\0", "a.png", UNKNOWN),
            (b"\x7fELF\x02\x01\x01\0", "a.txt", UNKNOWN),
            (b"<!DOCTYPE html><script>", "a.txt", UNKNOWN),
            (b" \n<svg xmlns='http://www.w3.org/2000/svg'>", "a.txt", UNKNOWN),
            (b"<?xml version='1.0'?><svg>", "a.png", UNKNOWN),
            (b"#!/bin/sh\n", "a.txt", UNKNOWN),
            (b"plain", "a.html", UNKNOWN),
            (b"", "a.txt", UNKNOWN),
            (b"\0\x01\x02", "a.txt", UNKNOWN),
        ];
        for (head, name, expected) in cases {
            assert_eq!(content_type(head, name), expected, "{name}: {head:?}");
        }
        assert_eq!(picture_type(PNG), Some("image/png"));
        assert_eq!(picture_type(b"<svg xmlns='http://www.w3.org/2000/svg'>"), None);
        assert_eq!([usual_ending(b"MZ\x90\0\x03\0\0\0"), usual_ending(b"plain")], [Some("exe"), None]);
        assert!(is_inline("image/png") && !is_inline("image/svg+xml") && !is_inline("application/pdf"));
    }
}

//! A workbook is read or refused, whatever its parts hold: nonsense that is packed well, and packed badly.
#![no_main]

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use shared::import::Reading;
use shared::types::CUSTOMER;
use zip::write::{SimpleFileOptions, ZipWriter};

const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>"#;
const PARTS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;

/// Panics of the library pass, others end the process as they do in every target.
fn let_the_library_stumble() {
    let ends = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.location().is_some_and(|at| at.file().contains("/calamine-")) {
            ends(panic);
        }
    }));
}

fuzz_target!(init: let_the_library_stumble(), |bytes: &[u8]| {
    // No XML has this byte.
    let mut parts = bytes.split(|byte| *byte == 0xff);
    let mut part = || parts.next().unwrap_or_default();
    let (sheet, strings, styles) = (part(), part(), part());
    let read = |file: &[u8]| {
        // What the library stumbles over is told as a file that can't be read (`read_aside`); all else is ours.
        let read = || drop(store::fuzzing::file(file, &Reading::default(), &CUSTOMER));
        let _ = std::panic::catch_unwind(read);
    };
    if let Some(book) = packed(sheet, strings, styles) {
        read(&book);
    }
    read(&[b"PK\x03\x04", bytes].concat());
});

fn packed(sheet: &[u8], strings: &[u8], styles: &[u8]) -> Option<Vec<u8>> {
    let mut book = ZipWriter::new(Cursor::new(Vec::new()));
    let data = |cells: &[u8]| [b"<worksheet><sheetData>", cells, b"</sheetData></worksheet>"].concat();
    let parts = [
        ("[Content_Types].xml", TYPES.as_bytes().to_vec()),
        ("_rels/.rels", RELATIONS.as_bytes().to_vec()),
        ("xl/workbook.xml", BOOK.as_bytes().to_vec()),
        ("xl/_rels/workbook.xml.rels", PARTS.as_bytes().to_vec()),
        ("xl/sharedStrings.xml", [b"<sst>", strings, b"</sst>"].concat()),
        ("xl/styles.xml", [b"<styleSheet>", styles, b"</styleSheet>"].concat()),
        ("xl/worksheets/sheet1.xml", data(sheet)),
    ];
    for (name, content) in parts {
        book.start_file(name, SimpleFileOptions::default()).ok()?;
        book.write_all(&content).ok()?;
    }
    Some(book.finish().ok()?.into_inner())
}

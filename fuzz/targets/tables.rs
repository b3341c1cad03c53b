//! A text with separators, of any character set, is read or refused, however one says it is to be read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::import::{DELIMITERS, ENCODINGS, Reading};
use shared::types::REGISTRY;

fuzz_target!(|input: (u8, u8, u8, u8, &[u8])| {
    let (at, encoding, delimiter, header, bytes) = input;
    // Half of the time as it is found out.
    let reading = Reading {
        encoding: ENCODINGS.get(usize::from(encoding)).map(|(name, _)| (*name).to_owned()),
        delimiter: DELIMITERS.get(usize::from(delimiter)).copied(),
        sheet: None,
        header: (header < 12).then_some(header.into()),
    };
    let _ = store::fuzzing::file(bytes, &reading, REGISTRY[usize::from(at) % REGISTRY.len()]);
});

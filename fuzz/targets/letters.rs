//! Letters of strangers: whatever arrives is read, and what is shown of it is safe, well-formed and within bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| store::fuzzing::letter(raw));

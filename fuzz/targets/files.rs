//! A file that somebody uploads is read or refused, whatever is in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::types::REGISTRY;

fuzz_target!(|input: (u8, &[u8])| {
    let (at, bytes) = input;
    let _ = store::fuzzing::file(bytes, REGISTRY[usize::from(at) % REGISTRY.len()]);
});

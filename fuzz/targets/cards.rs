//! A file of people's cards is read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::import::Reading;
use shared::types::CONTACT;

fuzz_target!(|text: &[u8]| {
    // Nonsense is seldom taken for a card.
    let card = [b"BEGIN:VCARD\r\n", text, b"\r\nEND:VCARD\r\n"].concat();
    let _ = store::fuzzing::file(&card, &Reading::default(), &CONTACT);
});

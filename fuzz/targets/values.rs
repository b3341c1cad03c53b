//! What is sent for a field is refused or brought into a form that stays as it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use shared::record::normalize;
use shared::types::REGISTRY;

fuzz_target!(|input: (u16, &str)| {
    let (at, text) = input;
    let fields: Vec<_> = REGISTRY.iter().flat_map(|def| def.fields).collect();
    let field = fields[usize::from(at) % fields.len()];
    // As a form sends it, and as a program does.
    let sent = [Some(Value::from(text)), serde_json::from_str(text).ok()];
    for value in sent.into_iter().flatten() {
        if let Ok(clean) = normalize(field.name, &field.kind, &value) {
            assert_eq!(normalize(field.name, &field.kind, &clean).as_ref(), Ok(&clean), "{} of {value}", field.name);
        }
    }
});

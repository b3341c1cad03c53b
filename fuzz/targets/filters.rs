//! A filter is refused, or becomes a condition that holds nothing of its values.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::access::Actor;
use shared::query::Filter;
use shared::types::REGISTRY;
use uuid::Uuid;

fuzz_target!(|input: (u8, &str)| {
    let (at, text) = input;
    let Ok(filter) = serde_json::from_str::<Filter>(text) else { return };
    let def = REGISTRY[usize::from(at) % REGISTRY.len()];
    let actor = Actor::administrator(Uuid::from_u128(1), Uuid::from_u128(2));
    let Ok(sql) = store::fuzzing::filter_sql(&actor, def, &filter) else { return };
    assert_eq!(sql.matches('(').count(), sql.matches(')').count(), "{sql}");
    // Quotes enclose nothing but the few texts that stand in the code.
    let quoted = sql.split('\'').skip(1).step_by(2);
    assert!(quoted.into_iter().all(|text| text.is_empty() || text == "false" || text.starts_with("^-?")), "{sql}");
    assert!(!sql.contains(';') && !sql.contains("--"), "{sql}");
});

//! Addresses.

use serde_json::Value;

use crate::i18n::Locale;

/// Parts of an address in the order of the language.
pub fn address_parts(locale: Locale) -> [&'static str; 6] {
    match locale {
        Locale::ZhCn => ["country", "province", "city", "district", "street", "postcode"],
        Locale::En => ["street", "district", "city", "province", "postcode", "country"],
    }
}

/// An address in one line.
pub fn address(locale: Locale, value: &Value) -> String {
    let parts = address_parts(locale).into_iter().filter_map(|part| value.get(part)?.as_str());
    parts.collect::<Vec<_>>().join(if locale == Locale::ZhCn { " " } else { ", " })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_begin_with_what_the_language_begins_with() {
        let value = json!({"country": "China", "city": "Hangzhou", "street": "Wensan Road 1"});
        assert_eq!(address(Locale::En, &value), "Wensan Road 1, Hangzhou, China");
        assert_eq!(address(Locale::ZhCn, &value), "China Hangzhou Wensan Road 1");
        assert_eq!(address(Locale::En, &Value::Null), "");
    }
}

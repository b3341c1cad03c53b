//! What people call what columns fill: one way for the columns, the preview, the file of refused rows and the command line.

use crate::i18n::{Locale, field_label, lookup};
use crate::record::{CustomField, Kind, RecordDef, custom_key};

/// What a target of a column is called: a field by its label, a part of one with the field before it, a field that
/// administrators added by the label that they gave it.
pub fn target_label(locale: Locale, def: &RecordDef, custom: &[CustomField], target: &str) -> String {
    if let Some(key) = custom_key(target) {
        let own = custom.iter().find(|field| field.key == key);
        return own.map_or_else(|| key.to_owned(), |field| field.label.clone());
    }
    let Some((field, part)) = target.split_once('.') else { return field_label(locale, def, target) };
    let key = match def.field(field).map(|own| own.kind) {
        Some(Kind::Address) => format!("record.address.{part}"),
        Some(Kind::Social) => format!("record.social.{part}"),
        _ => format!("import.name.{part}"),
    };
    let part = lookup(locale, &key).unwrap_or(part);
    format!("{} · {part}", field_label(locale, def, field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{CONTACT, CUSTOMER};

    #[test]
    fn targets_are_called_as_people_know_them() {
        let shoes = CustomField {
            key: "shoe_size".into(),
            label: "Shoe size".into(),
            kind: "number".into(),
            choices: Vec::new(),
            required: false,
            removed: false,
        };
        for (def, target, label) in [
            (&CUSTOMER, "industry", "Industry"),
            (&CUSTOMER, "address.city", "Address · City"),
            (&CUSTOMER, "address.postcode", "Address · Postcode"),
            (&CONTACT, "name.given", "Name · First name"),
            (&CUSTOMER, "custom.shoe_size", "Shoe size"),
            (&CUSTOMER, "custom.gone", "gone"),
        ] {
            assert_eq!(target_label(Locale::En, def, std::slice::from_ref(&shoes), target), label);
        }
    }
}

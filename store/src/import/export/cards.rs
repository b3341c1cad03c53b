//! Cards of people (vCard 3.0, which every address book reads).

use calcard::vcard::{VCard, VCardEntry, VCardProperty, VCardValue, VCardVersion};
use serde_json::Value;
use shared::query::Titles;
use shared::record::texts;
use shared::{RecordDef, Result, Row};

use crate::error::internal;
use crate::import::table::{OWN_TYPE, SHOWN_AS};

/// One card for each row.
pub(super) fn write(def: &RecordDef, rows: &[Row], titles: &Titles) -> Result<Vec<u8>> {
    let mut all = String::new();
    for row in rows {
        card(def, row, titles).write_to(&mut all, VCardVersion::V3_0).map_err(internal)?;
    }
    Ok(all.into_bytes())
}

fn card(def: &RecordDef, row: &Row, titles: &Titles) -> VCard {
    let text = |field: &str| row.text(field).unwrap_or_default().to_owned();
    let name = text(def.title);
    let is_company = row.text("kind") == Some("company");
    let at = row.reference("customer_id").and_then(|id| titles.get(&id).cloned()).unwrap_or_else(|| text("company"));
    let company = if is_company { name.clone() } else { at };
    let address = |part: &str| row.value("address").get(part).and_then(Value::as_str).unwrap_or_default().to_owned();
    let street = [address("street"), address("district")]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    let mut card = VCard { entries: Vec::new() };
    let mut add = |property: VCardProperty, parts: Vec<String>| {
        if parts.iter().any(|part| !part.is_empty()) {
            let values = parts.into_iter().map(VCardValue::Text).collect();
            card.entries.push(VCardEntry::new(property).with_values(values));
        }
    };
    add(VCardProperty::Uid, vec![format!("urn:uuid:{}", row.id)]);
    // What the card comes back as; other programs pass over it.
    add(VCardProperty::Other(OWN_TYPE.to_owned()), vec![def.name.to_owned()]);
    if is_company {
        add(VCardProperty::Other(SHOWN_AS.to_owned()), vec!["COMPANY".to_owned()]);
    }
    add(VCardProperty::Fn, vec![name.clone()]);
    add(VCardProperty::N, vec![name, String::new(), String::new(), String::new(), String::new()]);
    add(VCardProperty::Org, vec![company, text("department")]);
    add(VCardProperty::Title, vec![text("job_title")]);
    for phone in texts(&row.values, "phones") {
        add(VCardProperty::Tel, vec![phone.to_owned()]);
    }
    for email in texts(&row.values, "emails") {
        add(VCardProperty::Email, vec![email.to_owned()]);
    }
    let place = [street, address("city"), address("province"), address("postcode"), address("country")];
    if place.iter().any(|part| !part.is_empty()) {
        add(VCardProperty::Adr, [String::new(), String::new()].into_iter().chain(place).collect());
    }
    add(VCardProperty::Url, vec![text("website")]);
    add(VCardProperty::Bday, vec![text("birth_date")]);
    add(VCardProperty::Categories, texts(&row.values, "tags").map(str::to_owned).collect());
    add(VCardProperty::Note, vec![["description", "need"].map(text).concat()]);
    card
}

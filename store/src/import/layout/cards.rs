//! Cards of companies, leads and people.

use super::{Fields, Layout};
use crate::import::table::CARD_COLUMNS;

const COMPANY_CARDS: Fields = &[
    ("name", "{Name}|{Company}|{E-mails}|{Phones}"),
    ("kind", "{Kind}"),
    ("phones", "{Phones}"),
    ("emails", "{E-mails}"),
    ("address.street", "{Street}"),
    ("address.city", "{City}"),
    ("address.province", "{Province}"),
    ("address.postcode", "{Postcode}"),
    ("address.country", "{Country}"),
    ("website", "{Website}"),
    ("tags", "{Tags}"),
    ("description", "{Notes}"),
];

const LEAD_CARDS: Fields = &[
    ("name", "{Name}|{E-mails}|{Phones}|{Company}"),
    ("company", "{Company}"),
    ("job_title", "{Job title}"),
    ("phones", "{Phones}"),
    ("emails", "{E-mails}"),
    ("address.street", "{Street}"),
    ("address.city", "{City}"),
    ("address.province", "{Province}"),
    ("address.postcode", "{Postcode}"),
    ("address.country", "{Country}"),
    ("tags", "{Tags}"),
    ("need", "{Notes}"),
];

const CARDS: Fields = &[
    ("name", "{Name}|{E-mails}|{Phones}|{Company}"),
    ("job_title", "{Job title}"),
    ("department", "{Department}"),
    ("phones", "{Phones}"),
    ("emails", "{E-mails}"),
    ("address.street", "{Street}"),
    ("address.city", "{City}"),
    ("address.province", "{Province}"),
    ("address.postcode", "{Postcode}"),
    ("address.country", "{Country}"),
    ("birth_date", "{Birthday}"),
    ("tags", "{Tags}"),
    ("description", "{Notes}"),
];

/// What becomes of cards by what they are of; those of people, of which most files are, are what all are recognised as.
pub(super) const CARD_LAYOUTS: [Layout; 3] = [
    Layout {
        code: "vcard",
        record_type: "customer",
        marks: &CARD_COLUMNS,
        fields: COMPANY_CARDS,
        company: None,
        website: None,
        key: Some("name"),
    },
    Layout {
        code: "vcard",
        record_type: "lead",
        marks: &CARD_COLUMNS,
        fields: LEAD_CARDS,
        company: None,
        website: None,
        key: Some("emails"),
    },
    Layout {
        code: "vcard",
        record_type: "contact",
        marks: &CARD_COLUMNS,
        fields: CARDS,
        company: Some("Company"),
        website: Some("Website"),
        key: Some("emails"),
    },
];

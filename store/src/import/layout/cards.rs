//! Cards of companies, leads and people.

use super::{Address, Fields, Layout};
use crate::import::table::CARD_COLUMNS;

const COMPANY_CARDS: Fields = &[
    ("name", "{Name}|{Company}|{E-mails}|{Phones}"),
    ("kind", "{Kind}"),
    ("phones", "{Phones}"),
    ("emails", "{E-mails}"),
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
    ("tags", "{Tags}"),
    ("need", "{Notes}"),
];

const CARDS: Fields = &[
    ("name", "{Name}|{E-mails}|{Phones}|{Company}"),
    ("job_title", "{Job title}"),
    ("department", "{Department}"),
    ("phones", "{Phones}"),
    ("emails", "{E-mails}"),
    ("birth_date", "{Birthday}"),
    ("tags", "{Tags}"),
    ("description", "{Notes}"),
];

const ADDRESS: Address = ["{Street}", "{City}", "{Province}", "{Postcode}", "{Country}"];

/// What becomes of cards by what they are of; those of people, of which most files are, are what all are recognised as.
pub(super) const CARD_LAYOUTS: [Layout; 3] = [
    cards("customer", "name", COMPANY_CARDS),
    cards("lead", "emails", LEAD_CARDS),
    cards("contact", "emails", CARDS).company("Company").website("Website"),
];

const fn cards(record_type: &'static str, key: &'static str, fields: Fields) -> Layout {
    Layout::of("vcard", record_type, key, &CARD_COLUMNS, fields).at(ADDRESS)
}

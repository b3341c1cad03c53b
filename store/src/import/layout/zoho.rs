//! What Zoho exports.

use super::{Address, Fields, Layout};

const CONTACTS: Fields = &[
    ("name", "{First Name}++{Last Name}|{Full Name}|{Email}"),
    ("job_title", "{Title}"),
    ("department", "{Department}"),
    ("phones", "{Mobile}; {Phone}; {Home Phone}; {Other Phone}"),
    ("emails", "{Email}; {Secondary Email}"),
    ("birth_date", "{Date of Birth}"),
    ("tags", "{Tag}"),
    ("description", "{Description}"),
    ("owner_id", "{Contact Owner}"),
];

const ACCOUNTS: Fields = &[
    ("name", "{Account Name}"),
    ("number", "{Account Number}"),
    ("kind", "company"),
    ("phones", "{Phone}"),
    ("website", "{Website}"),
    ("industry", "{Industry}"),
    ("employees", "{Employees}"),
    ("revenue", "{Annual Revenue}"),
    ("currency", "{Currency}"),
    ("tags", "{Tag}"),
    ("description", "{Description}"),
    ("owner_id", "{Account Owner}"),
];

const DEALS: Fields = &[
    ("name", "{Deal Name}"),
    ("number", "{Record Id}|{Deal Id}"),
    ("contact_id", "{Contact Name}"),
    ("stage_id", "{Stage}"),
    ("pipeline_id", "{Pipeline}"),
    ("amount", "{Amount}"),
    ("currency", "{Currency}"),
    ("expected_close", "{Closing Date}"),
    ("closed_on", "{Closing Date}"),
    ("lost_note", "{Reason For Loss}|{Reason For Loss - Deal}"),
    ("probability", "{Probability (%)}|{Probability}"),
    ("next_step", "{Next Step}"),
    ("source", "{Lead Source}"),
    ("tags", "{Tag}"),
    ("need", "{Description}"),
    ("owner_id", "{Deal Owner}"),
];

const LEADS: Fields = &[
    ("name", "{First Name}++{Last Name}|{Full Name}|{Company}"),
    ("company", "{Company}"),
    ("job_title", "{Designation}|{Title}"),
    ("phones", "{Mobile}; {Phone}"),
    ("emails", "{Email}; {Secondary Email}"),
    ("status", "{Lead Status}"),
    ("source", "{Lead Source}"),
    ("tags", "{Tag}"),
    ("need", "{Description}"),
    ("owner_id", "{Lead Owner}"),
];

const MAILING: Address =
    ["{Mailing Street}", "{Mailing City}", "{Mailing State}", "{Mailing Zip}", "{Mailing Country}"];
const BILLING: Address =
    ["{Billing Street}", "{Billing City}", "{Billing State}", "{Billing Code}", "{Billing Country}"];
const LEAD: Address = ["{Street}", "{City}", "{State}", "{Zip Code}", "{Country}"];

pub(super) const ALL: &[Layout] = &[
    Layout::of(
        "zoho_contacts",
        "contact",
        "emails",
        &["Contact Owner", "First Name", "Last Name", "Account Name", "Email"],
        CONTACTS,
    )
    .at(MAILING)
    .company("Account Name"),
    Layout::of("zoho_accounts", "customer", "name", &["Account Owner", "Account Name", "Website"], ACCOUNTS)
        .at(BILLING),
    Layout::of("zoho_deals", "opportunity", "number", &["Deal Owner", "Deal Name", "Stage", "Closing Date"], DEALS)
        .company("Account Name"),
    Layout::of("zoho_leads", "lead", "emails", &["Lead Owner", "Company", "Last Name", "Lead Status"], LEADS).at(LEAD),
];

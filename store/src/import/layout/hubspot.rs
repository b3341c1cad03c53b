//! What HubSpot exports.

use super::{Address, Fields, Layout};

const CONTACTS: Fields = &[
    ("name", "{First Name}++{Last Name}|{Email}"),
    ("job_title", "{Job Title}"),
    ("phones", "{Mobile Phone Number}; {Phone Number}"),
    ("emails", "{Email}"),
    ("owner_id", "{Contact owner}"),
];

const COMPANIES: Fields = &[
    ("name", "{Company name}|{Company Domain Name}"),
    ("kind", "company"),
    ("phones", "{Phone Number}"),
    ("website", "{Website URL}|{Company Domain Name}"),
    ("industry", "{Industry}"),
    // How far one has come with them; they have no other status here.
    ("lifecycle", "{Lead Status}"),
    ("source", "{Original Source}|{Original Source Type}|{Original Traffic Source}"),
    ("employees", "{Number of Employees}"),
    ("revenue", "{Annual Revenue}"),
    ("founded", "{Year Founded}"),
    ("description", "{Description}"),
    ("owner_id", "{Company owner}"),
];

const DEALS: Fields = &[
    ("name", "{Deal Name}"),
    ("number", "{Record ID}"),
    ("contact_id", "{Associated Contact}|{Associated Contacts}"),
    ("stage_id", "{Deal Stage}"),
    ("pipeline_id", "{Pipeline}"),
    ("amount", "{Amount}"),
    ("currency", "{Currency}"),
    ("expected_close", "{Close Date}"),
    ("closed_on", "{Close Date}"),
    ("lost_note", "{Closed Lost Reason}|{Loss Reason}"),
    ("source", "{Original Source}|{Original Source Type}|{Original Traffic Source}"),
    ("need", "{Deal Description}"),
    ("owner_id", "{Deal owner}"),
];

// Its pipelines are of support: they are no queues of ours.
const TICKETS: Fields = &[
    ("number", "{Ticket ID}"),
    ("subject", "{Ticket name}|{Ticket ID}"),
    ("status", "{Ticket status}"),
    ("priority", "{Priority}"),
    ("channel", "{Source}"),
    ("contact_id", "{Associated Contact}|{Associated Contacts}"),
    ("description", "{Ticket description}"),
    ("received_at", "{Create date}"),
    ("solved_at", "{Close date}"),
    ("closed_at", "{Close date}"),
    ("owner_id", "{Ticket owner}"),
];

const ADDRESS: Address = ["{Street Address}", "{City}", "{State/Region}", "{Postal Code}", "{Country/Region}"];

pub(super) const ALL: &[Layout] = &[
    Layout::of("hubspot_contacts", "contact", "emails", &["Record ID", "First Name", "Last Name", "Email"], CONTACTS)
        .at(ADDRESS)
        .company("Company Name|Associated Company|Primary Associated Company"),
    Layout::of(
        "hubspot_companies",
        "customer",
        "name",
        &["Record ID", "Company name", "Company Domain Name"],
        COMPANIES,
    )
    .at(ADDRESS),
    Layout::of("hubspot_deals", "opportunity", "number", &["Record ID", "Deal Name", "Deal Stage", "Amount"], DEALS)
        .company("Associated Company|Primary Associated Company"),
    Layout::of("hubspot_tickets", "ticket", "number", &["Ticket ID", "Ticket name", "Ticket status"], TICKETS)
        .company("Associated Company|Primary Associated Company"),
];

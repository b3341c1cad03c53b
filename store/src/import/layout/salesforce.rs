//! Reports of Salesforce, and what its Data Loader exports.

use super::{Address, Fields, Layout};

const CONTACTS: Fields = &[
    ("name", "{First Name}+{Middle Name}+{Last Name}+{Suffix}|{Full Name}|{Contact Name}|{Email}"),
    ("job_title", "{Title}"),
    ("department", "{Department}"),
    ("phones", "{Mobile}; {Phone}; {Home Phone}; {Other Phone}"),
    ("emails", "{Email}; {Secondary Email}"),
    ("birth_date", "{Birthdate}|{Date of Birth}"),
    ("description", "{Description}|{Contact Description}"),
    // Who has the company has its people, unless another one does.
    ("owner_id", "{Contact Owner}|{Account Owner}"),
];

const CONTACT_ROWS: Fields = &[
    ("name", "{FirstName}+{MiddleName}+{LastName}+{Suffix}|{Name}|{Email}"),
    ("job_title", "{Title}"),
    ("department", "{Department}"),
    ("phones", "{MobilePhone}; {Phone}; {HomePhone}; {OtherPhone}"),
    ("emails", "{Email}"),
    ("birth_date", "{Birthdate}"),
    ("description", "{Description}"),
    ("owner_id", "{Owner.Name}"),
];

const ACCOUNTS: Fields = &[
    ("name", "{Account Name}"),
    ("number", "{Account Number}"),
    ("kind", "company"),
    ("phones", "{Phone}"),
    ("website", "{Website}"),
    ("industry", "{Industry}"),
    ("source", "{Account Source}"),
    ("employees", "{Employees}"),
    ("revenue", "{Annual Revenue}"),
    ("currency", "{Annual Revenue Currency}|{Account Currency}"),
    ("description", "{Account Description}|{Description}"),
    ("owner_id", "{Account Owner}"),
];

const ACCOUNT_ROWS: Fields = &[
    ("name", "{Name}"),
    ("number", "{AccountNumber}"),
    ("kind", "company"),
    ("phones", "{Phone}"),
    ("website", "{Website}"),
    ("industry", "{Industry}"),
    ("source", "{AccountSource}"),
    ("employees", "{NumberOfEmployees}"),
    ("revenue", "{AnnualRevenue}"),
    ("currency", "{CurrencyIsoCode}"),
    ("description", "{Description}"),
    ("owner_id", "{Owner.Name}"),
];

const LEADS: Fields = &[
    ("name", "{First Name}+{Middle Name}+{Last Name}+{Suffix}|{Company / Account}"),
    ("company", "{Company / Account}"),
    ("job_title", "{Title}"),
    ("phones", "{Mobile}; {Phone}"),
    ("emails", "{Email}"),
    ("status", "{Lead Status}"),
    ("source", "{Lead Source}"),
    // Hot, warm or cold: no number of ours.
    ("tags", "{Rating}"),
    ("need", "{Description}"),
    ("owner_id", "{Lead Owner}"),
];

const LEAD_ROWS: Fields = &[
    ("name", "{FirstName}+{MiddleName}+{LastName}+{Suffix}|{Name}|{Company}"),
    ("company", "{Company}"),
    ("job_title", "{Title}"),
    ("phones", "{MobilePhone}; {Phone}"),
    ("emails", "{Email}"),
    ("status", "{Status}"),
    ("source", "{LeadSource}"),
    ("tags", "{Rating}"),
    ("need", "{Description}"),
    ("owner_id", "{Owner.Name}"),
];

const OPPORTUNITIES: Fields = &[
    ("name", "{Opportunity Name}"),
    ("number", "{Opportunity ID}"),
    ("contact_id", "{Contact Name}"),
    ("stage_id", "{Stage}"),
    ("amount", "{Amount}"),
    ("currency", "{Amount Currency}|{Opportunity Currency}|{Currency}"),
    ("expected_close", "{Close Date}"),
    ("closed_on", "{Close Date}"),
    ("lost_note", "{Closed Lost Reason}|{Loss Reason}"),
    ("probability", "{Probability (%)}"),
    ("next_step", "{Next Step}"),
    ("source", "{Lead Source}"),
    ("need", "{Description}"),
    ("owner_id", "{Opportunity Owner}"),
];

const CASES: Fields = &[
    ("number", "{Case Number}|{CaseNumber}"),
    ("subject", "{Subject}|{Case Number}|{CaseNumber}"),
    ("kind", "{Type}"),
    ("status", "{Status}"),
    ("priority", "{Priority}"),
    ("channel", "{Case Origin}|{Origin}"),
    ("contact_id", "{Contact Name}|{Contact.Name}"),
    ("requester_name", "{Web Name}|{SuppliedName}|{Contact Name}"),
    ("requester_email", "{Contact Email}|{Web Email}|{SuppliedEmail}"),
    ("requester_phone", "{Contact Phone}|{Web Phone}|{SuppliedPhone}"),
    ("description", "{Description}"),
    ("received_at", "{Date/Time Opened}|{Opened Date}|{Created Date}|{CreatedDate}"),
    ("solved_at", "{Date/Time Closed}|{Closed Date}|{ClosedDate}"),
    ("closed_at", "{Date/Time Closed}|{Closed Date}|{ClosedDate}"),
    ("owner_id", "{Case Owner}|{Owner.Name}"),
];

const MAILING: Address = [
    "{Mailing Street}",
    "{Mailing City}",
    "{Mailing State/Province}|{Mailing State}",
    "{Mailing Zip/Postal Code}|{Mailing Zip}",
    "{Mailing Country}",
];
const MAILING_ROWS: Address =
    ["{MailingStreet}", "{MailingCity}", "{MailingState}", "{MailingPostalCode}", "{MailingCountry}"];
const BILLING: Address = [
    "{Billing Street}",
    "{Billing City}",
    "{Billing State/Province}",
    "{Billing Zip/Postal Code}",
    "{Billing Country}",
];
const BILLING_ROWS: Address =
    ["{BillingStreet}", "{BillingCity}", "{BillingState}", "{BillingPostalCode}", "{BillingCountry}"];
const LEAD: Address = [
    "{Street}",
    "{City}",
    "{State/Province}|{State/Province (text only)}|{State}",
    "{Zip/Postal Code}|{Zip}",
    "{Country}|{Country (text only)}",
];
const LEAD_ROW: Address = ["{Street}", "{City}", "{State}", "{PostalCode}", "{Country}"];

pub(super) const ALL: &[Layout] = &[
    contacts(&["First Name", "Last Name", "Account Name", "Mailing Street"], CONTACTS)
        .at(MAILING)
        .company("Account Name"),
    contacts(&["Id", "LastName", "FirstName", "MailingStreet", "Email"], CONTACT_ROWS)
        .at(MAILING_ROWS)
        .company("Account.Name"),
    accounts(&["Id", "Name", "BillingStreet", "NumberOfEmployees"], ACCOUNT_ROWS).at(BILLING_ROWS),
    leads(&["FirstName", "LastName", "Company", "LeadSource"], LEAD_ROWS).at(LEAD_ROW),
    leads(&["First Name", "Last Name", "Company / Account"], LEADS).at(LEAD),
    accounts(&["Account Name", "Account Owner", "Billing State/Province"], ACCOUNTS).at(BILLING),
    Layout::of(
        "salesforce_opportunities",
        "opportunity",
        "number",
        &["Opportunity Name", "Account Name", "Stage", "Close Date"],
        OPPORTUNITIES,
    )
    .company("Account Name"),
    cases(&["Case Number", "Subject", "Status"]),
    cases(&["CaseNumber", "Subject", "Status"]),
];

const fn contacts(marks: &'static [&'static str], fields: Fields) -> Layout {
    Layout::of("salesforce_contacts", "contact", "emails", marks, fields)
}

const fn accounts(marks: &'static [&'static str], fields: Fields) -> Layout {
    Layout::of("salesforce_accounts", "customer", "name", marks, fields)
}

const fn leads(marks: &'static [&'static str], fields: Fields) -> Layout {
    Layout::of("salesforce_leads", "lead", "emails", marks, fields)
}

const fn cases(marks: &'static [&'static str]) -> Layout {
    Layout::of("salesforce_cases", "ticket", "number", marks, CASES).company("Account Name|Account.Name")
}

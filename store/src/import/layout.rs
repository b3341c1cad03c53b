//! Files that other programs export, recognised by their header.
//!
//! Sources: the export help pages of the programs and files exported with them.

use std::collections::BTreeSet;

use shared::import::mapping;
use shared::import::{Assignment, DateOrder, Existing, Format, From, Only, Step};

use super::table::{CARD_COLUMNS, ID, Line, RECORD, Table};

/// A file that a program exports.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// Which program, and what: names it in label catalogs.
    pub(super) code: &'static str,
    record_type: &'static str,
    /// Columns that together only this program's files have.
    marks: &'static [&'static str],
    /// Field and where its value comes from: a template, of several with `|` between them the first that isn't empty.
    fields: &'static [(&'static str, &'static str)],
    /// Column with the company of a person or deal: it is made, if it isn't there.
    company: Option<&'static str>,
    /// Column with the website of that company, which people have none of.
    website: Option<&'static str>,
    /// Field by which records that are there already are recognised.
    key: Option<&'static str>,
}

/// Fields that are days.
const DAYS: [&str; 3] = ["birth_date", "expected_close", "closed_on"];

/// Parts of a person's name, as in `{given}+{middle}+{family}`.
const NAME: char = '+';

const GOOGLE: &[(&str, &str)] = &[
    ("name", "{First Name}+{Middle Name}+{Last Name}|{File As}|{Nickname}|{E-mail 1 - Value}|{Organization Name}"),
    ("job_title", "{Organization Title}"),
    ("department", "{Organization Department}"),
    ("phones", "{Phone 1 - Value}; {Phone 2 - Value}; {Phone 3 - Value}; {Phone 4 - Value}"),
    ("emails", "{E-mail 1 - Value}; {E-mail 2 - Value}; {E-mail 3 - Value}"),
    ("address.street", "{Address 1 - Street}"),
    ("address.city", "{Address 1 - City}"),
    ("address.province", "{Address 1 - Region}"),
    ("address.postcode", "{Address 1 - Postal Code}"),
    ("address.country", "{Address 1 - Country}"),
    ("birth_date", "{Birthday}"),
    ("description", "{Notes}"),
];

const GOOGLE_OLD: &[(&str, &str)] = &[
    ("name", "{Name}|{Given Name}+{Additional Name}+{Family Name}|{E-mail 1 - Value}|{Organization 1 - Name}"),
    ("job_title", "{Organization 1 - Title}"),
    ("department", "{Organization 1 - Department}"),
    ("phones", "{Phone 1 - Value}; {Phone 2 - Value}; {Phone 3 - Value}; {Phone 4 - Value}"),
    ("emails", "{E-mail 1 - Value}; {E-mail 2 - Value}; {E-mail 3 - Value}"),
    ("address.street", "{Address 1 - Street}"),
    ("address.city", "{Address 1 - City}"),
    ("address.province", "{Address 1 - Region}"),
    ("address.postcode", "{Address 1 - Postal Code}"),
    ("address.country", "{Address 1 - Country}"),
    ("birth_date", "{Birthday}"),
    ("description", "{Notes}"),
];

const OUTLOOK: &[(&str, &str)] = &[
    ("name", "{First Name}+{Middle Name}+{Last Name}|{Display Name}|{E-mail Display Name}|{E-mail Address}|{Company}"),
    ("job_title", "{Job Title}"),
    ("department", "{Department}"),
    (
        "phones",
        "{Mobile Phone}; {Business Phone}; {Business Phone 2}; {Primary Phone}; {Home Phone}; {Company Main Phone}",
    ),
    ("emails", "{E-mail Address}; {E-mail 2 Address}; {E-mail 3 Address}"),
    ("address.street", "{Business Street}|{Home Street}|{Other Street}"),
    ("address.city", "{Business City}|{Home City}|{Other City}"),
    ("address.province", "{Business State}|{Home State}|{Other State}"),
    ("address.postcode", "{Business Postal Code}|{Home Postal Code}|{Other Postal Code}"),
    ("address.country", "{Business Country/Region}|{Business Country}|{Home Country/Region}|{Home Country}"),
    ("birth_date", "{Birthday}"),
    ("description", "{Notes}"),
];

const THUNDERBIRD: &[(&str, &str)] = &[
    ("name", "{Display Name}|{First Name}++{Last Name}|{Nickname}|{Primary Email}|{Organization}"),
    ("job_title", "{Job Title}"),
    ("department", "{Department}"),
    ("phones", "{Mobile Number}; {Work Phone}; {Home Phone}"),
    ("emails", "{Primary Email}; {Secondary Email}"),
    ("address.street", "{Work Address}|{Home Address}"),
    ("address.city", "{Work City}|{Home City}"),
    ("address.province", "{Work State}|{Work County}|{Home State}|{Home County}"),
    ("address.postcode", "{Work ZipCode}|{Work Post Code}|{Home ZipCode}|{Home Post Code}"),
    ("address.country", "{Work Country}|{Home Country}"),
    ("birth_date", "{Birth Year}-{Birth Month}-{Birth Day}"),
    ("description", "{Notes}"),
];

const COMPANY_CARDS: &[(&str, &str)] = &[
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

const LEAD_CARDS: &[(&str, &str)] = &[
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

const CARDS: &[(&str, &str)] = &[
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
const CARD_LAYOUTS: [Layout; 3] = [
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

const LAYOUTS: &[Layout] = &[
    CARD_LAYOUTS[2],
    Layout {
        code: "google",
        record_type: "contact",
        marks: &["First Name", "Middle Name", "Last Name", "Organization Name"],
        fields: GOOGLE,
        company: Some("Organization Name"),
        website: Some("Website 1 - Value"),
        key: Some("emails"),
    },
    Layout {
        code: "google",
        record_type: "contact",
        marks: &["Name", "Given Name", "Family Name"],
        fields: GOOGLE_OLD,
        company: Some("Organization 1 - Name"),
        website: Some("Website 1 - Value"),
        key: Some("emails"),
    },
    Layout {
        code: "outlook",
        record_type: "contact",
        marks: &["First Name", "Last Name", "E-mail Address", "Business Phone", "Business Street"],
        fields: OUTLOOK,
        company: Some("Company"),
        website: Some("Web Page"),
        key: Some("emails"),
    },
    Layout {
        code: "thunderbird",
        record_type: "contact",
        marks: &["Display Name", "Primary Email", "Secondary Email"],
        fields: THUNDERBIRD,
        company: Some("Organization|Organisation"),
        website: Some("Web Page 1|Web Page 2"),
        key: Some("emails"),
    },
    Layout {
        code: "hubspot_contacts",
        record_type: "contact",
        marks: &["Record ID", "First Name", "Last Name", "Email"],
        fields: &[
            ("name", "{First Name}++{Last Name}|{Email}"),
            ("job_title", "{Job Title}"),
            ("phones", "{Mobile Phone Number}; {Phone Number}"),
            ("emails", "{Email}"),
            ("address.street", "{Street Address}"),
            ("address.city", "{City}"),
            ("address.province", "{State/Region}"),
            ("address.postcode", "{Postal Code}"),
            ("address.country", "{Country/Region}"),
        ],
        company: Some("Company Name|Associated Company|Primary Associated Company"),
        website: None,
        key: Some("emails"),
    },
    Layout {
        code: "hubspot_companies",
        record_type: "customer",
        marks: &["Record ID", "Company name", "Company Domain Name"],
        fields: &[
            ("name", "{Company name}|{Company Domain Name}"),
            ("kind", "company"),
            ("phones", "{Phone Number}"),
            ("website", "{Website URL}|{Company Domain Name}"),
            ("address.street", "{Street Address}"),
            ("address.city", "{City}"),
            ("address.province", "{State/Region}"),
            ("address.postcode", "{Postal Code}"),
            ("address.country", "{Country/Region}"),
            ("employees", "{Number of Employees}"),
            ("revenue", "{Annual Revenue}"),
            ("founded", "{Year Founded}"),
            ("description", "{Description}"),
        ],
        company: None,
        website: None,
        key: Some("name"),
    },
    Layout {
        code: "hubspot_deals",
        record_type: "opportunity",
        marks: &["Record ID", "Deal Name", "Deal Stage", "Amount"],
        fields: &[
            ("name", "{Deal Name}"),
            ("number", "{Record ID}"),
            ("stage_id", "{Deal Stage}"),
            ("pipeline_id", "{Pipeline}"),
            ("amount", "{Amount}"),
            ("expected_close", "{Close Date}"),
            ("closed_on", "{Close Date}"),
            ("lost_note", "{Closed Lost Reason}|{Loss Reason}"),
            ("need", "{Deal Description}"),
        ],
        company: Some("Associated Company|Primary Associated Company"),
        website: None,
        key: Some("number"),
    },
    Layout {
        code: "salesforce_contacts",
        record_type: "contact",
        marks: &["First Name", "Last Name", "Account Name", "Mailing Street"],
        fields: &[
            ("name", "{First Name}+{Middle Name}+{Last Name}|{Full Name}|{Contact Name}|{Email}"),
            ("job_title", "{Title}"),
            ("department", "{Department}"),
            ("phones", "{Mobile}; {Phone}; {Home Phone}; {Other Phone}"),
            ("emails", "{Email}; {Secondary Email}"),
            ("address.street", "{Mailing Street}"),
            ("address.city", "{Mailing City}"),
            ("address.province", "{Mailing State/Province}|{Mailing State}"),
            ("address.postcode", "{Mailing Zip/Postal Code}|{Mailing Zip}"),
            ("address.country", "{Mailing Country}"),
            ("birth_date", "{Birthdate}|{Date of Birth}"),
            ("description", "{Description}|{Contact Description}"),
        ],
        company: Some("Account Name"),
        website: None,
        key: Some("emails"),
    },
    Layout {
        code: "salesforce_contacts",
        record_type: "contact",
        marks: &["Id", "LastName", "FirstName", "MailingStreet", "Email"],
        fields: &[
            ("name", "{FirstName}++{LastName}|{Name}|{Email}"),
            ("job_title", "{Title}"),
            ("department", "{Department}"),
            ("phones", "{MobilePhone}; {Phone}; {HomePhone}; {OtherPhone}"),
            ("emails", "{Email}"),
            ("address.street", "{MailingStreet}"),
            ("address.city", "{MailingCity}"),
            ("address.province", "{MailingState}"),
            ("address.postcode", "{MailingPostalCode}"),
            ("address.country", "{MailingCountry}"),
            ("birth_date", "{Birthdate}"),
            ("description", "{Description}"),
        ],
        company: Some("Account.Name"),
        website: None,
        key: Some("emails"),
    },
    Layout {
        code: "salesforce_accounts",
        record_type: "customer",
        marks: &["Id", "Name", "BillingStreet", "NumberOfEmployees"],
        fields: &[
            ("name", "{Name}"),
            ("number", "{AccountNumber}"),
            ("kind", "company"),
            ("phones", "{Phone}"),
            ("website", "{Website}"),
            ("address.street", "{BillingStreet}"),
            ("address.city", "{BillingCity}"),
            ("address.province", "{BillingState}"),
            ("address.postcode", "{BillingPostalCode}"),
            ("address.country", "{BillingCountry}"),
            ("employees", "{NumberOfEmployees}"),
            ("revenue", "{AnnualRevenue}"),
            ("description", "{Description}"),
        ],
        company: None,
        website: None,
        key: Some("name"),
    },
    Layout {
        code: "salesforce_leads",
        record_type: "lead",
        marks: &["FirstName", "LastName", "Company", "LeadSource"],
        fields: &[
            ("name", "{FirstName}++{LastName}|{Name}|{Company}"),
            ("company", "{Company}"),
            ("job_title", "{Title}"),
            ("phones", "{MobilePhone}; {Phone}"),
            ("emails", "{Email}"),
            ("address.street", "{Street}"),
            ("address.city", "{City}"),
            ("address.province", "{State}"),
            ("address.postcode", "{PostalCode}"),
            ("address.country", "{Country}"),
            ("need", "{Description}"),
        ],
        company: None,
        website: None,
        key: Some("emails"),
    },
    Layout {
        code: "salesforce_leads",
        record_type: "lead",
        marks: &["First Name", "Last Name", "Company / Account"],
        fields: &[
            ("name", "{First Name}+{Middle Name}+{Last Name}|{Company / Account}"),
            ("company", "{Company / Account}"),
            ("job_title", "{Title}"),
            ("phones", "{Mobile}; {Phone}"),
            ("emails", "{Email}"),
            ("address.street", "{Street}"),
            ("address.city", "{City}"),
            ("address.province", "{State/Province}|{State/Province (text only)}|{State}"),
            ("address.postcode", "{Zip/Postal Code}|{Zip}"),
            ("address.country", "{Country}|{Country (text only)}"),
            ("need", "{Description}"),
        ],
        company: None,
        website: None,
        key: Some("emails"),
    },
    Layout {
        code: "salesforce_accounts",
        record_type: "customer",
        marks: &["Account Name", "Account Owner", "Billing State/Province"],
        fields: &[
            ("name", "{Account Name}"),
            ("number", "{Account Number}"),
            ("kind", "company"),
            ("phones", "{Phone}"),
            ("website", "{Website}"),
            ("address.street", "{Billing Street}"),
            ("address.city", "{Billing City}"),
            ("address.province", "{Billing State/Province}"),
            ("address.postcode", "{Billing Zip/Postal Code}"),
            ("address.country", "{Billing Country}"),
            ("employees", "{Employees}"),
            ("revenue", "{Annual Revenue}"),
            ("description", "{Account Description}|{Description}"),
        ],
        company: None,
        website: None,
        key: Some("name"),
    },
    Layout {
        code: "salesforce_opportunities",
        record_type: "opportunity",
        marks: &["Opportunity Name", "Account Name", "Stage", "Close Date"],
        fields: &[
            ("name", "{Opportunity Name}"),
            ("number", "{Opportunity ID}"),
            ("stage_id", "{Stage}"),
            ("amount", "{Amount}"),
            ("expected_close", "{Close Date}"),
            ("closed_on", "{Close Date}"),
            ("lost_note", "{Closed Lost Reason}|{Loss Reason}"),
            ("probability", "{Probability (%)}"),
            ("next_step", "{Next Step}"),
            ("need", "{Description}"),
        ],
        company: Some("Account Name"),
        website: None,
        key: Some("number"),
    },
    Layout {
        code: "zoho_contacts",
        record_type: "contact",
        marks: &["Contact Owner", "First Name", "Last Name", "Account Name", "Email"],
        fields: &[
            ("name", "{First Name}++{Last Name}|{Full Name}|{Email}"),
            ("job_title", "{Title}"),
            ("department", "{Department}"),
            ("phones", "{Mobile}; {Phone}; {Home Phone}; {Other Phone}"),
            ("emails", "{Email}; {Secondary Email}"),
            ("address.street", "{Mailing Street}"),
            ("address.city", "{Mailing City}"),
            ("address.province", "{Mailing State}"),
            ("address.postcode", "{Mailing Zip}"),
            ("address.country", "{Mailing Country}"),
            ("birth_date", "{Date of Birth}"),
            ("description", "{Description}"),
        ],
        company: Some("Account Name"),
        website: None,
        key: Some("emails"),
    },
    Layout {
        code: "zoho_accounts",
        record_type: "customer",
        marks: &["Account Owner", "Account Name", "Website"],
        fields: &[
            ("name", "{Account Name}"),
            ("number", "{Account Number}"),
            ("kind", "company"),
            ("phones", "{Phone}"),
            ("website", "{Website}"),
            ("address.street", "{Billing Street}"),
            ("address.city", "{Billing City}"),
            ("address.province", "{Billing State}"),
            ("address.postcode", "{Billing Code}"),
            ("address.country", "{Billing Country}"),
            ("employees", "{Employees}"),
            ("revenue", "{Annual Revenue}"),
            ("description", "{Description}"),
        ],
        company: None,
        website: None,
        key: Some("name"),
    },
    Layout {
        code: "zoho_deals",
        record_type: "opportunity",
        marks: &["Deal Owner", "Deal Name", "Stage", "Closing Date"],
        fields: &[
            ("name", "{Deal Name}"),
            ("number", "{Record Id}|{Deal Id}"),
            ("stage_id", "{Stage}"),
            ("pipeline_id", "{Pipeline}"),
            ("amount", "{Amount}"),
            ("expected_close", "{Closing Date}"),
            ("closed_on", "{Closing Date}"),
            ("lost_note", "{Reason For Loss}|{Reason For Loss - Deal}"),
            ("probability", "{Probability (%)}|{Probability}"),
            ("next_step", "{Next Step}"),
            ("need", "{Description}"),
        ],
        company: Some("Account Name"),
        website: None,
        key: Some("number"),
    },
    Layout {
        code: "zoho_leads",
        record_type: "lead",
        marks: &["Lead Owner", "Company", "Last Name", "Lead Status"],
        fields: &[
            ("name", "{First Name}++{Last Name}|{Full Name}|{Company}"),
            ("company", "{Company}"),
            ("job_title", "{Designation}|{Title}"),
            ("phones", "{Mobile}; {Phone}"),
            ("emails", "{Email}; {Secondary Email}"),
            ("address.street", "{Street}"),
            ("address.city", "{City}"),
            ("address.province", "{State}"),
            ("address.postcode", "{Zip Code}"),
            ("address.country", "{Country}"),
            ("need", "{Description}"),
        ],
        company: None,
        website: None,
        key: Some("emails"),
    },
];

impl Layout {
    /// The program whose export has these columns; what knows most of them.
    pub(super) fn recognise(columns: &[String]) -> Option<&'static Self> {
        let given: BTreeSet<String> = columns.iter().map(|name| name.trim().to_lowercase()).collect();
        let is_own = |layout: &&Layout| layout.marks.iter().all(|mark| given.contains(&mark.to_lowercase()));
        LAYOUTS.iter().filter(is_own).max_by_key(|layout| layout.known(columns).len())
    }

    /// The fields for which there are columns.
    fn known(&self, columns: &[String]) -> Vec<Assignment> {
        let from = |(field, source): &(&str, &str)| Some(Assignment::new(field, from(source, columns)?));
        let mut known: Vec<Assignment> = self.fields.iter().filter_map(from).collect();
        for day in known.iter_mut().filter(|assignment| DAYS.contains(&assignment.field.as_str())) {
            // Most programs write them plainly; some as people do in the programs' country.
            day.dates = Some(DateOrder::MonthFirst);
        }
        known
    }

    /// What is made of a file: the companies, then what it is about; its days are read as its own cells show.
    pub(super) fn steps_for(&self, table: &Table) -> Vec<Step> {
        let mut steps = if table.format == Format::Cards { of_cards(table) } else { self.steps(&table.columns) };
        let is_day = |assignment: &&mut Assignment| DAYS.contains(&assignment.field.as_str());
        for day in steps.iter_mut().flat_map(|step| &mut step.assignments).filter(is_day) {
            if let From::Column(name) = &day.from {
                day.dates = table.column(name).and_then(|at| table.dates(at)).or(day.dates);
            }
        }
        steps
    }

    /// The same, as far as the header tells.
    fn steps(&self, columns: &[String]) -> Vec<Step> {
        let first_of = |names: &str| {
            let all = names.split('|').map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join("|");
            from(&all, columns)
        };
        let company = self.company.and_then(first_of);
        let website = self.website.and_then(first_of).map(|from| Assignment::new("website", from));
        let mut assignments = self.known(columns);
        assignments.extend(company.clone().map(|from| Assignment::new("customer_id", from)));
        assignments.extend(lost_reason(&assignments));
        // What is known of people here is not to be lost to an old address book; a deal goes on where its own file says.
        let existing = if self.record_type == "opportunity" { Existing::Update } else { Existing::Fill };
        let own = step(self.record_type, self.key, existing, assignments);
        let made = |from| Step {
            distinct: true,
            optional: true,
            ..step(
                "customer",
                Some("name"),
                Existing::Skip,
                [Assignment::new("name", from), Assignment::constant("kind", "company")]
                    .into_iter()
                    .chain(website)
                    .collect(),
            )
        };
        company.map(made).into_iter().chain([own]).collect()
    }
}

/// What is made of cards: each becomes what it is of. Our own know their records.
fn of_cards(table: &Table) -> Vec<Step> {
    let cell = |row: &Line<'_>, name: &str| table.column(name).map_or("", |at| row.cell(at)).to_owned();
    let mut all = Vec::new();
    for layout in CARD_LAYOUTS {
        let is_its = |row: &Line<'_>| cell(row, RECORD) == layout.record_type;
        let mut own = table.rows().filter(is_its).peekable();
        if own.peek().is_none() {
            continue;
        }
        let are_ours = own.all(|row| !cell(&row, ID).is_empty());
        let mut steps = layout.steps(&table.columns);
        if let Some(last) = steps.last_mut().filter(|_| are_ours) {
            last.assignments.push(Assignment::column("id", ID));
            last.key = Some("id".to_owned());
        }
        let only = Only { column: RECORD.to_owned(), is: layout.record_type.to_owned() };
        all.extend(steps.into_iter().map(|step| Step { only: Some(only.clone()), ..step }));
    }
    all
}

/// Why a deal was lost, which every lost one has to say: the programs' own reasons are words of their own, and go into the
/// note.
fn lost_reason(assignments: &[Assignment]) -> Option<Assignment> {
    let stage = assignments.iter().find(|assignment| assignment.field == "stage_id")?;
    let lost = ["Closed Lost", "closedlost", "Lost", "Closed Lost to Competition", "Closed-Lost to Competition"];
    let values: Vec<(&str, &str)> = lost.iter().map(|stage| (*stage, "other")).chain([("*", "")]).collect();
    Some(Assignment::new("lost_reason", stage.from.clone()).mapping(&values))
}

fn step(record_type: &str, key: Option<&str>, existing: Existing, assignments: Vec<Assignment>) -> Step {
    Step { key: key.map(str::to_owned), existing, ..Step::of(record_type, assignments) }
}

/// The columns that there are, of a source such as `{A}; {B}|{C}`; nothing when there are none of them.
fn from(source: &str, columns: &[String]) -> Option<From> {
    let mut all: Vec<From> = source.split('|').filter_map(|one| single(one, columns)).collect();
    if all.len() > 1 { Some(From::First(all)) } else { all.pop() }
}

fn single(source: &str, columns: &[String]) -> Option<From> {
    let column = |name: &str| columns.iter().find(|column| column.trim().eq_ignore_ascii_case(name)).cloned();
    let slots: Vec<&str> = mapping::slots(source).map(|slot| slot.name).collect();
    if slots.is_empty() {
        return Some(From::Constant(source.to_owned()));
    }
    if source.contains(NAME) {
        let mut parts = source.split(NAME).map(|part| column(part.trim_matches(['{', '}'])).unwrap_or_default());
        let mut part = || parts.next().unwrap_or_default();
        let (given, middle, family) = (part(), part(), part());
        return (!given.is_empty() || !family.is_empty()).then_some(From::Person { given, middle, family });
    }
    let known: Vec<String> = slots.iter().filter_map(|name| column(name)).collect();
    match &known[..] {
        [] => None,
        [only] if slots.len() == 1 => Some(From::Column(only.clone())),
        _ => {
            // Of columns that aren't there nothing is to be left.
            let sign = source.split('}').nth(1).and_then(|rest| rest.split('{').next()).unwrap_or(" ");
            Some(From::Template(known.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(sign)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recognised(header: &str) -> Option<(&'static str, Vec<Step>)> {
        let columns: Vec<String> = header.split(',').map(str::to_owned).collect();
        Layout::recognise(&columns).map(|layout| (layout.code, layout.steps(&columns)))
    }

    #[test]
    fn every_field_of_a_layout_exists() {
        for layout in LAYOUTS.iter().chain(&CARD_LAYOUTS) {
            let def = shared::types::by_name(layout.record_type).unwrap();
            for (name, _) in layout.fields {
                assert!(def.field(name.split('.').next().unwrap()).is_some(), "{} {name}", layout.code);
            }
        }
    }

    #[test]
    fn exports_are_told_from_each_other() {
        let google = "First Name,Middle Name,Last Name,Phonetic First Name,Organization Name,Organization Title,Labels,\
                      E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value";
        let (code, steps) = recognised(google).unwrap();
        assert_eq!((code, steps.len()), ("google", 2));
        assert_eq!((steps[0].record_type.as_str(), steps[0].optional), ("customer", true));
        let phones = steps[1].assignments.iter().find(|a| a.field == "phones").unwrap();
        assert_eq!(phones.from, From::Template("{Phone 1 - Value}".into()));
        let outlook = "First Name,Last Name,Company,Business Street,Business Phone,E-mail Address,Web Page";
        let site = Assignment::column("website", "Web Page");
        assert!(
            recognised(outlook).unwrap().1[0].assignments.contains(&site),
            "a company has a website, people have none"
        );
        let salesforce = "Salutation,First Name,Last Name,Title,Account Name,Mailing Street,Phone,Email,Account Owner";
        assert_eq!(recognised(salesforce).unwrap().0, "salesforce_contacts");
        let zoho = "Record Id,Contact Owner.id,Contact Owner,First Name,Last Name,Account Name,Email,Phone,Mailing Street,Mailing Zip";
        assert_eq!(recognised(zoho).unwrap().0, "zoho_contacts");
        for (header, code) in [
            ("First Name,Last Name,Title,Company / Account,Email,Lead Source,Lead Owner", "salesforce_leads"),
            (
                "Opportunity Name,Account Name,Stage,Close Date,Amount,Lead Source,Opportunity Owner",
                "salesforce_opportunities",
            ),
            ("Record Id,Deal Owner,Deal Name,Amount,Stage,Closing Date,Account Name,Contact Name", "zoho_deals"),
            ("Account Owner,Account Name,Website,Billing Street,Billing State/Province,Phone", "salesforce_accounts"),
            ("Account Owner,Account Name,Website,Billing Street,Billing State,Phone", "zoho_accounts"),
        ] {
            assert_eq!(recognised(header).map(|(code, _)| code), Some(code), "{header}");
        }
        assert!(recognised("name,email,phone").is_none());
    }

    #[test]
    fn days_are_read_as_the_file_itself_writes_them() {
        let text = "Opportunity Name,Account Name,Stage,Close Date\nA,B,Won,3/4/2024\nC,D,Won,25/4/2024\n";
        let table = Table::read(text.as_bytes(), &Default::default()).unwrap();
        let steps = Layout::recognise(&table.columns).unwrap().steps_for(&table);
        let days = steps[1].assignments.iter().filter(|a| DAYS.contains(&a.field.as_str()));
        assert!(days.map(|day| day.dates).eq([Some(DateOrder::DayFirst); 2]));
    }
}

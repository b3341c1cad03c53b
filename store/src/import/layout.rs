//! Files that other programs export, recognised by their header.
//!
//! Sources: the export help pages of the programs and files exported with them.

mod address_books;
mod cards;
mod hubspot;
mod salesforce;
mod words;
mod zoho;

use std::collections::BTreeSet;

use shared::import::mapping;
use shared::import::{Assignment, DateOrder, Existing, Format, From, Only, Step};

use self::cards::CARD_LAYOUTS;
pub(super) use self::words::words;
use super::table::{ID, Line, RECORD, Table};

/// Field and where its value comes from: a template, of several with `|` between them the first that isn't empty.
type Fields = &'static [(&'static str, &'static str)];

/// The parts of an address that programs tell apart.
const ADDRESS: [&str; 5] =
    ["address.street", "address.city", "address.province", "address.postcode", "address.country"];

/// Where the values of those come from, in their order.
type Address = [&'static str; ADDRESS.len()];

/// A file that a program exports.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// Which program, and what: names it in label catalogs.
    pub(super) code: &'static str,
    record_type: &'static str,
    /// Columns that together only this program's files have.
    marks: &'static [&'static str],
    fields: Fields,
    address: Option<Address>,
    /// Column with the company of a person or deal: it is made, if it isn't there.
    company: Option<&'static str>,
    /// Column with the website of that company, which people have none of.
    website: Option<&'static str>,
    /// Field by which records that are there already are recognised.
    key: Option<&'static str>,
}

/// Fields that are days, or begin with one.
const DAYS: [&str; 6] = ["birth_date", "expected_close", "closed_on", "received_at", "solved_at", "closed_at"];

/// Parts of a person's name, as in `{given}+{middle}+{family}+{suffix}`.
const NAME: char = '+';

/// Of cards, those of people, of which most files are, are what all are recognised as.
const LAYOUTS: &[&[Layout]] = &[&[CARD_LAYOUTS[2]], address_books::ALL, hubspot::ALL, salesforce::ALL, zoho::ALL];

fn all() -> impl Iterator<Item = &'static Layout> {
    LAYOUTS.iter().copied().flatten()
}

impl Layout {
    /// Records of a type that no companies are made for.
    const fn of(
        code: &'static str,
        record_type: &'static str,
        key: &'static str,
        marks: &'static [&'static str],
        fields: Fields,
    ) -> Self {
        Self { code, record_type, marks, fields, address: None, company: None, website: None, key: Some(key) }
    }

    /// With an address.
    const fn at(mut self, address: Address) -> Self {
        self.address = Some(address);
        self
    }

    /// With the column of their company, or several of which one is there.
    const fn company(mut self, columns: &'static str) -> Self {
        self.company = Some(columns);
        self
    }

    /// With the column of that company's website.
    const fn website(mut self, columns: &'static str) -> Self {
        self.website = Some(columns);
        self
    }

    /// The program whose export has these columns; what knows most of them.
    pub(super) fn recognise(columns: &[String]) -> Option<&'static Self> {
        let given: BTreeSet<String> = columns.iter().map(|name| plain(name).to_lowercase()).collect();
        let is_own = |layout: &&Layout| layout.marks.iter().all(|mark| given.contains(&mark.to_lowercase()));
        all().filter(is_own).max_by_key(|layout| layout.known(columns).len())
    }

    /// All fields, with where their values come from.
    fn all_fields(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let address = self.address.into_iter().flat_map(|sources| ADDRESS.into_iter().zip(sources));
        self.fields.iter().copied().chain(address)
    }

    /// The fields for which there are columns.
    fn known(&self, columns: &[String]) -> Vec<Assignment> {
        let assigned = |(field, source): (&str, &str)| {
            let plainly = Assignment::new(field, from(source, columns)?);
            Some(Assignment { values: words(self.record_type, field), ..plainly })
        };
        let mut known: Vec<Assignment> = self.all_fields().filter_map(assigned).collect();
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
        // What is known of people here is not to be lost to an old address book; deals and tickets go on where their own file
        // says.
        let goes_on = matches!(self.record_type, "opportunity" | "ticket");
        let existing = if goes_on { Existing::Update } else { Existing::Fill };
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

/// What a column is called, without the time zone that programs add: Close Date (GMT+8).
fn plain(column: &str) -> &str {
    column.split(" (GMT").next().unwrap_or(column).trim()
}

fn single(source: &str, columns: &[String]) -> Option<From> {
    let column = |name: &str| columns.iter().find(|column| plain(column).eq_ignore_ascii_case(name)).cloned();
    let slots: Vec<&str> = mapping::slots(source).map(|slot| slot.name).collect();
    if slots.is_empty() {
        return Some(From::Constant(source.to_owned()));
    }
    if source.contains(NAME) {
        let mut parts = source.split(NAME).map(|part| column(part.trim_matches(['{', '}'])).unwrap_or_default());
        let mut part = || parts.next().unwrap_or_default();
        let (given, middle, family, suffix) = (part(), part(), part(), part());
        return (!given.is_empty() || !family.is_empty()).then_some(From::Person { given, middle, family, suffix });
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
        for layout in all().chain(&CARD_LAYOUTS) {
            let def = shared::types::by_name(layout.record_type).unwrap();
            for (name, _) in layout.all_fields() {
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

    fn source(steps: &[Step], field: &str) -> Option<From> {
        steps.last()?.assignments.iter().find(|assignment| assignment.field == field).map(|found| found.from.clone())
    }

    #[test]
    fn outlook_is_known_in_other_languages() {
        let chinese = "名,中间名,姓,后缀,电子邮件地址,商务电话,移动电话,职务,部门,单位,商务地址 街道,商务地址 市/县,\
                       商务地址 省/市/自治区,商务地址 邮政编码,商务地址 国家/地区,网页,生日,附注";
        let german = "Vorname,Weitere Vornamen,Nachname,Suffix,Firma,Abteilung,Position,Straße geschäftlich,Ort geschäftlich,\
                      Telefon geschäftlich,Mobiltelefon,E-Mail-Adresse,Notizen";
        let person = |names: [&str; 4]| {
            let [given, middle, family, suffix] = names.map(str::to_owned);
            From::Person { given, middle, family, suffix }
        };
        for (header, name, phones, city) in [
            (chinese, person(["名", "中间名", "姓", "后缀"]), "{移动电话}; {商务电话}", "商务地址 市/县"),
            (
                german,
                person(["Vorname", "Weitere Vornamen", "Nachname", "Suffix"]),
                "{Mobiltelefon}; {Telefon geschäftlich}",
                "Ort geschäftlich",
            ),
        ] {
            let (code, steps) = recognised(header).unwrap();
            assert_eq!((code, steps.len()), ("outlook", 2));
            let Some(From::First(names)) = source(&steps, "name") else { panic!("{header}") };
            assert_eq!(names[0], name);
            assert_eq!(source(&steps, "phones"), Some(From::Template(phones.to_owned())));
            assert_eq!(source(&steps, "address.city"), Some(From::Column(city.to_owned())));
            assert!(source(&steps, "customer_id").is_some() && source(&steps, "department").is_some());
        }
    }

    #[test]
    fn tickets_of_other_programs_are_known() {
        let hubspot =
            "Ticket ID,Ticket name,Pipeline,Ticket status,Priority,Create Date (GMT+8),Ticket owner,Ticket description";
        let cases =
            "Case Number,Subject,Status,Priority,Date/Time Opened,Case Owner,Account Name,Contact Name,Description";
        for (header, code, opened, companies) in
            [(hubspot, "hubspot_tickets", "Create Date (GMT+8)", 0), (cases, "salesforce_cases", "Date/Time Opened", 1)]
        {
            let (known, steps) = recognised(header).unwrap();
            assert_eq!((known, steps.len()), (code, companies + 1));
            let last = steps.last().unwrap();
            assert_eq!((last.record_type.as_str(), last.key.as_deref()), ("ticket", Some("number")));
            assert_eq!(last.existing, Existing::Update);
            assert_eq!(source(&steps, "received_at"), Some(From::Column(opened.to_owned())));
            for field in ["subject", "status", "priority", "description", "owner_id"] {
                assert!(source(&steps, field).is_some(), "{code} {field}");
            }
        }
        assert_eq!(recognised(cases).unwrap().1[1].target_of("Contact Name").as_deref(), Some("contact_id"));
    }

    #[test]
    fn who_has_it_where_it_came_from_and_tags_are_not_left_out() {
        let cases: [(&str, &[&str]); 9] = [
            (
                "Lead Owner,First Name,Last Name,Company / Account,Email,Lead Source,Lead Status,Rating",
                &["owner_id", "source", "status", "tags"],
            ),
            ("Account Name,Account Owner,Billing State/Province,Industry", &["owner_id", "industry"]),
            (
                "Opportunity Owner,Opportunity Name,Account Name,Stage,Close Date,Contact Name",
                &["owner_id", "contact_id"],
            ),
            ("Record ID,First Name,Last Name,Email,Contact owner", &["owner_id"]),
            ("Record ID,Company name,Company Domain Name,Company owner,Industry", &["owner_id", "industry"]),
            ("Record ID,Deal Name,Deal Stage,Amount,Deal owner,Associated Contact", &["owner_id", "contact_id"]),
            ("Deal Owner,Deal Name,Stage,Closing Date,Contact Name,Tag", &["owner_id", "contact_id", "tags"]),
            ("Lead Owner,Company,Last Name,Lead Status,Lead Source,Tag", &["owner_id", "status", "source", "tags"]),
            ("First Name,Middle Name,Last Name,Organization Name,Labels", &["tags"]),
        ];
        for (header, fields) in cases {
            let (code, steps) = recognised(header).unwrap();
            for field in fields {
                assert!(matches!(source(&steps, field), Some(From::Column(_))), "{code} {field}");
            }
        }
        let (_, steps) = recognised("Lead Owner,Company,Last Name,Lead Status,Lead Source").unwrap();
        let meant = steps[0].assignments.iter().find(|assignment| assignment.field == "source").unwrap();
        assert_eq!(meant.values.get("Trade Show").map(String::as_str), Some("exhibition"));
        let thunderbird =
            "Display Name,Primary Email,Secondary Email,Work Address,Work Address 2,Home Address,Work City";
        let lines =
            [From::Template("{Work Address}, {Work Address 2}".into()), From::Template("{Home Address}".into())];
        assert_eq!(source(&recognised(thunderbird).unwrap().1, "address.street"), Some(From::First(lines.to_vec())));
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

//! Cards of people and companies (vCard 2.1, 3.0 and 4.0): one row each.

mod quoted;

use std::borrow::Cow;

use calcard::common::PartialDateTime;
use calcard::vcard::{VCard, VCardEntry, VCardKind, VCardParameterName, VCardProperty, VCardValue};
use calcard::{Entry, Parser};
use shared::Result;
use shared::import::{Format, lists};

use super::Lines;
use crate::import::cells::person;

/// Column with the type of record that a card is of.
pub(in crate::import) const RECORD: &str = "Record";
/// Column with the id of the record, if the card is one of ours.
pub(in crate::import) const ID: &str = "ID";
/// Column that says whether a card is of a company or of a person.
const KIND: &str = "Kind";
/// Property in which our cards say of which type of record they are.
pub(in crate::import) const OWN_TYPE: &str = "X-GUANXI-TYPE";
/// Property in which older cards say that they are of companies.
pub(in crate::import) const SHOWN_AS: &str = "X-ABSHOWAS";

/// What is read of a card, as columns.
pub(in crate::import) const COLUMNS: [&str; 18] = [
    RECORD,
    ID,
    KIND,
    "Name",
    "Company",
    "Department",
    "Job title",
    "Phones",
    "E-mails",
    "Street",
    "City",
    "Province",
    "Postcode",
    "Country",
    "Website",
    "Birthday",
    "Notes",
    "Tags",
];

/// Columns that say what a card is of.
const TOLD: usize = 3;
/// Year by which some address books say that they don't know it.
const NO_YEAR: u16 = 1604;

/// How the first card begins.
const BEGIN: &str = "BEGIN:VCARD";

/// Whether the text holds cards.
pub(super) fn is_vcard(text: &str) -> bool {
    text.trim_start().get(..BEGIN.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(BEGIN))
}

/// The bytes of cards with their folded lines made whole: simple programs fold within a character, and then only whole lines tell
/// what all of the file is written in. Anything else stays as it is, and so do lines that end with `=`, behind which a quoted value
/// goes on, and files in two bytes each: the parser knows those.
pub(super) fn unfolded(bytes: &[u8]) -> Cow<'_, [u8]> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if !text.get(..BEGIN.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(BEGIN.as_bytes())) {
        return bytes.into();
    }
    let mut whole: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        let line = whole.strip_suffix(b"\r").unwrap_or(&whole);
        let (end, may_end) = (line.len(), byte == b'\n' && !line.ends_with(b"="));
        if may_end && rest.next_if(|next| matches!(next, b' ' | b'\t')).is_some() {
            whole.truncate(end);
        } else {
            whole.push(byte);
        }
    }
    whole.into()
}

/// Reads all cards; lines between them that are none are passed over.
pub(super) fn read(text: &str) -> Result<(Format, Lines)> {
    let mut lines = Lines::default();
    lines.push(1, COLUMNS)?;
    let text = quoted::spelled_out(text);
    let mut parser = Parser::new(&text);
    let mut number = 1;
    loop {
        match parser.entry() {
            Entry::VCard(card) => {
                number += 1;
                let cells = row(&card);
                // Of what kind it would be says nothing yet.
                let says_something = cells.iter().skip(TOLD).any(|cell| !cell.is_empty());
                lines.push(number, if says_something { cells } else { Vec::new() })?;
            }
            Entry::Eof => break,
            _ => {}
        }
    }
    Ok((Format::Cards, lines))
}

fn row(card: &VCard) -> Vec<String> {
    let first =
        |property: VCardProperty, at: usize| parts(card.property(&property)).into_iter().nth(at).unwrap_or_default();
    let all = |property: VCardProperty| {
        let entries = card.entries.iter().filter(|entry| entry.name == property);
        let texts: Vec<String> = entries
            .flat_map(|entry| parts(Some(entry)))
            .map(|text| without_scheme(&text))
            .filter(|text| !text.is_empty())
            .collect();
        lists::joined(texts)
    };
    let called = first(VCardProperty::Fn, 0);
    let name = if called.is_empty() {
        let part = |at| first(VCardProperty::N, at);
        person([&part(1), &part(2), &part(0)], &part(4))
    } else {
        called
    };
    let (record, id, kind) = told(card);
    let website = website(card, &record);
    vec![
        record,
        id,
        kind.to_owned(),
        name,
        first(VCardProperty::Org, 0),
        first(VCardProperty::Org, 1),
        first(VCardProperty::Title, 0),
        all(VCardProperty::Tel),
        all(VCardProperty::Email),
        street(&parts(card.property(&VCardProperty::Adr))),
        first(VCardProperty::Adr, 3),
        first(VCardProperty::Adr, 4),
        first(VCardProperty::Adr, 5),
        first(VCardProperty::Adr, 6),
        website,
        first(VCardProperty::Bday, 0),
        notes(card),
        all(VCardProperty::Categories),
    ]
}

/// Of which type of record a card is, the id of that, and whether it is a company or a person.
fn told(card: &VCard) -> (String, String, &'static str) {
    let other = |name: &str| {
        let is_it =
            |entry: &&VCardEntry| matches!(&entry.name, VCardProperty::Other(own) if own.eq_ignore_ascii_case(name));
        parts(card.entries.iter().find(is_it)).into_iter().next().unwrap_or_default()
    };
    let kind = card.property(&VCardProperty::Kind).and_then(|entry| entry.values.first());
    let is_company = matches!(kind, Some(VCardValue::Kind(VCardKind::Org)))
        || parts(card.property(&VCardProperty::Kind)).iter().any(|kind| kind.eq_ignore_ascii_case("org"))
        || other(SHOWN_AS).eq_ignore_ascii_case("company");
    let kind = if is_company { "company" } else { "person" };
    let own = other(OWN_TYPE).to_lowercase();
    if ["customer", "contact", "lead"].contains(&&*own) {
        let uid = parts(card.property(&VCardProperty::Uid)).into_iter().next().unwrap_or_default();
        return (own, uid.rsplit(':').next().unwrap_or_default().to_owned(), kind);
    }
    // That it is a person's is what nearly all cards don't say.
    let kind = if is_company || card.property(&VCardProperty::Kind).is_some() { kind } else { "" };
    (if is_company { "customer" } else { "contact" }.to_owned(), String::new(), kind)
}

/// Whose a page on the web is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Page {
    Work,
    Untold,
    Own,
}

impl Page {
    fn of(entry: &VCardEntry) -> Self {
        let params = || entry.params.iter().filter(|param| param.name == VCardParameterName::Type);
        let types = || params().filter_map(|param| param.value.as_text());
        // Which of several comes first says nothing of whose they are.
        let says_nothing = |word: &str| ["pref", "internet"].iter().any(|known| word.eq_ignore_ascii_case(known));
        match () {
            () if types().any(|word| word.eq_ignore_ascii_case("work")) => Self::Work,
            () if types().all(says_nothing) => Self::Untold,
            () => Self::Own,
        }
    }
}

/// The website of a customer; of people that of their company: a page of work or, where the card names a company, one of which
/// nothing is said. Pages of their own have no place here.
fn website(card: &VCard, record: &str) -> String {
    let is_customer = record == "customer";
    let has_company = parts(card.property(&VCardProperty::Org)).first().is_some_and(|name| !name.is_empty());
    let counts = |page: Page| match page {
        Page::Work => true,
        Page::Untold => is_customer || has_company,
        Page::Own => is_customer,
    };
    let entries = card.entries.iter().filter(|entry| entry.name == VCardProperty::Url && counts(Page::of(entry)));
    let first = entries.min_by_key(|entry| Page::of(entry));
    parts(first).into_iter().next().unwrap_or_default()
}

/// Post box, addition and street of an address: some programs put all of it into one of the first two.
fn street(address: &[String]) -> String {
    joined(&address[..address.len().min(3)], ", ")
}

/// The notes, and the further addresses, of which people have one here.
fn notes(card: &VCard) -> String {
    let all = |property: VCardProperty| card.entries.iter().filter(move |entry| entry.name == property);
    let notes = all(VCardProperty::Note).flat_map(|entry| parts(Some(entry)));
    let further = all(VCardProperty::Adr).skip(1).map(|entry| joined(&parts(Some(entry)), ", "));
    joined(&notes.chain(further).collect::<Vec<_>>(), "\n")
}

fn joined(texts: &[String], between: &str) -> String {
    texts.iter().map(String::as_str).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(between)
}

/// The parts of a property, as texts.
fn parts(entry: Option<&VCardEntry>) -> Vec<String> {
    let text = |value: &VCardValue| match value {
        VCardValue::Text(text) => text.trim().to_owned(),
        VCardValue::Component(parts) => {
            parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        }
        VCardValue::PartialDateTime(at) => day(at),
        VCardValue::Integer(number) => number.to_string(),
        VCardValue::Float(number) => number.to_string(),
        _ => String::new(),
    };
    entry.map(|entry| entry.values.iter().map(text).collect()).unwrap_or_default()
}

/// A whole day; parts of one are nothing that could be kept.
fn day(at: &PartialDateTime) -> String {
    match (at.year, at.month, at.day) {
        (Some(year), Some(month), Some(day)) if year != NO_YEAR => format!("{year:04}-{month:02}-{day:02}"),
        _ => String::new(),
    }
}

/// Phones and addresses are addresses of the web in newer cards.
fn without_scheme(text: &str) -> String {
    let known = ["tel:", "mailto:"]
        .iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)));
    known.map_or(text, |scheme| &text[scheme.len()..]).replace(";ext=", " x")
}

#[cfg(test)]
mod tests {
    use encoding_rs::GB18030;
    use shared::import::Reading;

    use super::*;
    use crate::import::table::Table;

    /// What the cards of a file are called.
    fn names(file: &[u8]) -> Vec<String> {
        let table = Table::read(file, &Reading::default()).unwrap();
        let at = table.column("Name").unwrap();
        table.rows().map(|row| row.cell(at).to_owned()).collect()
    }

    /// A card whose name is folded after so many of its bytes.
    fn folded(property: &str, name: &[u8], at: usize, fold: &str) -> Vec<u8> {
        let begin = format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{property}:");
        [begin.as_bytes(), &name[..at], fold.as_bytes(), &name[at..], b"\r\nTEL:13800138000\r\nEND:VCARD\r\n"].concat()
    }

    #[test]
    fn lines_folded_within_a_character_are_read_whatever_they_are_written_in() {
        let name = "赵敏敏";
        let gbk = GB18030.encode(name).0.into_owned();
        for (bytes, property) in [(name.as_bytes(), "FN"), (name.as_bytes(), "FN;CHARSET=UTF-8"), (&gbk[..], "FN")] {
            for (at, fold) in (1..bytes.len()).flat_map(|at| [(at, "\r\n "), (at, "\n\t")]) {
                assert_eq!(names(&folded(property, bytes, at, fold)), [name], "{property} {bytes:x?} {at}");
            }
        }
        let file = folded("FN", name.as_bytes(), 4, "\r\n ");
        assert_eq!(names(&[&b"\xef\xbb\xbf"[..], &file[..]].concat()), [name]);
        let wide = String::from_utf8(folded("FN", name.as_bytes(), 3, "\r\n ")).unwrap();
        let wide: Vec<u8> = format!("\u{feff}{wide}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(names(&wide), [name]);
    }

    #[test]
    fn one_folded_line_spoils_no_card_of_a_file_from_several_programs() {
        let quoted = b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=D5=\r\n=C5=C8=FD\r\nEND:VCARD\r\n";
        let newest = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:李娜\r\nURL:https://a.example/?a=\r\n b\r\nEND:VCARD\r\n";
        let file = [&quoted[..], &folded("FN", "赵敏敏".as_bytes(), 4, "\r\n ")[..], newest.as_bytes()].concat();
        assert_eq!(names(&file), ["张三", "赵敏敏", "李娜"]);
        assert_eq!(unfolded(b"name,city\n Acme,Paris\n"), &b"name,city\n Acme,Paris\n"[..], "no cards");
    }

    fn cell_of(lines: &str, column: &str) -> String {
        let card = format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{lines}\r\nEND:VCARD\r\n");
        let Entry::VCard(card) = Parser::new(&card).entry() else { panic!("{card}") };
        let at = COLUMNS.iter().position(|name| *name == column).unwrap();
        row(&card)[at].clone()
    }

    fn website_of(lines: &str) -> String {
        cell_of(&format!("FN:Jon\r\n{lines}"), "Website")
    }

    #[test]
    fn names_are_put_together_of_their_parts_where_nobody_has_done_so() {
        for (lines, name) in [
            ("N:King;Martin;Luther;Dr.;Jr.", "Martin Luther King Jr."),
            ("N:王;小明;;;", "王小明"),
            ("N:King;Martin;;;Jr.\r\nFN:M. King", "M. King"),
        ] {
            assert_eq!(cell_of(lines, "Name"), name, "{lines}");
        }
    }

    #[test]
    fn only_cards_that_say_so_are_of_a_kind() {
        for (lines, kind) in
            [("FN:Jon", ""), ("FN:Jon\r\nKIND:individual", "person"), ("FN:Acme\r\nX-ABShowAs:COMPANY", "company")]
        {
            assert_eq!(cell_of(lines, "Kind"), kind, "{lines}");
        }
    }

    #[test]
    fn pages_of_people_are_no_websites_of_their_companies() {
        for (lines, website) in [
            ("ORG:Acme\r\nURL;TYPE=home:https://jon.example", ""),
            (
                "ORG:Acme\r\nURL;TYPE=home:https://jon.example\r\nURL;TYPE=WORK:https://acme.example",
                "https://acme.example",
            ),
            ("ORG:Acme\r\nURL;TYPE=pref:https://acme.example", "https://acme.example"),
            ("ORG:Acme\r\nURL:https://acme.example", "https://acme.example"),
            ("URL:https://jon.example", ""),
            ("ORG:Acme\r\nX-ABShowAs:COMPANY\r\nURL;TYPE=home:https://acme.example", "https://acme.example"),
        ] {
            assert_eq!(website_of(lines), website, "{lines}");
        }
    }
}

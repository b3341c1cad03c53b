//! What cells look like, so that columns without names can be told by them.

use shared::import::DateOrder;
use shared::record::{Kind, normalize};

use super::people::{is_company, is_person};
use crate::import::dates;

/// Longest cell that is looked at, in bytes.
const LONGEST: usize = 300;
/// Where addresses of the web end that say neither what they are nor `www`.
const DOMAINS: &str = "com cn net org io eu de uk fr it es nl at ch be se pl jp kr hk tw sg au ca us info biz";
/// Postcodes that nothing else looks like: `A` is any letter, `9` any digit.
const POSTCODES: &str =
    "A9 9AA|A99 9AA|A9A 9AA|AA9 9AA|AA99 9AA|AA9A 9AA|A9A 9A9|9999 AA|〒999-9999|99999-999|99999-9999";
/// What addresses have in them besides a number.
const STREETS: &str =
    "street st road rd avenue ave lane drive boulevard blvd straße strasse str rue via calle weg platz";

/// What a cell looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Email,
    Web,
    Day,
    Moment,
    Phone,
    Money,
    /// A postcode that is nothing else.
    Postcode,
    /// So many digits and nothing else: five or six may be a postcode.
    Digits(usize),
    Company,
    Address,
    /// What a person is certainly called.
    Person,
    /// What may be a person's name, or anything.
    Name,
    /// Anything else.
    Text,
}

impl Look {
    /// The look of a cell that isn't empty, in a column whose days are written in that order.
    pub(super) fn of(cell: &str, order: Option<DateOrder>) -> Self {
        match () {
            () if cell.len() > LONGEST => Self::Text,
            () if cell.contains('@') && fits(&Kind::Emails, cell) => Self::Email,
            () if is_web(cell) => Self::Web,
            () if cell.len() < 10 && cell.bytes().all(|byte| byte.is_ascii_digit()) => Self::Digits(cell.len()),
            () if is_postcode(cell) => Self::Postcode,
            () => day(cell, order).or_else(|| number(cell)).unwrap_or_else(|| called(cell)),
        }
    }
}

fn fits(kind: &Kind, text: &str) -> bool {
    normalize("", kind, &text.into()).is_ok_and(|value| !value.is_null())
}

fn is_web(cell: &str) -> bool {
    let says_so = ["http://", "https://", "www."].iter().any(|start| cell.starts_with(start));
    let host = cell.split('/').next().unwrap_or_default().to_lowercase();
    let is_host = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    let ends = host.rsplit_once('.').is_some_and(|(_, end)| DOMAINS.split(' ').any(|domain| domain == end));
    (says_so || is_host && ends) && fits(&Kind::Url, cell)
}

fn is_postcode(cell: &str) -> bool {
    let alike = |c: char| match c {
        'A'..='Z' => 'A',
        '0'..='9' => '9',
        other => other,
    };
    let shape: String = cell.chars().map(alike).collect();
    POSTCODES.split('|').any(|known| known == shape)
}

fn day(cell: &str, order: Option<DateOrder>) -> Option<Look> {
    if !cell.bytes().any(|byte| byte.is_ascii_digit()) || cell.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let read = dates::read(cell, order);
    match read.contains(':') {
        false => fits(&Kind::Date, &read).then_some(Look::Day),
        true => fits(&Kind::DateTime, &read).then_some(Look::Moment),
    }
}

fn number(cell: &str) -> Option<Look> {
    let is_amount = cell.contains(['¥', '￥', '$', '€', '£']) || cell.ends_with(['元', '圆', '万', '萬', '亿', '億']);
    match () {
        () if is_amount && fits(&Kind::Money, cell) => Some(Look::Money),
        () if fits(&Kind::Phones, cell) && cell.split([',', ';', '，', '；', '、']).all(is_phone) => {
            Some(Look::Phone)
        }
        () => None,
    }
}

/// Whether digits are grouped or begin as those of telephones: numbers of orders and the like are as long.
fn is_phone(entry: &str) -> bool {
    let entry = entry.trim();
    let groups: Vec<&str> = entry.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let digits = groups.concat();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let is_mobile =
        digits.len() == 11 && digits.starts_with('1') && digits[1..].starts_with(|c: char| ('3'..='9').contains(&c));
    let is_abroad = entry.starts_with(['+', '(']) || digits.starts_with("00") && digits.len() > 10;
    let is_local = digits.starts_with('0') && digits.len() > 8 && groups.len() > 1;
    (7..=15).contains(&digits.len()) && (is_mobile || is_abroad || is_local || lengths == [3, 3, 4])
}

fn called(cell: &str) -> Look {
    match is_person(cell) {
        _ if is_company(cell) => Look::Company,
        _ if is_address(cell) => Look::Address,
        (_, true) => Look::Person,
        (true, _) => Look::Name,
        _ => Look::Text,
    }
}

fn is_address(cell: &str) -> bool {
    let has = |signs: &[char]| cell.contains(signs);
    let is_chinese = has(&['省', '市', '区', '县']) && has(&['路', '街', '道', '号', '村', '镇', '巷', '弄']);
    let lower = cell.to_lowercase();
    let mut words = lower.split([' ', ',', '.']).filter(|word| !word.is_empty());
    let is_street = words.any(|word| {
        STREETS.split(' ').any(|street| word == street) || word.ends_with("straße") || word.ends_with("strasse")
    });
    is_chinese && cell.chars().count() > 5 || is_street && cell.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_what_nothing_else_looks_like() {
        for (cell, look) in [
            ("a@b.test", Look::Email),
            ("https://acme.test", Look::Web),
            ("acme.example.com", Look::Web),
            ("node.js", Look::Text),
            ("2024-01-31", Look::Day),
            ("2024-01-31 10:30", Look::Moment),
            ("13800138000", Look::Phone),
            ("+49 170 1234567", Look::Phone),
            ("0571-88881234", Look::Phone),
            ("555-123-4567", Look::Phone),
            ("20231105001234", Look::Text),
            ("1 234 567", Look::Text),
            ("¥1,200.00", Look::Money),
            ("50万", Look::Money),
            ("SW1A 1AA", Look::Postcode),
            ("310000", Look::Digits(6)),
            ("1200.50", Look::Text),
            ("杭州市西湖区文三路 90 号", Look::Address),
            ("12 Main St, Springfield", Look::Address),
            ("王小明", Look::Person),
            ("GTX Pro", Look::Name),
            ("Acme Ltd.", Look::Company),
            ("retail", Look::Text),
        ] {
            assert_eq!(Look::of(cell, None), look, "{cell}");
        }
        assert_eq!(Look::of("3/4/2024", Some(DateOrder::DayFirst)), Look::Day);
    }
}

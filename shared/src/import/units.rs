//! Units that the names of columns say their numbers are in: 合同金额（万元）, Revenue (k).

use crate::record::FieldDef;

/// What a unit is called, and how much one of it is.
const UNITS: &[(&str, u64)] = &[
    ("千", 1_000),
    ("k", 1_000),
    ("thousand", 1_000),
    ("thousands", 1_000),
    ("万", 10_000),
    ("萬", 10_000),
    ("百万", 1_000_000),
    ("m", 1_000_000),
    ("mn", 1_000_000),
    ("mio", 1_000_000),
    ("million", 1_000_000),
    ("millions", 1_000_000),
    ("千万", 10_000_000),
    ("亿", 100_000_000),
    ("億", 100_000_000),
    ("", 1),
];
/// What amounts are in besides; says nothing of how many.
const CURRENCIES: &[&str] = &["人民币", "元", "圆", "rmb", "cny", "usd", "eur", "¥", "￥", "$", "€"];
/// What currencies are called besides by their codes, with `|` between the names.
const CALLED: &[(&str, &str)] = &[
    ("CNY", "rmb|人民币|人民幣|元|圆|¥|￥|cn¥|yuan|renminbi|chinese yuan"),
    ("USD", "美元|美金|$|us$|dollar|us dollar|us dollars|u.s. dollar"),
    ("EUR", "欧元|歐元|€|euro|euros"),
    ("GBP", "英镑|英鎊|£|pound|british pound|pound sterling"),
    ("HKD", "港币|港元|港幣|hk$|hong kong dollar"),
    ("TWD", "新台币|新台幣|台币|nt$"),
    ("JPY", "日元|日圆|日圓|yen|japanese yen"),
    ("SGD", "新加坡元|新币|s$|singapore dollar"),
];
/// Letters of a currency's code.
const CODE: usize = 3;
/// Factors that people choose from.
pub const FACTORS: &[u64] = &[1, 1_000, 10_000, 1_000_000, 100_000_000];

/// The name of a column without the unit in brackets at its end, and how much one of that unit is; nothing where what stands
/// in the brackets is no unit.
pub fn unit(column: &str) -> Option<(&str, u64)> {
    let inner = column.trim().strip_suffix([')', '）', ']', '】'])?;
    let (at, bracket) = inner.char_indices().rev().find(|(_, c)| matches!(c, '(' | '（' | '[' | '【'))?;
    let said = inner[at + bracket.len_utf8()..].to_lowercase();
    let said = said.trim_start_matches("单位").trim_start_matches([':', '：']).trim_start_matches("in ");
    let bare = CURRENCIES.iter().fold(said.to_owned(), |said, currency| said.replace(currency, ""));
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == bare.trim())?;
    Some((inner[..at].trim_end(), *factor))
}

/// By what the numbers of a column are multiplied that fills a field; nothing where they are as they stand.
pub fn factor(field: &FieldDef, column: &str) -> Option<u64> {
    unit(column).filter(|_| field.kind.is_scaled()).map(|(_, factor)| factor).filter(|factor| *factor > 1)
}

/// The code of a currency that people or programs write in another way: 人民币, US$, USD - U.S. Dollar.
pub fn currency(text: &str) -> Option<&str> {
    let called = text.trim().to_lowercase();
    let known = CALLED.iter().find(|(_, names)| names.split('|').any(|name| name == called));
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let mut codes = words.filter(|word| word.len() == CODE && word.bytes().all(|byte| byte.is_ascii_uppercase()));
    let only = codes.next().filter(|_| codes.next().is_none());
    known.map(|(code, _)| *code).or(only)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_known_by_their_names_and_signs() {
        for (text, code) in [
            ("人民币", Some("CNY")),
            ("RMB", Some("CNY")),
            (" US$ ", Some("USD")),
            ("USD - U.S. Dollar", Some("USD")),
            ("Euro (EUR)", Some("EUR")),
            ("CHF", Some("CHF")),
            ("CNY / USD", None),
            ("money", None),
        ] {
            assert_eq!(currency(text), code, "{text}");
        }
    }

    #[test]
    fn units_are_read_from_the_names_of_columns() {
        for (column, found) in [
            ("合同金额（万元）", Some(("合同金额", 10_000))),
            ("年营业额(单位：亿元)", Some(("年营业额", 100_000_000))),
            ("Annual revenue (in millions USD)", Some(("Annual revenue", 1_000_000))),
            ("Amount [k€]", Some(("Amount", 1_000))),
            ("金额(元)", Some(("金额", 1))),
            ("Phone (work)", None),
            ("Amount", None),
        ] {
            assert_eq!(unit(column), found, "{column}");
        }
    }
}

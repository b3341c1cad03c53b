//! Amounts of money.

use rust_decimal::Decimal;

use super::number::{grouped, rounded, short, signed};
use crate::i18n::Locale;

/// An amount to its currency's smallest unit, with grouping and symbol: `¥1,234.50`, `CN¥1,234.50`, `-$0.99`.
pub fn money(locale: Locale, amount: Decimal, currency: &str) -> String {
    let digits = fraction_digits(currency);
    let mut absolute = rounded(amount.abs(), digits);
    absolute.rescale(digits);
    signed(amount, &(symbol(locale, currency) + &grouped(absolute)))
}

/// An amount in the short form people say: `¥1.2亿`, `¥3,400万`; `$1.2M`, `$340K`.
pub fn money_short(locale: Locale, amount: Decimal, currency: &str) -> String {
    let text = short(locale, amount.abs(), fraction_digits(currency));
    signed(amount, &(symbol(locale, currency) + &with_cents(text, fraction_digits(currency))))
}

/// `4.5` is written `4.50` in money; figures with a unit stay as they are.
fn with_cents(mut text: String, digits: u32) -> String {
    let fraction = text.split_once('.').map(|(_, fraction)| fraction);
    if let Some(fraction) = fraction.filter(|f| f.bytes().all(|b| b.is_ascii_digit())) {
        let lacking = (digits as usize).saturating_sub(fraction.len());
        text.extend(std::iter::repeat_n('0', lacking));
    }
    text
}

/// What stands before an amount of this currency. The language's own currency has the short sign; a currency without
/// a sign of its own is named by its code and a space that does not break.
pub fn symbol(locale: Locale, currency: &str) -> String {
    let sign = match (currency, locale) {
        ("CNY", Locale::ZhCn) | ("JPY", Locale::En) => "¥",
        ("CNY", Locale::En) => "CN¥",
        ("JPY", Locale::ZhCn) => "JP¥",
        ("USD", Locale::En) => "$",
        ("USD", Locale::ZhCn) => "US$",
        ("EUR", _) => "€",
        ("GBP", _) => "£",
        ("HKD", _) => "HK$",
        ("TWD", _) => "NT$",
        ("SGD", _) => "S$",
        ("AUD", _) => "A$",
        ("CAD", _) => "CA$",
        ("NZD", _) => "NZ$",
        ("MXN", _) => "MX$",
        ("BRL", _) => "R$",
        ("KRW", _) => "₩",
        ("INR", _) => "₹",
        ("VND", _) => "₫",
        ("PHP", _) => "₱",
        ("ILS", _) => "₪",
        ("", _) => "",
        (code, _) => return format!("{code}\u{a0}"),
    };
    sign.to_owned()
}

/// Fractional digits of a currency by ISO 4217.
fn fraction_digits(currency: &str) -> u32 {
    match currency {
        "JPY" | "KRW" | "VND" | "CLP" | "ISK" | "PYG" | "UGX" | "XAF" | "XOF" | "XPF" | "RWF" | "KMF" | "GNF"
        | "DJF" | "BIF" | "VUV" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale::{En, ZhCn};

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn amounts_are_exact_and_carry_their_currency() {
        assert_eq!(money(ZhCn, d("1234.5"), "CNY"), "¥1,234.50");
        assert_eq!(money(En, d("1234.5"), "CNY"), "CN¥1,234.50");
        assert_eq!(money(En, d("10005534"), "USD"), "$10,005,534.00");
        assert_eq!(money(ZhCn, d("10005534"), "USD"), "US$10,005,534.00");
        assert_eq!(money(En, d("9999999999999999.99"), "EUR"), "€9,999,999,999,999,999.99");
        assert_eq!(money(En, d("0"), "GBP"), "£0.00");
        assert_eq!(money(En, d("12.3"), "CHF"), "CHF\u{a0}12.30");
    }

    #[test]
    fn the_currency_decides_the_fraction() {
        assert_eq!(money(En, d("1234.50"), "JPY"), "¥1,235");
        assert_eq!(money(ZhCn, d("1234"), "JPY"), "JP¥1,234");
        assert_eq!(money(En, d("1.5"), "KWD"), "KWD\u{a0}1.500");
        assert_eq!(money(En, d("2.005"), "USD"), "$2.01");
    }

    #[test]
    fn the_minus_sign_stands_before_the_currency() {
        assert_eq!(money(ZhCn, d("-1234.5"), "CNY"), "-¥1,234.50");
        assert_eq!(money(En, d("-0.004"), "USD"), "$0.00");
        assert_eq!(money_short(En, d("-1250000"), "USD"), "-$1.3M");
    }

    #[test]
    fn short_amounts_follow_the_habit_of_the_language() {
        assert_eq!(money_short(ZhCn, d("120000000"), "CNY"), "¥1.2亿");
        assert_eq!(money_short(ZhCn, d("34000000"), "CNY"), "¥3,400万");
        assert_eq!(money_short(ZhCn, d("8800"), "CNY"), "¥8,800");
        assert_eq!(money_short(En, d("1200000"), "USD"), "$1.2M");
        assert_eq!(money_short(En, d("340000"), "USD"), "$340K");
        assert_eq!(money_short(En, d("1200000000"), "USD"), "$1.2B");
        assert_eq!(money_short(En, d("999950"), "USD"), "$1M");
    }

    #[test]
    fn small_amounts_keep_their_cents() {
        assert_eq!(money_short(En, d("4.50"), "USD"), "$4.50");
        assert_eq!(money_short(En, d("12.00"), "USD"), "$12");
        assert_eq!(money_short(En, d("99.999"), "USD"), "$100");
        assert_eq!(money_short(En, d("4.5"), "JPY"), "¥5");
        assert_eq!(money_short(En, d("450.75"), "USD"), "$451");
    }
}

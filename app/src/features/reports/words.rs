//! Numbers as they are read.

use leptos::prelude::Get;
use rust_decimal::Decimal;
use shared::format::{number, percent};
use shared::i18n::{self, Locale, translate};
use shared::report::Dimension;
use shared::types::TICKET;

use crate::context::Page;

/// How long something took: the two largest units, rounded down.
pub(super) fn duration(locale: Locale, seconds: i64) -> String {
    let part = |key: &str, n: i64| translate(locale, key, &[("n", &n.to_string())]);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let (first, second) = match (days, hours, minutes) {
        (0, 0, 0) => return part("desk.seconds", seconds),
        (0, 0, _) => return part("desk.minutes", minutes),
        (0, _, _) => (part("desk.hours", hours), (minutes > 0).then(|| part("desk.minutes", minutes))),
        _ => (part("desk.days", days), (hours > 0).then(|| part("desk.hours", hours))),
    };
    shared::format::duration(locale, &first, second.as_deref())
}

/// A share, from tenths of a percent.
pub(super) fn share(locale: Locale, tenths: i64) -> String {
    percent(locale, Decimal::new(tenths, 1))
}

/// Stars, from hundredths.
pub(super) fn stars(locale: Locale, hundredths: i64) -> String {
    let rounded = Decimal::new(hundredths, 2).round_dp(1);
    format!("{} ★", number(locale, rounded))
}

/// Points that may be fewer than none, with their sign.
pub(super) fn points(locale: Locale, points: i64) -> String {
    let text = number(locale, points.abs());
    match points {
        0 => text,
        1.. => format!("+{text}"),
        _ => format!("−{text}"),
    }
}

/// What a grouping is called; tracked.
pub(super) fn dimension(page: Page, by: &Dimension) -> String {
    let locale = page.locale.get();
    let own = i18n::field_label(locale, by.def, by.field.name);
    let Some(via) = by.via else { return own };
    let reference = i18n::field_label(locale, &TICKET, via);
    translate(locale, "list.filter.path", &[("reference", &reference), ("field", &own)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_say_their_two_largest_units() {
        let all = [45, 60, 3_599, 3_600, 5_400, 86_400, 97_200, 864_059].map(|seconds| duration(Locale::En, seconds));
        assert_eq!(all, ["45s", "1m", "59m", "1h", "1h 30m", "1d", "1d 3h", "10d"]);
        assert_eq!(duration(Locale::ZhCn, 5_400), "1小时30分钟");
    }

    #[test]
    fn shares_and_stars_have_one_digit() {
        assert_eq!([share(Locale::En, 667), share(Locale::En, 1_000)], ["66.7%", "100%"]);
        assert_eq!([stars(Locale::En, 433), stars(Locale::En, 500)], ["4.3 ★", "5 ★"]);
        assert_eq!([42, 0, -100].map(|n| points(Locale::En, n)), ["+42", "0", "−100"]);
    }
}

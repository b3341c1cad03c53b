//! Which phone numbers are the same, however they are written.

/// Fewest digits of a number that is somebody's own: shorter ones are shared by all.
const OWN: usize = 7;
/// Digits that count, of the end: without the country's code most numbers have no more.
const COUNTED: usize = 11;
/// Most digits of a country's code.
const CODE: usize = 3;
/// What stands before an extension.
pub(crate) const EXTENSION: [char; 3] = ['x', '#', '转'];

/// The digits of a phone that count: without the country's code and the zero for it. Short ones are nobody's own. They stand
/// together, in this order, in the digits of the text.
pub fn dialled(text: &str) -> Option<String> {
    // An extension does not make it another phone.
    let digits = digits(text.split(EXTENSION).next().unwrap_or(text));
    let plain = digits.trim_start_matches('0');
    let plain = if plain.len() > COUNTED { plain.strip_prefix("86").unwrap_or(plain) } else { plain };
    (plain.len() >= OWN).then(|| plain[plain.len().saturating_sub(COUNTED)..].to_owned())
}

/// What tells a phone from others: the digits that count, of a short one all that it has.
pub fn phone_key(text: &str) -> String {
    dialled(text).unwrap_or_else(|| digits(text))
}

/// Whether a number is the other one written in another way, and says nothing that the other doesn't: it may leave out the
/// extension.
pub fn repeats_phone(number: &str, known: &str) -> bool {
    let extension = |text: &str| text.split_once(EXTENSION).map(|(_, rest)| digits(rest)).unwrap_or_default();
    let says_more = || !extension(number).is_empty() && extension(number) != extension(known);
    number == known || dialled(number).is_some_and(|own| dialled(known) == Some(own)) && !says_more()
}

/// Whether one number of a record is another one of it as it is written now: with the country's code instead of the zero, or
/// the other way round.
pub(super) fn is_rewritten(one: &str, other: &str) -> bool {
    let parts = |text: &str| {
        let (number, extension) = text.split_once(EXTENSION).unwrap_or((text, ""));
        (digits(&number.replace("(0)", "")).trim_start_matches('0').to_owned(), digits(extension))
    };
    let ((one, one_extension), (other, other_extension)) = (parts(one), parts(other));
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let is_end = short.len() >= OWN && long.len() - short.len() <= CODE && long.ends_with(&short);
    is_end && one_extension == other_extension
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_phone_is_written_in_many_ways() {
        for text in ["+86 139 0000 7777", "13900007777", "+8613900007777", "139-0000-7777", "0086 139 0000 7777"] {
            assert_eq!(dialled(text).as_deref(), Some("13900007777"), "{text}");
        }
        assert_eq!(dialled("0571 8888 1234 x12").as_deref(), Some("57188881234"));
        assert_eq!((dialled("110"), phone_key("11-0")), (None, "110".to_owned()));
    }

    #[test]
    fn a_number_with_another_extension_is_no_repetition() {
        assert!(repeats_phone("0755 2654 3210", "0755-26543210"));
        assert!(repeats_phone("0755 2654 3210", "0755-26543210 x12"));
        assert!(!repeats_phone("0755 2654 3210 x13", "0755-26543210 x12"));
        assert!(!repeats_phone("0755 2654 3210 x13", "0755-26543210"));
        assert!(repeats_phone("110", "110") && !repeats_phone("110", "1-10"));
    }

    #[test]
    fn a_number_stays_the_same_with_and_without_its_country() {
        for (one, other) in [("0571 8888 1234", "+8657188881234"), ("+49 (0)30 123456", "030-123456")] {
            assert!(is_rewritten(one, other) && is_rewritten(other, one), "{one}");
        }
        for (one, other) in
            [("010 8888 1234", "021 8888 1234"), ("0571 8888 1234", "+8657188881234 x1"), ("110", "0110")]
        {
            assert!(!is_rewritten(one, other), "{one}");
        }
    }
}

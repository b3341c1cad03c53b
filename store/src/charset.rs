//! What texts are written in that don't say so.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    EUC_KR, Encoding, GB18030, GBK, ISO_8859_2, ISO_8859_7, KOI8_U, UTF_8, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253,
};

/// Bytes looked at: enough to tell, and little next to the longest files.
const LOOKED_AT: usize = 1 << 20;
/// Words looked at to tell whether they are of letters of their own.
const WORDS: usize = 10_000;
/// Fewest letters of such a word, and fewest such words: anything else may have a few.
const LETTERS: usize = 3;
const WHOLE: usize = 2;
/// Fewest pairs of only such bytes that are none: fewer may be a name and a city in Chinese.
const UNLIKELY: usize = 6;
/// What letters of Central Europe are in Western character sets: signs that don't stand within words.
const SIGNS: [char; 6] = ['±', '³', '¶', '¹', '¼', '¾'];

/// The text in the likeliest character set, and which one that is. UTF-8 and Chinese tell themselves apart by their bytes;
/// what is neither goes by how often letters follow each other in each language.
pub(crate) fn guessed(bytes: &[u8]) -> (Cow<'_, str>, &'static Encoding) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.into(), UTF_8);
    }
    let part = &bytes[..bytes.len().min(LOOKED_AT)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(part, part.len() == bytes.len());
    let found = detector.guess(None, Utf8Detection::Deny);
    let chinese = GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    let encoding = match chinese.as_ref().map(|_| pairs(part)) {
        // Korean stands in the first third of the same rows.
        Some(Pairs { later: 0, .. }) if found == EUC_KR => EUC_KR,
        Some(pairs) if is_like_chinese(found) && pairs.are_letters() => found,
        Some(pairs) if pairs.usual > 4 * pairs.others => GB18030,
        _ if found == GBK => GB18030,
        _ => found,
    };
    let text = chinese.filter(|_| encoding == GB18030);
    (text.unwrap_or_else(|| encoding.decode_without_bom_handling(bytes).0), encoding)
}

/// Whether Greek or Cyrillic is written so, with bytes that are pairs of GB 2312 as well.
fn is_like_chinese(encoding: &'static Encoding) -> bool {
    [WINDOWS_1251, WINDOWS_1253, ISO_8859_7, KOI8_U].contains(&encoding)
}

/// Whether the words of a text that was guessed to be in a character set can hardly be any other's. Of scripts other than the
/// Latin one, words have no Latin letters, while accented ones stand among plain ones; of Central European ones, letters stand
/// within words where Western Europe has signs.
pub(crate) fn is_certain(bytes: &[u8], text: &str, found: &'static Encoding) -> bool {
    if found == ISO_8859_2 {
        let western = WINDOWS_1252.decode_without_bom_handling(&bytes[..bytes.len().min(LOOKED_AT)]).0;
        return has_signs_within_words(&western);
    }
    let (mut whole, mut mixed) = (0, 0);
    for word in text.split(|c: char| !c.is_alphabetic()).take(WORDS) {
        let own = word.chars().filter(|c| !c.is_ascii()).count();
        mixed += usize::from(own > 0 && own < word.chars().count());
        whole += usize::from(own >= LETTERS && own == word.chars().count());
    }
    whole >= WHOLE && mixed * 10 <= whole
}

fn has_signs_within_words(text: &str) -> bool {
    let mut before = [' '; 2];
    text.chars().any(|c| {
        let is_within = before[0].is_alphabetic() && SIGNS.contains(&before[1]) && c.is_alphabetic();
        before = [before[1], c];
        is_within
    })
}

/// Pairs of bytes beyond ASCII.
#[derive(Default)]
struct Pairs {
    /// Of GB 2312, which has what is written in Chinese every day.
    usual: usize,
    /// Those of them in rows where no other language has its letters.
    later: usize,
    /// In none of its rows: an accented letter makes a pair with the plain one behind it.
    others: usize,
    /// Of either, those of two bytes that are letters in Greek and Cyrillic.
    letters: usize,
}

impl Pairs {
    /// Whether there are many, and each of them would be two letters of Greek or Cyrillic: of common Chinese characters, most
    /// are in the rows before those.
    fn are_letters(&self) -> bool {
        self.letters >= UNLIKELY && self.letters == self.usual + self.others
    }
}

fn pairs(bytes: &[u8]) -> Pairs {
    let mut pairs = Pairs::default();
    let mut rest = bytes.iter();
    while let Some(lead) = rest.next() {
        if lead.is_ascii() {
            continue;
        }
        let Some(trail) = rest.next() else {
            pairs.others += 1;
            break;
        };
        pairs.letters += usize::from(*lead >= 0xc0 && *trail >= 0xc0);
        if (0xa1..=0xf7).contains(lead) && (0xa1..=0xfe).contains(trail) {
            pairs.usual += 1;
            pairs.later += usize::from(*lead > 0xc8);
        } else {
            pairs.others += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use encoding_rs::BIG5;

    use super::*;

    #[test]
    fn short_tables_are_told_by_how_they_are_written() {
        for (text, encoding) in [
            ("name,city\nJürgen Müller,Köln\n", WINDOWS_1252),
            ("Nom;Ville\nHélène;Besançon\nRené;Orléans\n", WINDOWS_1252),
            ("名称,城市\n关系科技,杭州\n", GB18030),
            ("姓名,电话\n朱镕基,010\n", GB18030),
            ("name,city\n赵琪子,苏州\n", GB18030),
            ("name,city\n宋琳,厦门\n", GB18030),
            ("名稱,城市\n關係科技股份有限公司,臺北市信義區\n", BIG5),
            ("이름,도시\n김민수,서울특별시\n이서연,부산광역시\n", EUC_KR),
            ("имя,город\nАнна,Москва\nИван,Новгород\n", WINDOWS_1251),
            // All of their words have as many letters as pairs have bytes.
            ("name,city\nИванов,Казань\n", WINDOWS_1251),
            ("name,city\nИванов,Казань\n", KOI8_U),
            ("Επωνυμία,Τηλέφωνο\nΑφοί Παπαδόπουλοι ΟΕ,210\n", WINDOWS_1253),
            ("name\n€ 5\n", UTF_8),
        ] {
            assert_eq!(guessed(&encoding.encode(text).0), (Cow::Borrowed(text), encoding));
        }
    }

    #[test]
    fn words_of_letters_of_their_own_are_certain() {
        let is_certain = |text: &str, encoding: &'static Encoding| {
            let bytes = encoding.encode(text).0;
            is_certain(&bytes, &encoding.decode_without_bom_handling(&bytes).0, encoding)
        };
        assert!(is_certain("name,city\nΜαρία,Πάτρα\n", ISO_8859_7));
        assert!(is_certain("name\nMichał Kość\n", ISO_8859_2));
        // One word is too little, and so are letters that stand alone.
        assert!(!is_certain("name,city\nAcme AE,Αθήνα\n", ISO_8859_7));
        assert!(!is_certain("name\nω,φ,σ\n", ISO_8859_7));
        // Accented letters stand among plain ones, and signs at the ends of words.
        let western = WINDOWS_1252.encode("name,city\nMüller,Köln\nm³ x×y,1¹ ©Acme ±2\n").0.into_owned();
        for encoding in [ISO_8859_7, ISO_8859_2] {
            let text = encoding.decode_without_bom_handling(&western).0;
            assert!(!super::is_certain(&western, &text, encoding), "{}", encoding.name());
        }
    }
}

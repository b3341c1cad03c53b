//! What texts are written in that don't say so.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_KR, Encoding, GB18030, GBK, UTF_8};

/// Bytes looked at: enough to tell, and little next to the longest files.
const LOOKED_AT: usize = 1 << 20;

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
        Some(pairs) if pairs.usual > 4 * pairs.others => GB18030,
        _ if found == GBK => GB18030,
        _ => found,
    };
    let text = chinese.filter(|_| encoding == GB18030);
    (text.unwrap_or_else(|| encoding.decode_without_bom_handling(bytes).0), encoding)
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
}

fn pairs(bytes: &[u8]) -> Pairs {
    let mut pairs = Pairs::default();
    let mut rest = bytes.iter();
    while let Some(lead) = rest.next() {
        if lead.is_ascii() {
            continue;
        }
        match (lead, rest.next()) {
            (0xa1..=0xf7, Some(0xa1..=0xfe)) => {
                pairs.usual += 1;
                pairs.later += usize::from(*lead > 0xc8);
            }
            _ => pairs.others += 1,
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, WINDOWS_1251, WINDOWS_1252};

    use super::*;

    #[test]
    fn short_tables_are_told_by_how_they_are_written() {
        for (text, encoding) in [
            ("name,city\nJürgen Müller,Köln\n", WINDOWS_1252),
            ("Nom;Ville\nHélène;Besançon\nRené;Orléans\n", WINDOWS_1252),
            ("名称,城市\n关系科技,杭州\n", GB18030),
            ("姓名,电话\n朱镕基,010\n", GB18030),
            ("名稱,城市\n關係科技股份有限公司,臺北市信義區\n", BIG5),
            ("이름,도시\n김민수,서울특별시\n이서연,부산광역시\n", EUC_KR),
            ("имя,город\nАнна,Москва\nИван,Новгород\n", WINDOWS_1251),
            ("name\n€ 5\n", UTF_8),
        ] {
            assert_eq!(guessed(&encoding.encode(text).0), (Cow::Borrowed(text), encoding));
        }
    }
}

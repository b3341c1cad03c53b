//! How countries number their telephones.

/// Whether a zero is dialled before numbers within a country.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Zero {
    Never,
    Always,
    /// Many leave it out, and nothing else is as long.
    Often,
}

use Zero::{Always, Never, Often};

/// How a country numbers its telephones.
pub(in crate::tidy) struct Plan {
    /// ISO 3166 code.
    iso: &'static str,
    /// What is dialled for it from abroad.
    pub(super) code: &'static str,
    pub(super) zero: Zero,
    /// Fewest and most digits behind that zero.
    digits: (usize, usize),
    /// What people call it, in small letters.
    names: &'static str,
}

const fn plan(iso: &'static str, code: &'static str, zero: Zero, digits: (usize, usize), names: &'static str) -> Plan {
    Plan { iso, code, zero, digits, names }
}

/// The countries that numbers without their code can be of.
pub(super) const PLANS: &[Plan] = &[
    plan("CN", "86", Always, (10, 11), "china|中国|中华人民共和国|prc|p.r. china|mainland china"),
    plan("HK", "852", Never, (8, 8), "hong kong|hongkong|hong kong sar|香港|中国香港|香港特别行政区"),
    plan("MO", "853", Never, (8, 8), "macao|macau|澳门|中国澳门|澳门特别行政区"),
    plan("TW", "886", Always, (8, 9), "taiwan|台湾|中国台湾|台灣"),
    plan("JP", "81", Always, (9, 10), "japan|日本"),
    plan("KR", "82", Always, (8, 10), "south korea|korea|republic of korea|韩国"),
    plan("SG", "65", Never, (8, 8), "singapore|新加坡"),
    plan("MY", "60", Always, (8, 10), "malaysia|马来西亚"),
    plan("TH", "66", Always, (8, 9), "thailand|泰国"),
    plan("VN", "84", Always, (9, 10), "vietnam|viet nam|越南"),
    plan("PH", "63", Always, (8, 10), "philippines|菲律宾"),
    plan("ID", "62", Always, (8, 12), "indonesia|印度尼西亚|印尼"),
    plan("IN", "91", Often, (10, 10), "india|印度"),
    plan("AE", "971", Always, (8, 9), "united arab emirates|uae|阿联酋"),
    plan("SA", "966", Always, (8, 9), "saudi arabia|沙特阿拉伯|沙特"),
    plan("IL", "972", Always, (8, 9), "israel|以色列"),
    plan("TR", "90", Often, (10, 10), "turkey|türkiye|土耳其"),
    plan("AU", "61", Always, (9, 9), "australia|澳大利亚|澳洲"),
    plan("NZ", "64", Always, (8, 10), "new zealand|新西兰"),
    plan("US", "1", Never, (10, 10), "united states|united states of america|usa|u.s.|美国"),
    plan("CA", "1", Never, (10, 10), "canada|加拿大"),
    plan("MX", "52", Never, (10, 10), "mexico|méxico|墨西哥"),
    plan("BR", "55", Often, (10, 11), "brazil|brasil|巴西"),
    plan("CL", "56", Never, (9, 9), "chile|智利"),
    plan("GB", "44", Always, (9, 10), "united kingdom|great britain|england|scotland|wales|uk|英国"),
    plan("IE", "353", Always, (7, 9), "ireland|爱尔兰"),
    plan("DE", "49", Always, (7, 11), "germany|deutschland|德国"),
    plan("AT", "43", Always, (7, 13), "austria|österreich|奥地利"),
    plan("CH", "41", Always, (9, 9), "switzerland|schweiz|suisse|svizzera|瑞士"),
    plan("FR", "33", Always, (9, 9), "france|法国"),
    plan("BE", "32", Always, (8, 9), "belgium|belgië|belgique|比利时"),
    plan("NL", "31", Always, (9, 9), "netherlands|the netherlands|nederland|holland|荷兰"),
    plan("LU", "352", Never, (6, 9), "luxembourg|luxemburg|卢森堡"),
    plan("IT", "39", Never, (8, 11), "italy|italia|意大利"),
    plan("ES", "34", Never, (9, 9), "spain|españa|西班牙"),
    plan("PT", "351", Never, (9, 9), "portugal|葡萄牙"),
    plan("GR", "30", Never, (10, 10), "greece|希腊"),
    plan("PL", "48", Never, (9, 9), "poland|polska|波兰"),
    plan("CZ", "420", Never, (9, 9), "czechia|czech republic|česko|捷克"),
    plan("SK", "421", Always, (9, 9), "slovakia|slovensko|斯洛伐克"),
    plan("RO", "40", Always, (9, 9), "romania|românia|罗马尼亚"),
    plan("DK", "45", Never, (8, 8), "denmark|danmark|丹麦"),
    plan("NO", "47", Never, (8, 8), "norway|norge|挪威"),
    plan("SE", "46", Always, (7, 9), "sweden|sverige|瑞典"),
    plan("FI", "358", Always, (6, 11), "finland|suomi|芬兰"),
    plan("UA", "380", Always, (9, 9), "ukraine|乌克兰"),
    plan("RU", "7", Never, (10, 10), "russia|russian federation|россия|俄罗斯"),
    plan("KZ", "7", Never, (10, 10), "kazakhstan|哈萨克斯坦"),
    plan("ZA", "27", Always, (9, 9), "south africa|南非"),
    plan("EG", "20", Always, (8, 10), "egypt|埃及"),
];

impl Plan {
    /// Whether there may be such a number, written without the zero.
    pub(super) fn has(&self, number: &str) -> bool {
        let (least, most) = self.digits;
        let begins_right = match self.code {
            "86" => is_chinese(number),
            "1" => !number.starts_with(['0', '1']),
            // There the zero is a part of the number.
            "39" => true,
            _ => !number.starts_with('0'),
        };
        (least..=most).contains(&number.len()) && begins_right
    }

    /// A number as it is dialled within the country, without the zero.
    pub(super) fn within<'n>(&self, number: &'n str) -> Option<&'n str> {
        let bare = match self.zero {
            Never => Some(number),
            Always => number.strip_prefix('0'),
            Often => Some(number.strip_prefix('0').unwrap_or(number)),
        };
        // Mobile phones have no zero before them, nor have numbers that cost little.
        let has_none = self.code == "86" && ["1", "400", "800"].iter().any(|begin| number.starts_with(begin));
        bare.or_else(|| has_none.then_some(number)).filter(|bare| self.has(bare))
    }
}

/// Beijing, eight digits behind the other one's of the large cities, mobile phones, all others.
fn is_chinese(number: &str) -> bool {
    match number.as_bytes() {
        [b'1', b'0', ..] | [b'2', ..] => number.len() == 10,
        [b'1', b'3'..=b'9', ..] => number.len() == 11,
        [b'3'..=b'9', ..] => true,
        _ => false,
    }
}

/// The plan of the country with this ISO code or name.
pub(super) fn plan_of(country: &str) -> Option<&'static Plan> {
    let country = country.trim().to_lowercase();
    let is_it = |plan: &&Plan| plan.iso.eq_ignore_ascii_case(&country) || plan.names.split('|').any(|n| n == country);
    PLANS.iter().find(is_it)
}

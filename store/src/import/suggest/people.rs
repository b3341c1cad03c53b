//! Whether a text is what a person or a company is called.

/// How most Chinese family names are written.
const FAMILY: &str = "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林罗羅高梁郑鄭谢謝宋唐许許邓鄧冯馮韩韓曹曾彭萧蕭蔡潘田董袁于余叶葉\
                      蒋蔣杜苏蘇魏程吕呂丁沈任姚卢盧傅钟鍾姜崔谭譚廖范汪陆陸金石戴贾賈韦韋夏邱方侯邹鄒熊孟秦白江阎閻薛尹段雷黎史龙龍陶贺賀\
                      顾顧毛郝龚龔邵万萬钱錢严嚴赖賴覃洪武莫孔汤湯向常温康施文牛樊葛邢安齐易乔伍庞颜倪庄莊聂章鲁岳翟殷詹申欧歐耿关關兰焦\
                      俞柳甘祝包宁尚舒阮柯纪梅童凌毕裴霍苗谷盛翁骆蓝辛靳柴蒙鲍喻祁房滕屈饶尤";
/// Those of two characters.
const FAMILIES: [&str; 6] = ["欧阳", "歐陽", "上官", "司马", "诸葛", "司徒"];
/// With what places, departments and offices end, and hardly any name.
const NO_NAME: &str = "市省区县镇州路街部科处局组室店厂所员理监管类";
/// Names that many people were given, with a space between them.
const GIVEN: &str = "alexander alex alice amanda amy ana andrea andreas andrew angela anita ann anna anne annette anthony antonio ashley \
                     barbara ben benjamin bernd betty brian carlos carol caroline catherine charles charlotte chris christian christina \
                     christine christopher claire claudia daniel daniela david deborah dennis diana donald donna edward elena elizabeth \
                     ella emily emma eric erik eva felix fiona francesco frank franziska gary george giovanni grace hanna hannah hans heike \
                     helen henry isabel ivan jack jacob james jan jane jason jean jeff jennifer jessica jim joan joe johan john jonas \
                     jonathan jose joseph joshua juan judith julia julian karen karin katharina katherine kathrin kelly kenneth kevin kim \
                     klaus larry laura lars lena leon linda lisa louis louise lucas lucy luis lukas marco margaret maria marie mario mark \
                     markus martha martin martina mary matthew max maximilian melissa michael michelle miguel mike monica nancy natalie \
                     nicholas nicole nina olivia oliver pamela patricia patrick paul paula pedro peter petra philip pierre rachel ralf \
                     raymond rebecca richard robert roger ronald ruth ryan sabine samuel sandra sara sarah scott sebastian sharon simon \
                     sofia sophia sophie stefan stefanie stephanie stephen steve steven susan susanne tanja teresa thomas tim timothy tom \
                     tobias ursula victor victoria walter william wolfgang yvonne";
/// Small words within names of people.
const PARTICLES: &str = "van von der den de da di del la le du bin al dos";
/// Words for the legal form at the end of a company's name.
const LEGAL: &str = "inc incorporated ltd limited llc llp gmbh ag kg ug sa sas sarl srl spa bv nv oy oyj ab aps co corp corporation plc \
                     pty pte";
/// How names of companies and the like end in Chinese and Japanese.
const ENDS: &str = "公司 集团 集團 有限合伙 事务所 事務所 研究院 合作社 商行 株式会社";

/// Whether a company is called so: its name says its legal form.
pub(super) fn is_company(text: &str) -> bool {
    if ENDS.split(' ').any(|end| text.ends_with(end)) || text.starts_with("株式会社") {
        return true;
    }
    let mut words = text.split_whitespace().rev();
    let last = words.next().unwrap_or_default().replace(['.', ','], "").to_lowercase();
    words.next().is_some() && LEGAL.split(' ').any(|word| word == last)
}

/// Whether a person may be called so, and whether that is certain: names in Latin letters are if many people were given them.
pub(super) fn is_person(text: &str) -> (bool, bool) {
    if is_chinese(text) {
        return (true, true);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_word = |word: &&str| {
        let is_name = word.starts_with(char::is_uppercase)
            && word.chars().all(|c| c.is_alphabetic() && !is_han(c) || matches!(c, '-' | '\'' | '’' | '.'));
        is_name || PARTICLES.split(' ').any(|particle| particle == *word)
    };
    let may_be = (2..=4).contains(&words.len()) && words.iter().all(is_word) && !is_company(text);
    let given = words.first().map(|word| word.to_lowercase()).unwrap_or_default();
    (may_be, may_be && GIVEN.split(' ').any(|name| name == given))
}

fn is_chinese(text: &str) -> bool {
    let length = text.chars().count();
    let is_family = |c: char| FAMILY.contains(c);
    let begins = length <= 3 && text.starts_with(is_family) || FAMILIES.iter().any(|name| text.starts_with(name));
    (2..=4).contains(&length) && text.chars().all(is_han) && begins && !text.ends_with(|c: char| NO_NAME.contains(c))
}

fn is_han(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people_and_of_companies_are_told_apart() {
        for text in ["王小明", "李娜", "欧阳娜娜", "Anna Berg", "Peter van der Meer", "Sarah O'Neil"] {
            assert_eq!((is_person(text), is_company(text)), ((true, true), false), "{text}");
        }
        for text in
            ["华为技术有限公司", "Acme Widgets, Inc.", "Müller GmbH", "Siemens AG", "Enel S.p.A.", "株式会社日立製作所"]
        {
            assert_eq!((is_person(text).0, is_company(text)), (false, true), "{text}");
        }
        for text in ["苏州", "高级经理", "New Customer", "GTX Pro", "anna", "Anna", "Inc", "12 Main St", ""] {
            assert!(!is_person(text).1 && !is_company(text), "{text}");
        }
    }
}

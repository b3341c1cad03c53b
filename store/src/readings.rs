//! How Chinese is read: a syllable for each character, for some characters several.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use pinyin::ToPinyin;

/// Most ways of reading a text that are followed.
const WAYS: usize = 8;

/// What else characters of common words, places and names are read as, besides what `pinyin` says first: 长 as in 长沙.
/// Dictionaries have several times as many, and what hardly anybody means would take the place of what they do.
const OTHERS: &str = "bao剥曝刨 beng蚌 bi辟秘泌 bing屏 bo薄泊柏 bu卜埔 cen参參 cha刹 chai差 chang长長 chen称稱 \
    cheng盛 chi豉 chong重种 du都 e阿 fo佛 ge盖蓋蛤 guo涡渦 hang行 he吓 huan还還 hun珲 ji给給 jia伽 jiao觉覺校嚼 \
    jing劲 jue角 jun隽 kuai会會 kui傀 lei肋 le勒 liang靓 liao了 long弄 lu六 miao缪繆 mu模牟 nian粘 ou区區 pan番 \
    pang磅 pi陂 pian便 piao朴 pu堡 qian犍 qiao壳殼 qie茄 qin覃 qiu仇 se塞 shan单單栅 shei谁誰 shen参參 sheng晟 \
    shi什 shuai率 si似伺 tan弹彈 tiao调調 tun囤 wei隗崴 wu恶惡 xia厦廈 xiang降 xiao削 xie解血 xin莘 xiu宿 xu圩浒畜 \
    xun郇浚 yan铅鉛 yin龈 ying荥 yu吁尉蔚 yue乐樂 zang藏 zeng曾 zha查轧軋 zhai翟 zhao朝 zhua爪 zhuan传傳 zhui椎 \
    zhuo着琢 zi仔 zong枞 zuo柞";

static OTHER_READINGS: LazyLock<HashMap<char, Vec<&'static str>>> = LazyLock::new(|| {
    let mut readings: HashMap<char, Vec<&'static str>> = HashMap::new();
    for part in OTHERS.split(' ') {
        let (reading, characters) = part.split_at(part.bytes().take_while(u8::is_ascii).count());
        for character in characters.chars() {
            readings.entry(character).or_default().push(reading);
        }
    }
    readings
});

/// Most letters of a syllable: zhuang.
const LETTERS: usize = 6;

/// The syllables of all common characters, as they are typed.
static SYLLABLES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let all = ('\u{4e00}'..='\u{9fff}').filter_map(|character| character.to_pinyin());
    // Of some sounds there is a character, but no name: hm, ng.
    all.map(|reading| as_typed(reading.plain())).filter(|typed| typed.contains(['a', 'e', 'i', 'o', 'u'])).collect()
});

/// Whether letters in lower case, as [`as_typed`] has them, are syllables of pinyin without tones and nothing else.
pub(crate) fn is_pinyin(word: &str) -> bool {
    let mut is_begun = vec![false; word.len() + 1];
    is_begun[0] = true;
    for from in 0..word.len() {
        if !is_begun[from] {
            continue;
        }
        for letters in 1..=LETTERS {
            let to = from + letters;
            if word.get(from..to).is_some_and(|part| SYLLABLES.contains(part)) {
                is_begun[to] = true;
            }
        }
    }
    !word.is_empty() && is_begun[word.len()]
}

/// Keyboards have v for ü, passports u.
pub(crate) fn as_typed(sound: &str) -> String {
    sound.replace(['ü', 'v'], "u")
}

/// What a character is read as, the most common first; nothing for other scripts.
fn readings(character: char) -> impl Iterator<Item = &'static str> {
    let first = character.to_pinyin().map(|reading| reading.plain());
    first.into_iter().chain(OTHER_READINGS.get(&character).into_iter().flatten().copied())
}

/// The readings of each character that has any.
pub(crate) fn syllables(text: &str) -> Vec<Vec<&'static str>> {
    let all = text.chars().map(|character| readings(character).collect::<Vec<_>>());
    all.filter(|readings| !readings.is_empty()).collect()
}

/// The readings of each character; what is of another script stands for itself.
pub(crate) fn spoken(text: &str) -> Vec<Vec<String>> {
    let all = text.chars().map(|character| {
        let readings: Vec<String> = readings(character).map(str::to_owned).collect();
        if readings.is_empty() { vec![character.to_string()] } else { readings }
    });
    all.collect()
}

/// The ways to read characters one after the other, the most common first. Where there are too many, what comes late is
/// read as is most common.
pub(crate) fn ways<S: Clone>(syllables: &[Vec<S>]) -> Vec<Vec<S>> {
    let mut ways = vec![Vec::new()];
    for readings in syllables {
        let [first, others @ ..] = readings.as_slice() else { continue };
        let begun = ways.len();
        let are_few = begun * readings.len() <= WAYS;
        for reading in others.iter().filter(|_| are_few) {
            for at in 0..begun {
                let mut way = ways[at].clone();
                way.push(reading.clone());
                ways.push(way);
            }
        }
        ways[..begun].iter_mut().for_each(|way| way.push(first.clone()));
    }
    ways
}

/// Whether two Chinese texts can be read alike, character by character.
pub(crate) fn sound_alike(one: &str, other: &str) -> bool {
    let shared = |one: char, other: char| readings(one).any(|mine| readings(other).any(|theirs| theirs == mine));
    let mut pairs = one.chars().zip(other.chars());
    one.chars().count() == other.chars().count() && pairs.all(|(one, other)| one == other || shared(one, other))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn other_readings_are_others() {
        for (character, others) in OTHER_READINGS.iter() {
            let first = character.to_pinyin().unwrap().plain();
            let all: BTreeSet<&str> = readings(*character).collect();
            assert_eq!(all.len(), others.len() + 1, "{character} {first} {others:?}");
        }
        assert_eq!(readings('重').collect::<Vec<_>>(), ["zhong", "chong"]);
        assert_eq!(readings('a').count(), 0);
    }

    #[test]
    fn a_text_is_read_in_all_ways_while_those_are_few() {
        let read = |text: &str| ways(&syllables(text)).iter().map(|way| way.concat()).collect::<Vec<_>>();
        assert_eq!(read("音乐"), ["yinle", "yinyue"]);
        assert_eq!(read("重长"), ["zhongzhang", "chongzhang", "zhongchang", "chongchang"]);
        let many = read("重长乐行会");
        assert_eq!(many.len(), WAYS);
        assert!(many.contains(&"chongchangyuexinghui".to_owned()), "{many:?}");
        assert_eq!(read("abc"), [""]);
    }

    #[test]
    fn words_of_syllables_are_pinyin() {
        for word in ["ouyang", "moyu", "lanting", "xian", "zhuang", "luzhou"] {
            assert!(is_pinyin(word), "{word}");
        }
        for word in ["", "smith", "anderson", "berg", "li2", "ng", "uera", "欧阳", "müller"] {
            assert!(!is_pinyin(word), "{word}");
        }
    }

    #[test]
    fn names_sound_alike_in_one_of_their_ways() {
        assert!(sound_alike("何静", "何婧") && sound_alike("长青", "常青") && sound_alike("长青", "张青"));
        assert!(!sound_alike("何静", "何静静") && !sound_alike("何静", "李静") && !sound_alike("Anna", "Anne"));
    }
}

//! Names of places as people shorten them, and in full.

/// Provinces whose full name is more than the short one and 省.
const PROVINCES: &[(&str, &str)] = &[
    ("北京", "北京市"),
    ("天津", "天津市"),
    ("上海", "上海市"),
    ("重庆", "重庆市"),
    ("内蒙古", "内蒙古自治区"),
    ("广西", "广西壮族自治区"),
    ("西藏", "西藏自治区"),
    ("宁夏", "宁夏回族自治区"),
    ("新疆", "新疆维吾尔自治区"),
    ("香港", "香港特别行政区"),
    ("澳门", "澳门特别行政区"),
];

/// Those that are a 省.
const PLAIN_PROVINCES: &str = "河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾";

/// Cities of the level of a prefecture, which are a 市 each. Prefectures, leagues and areas that are none are left out.
const CITIES: &str = "北京 天津 上海 重庆 \
    石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 \
    太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁 \
    呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 \
    沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛 \
    长春 吉林 四平 辽源 通化 白山 松原 白城 \
    哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 \
    南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁 \
    杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 \
    合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城 \
    福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 \
    南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶 \
    济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽 \
    郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 \
    武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 \
    长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 \
    广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮 \
    南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左 \
    海口 三亚 三沙 儋州 \
    成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 \
    贵阳 六盘水 遵义 安顺 毕节 铜仁 \
    昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 \
    拉萨 日喀则 昌都 林芝 山南 那曲 \
    西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛 \
    兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 \
    西宁 海东 \
    银川 石嘴山 吴忠 固原 中卫 \
    乌鲁木齐 克拉玛依 吐鲁番 哈密";

/// The full name of a province that is written short; `None` for anything else.
pub(super) fn province(text: &str) -> Option<String> {
    let special = PROVINCES.iter().find(|(short, _)| *short == text).map(|(_, full)| (*full).to_owned());
    special.or_else(|| is_among(PLAIN_PROVINCES, text).then(|| format!("{text}省")))
}

/// The full name of a city that is written short; `None` for anything else.
pub(super) fn city(text: &str) -> Option<String> {
    is_among(CITIES, text).then(|| format!("{text}市"))
}

/// A name's beginning that says where in China something is, and the rest: 上海 of 上海云帆, 浙江省杭州市 of 浙江省杭州市云帆.
pub fn split_place(name: &str) -> (&str, &str) {
    let mut end = 0;
    // A province and a city of it.
    for _ in 0..2 {
        end += place_at(&name[end..]);
    }
    name.split_at(end)
}

/// How many bytes of the beginning name a place.
fn place_at(text: &str) -> usize {
    // 市 is looked at below.
    let special = PROVINCES.iter().flat_map(|(short, full)| [*short, full.trim_end_matches('市')]).chain(["中国"]);
    let plain = PLAIN_PROVINCES.split_whitespace().chain(CITIES.split_whitespace());
    let begins = special.chain(plain).filter(|place| text.starts_with(place)).map(str::len).max();
    let Some(begin) = begins else { return 0 };
    let rest = &text[begin..];
    // Not of the words that begin so.
    let is_level = rest.starts_with('省')
        || rest.starts_with('市') && !["市政", "市场", "市民"].iter().any(|word| rest.starts_with(word));
    begin + if is_level { '市'.len_utf8() } else { 0 }
}

fn is_among(names: &str, text: &str) -> bool {
    names.split_whitespace().any(|name| name == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_with_places_or_not() {
        for (name, place) in [
            ("上海云帆科技", "上海"),
            ("上海市云帆", "上海市"),
            ("浙江省杭州市云帆", "浙江省杭州市"),
            ("广西壮族自治区南宁云帆", "广西壮族自治区南宁"),
            ("上海市政工程", "上海"),
            ("中国", "中国"),
            ("云帆上海", ""),
            ("Acme", ""),
        ] {
            assert_eq!(split_place(name), name.split_at(place.len()), "{name}");
        }
    }
}

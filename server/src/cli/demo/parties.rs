//! Customers, their contacts, and leads.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::dice::Dice;
use super::people::Staff;
use super::writer::Writer;

pub(super) struct Contact {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) email: String,
}

pub(super) struct Party {
    pub(super) customer: Uuid,
    pub(super) name: String,
    /// Index of the seller it belongs to.
    pub(super) seller: usize,
    pub(super) contacts: Vec<Contact>,
    pub(super) chinese: bool,
}

const PLACES: &[(&str, &str, &str)] = &[
    ("上海市", "上海", "浦东新区"),
    ("浙江省", "杭州", "滨江区"),
    ("江苏省", "苏州", "工业园区"),
    ("广东省", "深圳", "南山区"),
    ("广东省", "广州", "天河区"),
    ("北京市", "北京", "海淀区"),
    ("四川省", "成都", "高新区"),
    ("湖北省", "武汉", "江夏区"),
];
const NAMES: &[&str] =
    &["云帆", "华睿", "恒信", "博远", "启明", "金石", "天源", "海岳", "星河", "瑞丰", "中嘉", "安泰", "长风", "明德"];
const TRADES: &[(&str, &str)] = &[
    ("科技有限公司", "technology"),
    ("智能制造有限公司", "manufacturing"),
    ("物流股份有限公司", "logistics"),
    ("医疗器械有限公司", "medical"),
];
const ABROAD: &[(&str, &str, &str, &str)] = &[
    ("Nordwind Logistik GmbH", "Germany", "Hamburg", "logistics"),
    ("Brightwater Software", "United Kingdom", "London", "software"),
    ("Casa Verde Retail", "Spain", "Valencia", "retail"),
    ("Hudson & Pike", "United States", "New York", "finance"),
    ("Kestrel Energy", "United Kingdom", "Aberdeen", "energy"),
    ("Maple Health", "Canada", "Toronto", "medical"),
    ("Okavango Foods", "South Africa", "Cape Town", "agriculture"),
    ("Pacific Rail", "Australia", "Sydney", "logistics"),
    ("Sakura Precision", "Japan", "Nagoya", "manufacturing"),
    ("Tessellate Studio", "France", "Lyon", "marketing"),
    ("Umbra Telecom", "Italy", "Torino", "telecommunications"),
    ("Vantage Schools", "Singapore", "Singapore", "education"),
];
const FAMILY: &[&str] = &["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "欧阳"];
const GIVEN: &[&str] = &["建国", "丽华", "志强", "晓燕", "海涛", "敏", "思琪", "浩然", "雪梅", "俊杰", "婷婷", "国栋"];
const FIRST: &[&str] =
    &["Anna", "James", "Maria", "Oliver", "Elena", "Noah", "Chloe", "Lucas", "Mia", "Hugo", "Priya", "Kenji"];
const LAST: &[&str] =
    &["Schmidt", "Taylor", "García", "Brown", "Rossi", "Dubois", "Novak", "Tanaka", "Silva", "Jansen"];
const TITLES_ZH: &[&str] = &["总经理", "采购经理", "信息部主任", "生产总监", "财务经理"];
const TITLES_EN: &[&str] = &["CEO", "Head of Procurement", "IT Director", "Operations Manager", "CFO"];

pub(super) fn chinese_name(dice: &mut Dice) -> String {
    format!("{}{}", dice.pick(FAMILY), dice.pick(GIVEN))
}

fn western_name(dice: &mut Dice) -> String {
    format!("{} {}", dice.pick(FIRST), dice.pick(LAST))
}

pub(super) async fn meet(
    writer: &Writer,
    dice: &mut Dice,
    staff: &Staff,
    now: DateTime<Utc>,
) -> shared::Result<Vec<Party>> {
    let mut rows = Vec::new();
    let mut parties = Vec::new();
    let mut add = |row: Value, chinese: bool, seller: usize| {
        let name = row["name"].as_str().unwrap_or_default().to_owned();
        let mut row = row;
        row["owner_id"] = json!(staff.sellers[seller]);
        row["team_id"] = json!(staff.teams[seller]);
        rows.push(row);
        parties.push(Party { customer: Uuid::nil(), name, seller, contacts: Vec::new(), chinese });
    };
    for (index, name) in NAMES.iter().enumerate() {
        for (turn, trade) in TRADES.iter().enumerate() {
            let place = PLACES[(index + turn * 3) % PLACES.len()];
            add(domestic(dice, name, *trade, place), true, [0, 2, 4][(index + turn) % 3]);
        }
    }
    for (index, company) in ABROAD.iter().enumerate() {
        add(foreign(dice, *company), false, [1, 3][index % 2]);
    }
    for index in 0..10 {
        add(person(dice, now), true, [0, 2, 4][index % 3]);
    }
    let ids = writer.create("customer", rows).await?;
    parties.iter_mut().zip(ids).for_each(|(party, id)| party.customer = id);
    contacts(writer, dice, staff, &mut parties).await?;
    leads(writer, dice, staff).await?;
    Ok(parties)
}

fn domestic(
    dice: &mut Dice,
    name: &str,
    (form, industry): (&str, &str),
    (province, city, district): (&str, &str, &str),
) -> Value {
    let phone = format!("0{}-{}", dice.between(20, 29), dice.between(20_000_000, 89_999_999));
    json!({
        "kind": "company", "name": format!("{city}{name}{form}"), "industry": industry, "source": dice.pick(&["exhibition", "referral", "website", "telesales"]),
        "category": dice.pick(&["potential", "important", "cooperating", "ordinary"]),
        "lifecycle": dice.pick(&["first_contact", "decision", "after_sales", "loyal"]),
        "tags": if dice.chance(30) { json!([dice.pick(&["重点", "VIP", "续约", "招标"])]) } else { Value::Null },
        "phones": [phone], "employees": dice.between(20, 4_000), "founded": dice.between(1992, 2021),
        "revenue": dice.between(5, 900) * 1_000_000, "currency": "CNY", "legal_representative": chinese_name(dice),
        "address": {"country": "中国", "province": province, "city": city, "district": district,
                    "street": format!("科技路{}号", dice.between(1, 399))},
    })
}

fn foreign(dice: &mut Dice, (name, country, city, industry): (&str, &str, &str, &str)) -> Value {
    let host: String = name.to_lowercase().chars().filter(char::is_ascii_alphabetic).collect();
    json!({
        "kind": "company", "name": name, "industry": industry, "source": dice.pick(&["website", "partner", "social"]),
        "category": dice.pick(&["potential", "important", "cooperating"]), "website": format!("https://{host}.example"),
        "emails": [format!("office@{host}.example")], "employees": dice.between(40, 9_000), "founded": dice.between(1954, 2019),
        "revenue": dice.between(2, 400) * 1_000_000, "currency": "USD", "address": {"country": country, "city": city},
        "tags": if dice.chance(40) { json!([dice.pick(&["Pilot", "Renewal", "VIP"])]) } else { Value::Null },
    })
}

fn person(dice: &mut Dice, now: DateTime<Utc>) -> Value {
    let born = now.date_naive() - Duration::days(dice.between(23 * 365, 60 * 365));
    json!({
        "kind": "person", "name": chinese_name(dice), "gender": dice.pick(&["female", "male"]), "birth_date": born.to_string(),
        "phones": [format!("13{}", dice.between(100_000_000, 999_999_999))], "source": "walk_in",
        "social": {"wechat": format!("wx_{}", dice.between(100_000, 999_999))},
    })
}

async fn contacts(writer: &Writer, dice: &mut Dice, staff: &Staff, parties: &mut [Party]) -> shared::Result<()> {
    let mut rows = Vec::new();
    let mut found = Vec::new();
    for (index, party) in parties.iter().enumerate() {
        for turn in 0..dice.between(1, 2) {
            let (name, title) = if party.chinese {
                (chinese_name(dice), *dice.pick(TITLES_ZH))
            } else {
                (western_name(dice), *dice.pick(TITLES_EN))
            };
            let email = format!("contact{index}.{turn}@customer.example");
            rows.push(json!({
                "name": name, "customer_id": party.customer, "job_title": title, "phones": [format!("1{}", dice.between(3_000_000_000, 8_999_999_999))],
                "emails": [email], "decision_weight": dice.between(1, 5),
                "decision_role": dice.pick(&["decision_maker", "influencer", "user", "gatekeeper"]),
                "owner_id": staff.sellers[party.seller], "team_id": staff.teams[party.seller],
            }));
            found.push((index, name, email));
        }
    }
    for ((index, name, email), id) in found.into_iter().zip(writer.create("contact", rows).await?) {
        parties[index].contacts.push(Contact { id, name, email });
    }
    Ok(())
}

async fn leads(writer: &Writer, dice: &mut Dice, staff: &Staff) -> shared::Result<()> {
    let rows = (0..36).map(|index| {
        let chinese = index % 3 != 0;
        let seller = usize::try_from(dice.between(0, 4)).unwrap_or(0);
        let (name, company) = if chinese {
            (chinese_name(dice), format!("{}{}{}", dice.pick(PLACES).1, dice.pick(NAMES), dice.pick(TRADES).0))
        } else {
            (western_name(dice), dice.pick(ABROAD).0.to_owned())
        };
        json!({
            "name": name, "company": company, "status": dice.pick(&["new", "new", "working", "nurturing", "unqualified"]),
            "source": dice.pick(&["website", "exhibition", "advertising", "social"]), "score": dice.between(5, 98),
            "need": if chinese { "想了解价格和实施周期" } else { "Asked for a demo and a price list" },
            "phones": [format!("1{}", dice.between(3_000_000_000, 8_999_999_999))],
            "owner_id": staff.sellers[seller], "team_id": staff.teams[seller],
        })
    });
    let rows = rows.collect();
    writer.create("lead", rows).await.map(drop)
}

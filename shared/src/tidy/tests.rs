use serde_json::json;

use super::*;
use crate::types::{CONTACT, CUSTOMER, LEAD};

/// What the rules make of one field, with the codes of the rules; `None` when it stays.
fn tidied(def: &'static RecordDef, values: Value, field: &str) -> Option<(Value, Vec<&'static str>)> {
    let mut values = values.as_object().cloned().unwrap_or_default();
    let found =
        findings(def, &values, &Rule::ALL, Some("CN")).into_iter().find(|finding| finding.field.name == field)?;
    values.insert(field.to_owned(), found.new.clone());
    let again = findings(def, &values, &Rule::ALL, Some("CN"));
    assert!(again.iter().all(|finding| finding.field.name != field), "once is enough: {again:?}");
    Some((found.new, found.rules.into_iter().map(Rule::code).collect()))
}

fn company(name: &str) -> Option<(Value, Vec<&'static str>)> {
    tidied(&CUSTOMER, json!({"kind": "company", "name": name}), "name")
}

fn person(name: &str) -> Option<(Value, Vec<&'static str>)> {
    tidied(&CONTACT, json!({"name": name}), "name")
}

fn address(parts: Value) -> Option<Value> {
    tidied(&CUSTOMER, json!({"address": parts}), "address").map(|(value, _)| value)
}

#[test]
fn letters_and_digits_are_half_width_and_punctuation_stays() {
    assert_eq!(company("ＡＢＣ１２３科技"), Some((json!("ABC123科技"), vec!["width"])));
    assert_eq!(company("云帆，科技"), None);
    let emails = tidied(&CUSTOMER, json!({"emails": ["ａ@b.cn", "c@d.cn"]}), "emails");
    assert_eq!(emails, Some((json!(["a@b.cn", "c@d.cn"]), vec!["width"])));
}

#[test]
fn spaces_are_single_and_visible() {
    assert_eq!(company("Acme  Widgets\u{a0} Inc."), Some((json!("Acme Widgets Inc."), vec!["spaces"])));
    assert_eq!(company("云帆\u{200b}科技"), Some((json!("云帆科技"), vec!["spaces"])));
    assert_eq!(company("云帆\u{3000}\u{3000}科技").unwrap().0, json!("云帆 科技"));
    assert_eq!(company("Acme Widgets"), None);
}

#[test]
fn brackets_are_those_of_the_script() {
    assert_eq!(company("云帆(中国)有限公司"), Some((json!("云帆（中国）有限公司"), vec!["brackets"])));
    assert_eq!(company("云帆 (中国）有限公司").unwrap().0, json!("云帆（中国）有限公司"));
    assert_eq!(company("Acme（China）Ltd").unwrap().0, json!("Acme (China) Ltd"));
    assert_eq!(company("Acme (China) Ltd"), None);
    assert_eq!(company("云帆（中国）有限公司"), None);
    // What is not closed nobody can mend without thinking.
    assert_eq!(company("云帆(中国有限公司"), None);
    assert_eq!(company("云帆)中国("), None);
    assert_eq!(person("王明(采购)"), None, "people are no companies");
    assert_eq!(
        tidied(&LEAD, json!({"name": "王明", "company": "云帆(上海)"}), "company").unwrap().0,
        json!("云帆（上海）")
    );
}

#[test]
fn names_of_people_have_capitals_where_they_belong() {
    assert_eq!(person("JOHN SMITH"), Some((json!("John Smith"), vec!["case"])));
    assert_eq!(person("anne-marie o'brien").unwrap().0, json!("Anne-Marie O'Brien"));
    assert_eq!(person("LUDWIG VAN BEETHOVEN").unwrap().0, json!("Ludwig van Beethoven"));
    assert_eq!(person("ronald mcdonald").unwrap().0, json!("Ronald McDonald"));
    assert_eq!(person("JACOBUS VAN'T HOFF").unwrap().0, json!("Jacobus van't Hoff"));
    assert_eq!(person("VAN'T HOFF").unwrap().0, json!("Van't Hoff"));
    assert_eq!(person("JÜRGEN MÜLLER").unwrap().0, json!("Jürgen Müller"));
    for fine in ["John Smith", "IBM", "li", "王小明", "ACME CO. LTD", "J. P.", "محمد علي"] {
        assert_eq!(person(fine), None, "{fine}");
    }
    assert_eq!(company("ACME WIDGETS"), None, "companies write themselves as they like");
}

#[test]
fn provinces_and_cities_have_their_full_names() {
    assert_eq!(
        address(json!({"province": "浙江", "city": "杭州", "street": "文三路１２号"})),
        Some(json!({"province": "浙江省", "city": "杭州市", "street": "文三路12号"}))
    );
    assert_eq!(address(json!({"province": "广西", "city": "桂林市"})).unwrap()["province"], "广西壮族自治区");
    assert_eq!(
        address(json!({"province": "北京", "city": "北京"})),
        Some(json!({"province": "北京市", "city": "北京市"}))
    );
    assert_eq!(address(json!({"country": "中国", "city": "深圳"})).unwrap()["city"], "深圳市");
    // Not a city, or not in China.
    assert_eq!(address(json!({"province": "云南省", "city": "大理"})), None);
    assert_eq!(address(json!({"country": "日本", "city": "中山"})), None);
    assert_eq!(address(json!({"province": "Bavaria", "city": "Munich"})), None);
}

#[test]
fn websites_have_a_scheme_and_small_letters_where_those_are_the_same() {
    let site = |text: &str| tidied(&CUSTOMER, json!({"website": text}), "website").map(|(value, _)| value);
    assert_eq!(site("acme.example"), Some(json!("https://acme.example")));
    assert_eq!(site("http://WWW.Acme.Example/Shop?A=1"), Some(json!("http://www.acme.example/Shop?A=1")));
    assert_eq!(site("https://acme.example/Path"), None);
}

#[test]
fn phone_numbers_are_of_the_country_that_the_record_is_in() {
    let phones = |values: Value| tidied(&CUSTOMER, values, "phones").map(|(value, _)| value);
    assert_eq!(
        phones(json!({"phones": ["138 0013 8000", "+86 138-0013-8000", "110"]})),
        Some(json!(["+8613800138000", "110"])),
        "one that is there twice stays once, what can't be read stays as it is"
    );
    let german = json!({"phones": ["0171 12345678"], "address": {"country": "Deutschland"}});
    assert_eq!(phones(german), Some(json!(["+4917112345678"])));
    assert_eq!(phones(json!({"phones": ["0171 12345678"], "address": {"country": "Narnia"}})), None);
    let values =
        json!({"phones": ["110", "138 0013 8000"], "address": {"country": "Narnia"}}).as_object().cloned().unwrap();
    let mut actor = Actor::administrator(Uuid::nil(), Uuid::nil());
    assert_eq!(unreadable(&CUSTOMER, &values, &actor, Some("CN")), 2);
    // Where it may say a country that one doesn't see, none is taken for it.
    let plain = json!({"phones": ["138 0013 8000"]}).as_object().cloned().unwrap();
    let found = |actor: &Actor| writable_findings(&CUSTOMER, &plain, &Rule::ALL, actor, Some("CN")).len();
    assert_eq!(found(&actor), 1);
    actor.grants.admin = false;
    actor.grants.fields.insert("customer.address".into(), FieldAccess::Hidden);
    assert_eq!(found(&actor), 0);
}

#[test]
fn rules_that_were_not_chosen_change_nothing() {
    let values = json!({"kind": "company", "name": "ＡＢＣ(中国)"}).as_object().cloned().unwrap();
    let only = |rule: Rule| findings(&CUSTOMER, &values, &[rule], None).pop().map(|finding| finding.new);
    assert_eq!(only(Rule::Brackets), Some(json!("ＡＢＣ（中国）")));
    assert_eq!(only(Rule::Width), Some(json!("ABC(中国)")));
    assert_eq!(only(Rule::Case), None);
    let all = findings(&CUSTOMER, &values, &Rule::ALL, None).pop().unwrap();
    assert_eq!((all.new, all.rules), (json!("ABC（中国）"), vec![Rule::Width, Rule::Brackets]));
}

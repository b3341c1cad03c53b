//! Duplicates against a real Postgres: found, decided on, merged, and all of it taken back.

use serde_json::json;
use shared::access::Actor;
use shared::command::Change;
use shared::duplicates::{Agreement, Merge, SHOWN};
use shared::query::ListQuery;
use shared::types::{CONTACT, CUSTOMER, by_name};
use shared::{Error, Values};
use store::Store;
use uuid::Uuid;

use crate::live::world::{World, apply, create, update, values};

async fn company(store: &Store, actor: &Actor, fields: serde_json::Value) -> Uuid {
    let mut all = values(json!({"kind": "company"}));
    all.extend(values(fields));
    create(store, actor, "customer", all.into()).await
}

fn merge(into: Uuid, others: &[Uuid]) -> Merge {
    Merge { record_type: "customer".into(), into, others: others.to_vec(), values: Values::new(), seen: Vec::new() }
}

#[tokio::test]
async fn who_is_about_to_be_made_twice_is_named_with_reasons() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let phone = json!({"name": "华为技术有限公司", "phones": ["+86 138 0013 8000"]});
    let known = company(store, admin, phone).await;
    company(store, admin, json!({"name": "Acme Widgets Inc.", "emails": ["sales@acme.example"]})).await;
    let alike = async |fields: serde_json::Value| {
        let mut all = values(json!({"kind": "company"}));
        all.extend(values(fields));
        store.alike(admin, &CUSTOMER, &all, None).await.unwrap()
    };
    let by_phone = alike(json!({"name": "别的名字", "phones": ["13800138000"]})).await;
    assert_eq!(by_phone.iter().map(|alike| alike.id).collect::<Vec<_>>(), [known]);
    assert!(by_phone[0].reasons.iter().any(|r| r.about == "phones" && r.agreement == Agreement::Same));
    // Without the legal form, and mistyped: one character sounds the same.
    assert_eq!(alike(json!({"name": "华为技术股份有限公司"})).await[0].id, known);
    assert_eq!(alike(json!({"name": "华为计术有限公司"})).await.first().map(|alike| alike.id), Some(known));
    assert_eq!(alike(json!({"name": "ACME Widgets Ltd", "emails": ["sales@acme.example"]})).await.len(), 1);
    assert!(alike(json!({"name": "Something else"})).await.is_empty());
    // One character that sounds otherwise, one too few, two that changed places, letters, and pinyin.
    for name in ["华为技木", "华技术", "华为术技", "Huawei", "huawei jishu"] {
        assert_eq!(alike(json!({"name": name})).await.first().map(|alike| alike.id), Some(known), "{name}");
    }
    assert_eq!(alike(json!({"name": "Amce Wigdets"})).await.len(), 1);
    // As the form sends what is typed: addresses in a line.
    assert_eq!(alike(json!({"name": "别的名字", "emails": "x@y.example, SALES@acme.example"})).await.len(), 1);
    // Who can't read it isn't told of it.
    let told =
        store.alike(&world.reps[0], &CUSTOMER, &values(json!({"name": "华为技术有限公司"})), None).await.unwrap();
    assert!(told.is_empty());
}

#[tokio::test]
async fn a_person_is_named_whatever_the_kind_the_order_of_names_and_a_slip() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let mut person = json!({"kind": "person", "name": "欧阳靖雯", "phones": ["13700019876"]});
    person["emails"] = json!(["jing.wen@yunfan.example"]);
    let known = create(store, admin, "customer", person).await;
    let alike = async |fields: serde_json::Value| store.alike(admin, &CUSTOMER, &values(fields), None).await.unwrap();
    for kind in ["company", "person"] {
        for name in ["欧阳靖雯", "Ouyang Jingwen", "Jingwen Ouyang"] {
            let found = alike(json!({"kind": kind, "name": name})).await;
            assert_eq!(found.first().map(|alike| alike.id), Some(known), "{kind} {name}");
        }
    }
    for slip in [
        json!({"phones": ["13700091876"]}),
        json!({"phones": ["1370001987"]}),
        json!({"emails": ["jnig.wen@yunfan.example"]}),
        json!({"emails": ["jing.wen@yunfan.test"]}),
    ] {
        let found = alike(slip.clone()).await;
        assert_eq!(found.first().map(|alike| alike.id), Some(known), "{slip}");
        assert!(found[0].reasons.iter().any(|reason| reason.agreement == Agreement::Similar), "{slip}");
    }
    for other in [json!({"phones": ["13700019877"]}), json!({"emails": ["wen@yunfan.example"]})] {
        assert!(alike(other.clone()).await.is_empty(), "{other}");
    }
}

#[tokio::test]
async fn a_chinese_name_and_its_pinyin_are_one_whichever_is_there_and_whichever_name_comes_first() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let at = company(store, admin, json!({"name": "云帆科技有限公司"})).await;
    let person = async |name: &str| create(store, admin, "contact", json!({"name": name, "customer_id": at})).await;
    let all = [
        ("欧阳墨煜", "Ouyang Moyu", "Mo Yu Ouyang"),
        ("司徒澜霆", "Situ Lanting", "Lanting Situ"),
        ("吕骏蓓", "Lv Junbei", "Junbei Lu"),
        ("骏蓓欧阳", "Ouyang Junbei", "欧阳骏蓓"),
    ];
    for (chinese, spelt, turned) in all {
        let known = person(spelt).await;
        let typed = values(json!({"name": chinese, "customer_id": at}));
        let found = store.alike(admin, &CONTACT, &typed, None).await.unwrap();
        assert!(found.iter().any(|alike| alike.id == known && alike.score >= 50), "{chinese} {spelt} {found:?}");
        let ids = [known, person(chinese).await, person(turned).await];
        store.find_duplicates(admin.org_id, &CONTACT).await.unwrap();
        let pairs = store.duplicates(admin, &CONTACT, SHOWN * 5).await.unwrap().pairs;
        let is_found = |one: Uuid, other: Uuid| {
            pairs.iter().any(|pair| [(one, other), (other, one)].contains(&(pair.first.id, pair.second.id)))
        };
        assert!(is_found(ids[0], ids[1]) && is_found(ids[1], ids[2]), "{chinese} {spelt} {turned}");
    }
    let lanhai = company(store, admin, json!({"name": "Lanhai Ltd"})).await;
    let typed = values(json!({"kind": "company", "name": "蓝海国际货运有限公司"}));
    assert_eq!(store.alike(admin, &CUSTOMER, &typed, None).await.unwrap().first().map(|alike| alike.id), Some(lanhai));
    // Turned, as it is typed.
    let typed = values(json!({"name": "澜霆司徒"}));
    let found = store.alike(admin, &CONTACT, &typed, None).await.unwrap();
    assert!(found.iter().any(|alike| alike.title == "司徒澜霆"), "{found:?}");
}

#[tokio::test]
async fn all_pairs_can_be_shown_with_what_their_records_refer_to() {
    let world = World::new().await;
    let (store, admin, rep) = (world.store(), &world.admin, &world.reps[0]);
    let at = company(store, admin, json!({"name": "Acme"})).await;
    let twice = async |actor: &Actor, n: usize| {
        let twin = json!({"name": format!("Anna Berg{n}"), "emails": [format!("anna{n}@acme.example")]});
        for _ in 0..2 {
            create(store, actor, "contact", twin.clone()).await;
        }
    };
    for n in 0..25 {
        twice(if n < 22 { admin } else { rep }, n).await;
    }
    store.find_duplicates(admin.org_id, &CONTACT).await.unwrap();
    let first = store.duplicates(admin, &CONTACT, SHOWN).await.unwrap();
    assert_eq!((first.pairs.len(), first.open >= 25), (20, true));
    let all = store.duplicates(admin, &CONTACT, SHOWN * 5).await.unwrap();
    assert_eq!(all.pairs.len(), usize::try_from(all.open).unwrap());
    assert_eq!(all.pairs[..20], first.pairs);
    // Whoever reads few of them is shown and told of those.
    let own = store.duplicates(rep, &CONTACT, SHOWN).await.unwrap();
    assert_eq!(own.pairs.len(), usize::try_from(own.open).unwrap());
    assert!(own.open >= 3 && own.open < first.open);
    let named = all.pairs[0].first.id;
    update(store, admin, "contact", named, json!({"customer_id": at})).await;
    let found = store.duplicates(admin, &CONTACT, 1).await.unwrap();
    assert_eq!(found.titles.get(&at).map(String::as_str), Some("Acme"));
}

#[tokio::test]
async fn what_somebody_wrote_meanwhile_is_not_merged_unseen() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let into = company(store, admin, json!({"name": "Acme", "industry": "retail"})).await;
    let other = company(store, admin, json!({"name": "Acme Inc."})).await;
    let version = async |id: Uuid| store.get(admin, &CUSTOMER, id).await.unwrap().row.version;
    let seen = vec![(into, version(into).await), (other, version(other).await)];
    update(store, admin, "customer", other, json!({"industry": "medical"})).await;
    let chosen = values(json!({"industry": "retail"}));
    let decided = Merge { values: chosen, seen, ..merge(into, &[other]) };
    let Err(Error::Conflict { current, fields }) = store.merge(admin, &decided).await else { panic!("merged") };
    assert_eq!((current.id, current.text("industry"), fields), (other, Some("medical"), vec!["industry".to_owned()]));
    let seen = vec![(into, version(into).await), (other, version(other).await)];
    store.merge(admin, &Merge { seen, ..decided }).await.unwrap();
}

#[tokio::test]
async fn a_consent_that_was_taken_back_stays_taken_back() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let person = async |consent: serde_json::Value| {
        create(store, admin, "customer", json!({"kind": "person", "name": "Anna Berg", "consent": consent})).await
    };
    let [into, other] = [person(json!(["email", "phone"])).await, person(json!(["phone", "sms"])).await];
    let merged = store.merge(admin, &merge(into, &[other])).await.unwrap();
    assert_eq!(merged.rows[0].value("consent"), &json!(["phone"]));
    let never = person(json!(null)).await;
    let again = store.merge(admin, &merge(into, &[never])).await.unwrap();
    assert!(shared::record::is_empty(again.rows[0].value("consent")));
    store.undo(admin, again.change_set).await.unwrap();
    // Unless somebody chooses otherwise.
    let chosen = Merge { values: values(json!({"consent": ["phone", "email"]})), ..merge(into, &[never]) };
    let merged = store.merge(admin, &chosen).await.unwrap();
    assert_eq!(merged.rows[0].value("consent"), &json!(["phone", "email"]));
}

#[tokio::test]
async fn a_company_is_named_by_what_people_call_it() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let known = company(store, admin, json!({"name": "上海云帆科技有限公司"})).await;
    for other in ["北京长风科技有限公司", "上海绿洲科技有限公司", "云南帆船俱乐部"] {
        company(store, admin, json!({"name": other})).await;
    }
    let named = async |name: &str| {
        let found = store.alike(admin, &CUSTOMER, &values(json!({"kind": "company", "name": name})), None).await;
        found.unwrap().into_iter().map(|alike| alike.id).collect::<Vec<_>>()
    };
    for typed in ["云帆", "上海云帆", "yunfan", "Yun Fan", "shyf", "yfkj"] {
        assert_eq!(named(typed).await, [known], "{typed}");
    }
    for typed in ["上海", "科技", "云", "yun", "yf", "sh", "shanghai", "北京云帆"] {
        assert!(!named(typed).await.contains(&known), "{typed}");
    }
    // The whole of what it calls itself comes first.
    let whole = company(store, admin, json!({"name": "云帆有限公司"})).await;
    assert_eq!(named("yunfan").await, [whole, known]);
}

#[tokio::test]
async fn a_slip_in_the_domain_is_asked_about_and_does_not_hide_a_duplicate() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let known = json!({"name": "Wei Wang", "emails": ["wang.wei@yunfan.example"]});
    let known = create(store, admin, "contact", known).await;
    let meant = async |actor: &Actor, address: &str| {
        let found = store.meant_addresses(actor, &CONTACT, &[address.to_owned()]).await.unwrap();
        found.into_iter().map(|(_, meant)| meant).next()
    };
    for (typed, right) in [
        ("a@gmal.com", Some("a@gmail.com")),
        ("a@163.co", Some("a@163.com")),
        ("li@yufan.example", Some("li@yunfan.example")),
        ("li@yunfna.example", Some("li@yunfan.example")),
        ("li@yunfan.example", None),
        ("li@mail.com", None),
        ("li@elsewhere.example", None),
    ] {
        assert_eq!(meant(admin, typed).await.as_deref(), right, "{typed}");
    }
    // Who reads none of them is told of providers only.
    assert_eq!(meant(&world.reps[0], "li@yufan.example").await, None);
    let typed = values(json!({"name": "Wang W.", "emails": ["wang.wei@yunfn.example"]}));
    let alike = store.alike(admin, &CONTACT, &typed, None).await.unwrap();
    assert!(alike.iter().any(|alike| alike.id == known), "{alike:?}");
    // So when all are compared.
    create(store, admin, "contact", json!({"name": "Wang", "emails": ["wang.wei@yunfn.example"]})).await;
    assert_eq!(store.find_duplicates(admin.org_id, &CONTACT).await.unwrap(), 1);
}

#[tokio::test]
async fn pairs_are_found_decided_on_and_stay_decided() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let first = company(store, admin, json!({"name": "Acme Widgets Inc.", "emails": ["a@acme.example"]})).await;
    let second = company(store, admin, json!({"name": "Acme Widgets", "emails": ["a@acme.example"]})).await;
    company(store, admin, json!({"name": "Umbrella", "emails": ["b@umbrella.example"]})).await;
    assert_eq!(store.find_duplicates(admin.org_id, &CUSTOMER).await.unwrap(), 1);
    let found = store.duplicates(admin, &CUSTOMER, SHOWN).await.unwrap();
    assert_eq!((found.open, found.pairs.len(), found.running), (1, 1, false));
    assert!(found.looked_at.is_some());
    let others = store.duplicates(&world.reps[0], &CUSTOMER, SHOWN).await.unwrap();
    assert_eq!((others.open, others.pairs.len()), (0, 0));
    store.dismiss_duplicate(admin, &CUSTOMER, (second, first), false).await.unwrap();
    store.find_duplicates(admin.org_id, &CUSTOMER).await.unwrap();
    let decided = store.duplicates(admin, &CUSTOMER, SHOWN).await.unwrap();
    assert_eq!((decided.open, decided.dismissed.len()), (0, 1));
    store.dismiss_duplicate(admin, &CUSTOMER, (first, second), true).await.unwrap();
    let again = store.duplicates(admin, &CUSTOMER, SHOWN).await.unwrap();
    assert_eq!((again.open, again.dismissed.len()), (1, 0));
    // One of an archived record waits for no decision, and is not counted.
    apply(store, admin, "customer", Change::Archive { id: second }).await.unwrap();
    let archived = store.duplicates(admin, &CUSTOMER, SHOWN).await.unwrap();
    assert_eq!((archived.open, archived.pairs.len()), (0, 0));
    apply(store, admin, "customer", Change::Restore { id: second }).await.unwrap();
    assert_eq!(store.duplicates(admin, &CUSTOMER, SHOWN).await.unwrap().open, 1);
    // Once they differ they are no pair any more.
    update(store, admin, "customer", second, json!({"name": "Tyrell", "emails": ["c@tyrell.example"]})).await;
    store.find_duplicates(admin.org_id, &CUSTOMER).await.unwrap();
    assert_eq!(store.duplicates(admin, &CUSTOMER, SHOWN).await.unwrap().open, 0);
    assert_eq!(store.duplicates(admin, by_name("tag").unwrap(), SHOWN).await.unwrap_err(), Error::NotFound);
}

#[tokio::test]
async fn a_merge_takes_everything_along_and_can_be_undone() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    let into =
        company(store, admin, json!({"name": "Acme", "emails": ["a@acme.example"], "address": {"city": "Kyoto"}}))
            .await;
    let other = company(
        store,
        admin,
        json!({"name": "Acme Inc.", "number": "C-7", "emails": ["b@acme.example"], "address": {"city": "Osaka", "street": "Main 1"}}),
    )
    .await;
    let branch = company(store, admin, json!({"name": "Branch", "parent_id": other})).await;
    update(store, admin, "customer", into, json!({"parent_id": other})).await;
    let person = create(store, admin, "contact", json!({"name": "Ann", "customer_id": other})).await;
    let deal = world.deal(admin, Some(other)).await;
    let before = state(store, admin, &[into, other, branch]).await;

    let outcome = store.merge(admin, &merge(into, &[other])).await.unwrap();
    let row = &outcome.rows[0];
    assert_eq!((row.id, row.text("name"), row.text("number")), (into, Some("Acme"), Some("C-7")));
    assert_eq!(row.value("emails"), &json!(["a@acme.example", "b@acme.example"]));
    assert_eq!(row.value("address"), &json!({"city": "Kyoto", "street": "Main 1"}));
    assert_eq!(row.reference("parent_id"), None);
    let refers = async |def: &str, id: Uuid, field: &str| {
        store.get(admin, by_name(def).unwrap(), id).await.unwrap().row.reference(field)
    };
    assert_eq!(refers("contact", person, "customer_id").await, Some(into));
    assert_eq!(refers("opportunity", deal, "customer_id").await, Some(into));
    assert_eq!(refers("customer", branch, "parent_id").await, Some(into));
    assert_eq!(store.get(admin, &CUSTOMER, other).await.unwrap_err(), Error::NotFound);
    assert_eq!(store.get_or_merged(admin, &CUSTOMER, other).await.unwrap().row.id, into);

    let undone = store.undo(admin, outcome.change_set).await.unwrap();
    assert!(undone.kept.is_empty(), "{:?}", undone.kept);
    assert_eq!(state(store, admin, &[into, other, branch]).await, before);
    assert_eq!(refers("contact", person, "customer_id").await, Some(other));
    assert_eq!(refers("opportunity", deal, "customer_id").await, Some(other));
    assert_eq!(store.merged_into(admin, other).await.unwrap(), None);
}

/// What customers say, without what changes with each write.
async fn state(store: &Store, actor: &Actor, ids: &[Uuid]) -> Vec<Values> {
    let mut all = Vec::new();
    for id in ids {
        let mut values = store.get(actor, &CUSTOMER, *id).await.unwrap().row.values;
        values.retain(|name, value| !name.starts_with("updated") && !value.is_null());
        all.push(values);
    }
    all
}

#[tokio::test]
async fn a_merge_needs_the_rights_and_leads_on_through_several() {
    let world = World::new().await;
    let (store, admin, rep) = (world.store(), &world.admin, &world.reps[0]);
    let [mine, foreign] = [world.customer(rep).await, world.customer(&world.reps[1]).await];
    assert_eq!(store.merge(rep, &merge(mine, &[foreign])).await.unwrap_err(), Error::NotFound);
    assert_eq!(store.merge(rep, &merge(foreign, &[mine])).await.unwrap_err(), Error::NotFound);
    assert!(matches!(store.merge(admin, &merge(mine, &[])).await, Err(Error::Invalid { .. })));
    assert!(matches!(store.merge(admin, &merge(mine, &[mine])).await, Err(Error::Invalid { .. })));
    let third = world.customer(admin).await;
    store.merge(admin, &merge(foreign, &[mine])).await.unwrap();
    store.merge(admin, &merge(third, &[foreign])).await.unwrap();
    assert_eq!(store.get_or_merged(admin, &CUSTOMER, mine).await.unwrap().row.id, third);
    // What doesn't fit is refused as a whole.
    let other = world.customer(admin).await;
    let bad = Merge { values: values(json!({"employees": "many"})), ..merge(third, &[other]) };
    assert!(matches!(store.merge(admin, &bad).await, Err(Error::Invalid { .. })));
    assert!(store.get(admin, &CUSTOMER, other).await.is_ok());
    let people = store.list(admin, &CONTACT, &ListQuery::default()).await.unwrap();
    assert!(people.rows.is_empty());
    let gone = apply(store, admin, "customer", Change::Archive { id: mine }).await;
    assert_eq!(gone.unwrap_err(), Error::NotFound);
}

#[tokio::test]
async fn the_erased_are_compared_with_nobody() {
    let world = World::new().await;
    let (store, admin) = (world.store(), &world.admin);
    for name in ["Anna Berg", "Carl Dorn"] {
        let id = create(store, admin, "contact", json!({"name": name})).await;
        store.erase(admin, &CONTACT, id).await.unwrap();
    }
    assert_eq!(store.find_duplicates(admin.org_id, &CONTACT).await.unwrap(), 0);
    let typed = values(json!({"name": "已删除个人信息 · Erased person"}));
    assert!(store.alike(admin, &CONTACT, &typed, None).await.unwrap().is_empty());
    // Nor does a pair wait that was found before.
    let twin = json!({"name": "Greta Falk", "phones": ["13800138000"], "emails": ["greta@falk.example"]});
    let twins = [create(store, admin, "contact", twin.clone()).await, create(store, admin, "contact", twin).await];
    assert_eq!(store.find_duplicates(admin.org_id, &CONTACT).await.unwrap(), 1);
    store.erase(admin, &CONTACT, twins[0]).await.unwrap();
    let found = store.duplicates(admin, &CONTACT, SHOWN).await.unwrap();
    assert_eq!((found.pairs.len(), found.open), (0, 0));
}

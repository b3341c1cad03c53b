//! Which fields the values of columns show.

use super::*;
use shared::types::{OPPORTUNITY, TASK, TICKET};

fn guessed(def: &'static RecordDef, text: &str) -> Vec<Option<String>> {
    let table = Table::read(text.as_bytes(), &shared::import::Reading { header: Some(0), ..Default::default() });
    let table = table.unwrap();
    let mut step = Step::of(def.name, Vec::new());
    guess(def, &mut step, &table);
    table.columns.iter().map(|column| step.target_of(column)).collect()
}

fn fields(names: &[&str]) -> Vec<Option<String>> {
    names.iter().map(|name| (!name.is_empty()).then(|| (*name).to_owned())).collect()
}

const PEOPLE: &str = "张三,13800138000,zs@example.com,女,华为技术有限公司,1990-04-03\n\
                      李四,13900139000,,男,小米集团,1985-01-12\n\
                      王小明,0571-88881234,w@example.com,女,阿里,1979-11-30\n\
                      赵敏,,z@example.com,男,腾讯有限公司,1999-07-08\n";

#[test]
fn people_are_told_by_their_values() {
    let table = Table::read(PEOPLE.as_bytes(), &Default::default()).unwrap();
    assert_eq!((table.header, listed(&table).map(|def| def.name)), (0, Some(CONTACT.name)));
    let expected = fields(&["name", "phones", "emails", "gender", "customer_id", "birth_date"]);
    assert_eq!(guessed(&CONTACT, PEOPLE), expected);
    assert_eq!(guessed(&LEAD, PEOPLE), fields(&["name", "phones", "emails", "", "company", ""]));
}

#[test]
fn companies_are_told_by_their_values() {
    let text = "Acme Widgets Inc.,www.acme.test,12 Main St,12345,2001\nBolt GmbH,bolt.de,3 High Street,23456,1999\n\
                Core Ltd,https://core.test,7 Park Avenue,34567,2010\n";
    let expected = fields(&["name", "website", "address.street", "address.postcode", ""]);
    assert_eq!(guessed(&CUSTOMER, text), expected);
}

#[test]
fn what_is_in_doubt_stays_open() {
    // Places, numbers, words; two columns of people; days that may be anything.
    for text in [
        "苏州,310000,Red\n北京,310001,Green\n武汉,310002,Blue\n",
        "王小明,李娜,5\n张三,赵敏,6\n陈伟,周杰,7\n",
        "x,2024-01-01,1.50\ny,2024-02-01,2.50\nz,2024-03-01,3.50\n",
        "女,1\n女,2\n女,3\n",
        "Anna Berg\n",
    ] {
        let found = guessed(&CONTACT, text);
        assert!(found.iter().all(Option::is_none), "{text}: {found:?}");
    }
}

#[test]
fn amounts_and_times_go_where_a_type_has_only_one_of_them() {
    let deals = "a,¥500,2024-01-01\nb,¥7.5,2024-02-01\nc,3万,2024-03-01\n";
    assert_eq!(guessed(&OPPORTUNITY, deals), fields(&["", "amount", ""]));
    let tasks = "a,2024-01-01 10:30\nb,2024-02-01 8:00\nc,2024-03-01 9:15\n";
    assert_eq!(guessed(&TASK, tasks), fields(&["", "due_at"]));
}

#[test]
fn columns_with_names_are_left_alone() {
    let table = Table::read("Remark,\na@b.test,c@d.test\ne@f.test,\n".as_bytes(), &Default::default()).unwrap();
    let mut step = Step::of(CONTACT.name, Vec::new());
    guess(&CONTACT, &mut step, &table);
    assert_eq!((step.target_of("Remark"), step.target_of("#2").as_deref()), (None, Some("emails")));
}

#[test]
fn telephones_and_addresses_are_nobody_to_refer_to() {
    for (def, text, column, field) in [
        (&LEAD, "Lead name,☎ Contact\nA,13800138000\nB,+86 139 0013 9000\n", "☎ Contact", "phones"),
        (&LEAD, "Lead name,Tel,Contact\nA,0571-88881234,13800138000\nB,,13900139000\n", "Contact", "phones"),
        (&LEAD, "Lead name,Contact\nA,a@acme.example\nB,b@bolt.example\n", "Contact", "emails"),
        (&LEAD, "Lead name,Contact\nA,Anna Berg\nB,13800138000\n", "Contact", "contact_id"),
        (&CONTACT, "Name,Company\nAnna Berg,13800138000\nBela Cole,13900139000\n", "Company", "phones"),
        (
            &CONTACT,
            "Name,Reports to\nAnna Berg,c@acme.example\nBela Cole,c@acme.example\n",
            "Reports to",
            "reports_to_id",
        ),
        (&TICKET, "Subject,Contact\nBroken,13800138000\nLost,13900139000\n", "Contact", "requester_phone"),
        // That finds them.
        (&TICKET, "Subject,Contact\nBroken,a@acme.example\nLost,b@bolt.example\n", "Contact", "contact_id"),
        (&OPPORTUNITY, "Deal name,Main contact\nA,13800138000\nB,13900139000\n", "Main contact", "contact_id"),
        // Where there is room for one, it is the first's.
        (&TICKET, "Subject,Contact,Customer\nA,13800138000,13700137000\n", "Contact", "requester_phone"),
        (&TICKET, "Subject,Contact,Customer\nA,13800138000,13700137000\n", "Customer", "customer_id"),
        // As it finds companies, whatever else there is.
        (&CONTACT, "Name,Company\nAnna Berg,a@acme.example\nBela Cole,b@bolt.example\n", "Company", "customer_id"),
        // Numbers of companies.
        (&CONTACT, "Name,Customer no.\nAnna Berg,0001-23456\nBela Cole,0002-34567\n", "Customer no.", "customer_id"),
        (&CONTACT, "姓名,客户编码（必填）\n王小明,13800138000\n李娜,13900139000\n", "客户编码（必填）", "customer_id"),
    ] {
        let table = Table::read(text.as_bytes(), &Default::default()).unwrap();
        let step = super::super::of_table(def, &[], &table);
        assert_eq!(step.target_of(column).as_deref(), Some(field), "{column} of {}: {text}", def.name);
    }
}

//! What a file is a list of, as far as the names of its columns tell, and its own.

use shared::i18n::{Locale, type_label, type_label_many};
use shared::import::{Assignment, From, fillable};
use shared::record::custom_key;
use shared::types::{ACTIVITY, CONTACT, CUSTOMER, LEAD, OPPORTUNITY, PRODUCT, REGISTRY, TASK, TICKET};
use shared::{FieldDef, RecordDef};

use super::synonyms::PARTS;
use super::{COMMON, OWN, called, is_among, names, step};
use crate::import::near::bare;

/// What people have lists of, the more general first. Of anything else, such as pipelines, messages and settings, they say so
/// themselves.
const GUESSED: [&RecordDef; 8] = [&CUSTOMER, &CONTACT, &LEAD, &OPPORTUNITY, &PRODUCT, &TICKET, &TASK, &ACTIVITY];
/// Weight of a column whose name tells the field.
const TOLD: i64 = 3;
/// Weight of a column that is called as fields of several types are.
const MAYBE: i64 = 2;
/// What it costs that nothing fills a field that every record needs.
const MISSING: i64 = 2;
/// What it costs that nothing says how the records are called.
const UNTITLED: i64 = 4;
/// What people have, and customers only if they are such.
const OF_PEOPLE: &str = "birthday|date of birth|birth date|gender|sex|生日|出生日期|性别|性別";
/// What it costs customers, most of whom are companies, that a column is of what people have.
const PERSONAL: i64 = 3;
/// Weight of a file, or its sheet, that is called as records of the type are.
const NAMED: i64 = 3;
/// What stands around that in names of sheets and files; longer words before those that are part of them.
const AROUND: [&str; 27] = [
    "export", "import", "template", "sheet", "table", "list", "data", "all", "my", "our", "列表", "清单", "名单",
    "名录", "导出", "导入", "模板", "数据", "信息", "资料", "全部", "所有", "我的", "清單", "名單", "資料", "表",
];

/// The type that the columns fit best, and the name of the file. Parts of a person's name are of people, not of companies.
pub(in crate::import) fn likeliest(columns: &[String], named: Option<&RecordDef>) -> &'static RecordDef {
    // A file that is called as something else is another program's.
    if let Some(def) = exported_here(columns).filter(|def| named.is_none_or(|named| named.name == def.name)) {
        return def;
    }
    let is_of_people = columns.iter().any(|column| is_part_of_name(column));
    let candidates = GUESSED.into_iter().filter(|def| !is_of_people || def.name != CUSTOMER.name);
    let is_named = |def: &RecordDef| named.is_some_and(|named| named.name == def.name);
    let fitting = candidates.filter_map(|def| Some((fit(def, columns, is_named(def))?, def)));
    // Of equals the first: the more general one.
    fitting.rev().max_by_key(|(fit, _)| *fit).map_or(&CUSTOMER, |(_, def)| def)
}

/// Whether a column of that name would be led to a field, in a list of what people have lists of.
pub(in crate::import) fn is_field(column: &str) -> bool {
    GUESSED.into_iter().any(|def| !step(def, &[], &[column.to_owned()]).assignments.is_empty())
}

/// The type whose records a sheet or a file says by its name that it lists: 客户信息表, contacts_export (2).
pub(super) fn named(name: &str) -> Option<&'static RecordDef> {
    named_among(name, &GUESSED)
}

fn named_among(name: &str, types: &[&'static RecordDef]) -> Option<&'static RecordDef> {
    let words: String = bare(name).chars().filter(|c| !c.is_ascii_digit()).collect();
    let mut rest = words.as_str();
    loop {
        if let Some(def) = types.iter().copied().find(|&def| is_called(def, rest)) {
            return Some(def);
        }
        rest = AROUND.iter().find_map(|word| rest.strip_prefix(*word).or_else(|| rest.strip_suffix(*word)))?;
    }
}

/// Whether one or many records of a type are called so.
fn is_called(def: &'static RecordDef, words: &str) -> bool {
    let labels = Locale::ALL.iter().flat_map(|locale| [type_label(*locale, def), type_label_many(*locale, def)]);
    let known = labels.chain([def.name, def.plural].map(str::to_owned)).chain(names(def, def.title, OWN));
    let one = words.strip_suffix("ies").map(|stem| format!("{stem}y"));
    let one = one.or_else(|| words.strip_suffix('s').map(str::to_owned));
    known.map(|name| bare(&name)).any(|name| name == words || one.as_ref() == Some(&name))
}

/// The type that an export of ours is of: all of its columns are called as that one's fields are, and no other's.
fn exported_here(columns: &[String]) -> Option<&'static RecordDef> {
    let all = with_fields(columns);
    all.first().copied().filter(|_| all.len() == 1 && columns.len() > 2)
}

/// The type that an export of ours is of whose ids are as ours: of those whose fields are called as its columns are, that by which
/// the file is called. Where it is called by none, that of which no field is missing: whoever took it out may not see some, but
/// columns that another program's file has as well are too few to tell.
pub(in crate::import) fn exported(columns: &[String], file: &str) -> Option<&'static RecordDef> {
    let all = with_fields(columns);
    if let Some(named) = named_among(file, &all) {
        return Some(named);
    }
    let is_there = |field: &FieldDef| columns.iter().any(|name| name == field.name);
    let is_own = |def: &RecordDef, field: &FieldDef| def.fields.iter().any(|own| own.name == field.name);
    let is_whole =
        |def: &'static RecordDef| columns.len() > 2 && fillable(def).filter(|field| is_own(def, field)).all(is_there);
    all.into_iter().find(|&def| is_whole(def)).filter(|_| named_among(file, REGISTRY).is_none())
}

/// The types whose fields are called as all of these columns of an export are.
fn with_fields(columns: &[String]) -> Vec<&'static RecordDef> {
    let is_its = |def: &RecordDef, name: &str| name == "id" || custom_key(name).is_some() || def.field(name).is_some();
    let is_whole = columns.len() > 1 && columns.iter().any(|name| name == "id");
    let all = REGISTRY.iter().copied().filter(|def| is_whole && columns.iter().all(|name| is_its(def, name)));
    all.collect()
}

/// How well columns fit a type; not at all, if they are too few that tell of it. Names are enough of people and companies, and of
/// what the file is called by.
fn fit(def: &'static RecordDef, columns: &[String], is_named: bool) -> Option<i64> {
    let step = step(def, &[], columns);
    let weights: Vec<i64> = step.assignments.iter().map(|assignment| weight(def, assignment)).collect();
    let is_filled = |name: &str| step.assignments.iter().any(|assignment| assignment.field == name);
    let missing = def.fields.iter().filter(|field| field.required && field.default.is_none() && !is_filled(field.name));
    let cost: i64 = missing.map(|field| if field.name == def.title { UNTITLED } else { MISSING }).sum();
    let told = weights.iter().filter(|weight| **weight == TOLD).count();
    let is_enough = told > 1 || (def.is_reachable() || is_named) && is_filled(def.title);
    let of_people = columns.iter().filter(|column| def.name == CUSTOMER.name && is_among(OF_PEOPLE, column));
    let personal: i64 = of_people.map(|_| PERSONAL).sum();
    let named = if is_named { NAMED } else { 0 };
    is_enough.then(|| weights.iter().sum::<i64>() + named - cost - personal)
}

fn weight(def: &'static RecordDef, assignment: &Assignment) -> i64 {
    let is_told = match &assignment.from {
        From::Column(column) => {
            let column = called(def, &assignment.field, column);
            (0..COMMON).any(|rank| names(def, &assignment.field, rank).iter().any(|name| bare(name) == column))
        }
        from => matches!(from, From::Person { .. }),
    };
    if is_told { TOLD } else { MAYBE }
}

/// A person's name, or a part of it.
fn is_part_of_name(column: &str) -> bool {
    is_among("full name|姓名", column)
        || PARTS.iter().any(|(part, names)| part.starts_with("name.") && is_among(names, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(header: &str) -> &'static str {
        called("", header)
    }

    /// The type of a file of that name with these columns.
    fn called(name: &str, header: &str) -> &'static str {
        let columns: Vec<String> = header.split(',').map(str::to_owned).collect();
        likeliest(&columns, named(name)).name
    }

    #[test]
    fn the_type_of_a_file_is_guessed_from_its_columns() {
        for (header, expected) in [
            ("name,stage_id,amount,customer_id,expected_close", "opportunity"),
            ("Deal name,Company,Stage,Amount,Close date", "opportunity"),
            ("商机名称,客户名称,阶段,金额（万元）", "opportunity"),
            ("name,industry,employees", "customer"),
            ("公司名称,电话,邮箱,地址", "customer"),
            ("Company,Phone,Email,Address", "customer"),
            ("客户名称,客户来源,行业,官网,地址,电话", "customer"),
            ("Product name,SKU,Price,Currency", "product"),
            ("Name,Lead source,Lead status,Email", "lead"),
            ("Ticket ID,Ticket name,Pipeline,Ticket status,Priority,Create date,Ticket description", "ticket"),
            ("Subject,Due date,Priority,Owner", "task"),
            ("名称,网站,员工数,出生日期,年收入,电话", "customer"),
        ] {
            assert_eq!(guessed(header), expected, "{header}");
        }
    }

    #[test]
    fn sheets_and_files_say_by_their_names_what_they_list() {
        for (name, expected) in [
            ("客户", Some("customer")),
            ("客户信息表（2026）", Some("customer")),
            ("公司名单", Some("customer")),
            ("All companies 3", Some("customer")),
            ("contacts_export (2)", Some("contact")),
            ("我的联系人", Some("contact")),
            ("Deals-2026-05-01", Some("opportunity")),
            ("商机导出", Some("opportunity")),
            ("Sheet1", None),
            ("list", None),
            ("客户与联系人", None),
            ("", None),
        ] {
            assert_eq!(named(name).map(|def| def.name), expected, "{name}");
        }
        for (name, header, expected) in [
            ("contacts", "Name,Phone,Email", "contact"),
            ("", "Name,Phone,Email", "customer"),
            ("产品清单", "名称,备注", "product"),
            ("客户", "名称,网站,出生日期,电话", "customer"),
            // What the columns say weighs more.
            ("联系人", "公司名称,官网,行业,人数,注册地址", "customer"),
            ("客户", "姓名,公司,手机,邮箱,备注", "contact"),
        ] {
            assert_eq!(called(name, header), expected, "{name}: {header}");
        }
    }

    #[test]
    fn exports_of_ours_are_known_by_their_fields() {
        assert_eq!(guessed("id,name,shoes,owner_id"), "customer");
        assert_eq!(guessed("id,title,content,visibility,locale"), "article");
    }

    #[test]
    fn every_export_of_ours_is_known_by_its_columns_and_its_name() {
        for def in REGISTRY {
            let own = fillable(def).map(|field| field.name.to_owned());
            let columns: Vec<String> = std::iter::once("id".to_owned()).chain(own).collect();
            // What nobody can fill says nothing but its ids and teams.
            if columns.len() < 3 {
                continue;
            }
            for name in [def.plural, &format!("{}-2026-12-01", type_label_many(Locale::ZhCn, def))] {
                assert_eq!(exported(&columns, name).map(|def| def.name), Some(def.name), "{name}: {columns:?}");
            }
        }
        let of = |columns: &str| {
            let columns: Vec<String> = columns.split(',').map(str::to_owned).collect();
            exported(&columns, "export").map(|def| def.name)
        };
        assert_eq!(of("id,name,other_name,description"), Some("role"));
        assert_eq!(of("id,name,ticket_id,message_id,article_id,customer_id"), Some("attachment"));
        assert_eq!((of("id,name,shoes"), of("name,industry")), (None, None));
    }

    #[test]
    fn few_columns_that_others_have_as_well_are_no_export_of_ours_unless_the_file_says_so() {
        let of = |columns: &str, file: &str| {
            let columns: Vec<String> = columns.split(',').map(str::to_owned).collect();
            exported(&columns, file).map(|def| def.name)
        };
        assert_eq!((of("id,name,email", "contacts"), of("id,name,email", "people 3")), (None, None));
        assert_eq!((of("id,name", "file"), of("id,name,description", "file")), (None, None));
        assert_eq!((of("id,name,email", "users"), of("id,name", "customers")), (Some("user"), Some("customer")));
        // All that a role has, but another program's file of contacts.
        assert_eq!(of("id,name,other_name,description", "contacts"), None);
        assert_eq!((called("contacts", "id,name,email"), called("users", "id,name,email")), ("contact", "user"));
    }

    #[test]
    fn people_are_told_by_parts_of_names_and_by_what_they_have_beside_a_name() {
        for header in [
            "first_name,last_name,email,company",
            "First Name,Last Name,Phone,Email",
            "姓,名,手机",
            "Company Name,First Name,Last Name,Industry,Website,Employees,Email",
            "Name,Company,E-mail",
            "姓名,公司,手机,邮箱,备注",
            "姓名,单位,职务,移动电话",
            "Name,Position,Phone",
            "Full name,Email,Birthday",
            "Name,Email,Birthday",
            "Company,Contact,Phone,Email",
        ] {
            assert_eq!(guessed(header), "contact", "{header}");
        }
    }

    #[test]
    fn what_tells_little_is_a_list_of_customers_and_never_one_of_settings_or_messages() {
        for header in [
            "Name,Remark of Bob",
            "text,date,integer,boolean,float,time,datetime",
            "slug,title,artist,description,install_date,address,type",
            "title,filename,url,retrieval_date",
            "id,name,age",
            "#1,#2,#3",
            "position,outcome,required_fields",
        ] {
            assert_eq!(guessed(header), "customer", "{header}");
        }
    }
}

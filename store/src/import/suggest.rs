//! Suggests which column goes where.

use shared::RecordDef;
use shared::i18n::{Locale, field_label};
use shared::import::{Assignment, From, Step, fillable, mapping, units};
use shared::record::{CustomField, Kind, custom_name};
use shared::types::REGISTRY;
use uuid::Uuid;

use super::near::bare;
use super::table::Table;

/// Column names that programs and people use for fields, besides names and labels: field, other names.
const SYNONYMS: &[(&str, &[&str])] = &[
    (
        "name",
        &[
            "title",
            "full name",
            "company",
            "company name",
            "account",
            "account name",
            "客户",
            "公司",
            "公司名称",
            "名字",
            "标题",
            "display name",
        ],
    ),
    (
        "phones",
        &[
            "phone",
            "mobile",
            "tel",
            "telephone",
            "phone number",
            "contact phone number",
            "mobile phone",
            "cell",
            "cell phone",
            "work phone",
            "home phone",
            "phone 2",
            "电话",
            "手机",
            "手机号",
            "手机号码",
            "电话号码",
            "联系电话",
            "座机",
            "固定电话",
        ],
    ),
    ("phone", &["mobile", "tel", "telephone", "电话", "手机"]),
    (
        "emails",
        &[
            "email",
            "e-mail",
            "mail",
            "email address",
            "email 2",
            "work email",
            "邮箱",
            "邮件",
            "电子邮箱",
            "电子邮件",
            "邮箱地址",
        ],
    ),
    ("email", &["e-mail", "mail", "邮箱", "邮件"]),
    ("number", &["id", "no", "code", "external id", "编号", "编码"]),
    (
        "customer_id",
        &[
            "account",
            "company",
            "client",
            "customer name",
            "company name",
            "related company",
            "客户名称",
            "公司",
            "公司名称",
            "所属公司",
        ],
    ),
    ("contact_id", &["contact", "contact name", "联系人"]),
    ("owner_id", &["owner", "sales", "sales rep", "sales agent", "salesperson", "负责人", "销售"]),
    ("stage_id", &["deal stage", "stage", "status", "阶段", "状态"]),
    ("product_ids", &["product", "products", "产品"]),
    ("amount", &["value", "deal value", "sum", "price", "金额"]),
    ("price", &["sales price", "list price", "单价", "价格"]),
    ("category", &["series", "type", "分类", "类别"]),
    ("industry", &["sector", "branch", "行业", "所属行业"]),
    ("founded", &["year established", "year founded", "成立年份"]),
    ("revenue", &["turnover", "annual revenue", "营业额", "年收入"]),
    ("employees", &["headcount", "number of employees", "员工数", "人数"]),
    ("address", &["location", "office location", "full address", "地址", "联系地址"]),
    ("website", &["url", "web", "homepage", "网址", "官网"]),
    ("parent_id", &["parent", "subsidiary of", "related company", "上级", "上级公司"]),
    ("source", &["lead source", "客户来源", "线索来源", "来源渠道"]),
    ("engaged_on", &["engage date", "start date", "开始日期"]),
    ("expected_close", &["close date", "closing date", "预计成交", "预计成交日期", "预计结单日期"]),
    ("closed_on", &["closed", "closed date", "won on", "成交日期", "结单日期"]),
    ("birth_date", &["birthday", "date of birth", "生日", "出生日期"]),
    ("description", &["notes", "note", "remarks", "comment", "备注", "说明"]),
    ("team_id", &["team", "department", "部门", "团队"]),
];

/// Column names of what only parts of fields hold.
const PARTS: &[(&str, &[&str])] = &[
    (
        "address.street",
        &[
            "street",
            "street address",
            "address line 1",
            "address 1",
            "street2",
            "street 2",
            "address line 2",
            "address 2",
            "详细地址",
            "街道",
        ],
    ),
    ("address.district", &["district", "county", "区", "区县", "区/县"]),
    ("address.city", &["city", "town", "市", "城市", "所在城市"]),
    ("address.province", &["state", "province", "region", "state/province", "省", "省份", "所在省份"]),
    ("address.postcode", &["zip", "zip code", "postcode", "postal code", "zip/postal code", "邮编", "邮政编码"]),
    ("address.country", &["country", "country/region", "国家", "国家/地区"]),
    ("name.given", &["first name", "given name", "forename", "名"]),
    ("name.middle", &["middle name"]),
    ("name.family", &["last name", "family name", "surname", "姓"]),
];

/// The mapping of a file's columns to a type's fields, as far as it is plain.
pub(super) fn step(def: &'static RecordDef, custom: &[CustomField], columns: &[String]) -> Step {
    let mut assignments: Vec<Assignment> = Vec::new();
    let mut free: Vec<&String> = columns.iter().collect();
    for rank in 0..3 {
        free.retain(|column| {
            let hit = fields(def).into_iter().find(|field| {
                let taken = assignments.iter().any(|a| a.field == *field);
                let column = called(def, field, column);
                !taken && names(def, field, rank).iter().any(|name| bare(name) == column && !column.is_empty())
            });
            let Some(field) = hit else { return true };
            let times = def.field(&field).and_then(|field| units::factor(field, column));
            assignments.push(Assignment { times, ..Assignment::column(&field, column) });
            false
        });
    }
    for field in custom {
        let name = custom_name(&field.key);
        let is_its = |column: &&&String| [&field.label, &name].iter().any(|own| bare(own) == bare(column));
        assignments.extend(free.iter().find(is_its).map(|column| Assignment::column(&name, column)));
    }
    free.retain(|column| !assignments.iter().any(|a| a.from.columns().contains(&column.as_str())));
    let mut step = Step::of(def.name, assignments);
    join(def, &free, &mut step);
    closing_days(def, &mut step);
    step.key = key(def, &step.assignments);
    step
}

/// What a column is called, as it is held against names of a field: without the unit of its amounts.
fn called(def: &'static RecordDef, field: &str, column: &str) -> String {
    let is_amount = def.field(field).is_some_and(|field| field.kind.is_number());
    let (name, _) = units::unit(column).filter(|_| is_amount).unwrap_or((column, 1));
    bare(name)
}

/// Files have one column for the day on which a deal is hoped to close, or did: it fills whichever the deal's stage keeps.
fn closing_days(def: &'static RecordDef, step: &mut Step) {
    let of = |name: &str| step.assignments.iter().find(|assignment| assignment.field == name).cloned();
    let other = match (of("expected_close"), of("closed_on")) {
        (Some(expected), None) => Assignment { field: "closed_on".to_owned(), ..expected },
        (None, Some(closed)) => Assignment { field: "expected_close".to_owned(), ..closed },
        _ => return,
    };
    if def.name == shared::types::OPPORTUNITY.name {
        step.assignments.push(other);
    }
}

/// Leads what is left to parts of an address or name and, besides others, to phones and e-mails.
fn join(def: &'static RecordDef, free: &[&String], step: &mut Step) {
    let parts: Vec<String> = mapping::parts(def).collect();
    for column in free {
        let is_known = |names: &[&str]| names.iter().any(|name| bare(name) == bare(column));
        let part = PARTS.iter().find(|(part, names)| is_known(names) && parts.iter().any(|known| known == part));
        let lists = SYNONYMS.iter().filter(|(field, names)| matches!(*field, "phones" | "emails") && is_known(names));
        let list = lists.map(|(field, _)| *field).find(|field| def.field(field).is_some());
        // A whole name says more than its parts.
        let is_named = |a: &Assignment| a.field == def.title && !matches!(a.from, From::Person { .. });
        match part.map(|(part, _)| *part) {
            Some(part) if part.starts_with("name.") && step.assignments.iter().any(is_named) => {}
            Some(part) => step.lead(def, column, part, None),
            None => list.into_iter().for_each(|list| step.lead(def, column, list, None)),
        }
    }
    // Beside a city, an address is the street.
    if step.assignments.iter().any(|a| a.field.starts_with("address.") && a.field != "address.street") {
        step.assignments
            .iter_mut()
            .filter(|a| a.field == "address")
            .for_each(|a| a.field = "address.street".to_owned());
    }
}

/// Looks at the cells: reads days as the columns show that they are meant, and takes for ids of records only what are such;
/// other programs' are numbers here.
pub(super) fn look_closer(steps: &mut [Step], table: &Table) {
    for step in steps.iter_mut() {
        let of_id = step.assignments.iter().position(|a| a.field == "id");
        let Some((at, From::Column(name))) = of_id.map(|at| (at, step.assignments[at].from.clone())) else { continue };
        let is_id = |at: usize| {
            table
                .rows()
                .map(|row| row.cell(at))
                .find(|cell| !cell.is_empty())
                .is_none_or(|cell| Uuid::parse_str(cell.trim()).is_ok())
        };
        let Some(def) = shared::types::by_name(&step.record_type).filter(|_| !table.column(&name).is_some_and(is_id))
        else {
            continue;
        };
        step.assignments.remove(at);
        if def.field("number").is_some() && !step.assignments.iter().any(|a| a.field == "number") {
            step.assignments.push(Assignment::column("number", &name));
        }
        step.key = key(def, &step.assignments);
    }
    for assignment in steps.iter_mut().flat_map(|step| &mut step.assignments).filter(|a| a.dates.is_none()) {
        if let From::Column(name) = &assignment.from {
            assignment.dates = table.column(name).and_then(|at| table.dates(at));
        }
    }
}

/// The type that most columns fit.
pub(super) fn likeliest(columns: &[String]) -> &'static RecordDef {
    let fit = |def: &&'static RecordDef| {
        let step = step(def, &[], columns);
        let required = def.fields.iter().filter(|f| f.required && f.default.is_none());
        let missing = required.filter(|f| !step.assignments.iter().any(|a| a.field == f.name)).count();
        let fit = i64::try_from(step.assignments.len()).unwrap_or(0) * 2 - i64::try_from(missing).unwrap_or(0);
        // What says little is sooner a list of people and companies than one of tags.
        (fit, def.timeline)
    };
    let candidates = REGISTRY.iter().copied().filter(|def| !def.admin);
    // Of equals the first in the registry: the more general one.
    candidates.rev().max_by_key(fit).unwrap_or(&shared::types::CUSTOMER)
}

fn fields(def: &'static RecordDef) -> Vec<String> {
    std::iter::once("id").chain(fillable(def).map(|field| field.name)).map(str::to_owned).collect()
}

/// Names of a field in falling order of certainty: its own, its labels, what else it is called.
fn names(def: &'static RecordDef, field: &str, rank: u8) -> Vec<String> {
    match rank {
        0 => vec![field.to_owned()],
        1 => {
            let labels = Locale::ALL.iter().map(|locale| field_label(*locale, def, field));
            labels.chain(field.strip_suffix("_id").map(str::to_owned)).filter(|_| field != "id").collect()
        }
        _ => {
            let known = SYNONYMS.iter().filter(|(name, _)| *name == field);
            known.flat_map(|(_, names)| names.iter().map(|name| (*name).to_owned())).collect()
        }
    }
}

/// How existing records are best recognised.
fn key(def: &'static RecordDef, assignments: &[Assignment]) -> Option<String> {
    let mapped = |name: &&str| assignments.iter().any(|a| a.field == *name);
    let unique = def.fields.iter().filter(|f| f.unique).map(|f| f.name);
    // Deals, people and the like often share a title; people are told by how one reaches them.
    let telling = !matches!(def.name, "opportunity" | "lead" | "activity" | "task" | "contact" | "ticket");
    let of_kind = |kind| def.fields.iter().find(|f| !telling && f.kind == kind).map(|f| f.name);
    let channels = [Kind::Emails, Kind::Phones].into_iter().filter_map(of_kind);
    let mut certain = std::iter::once("id").chain(unique.clone()).chain(channels.clone());
    let titled = (telling && mapped(&def.title)).then_some(def.title);
    // Without any of it rows are known as wholes.
    certain.find(mapped).or(titled).or_else(|| channels.chain(unique).next()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::types::CUSTOMER;

    fn mapped(def: &'static RecordDef, columns: &[&str]) -> Vec<(String, String)> {
        let columns: Vec<String> = columns.iter().map(|c| (*c).to_owned()).collect();
        let source = |from| match from {
            shared::import::From::Column(name) => name,
            _ => String::new(),
        };
        step(def, &[], &columns).assignments.into_iter().map(|a| (source(a.from), a.field)).collect()
    }

    #[test]
    fn columns_are_recognised_by_name_label_and_synonym() {
        let found = mapped(&CUSTOMER, &["客户名称", "Industry", "手机", "Headcount", "Shoe size"]);
        let of = |column: &str| found.iter().find(|(c, _)| c == column).map(|(_, field)| field.as_str());
        assert_eq!(of("Industry"), Some("industry"));
        assert_eq!(of("手机"), Some("phones"));
        assert_eq!(of("Headcount"), Some("employees"));
        assert_eq!(of("Shoe size"), None);
    }

    #[test]
    fn columns_with_parts_and_further_values_are_put_together() {
        let columns = ["Name", "Phone", "Mobile", "Street", "Street2", "City", "ZIP", "First Name"].map(str::to_owned);
        let step = step(&CUSTOMER, &[], &columns);
        let of = |column: &str| step.target_of(column);
        assert_eq!(of("Mobile").as_deref(), Some("phones"));
        assert_eq!(step.companions("Mobile"), ["Phone"]);
        assert_eq!((of("Street2").as_deref(), of("City").as_deref()), (Some("address.street"), Some("address.city")));
        assert_eq!(of("First Name"), None);
        let columns = ["Last name", "First name", "Address", "Town"].map(str::to_owned);
        let step = super::step(&CUSTOMER, &[], &columns);
        assert_eq!(step.target_of("First name").as_deref(), Some("name.given"));
        assert_eq!(step.target_of("Address").as_deref(), Some("address.street"));
    }

    #[test]
    fn the_day_of_closing_is_whichever_a_deal_keeps() {
        let of = |columns: &[&str]| {
            let found = mapped(&shared::types::OPPORTUNITY, columns);
            found.into_iter().filter(|(_, field)| field.contains("close")).map(|(_, field)| field).collect::<Vec<_>>()
        };
        assert_eq!(of(&["Name", "Close Date"]), ["expected_close", "closed_on"]);
        assert_eq!(of(&["Name", "预计成交日期", "成交日期"]), ["expected_close", "closed_on"]);
    }

    #[test]
    fn numbers_of_other_programs_are_no_ids_of_ours() {
        let of = |cell: &str| {
            let table = Table::read(format!("ID,Name\n{cell},Acme\n").as_bytes(), &Default::default()).unwrap();
            let mut steps = [step(&CUSTOMER, &[], &table.columns)];
            look_closer(&mut steps, &table);
            steps[0].target_of("ID")
        };
        assert_eq!(of("res_partner_1").as_deref(), Some("number"));
        assert_eq!(of("01a20673-704e-7326-b06d-24abd363263e").as_deref(), Some("id"));
    }

    #[test]
    fn the_type_of_a_file_is_guessed_from_its_columns() {
        let columns = ["name", "stage_id", "amount", "customer_id", "expected_close"].map(str::to_owned);
        assert_eq!(likeliest(&columns).name, "opportunity");
        assert_eq!(likeliest(&["name", "industry", "employees"].map(str::to_owned)).name, "customer");
        assert_eq!(likeliest(&["Name", "Remark of Bob"].map(str::to_owned)).name, "customer");
    }
}

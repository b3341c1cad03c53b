//! Suggests which column goes where.

mod guess;
mod likely;
mod looks;
mod people;
mod synonyms;

use std::collections::BTreeSet;

use shared::RecordDef;
use shared::i18n::{Locale, field_label, type_label};
use shared::import::{Assignment, Format, From, Step, mappable, mapping, units};
use shared::record::{CustomField, Kind, custom_name};
use uuid::Uuid;

pub(super) use self::likely::is_field;
use self::likely::{likeliest, named};
use self::synonyms::{PARTS, SYNONYMS, TELLING};
use super::near::bare;
use super::table::Table;
use crate::columns::target;

/// Names of fields in falling order of certainty: see [`names`].
const RANKS: u8 = 5;
/// The rank of names that only a field of one type has.
const OWN: u8 = 2;
/// The rank of names that fields of several types have.
const COMMON: u8 = 3;
/// The rank of names that say that a reference is told by its number; one by its title goes before it.
const BY_NUMBER: u8 = 4;
/// What stands behind the name of a reference that is told by its number.
const NUMBERS: [&str; 12] = ["number", "no", "nr", "code", "编号", "编码", "代码", "号", "編號", "編碼", "代碼", "號"];
/// What templates write in brackets behind names of columns: whether they must be filled in.
const MARKS: [&str; 8] = ["必填", "必填项", "选填", "非必填", "必填項", "選填", "required", "optional"];
/// Rows that are looked through for words, and for ids of ours.
const READ: usize = 5_000;

/// The mapping of a file's columns to a type's fields, as far as it is plain.
pub(super) fn step(def: &'static RecordDef, custom: &[CustomField], columns: &[String]) -> Step {
    let mut assignments: Vec<Assignment> = Vec::new();
    let mut free: Vec<&String> = columns.iter().collect();
    for rank in 0..RANKS {
        let known = known(def, rank);
        free.retain(|column| {
            let hit = known.iter().find(|(field, names)| {
                let column = called(def, field, column);
                !column.is_empty() && names.contains(&column) && !assignments.iter().any(|a| a.field == *field)
            });
            let Some((field, _)) = hit else { return true };
            let times = def.field(field).and_then(|field| units::factor(field, column));
            assignments.push(Assignment { times, ..Assignment::column(field, column) });
            false
        });
    }
    for field in custom {
        let name = custom_name(&field.key);
        let is_its = |column: &&&String| [&field.label, &name].iter().any(|own| bare(own) == bare(unmarked(column)));
        assignments.extend(free.iter().find(is_its).map(|column| Assignment::column(&name, column)));
    }
    free.retain(|column| !assignments.iter().any(|a| a.from.columns().contains(&column.as_str())));
    let mut step = Step::of(def.name, assignments);
    join(def, &free, &mut step);
    closing_days(def, &mut step);
    step.key = key(def, &step.assignments);
    step
}

/// The mapping of a file to a type: by the names of its columns, and by their values where they have none.
pub(super) fn of_table(def: &'static RecordDef, custom: &[CustomField], table: &Table) -> Step {
    let mut step = step(def, custom, &table.columns);
    guess::reach(def, &mut step, table);
    guess::guess(def, &mut step, table);
    words_of_programs(def, &mut step, table);
    step.key = key(def, &step.assignments);
    step
}

/// Says what words of other programs mean that stand in columns of choices.
fn words_of_programs(def: &'static RecordDef, step: &mut Step, table: &Table) {
    for assignment in &mut step.assignments {
        let is_choice = def.field(&assignment.field).is_some_and(|field| matches!(field.kind, Kind::Choice(_)));
        let From::Column(name) = &assignment.from else { continue };
        let Some(at) = table.column(name).filter(|_| is_choice) else { continue };
        let cells = table.rows().take(READ).map(|row| row.cell(at).trim().to_lowercase());
        let cells: BTreeSet<String> = cells.collect();
        let known = super::layout::words(def.name, &assignment.field).into_iter();
        assignment.values = known.filter(|(word, _)| cells.contains(&word.to_lowercase())).collect();
    }
}

/// The type that a file of that name is an export of, if it is one of ours: by its columns, and its ids.
pub(super) fn exported(table: &Table, file: &str) -> Option<&'static RecordDef> {
    let ids = table.column("id")?;
    // All of ours are of this version, but for those of programs that give records ids of their own.
    let is_ours = |id: &str| Uuid::parse_str(id.trim()).is_ok_and(|id| id.get_version_num() == 7);
    let has_ours = table.rows().take(READ).any(|row| is_ours(row.cell(ids)));
    let stem = file.rsplit_once('.').map_or(file, |(name, _)| name);
    has_ours.then(|| likely::exported(&table.columns, stem)).flatten()
}

/// What a file of that name is a list of.
pub(super) fn type_of(table: &Table, file: &str) -> &'static RecordDef {
    if let Some(def) = exported(table, file) {
        return def;
    }
    let sheet = match &table.format {
        Format::Workbook { sheet, .. } => named(sheet),
        _ => None,
    };
    let is_called = || named(file.rsplit_once('.').map_or(file, |(name, _)| name));
    guess::listed(table).unwrap_or_else(|| likeliest(&table.columns, sheet.or_else(is_called)))
}

/// What a column is called, as it is held against names of a field: without the unit of its amounts.
fn called(def: &'static RecordDef, field: &str, column: &str) -> String {
    let is_amount = def.field(field).is_some_and(|field| field.kind.is_number());
    let column = unmarked(column);
    let (name, _) = units::unit(column).filter(|_| is_amount).unwrap_or((column, 1));
    bare(name)
}

/// The name of a column without what says whether it must be filled in: 客户名称（必填）, Name (required).
fn unmarked(column: &str) -> &str {
    let column = column.trim();
    let inner = column.strip_suffix([')', '）', ']', '】']);
    match inner.and_then(|inner| inner.rsplit_once(['(', '（', '[', '【'])) {
        Some((name, mark)) if MARKS.contains(&mark.trim().to_lowercase().as_str()) => name.trim_end(),
        _ => column,
    }
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
        let part =
            PARTS.iter().find(|(part, names)| is_among(names, column) && parts.iter().any(|known| known == part));
        let is_list = |field: &str| matches!(field, "phones" | "emails");
        let lists = SYNONYMS.iter().filter(|(field, names)| is_list(field) && is_among(names, column));
        let list = lists.map(|(field, _)| *field).find(|field| def.field(field).is_some());
        // A whole name says more than its parts.
        let is_named = |a: &Assignment| a.field == def.title && !matches!(a.from, From::Person { .. });
        match part.map(|(part, _)| *part) {
            Some(part) if part.starts_with("name.") && step.assignments.iter().any(is_named) => {}
            Some(part) => step.lead(def, column, part, None),
            None => list.into_iter().for_each(|list| step.lead(def, column, list, None)),
        }
    }
    // What stands behind a name is none.
    let is_name = |from: &From| match from {
        From::Person { given, middle, family, .. } => [given, middle, family].iter().any(|part| !part.is_empty()),
        _ => true,
    };
    step.assignments.retain(|a| is_name(&a.from));
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

fn fields(def: &'static RecordDef) -> Vec<String> {
    std::iter::once("id").chain(mappable(def).map(|field| field.name)).map(str::to_owned).collect()
}

/// The fields that columns may be led to, with their names of a rank as they are compared.
fn known(def: &'static RecordDef, rank: u8) -> Vec<(String, Vec<String>)> {
    let named = |field: String| {
        let names = names(def, &field, rank).iter().map(|name| bare(name)).collect();
        (field, names)
    };
    fields(def).into_iter().map(named).collect()
}

/// Names of a field in falling order of certainty: its own, its labels, what only this type's is called, what others are
/// called as well, what says the number of what it refers to.
fn names(def: &'static RecordDef, field: &str, rank: u8) -> Vec<String> {
    match rank {
        0 => vec![field.to_owned()],
        1 => {
            let labels = Locale::ALL.iter().map(|locale| field_label(*locale, def, field));
            labels.chain(field.strip_suffix("_id").map(str::to_owned)).filter(|_| field != "id").collect()
        }
        OWN => listed(TELLING, def, field),
        COMMON => listed(SYNONYMS, def, field),
        _ => numbered(def, field),
    }
}

/// What columns are called that name the records of a reference by their numbers: customer number, 客户编号, SKU. Records are looked
/// for by their numbers as well as by their titles.
fn numbered(def: &'static RecordDef, field: &str) -> Vec<String> {
    let has_number = |to: &&RecordDef| to.field("number").is_some_and(|number| number.unique);
    let Some(to) = def.field(field).and_then(target).filter(has_number) else { return Vec::new() };
    let mut called: Vec<String> = (0..BY_NUMBER).flat_map(|rank| names(def, field, rank)).collect();
    let mut numbered = Vec::new();
    // Of records that refer to others of their type it would be their own.
    if to.name != def.name {
        called.extend(Locale::ALL.iter().map(|locale| type_label(*locale, to)));
        numbered.extend(listed(TELLING, to, "number"));
    }
    numbered.extend(called.iter().flat_map(|name| NUMBERS.map(|number| format!("{name} {number}"))));
    numbered
}

fn listed(table: &[(&str, &str)], def: &RecordDef, field: &str) -> Vec<String> {
    let own = format!("{}.{field}", def.name);
    let its = table.iter().filter(|(name, _)| *name == field || *name == own);
    its.flat_map(|(_, names)| names.split('|').map(str::to_owned)).collect()
}

/// Whether a column is called one of these names, which have `|` between them.
fn is_among(names: &str, column: &str) -> bool {
    let column = bare(unmarked(column));
    !column.is_empty() && names.split('|').any(|name| bare(name) == column)
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
    fn columns_are_called_as_the_type_of_the_file_has_it() {
        use shared::types::{CONTACT, LEAD, OPPORTUNITY, TICKET, USER};
        for (def, column, field) in [
            (&CONTACT, "单位", Some("customer_id")),
            (&CONTACT, "Company name", Some("customer_id")),
            (&CONTACT, "Firm", Some("customer_id")),
            (&CONTACT, "职务", Some("job_title")),
            (&CONTACT, "Title", Some("job_title")),
            (&CONTACT, "部門", Some("department")),
            (&CONTACT, "商务电话", Some("phones")),
            (&CONTACT, "邮箱地址", Some("emails")),
            (&CONTACT, "電子郵件", Some("emails")),
            (&CONTACT, "Contact owner", Some("owner_id")),
            (&CUSTOMER, "公司名稱", Some("name")),
            (&CUSTOMER, "单位", None),
            (&CUSTOMER, "部门", None),
            (&CUSTOMER, "网站", Some("website")),
            (&CUSTOMER, "客户经理", Some("owner_id")),
            (&CUSTOMER, "微信号", Some("social.wechat")),
            (&CONTACT, "QQ", Some("social.qq")),
            (&OPPORTUNITY, "预计签单日期", Some("expected_close")),
            (&OPPORTUNITY, "所属客户", Some("customer_id")),
            (&LEAD, "所属单位", Some("company")),
            (&LEAD, "部门", None),
            (&USER, "部门", Some("team_id")),
            (&OPPORTUNITY, "Deal name", Some("name")),
            (&OPPORTUNITY, "项目名称", Some("name")),
            (&OPPORTUNITY, "Close", Some("expected_close")),
            (&OPPORTUNITY, "Account name", Some("customer_id")),
            (&TICKET, "Ticket ID", Some("number")),
        ] {
            let found = mapped(def, &[column]).first().map(|(_, field)| field.clone());
            assert_eq!(found.as_deref(), field, "{column} of {}", def.name);
        }
    }

    #[test]
    fn deals_are_recognised_as_other_programs_call_what_they_say() {
        for (field, columns) in [
            (
                "pipeline_id",
                "Pipeline|Sales pipeline|Sales process|Deal pipeline|销售流程|销售管道|商机流程|交易管道|銷售流程",
            ),
            ("name", "Deal Name|Opportunity Name|Opportunity|商机名称|商机名称（必填）|交易名称|业务机会名|商機名稱"),
            ("stage_id", "Deal Stage|Stage|StageName|Sales Stage|商机阶段|销售阶段|当前阶段|交易阶段|阶段|銷售階段"),
            (
                "amount",
                "Amount|Expected Revenue|Deal Amount|商机金额|预计成交金额（万元）|预计销售金额(元)|预期收入|交易金额|金额",
            ),
            (
                "expected_close",
                "Close Date|CloseDate|Closing Date|Expected Closing|Expected close date|预计成交日期|预计结束日期|预期关闭",
            ),
            ("closed_on", "Closed on|Actual close date|实际成交日期|结束日期|关闭日期|结单日期"),
            (
                "owner_id",
                "Deal Owner|Opportunity Owner|Salesperson|Owner.Name|负责人|商机负责人|商机所有者|交易所有者|业务机会所有人|销售员",
            ),
            (
                "customer_id",
                "Customer|Account Name|Account.Name|Company Name|Associated Company|客户名称|客户名称 (必填)|客户名|关联公司|帳戶名稱",
            ),
            ("contact_id", "Contact Name|Associated Contact|联系人名称|关联联系人"),
            ("probability", "Probability (%)|Probability|赢率|可能性 (%)|概率"),
        ] {
            for column in columns.split('|') {
                let found = mapped(&shared::types::OPPORTUNITY, &[column]);
                assert!(found.contains(&(column.to_owned(), field.to_owned())), "{column}: {found:?}");
            }
        }
    }

    #[test]
    fn a_reference_is_told_by_its_number_where_nothing_names_it() {
        use shared::types::{CONTACT, OPPORTUNITY, TICKET};
        for (def, column, field) in [
            (&CONTACT, "Customer number", Some("customer_id")),
            (&CONTACT, "Account No.", Some("customer_id")),
            (&CONTACT, "客户编号", Some("customer_id")),
            (&OPPORTUNITY, "客户号", Some("customer_id")),
            (&OPPORTUNITY, "customer_no", Some("customer_id")),
            (&OPPORTUNITY, "SKU", Some("product_ids")),
            (&OPPORTUNITY, "商机编号", Some("number")),
            (&TICKET, "Customer code", Some("customer_id")),
            (&CUSTOMER, "Account No.", Some("number")),
            (&CUSTOMER, "客户编号", Some("number")),
            (&CUSTOMER, "Parent account number", Some("parent_id")),
            // Contacts have none: it is a telephone's, or anything.
            (&OPPORTUNITY, "Contact number", None),
        ] {
            let found = mapped(def, &[column]).first().map(|(_, field)| field.clone());
            assert_eq!(found.as_deref(), field, "{column} of {}", def.name);
        }
        let both = mapped(&CONTACT, &["Account number", "Account name"]);
        assert_eq!(both, [("Account name".to_owned(), "customer_id".to_owned())]);
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
    fn what_stands_behind_a_name_goes_with_it_and_alone_nowhere() {
        let columns = ["First name", "Last name", "Suffix"].map(str::to_owned);
        let step = step(&CUSTOMER, &[], &columns);
        assert_eq!(step.target_of("Suffix").as_deref(), Some("name.suffix"));
        assert!(mapped(&CUSTOMER, &["Suffix"]).is_empty());
    }

    #[test]
    fn words_of_other_programs_are_known_where_they_stand_in_the_file() {
        let text = "Name,Lead Status\nAnna,In Progress\nBela,Odd\nCole,OPEN_DEAL\n";
        let table = Table::read(text.as_bytes(), &Default::default()).unwrap();
        let step = of_table(&shared::types::LEAD, &[], &table);
        let status = step.assignments.iter().find(|a| a.field == "status").unwrap();
        let words: Vec<&str> = status.values.keys().map(String::as_str).collect();
        assert_eq!(words, ["In Progress", "OPEN_DEAL"]);
    }

    #[test]
    fn a_column_says_what_the_amounts_of_deals_are_in() {
        for column in ["Currency", "币种", "Deal currency", "货币"] {
            let found = mapped(&shared::types::OPPORTUNITY, &["Deal name", "Amount", column]);
            assert!(found.contains(&(column.to_owned(), "currency".to_owned())), "{column}");
        }
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
}

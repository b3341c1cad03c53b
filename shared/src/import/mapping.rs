//! Which column goes where, as people choose it: one target for each column, several columns for one target where that
//! makes sense.

use super::{Assignment, DateOrder, Existing, From, Step, fillable};
use crate::record::{Kind, RecordDef};

/// Parts of an address that columns can hold.
pub const ADDRESS_PARTS: &[&str] = &["street", "district", "city", "province", "postcode", "country"];
/// Social accounts that columns can hold.
pub const SOCIAL_PARTS: &[&str] = &["wechat", "qq", "weibo", "dingtalk", "linkedin", "whatsapp"];
/// Parts of a person's name that columns can hold.
pub const NAME_PARTS: &[&str] = &["given", "middle", "family", "suffix"];

/// A `{column}` slot of a template.
pub struct Slot<'t> {
    /// What stands between the slot before and this one.
    pub before: &'t str,
    /// Name of the column.
    pub name: &'t str,
    /// What follows.
    pub rest: &'t str,
}

/// The slots of a template, in order.
pub fn slots(template: &str) -> impl Iterator<Item = Slot<'_>> {
    let mut left = template;
    std::iter::from_fn(move || {
        let (before, after) = left.split_once('{')?;
        let (name, rest) = after.split_once('}')?;
        left = rest;
        Some(Slot { before, name, rest })
    })
}

/// What columns can hold of a type besides its fields: parts of its address, single social accounts, and parts of the name of a person.
pub fn parts(def: &RecordDef) -> impl Iterator<Item = String> {
    let address = def.fields.iter().filter(|field| field.kind == Kind::Address);
    let address = address.flat_map(|field| ADDRESS_PARTS.iter().map(move |part| format!("{}.{part}", field.name)));
    let social = def.fields.iter().filter(|field| field.kind == Kind::Social);
    let social = social.flat_map(|field| SOCIAL_PARTS.iter().map(move |part| format!("{}.{part}", field.name)));
    let is_person = def.fields.iter().any(|field| field.kind == Kind::Phones);
    let name = NAME_PARTS.iter().filter(move |_| is_person).map(|part| format!("{}.{part}", def.title));
    address.chain(social).chain(name)
}

impl Step {
    /// Fields by which rows are recognised: where the first is empty in a row, the next tells it. People who have no e-mail
    /// are known by their telephone, and the other way round. A row that none of them tells is known by saying nothing that a
    /// record of its title does not say.
    pub fn keys(&self, def: &'static RecordDef) -> Vec<&str> {
        let Some(key) = self.key.as_deref().filter(|_| self.existing != Existing::Create) else { return Vec::new() };
        let other = match def.field(key).map(|field| field.kind) {
            Some(Kind::Emails) => Some(Kind::Phones),
            Some(Kind::Phones) => Some(Kind::Emails),
            _ => None,
        };
        let is_filled = |name: &str| self.assignments.iter().any(|assignment| assignment.field == name);
        let mut others = fillable(def).filter(|field| Some(field.kind) == other && is_filled(field.name));
        std::iter::once(key).chain(others.next().map(|field| field.name)).collect()
    }
}

impl From {
    /// The columns that it reads.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::Column(name) => vec![name],
            Self::Template(text) => slots(text).map(|slot| slot.name).collect(),
            Self::Constant(_) => Vec::new(),
            Self::Person { given, middle, family, suffix } => {
                let all = [given, middle, family, suffix].into_iter().map(String::as_str);
                all.filter(|name| !name.is_empty()).collect()
            }
            Self::First(all) => all.iter().flat_map(Self::columns).collect(),
        }
    }

    /// The part of a person's name that a column holds.
    fn part_of(&self, column: &str) -> Option<&'static str> {
        match self {
            Self::Person { given, middle, family, suffix } => [given, middle, family, suffix]
                .into_iter()
                .zip(NAME_PARTS)
                .find(|(name, _)| *name == column)
                .map(|(_, part)| *part),
            Self::First(all) => all.iter().find_map(|from| from.part_of(column)),
            _ => None,
        }
    }

    /// The source without a column; nothing if it has no other.
    fn without(self, column: &str) -> Option<Self> {
        match self {
            Self::Column(name) => (name != column).then_some(Self::Column(name)),
            Self::Template(text) => {
                let sign = slots(&text).nth(1).map_or(" ", |slot| slot.before).to_owned();
                joined(slots(&text).map(|slot| slot.name).filter(|name| *name != column), &sign)
            }
            Self::Person { given, middle, family, suffix } => {
                let [given, middle, family, suffix] =
                    [given, middle, family, suffix].map(|name| if name == column { String::new() } else { name });
                let is_empty = [&given, &middle, &family, &suffix].into_iter().all(String::is_empty);
                (!is_empty).then_some(Self::Person { given, middle, family, suffix })
            }
            Self::First(all) => {
                let mut left: Vec<Self> = all.into_iter().filter_map(|from| from.without(column)).collect();
                if left.len() > 1 { Some(Self::First(left)) } else { left.pop() }
            }
            Self::Constant(text) => Some(Self::Constant(text)),
        }
    }
}

fn joined<'c>(columns: impl Iterator<Item = &'c str>, sign: &str) -> Option<From> {
    let names: Vec<&str> = columns.collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(From::Column((*one).to_owned())),
        _ => Some(From::Template(names.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(sign))),
    }
}

/// What stands between the values of several columns in one field; `None` where there can be one only.
pub(super) fn sign(def: &RecordDef, target: &str) -> Option<&'static str> {
    if let Some((_, part)) = target.split_once('.') {
        return (part == "street").then_some(", ");
    }
    let field = def.field(target).filter(|field| !field.unique)?;
    match field.kind {
        Kind::LongText | Kind::RichText => Some("\n"),
        Kind::Text(_) => Some(" "),
        Kind::Address => Some(", "),
        kind => (kind.is_text_list() || matches!(kind, Kind::References(_))).then_some("; "),
    }
}

impl Step {
    /// What a column fills: a field, or a part of one. By hand it is led to one alone; of several, the first.
    pub fn target_of(&self, column: &str) -> Option<String> {
        self.targets_of(column).next()
    }

    /// All that a column fills: one of a known layout may fill several fields, and so may a deal's day of closing of any file.
    pub fn targets_of(&self, column: &str) -> impl Iterator<Item = String> {
        let its = self.assignments.iter().filter(move |a| a.from.columns().contains(&column));
        its.map(move |a| a.from.part_of(column).map_or_else(|| a.field.clone(), |part| format!("{}.{part}", a.field)))
    }

    /// The other columns that go into the same field.
    pub fn companions(&self, column: &str) -> Vec<&str> {
        let assignment = self.assignments.iter().find(|a| a.from.columns().contains(&column));
        let all = assignment.map(|a| a.from.columns()).unwrap_or_default();
        all.into_iter().filter(|other| *other != column).collect()
    }

    /// Leads a column to a target, nowhere if that is empty. Fields that hold several values, and texts, are filled from
    /// all columns led to them; another's column is taken over from any other.
    pub fn lead(&mut self, def: &RecordDef, column: &str, target: &str, dates: Option<DateOrder>) {
        let before = std::mem::take(&mut self.assignments);
        let without = |a: Assignment| Some(Assignment { from: a.from.without(column)?, ..a });
        self.assignments = before.into_iter().filter_map(without).collect();
        let (field, part) = target.rsplit_once('.').filter(|(field, _)| *field == def.title).unwrap_or((target, ""));
        let position = self.assignments.iter().position(|a| a.field == field);
        let known = position.map(|at| self.assignments.remove(at));
        let from = match known.as_ref().map(|a| &a.from) {
            _ if target.is_empty() => return,
            other if !part.is_empty() => named(other, part, column),
            Some(other) => sign(def, target).and_then(|sign| {
                let mut all = other.columns();
                all.push(column);
                let plain = !matches!(other, From::Constant(_)) && all.iter().all(|name| !name.contains(['{', '}']));
                plain.then(|| joined(all.into_iter(), sign)).flatten()
            }),
            None => None,
        };
        let from = from.unwrap_or_else(|| From::Column(column.to_owned()));
        let times = def.field(field).and_then(|field| super::units::factor(field, column));
        self.assignments.push(Assignment { dates, times, ..Assignment::new(field, from) });
    }
}

/// Leaves out the steps that make what the last one no longer refers to: those of companies, when people aren't led to
/// theirs any more. What a step brings along itself stays.
pub fn settle(steps: &mut Vec<Step>) {
    let Some(last) = steps.pop() else { return };
    let mut kept = vec![last];
    for step in std::mem::take(steps).into_iter().rev() {
        if !step.inline.is_empty() || kept.iter().any(|later| refers(later, &step)) {
            kept.push(step);
        }
    }
    kept.reverse();
    *steps = kept;
}

/// Whether a step's rows name what another one makes.
fn refers(step: &Step, other: &Step) -> bool {
    let Some(def) = crate::types::by_name(&step.record_type) else { return false };
    let leads = |assignment: &Assignment| {
        def.field(&assignment.field).is_some_and(
            |field| matches!(field.kind, Kind::Reference(name) | Kind::References(name) if name == other.record_type),
        )
    };
    let mut named = step.assignments.iter().filter(|assignment| leads(assignment));
    named.any(|own| other.assignments.iter().any(|made| made.from == own.from))
}

/// A person's name of the parts known so far and one more.
fn named(known: Option<&From>, part: &str, column: &str) -> Option<From> {
    let mut parts = match known {
        Some(From::Person { given, middle, family, suffix }) => {
            [given.clone(), middle.clone(), family.clone(), suffix.clone()]
        }
        _ => Default::default(),
    };
    let at = NAME_PARTS.iter().position(|name| *name == part)?;
    column.clone_into(&mut parts[at]);
    let [given, middle, family, suffix] = parts;
    Some(From::Person { given, middle, family, suffix })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{CONTACT, LEAD};

    fn led(columns: &[(&str, &str)]) -> Step {
        let mut step = Step::of(CONTACT.name, Vec::new());
        columns.iter().for_each(|(column, target)| step.lead(&CONTACT, column, target, None));
        step
    }

    fn from(step: &Step, field: &str) -> Option<From> {
        step.assignments.iter().find(|a| a.field == field).map(|a| a.from.clone())
    }

    #[test]
    fn several_columns_fill_a_list_and_can_be_taken_out_again() {
        let mut step = led(&[("Phone", "phones"), ("Mobile", "phones"), ("Fax", "phones")]);
        assert_eq!(from(&step, "phones"), Some(From::Template("{Phone}; {Mobile}; {Fax}".into())));
        assert_eq!(
            (step.target_of("Mobile").as_deref(), step.companions("Mobile")),
            (Some("phones"), vec!["Phone", "Fax"])
        );
        step.lead(&CONTACT, "Mobile", "", None);
        step.lead(&CONTACT, "Fax", "job_title", None);
        assert_eq!(from(&step, "phones"), Some(From::Column("Phone".into())));
        assert_eq!((step.target_of("Mobile"), step.target_of("Fax").as_deref()), (None, Some("job_title")));
    }

    #[test]
    fn a_field_with_one_value_belongs_to_the_last_column() {
        let step = led(&[("Born", "birth_date"), ("Birthday", "birth_date")]);
        assert_eq!(from(&step, "birth_date"), Some(From::Column("Birthday".into())));
        assert_eq!(step.target_of("Born"), None);
    }

    #[test]
    fn parts_make_a_name_and_an_address() {
        let mut step = led(&[("Vorname", "name.given"), ("Nachname", "name.family"), ("Stadt", "address.city")]);
        let person = |given: &str, family: &str| {
            let none = String::new;
            Some(From::Person { given: given.into(), middle: none(), family: family.into(), suffix: none() })
        };
        assert_eq!(from(&step, "name"), person("Vorname", "Nachname"));
        assert_eq!(step.target_of("Nachname").as_deref(), Some("name.family"));
        assert_eq!(step.target_of("Stadt").as_deref(), Some("address.city"));
        step.lead(&CONTACT, "Vorname", "", None);
        assert_eq!(from(&step, "name"), person("", "Nachname"));
        assert!(
            parts(&CONTACT).any(|part| part == "name.given") && parts(&CONTACT).any(|part| part == "address.postcode")
        );
    }

    #[test]
    fn companies_are_made_first_as_long_as_people_are_led_to_them() {
        let company = Step::of("customer", vec![Assignment::column("name", "Company")]);
        let inline = Step { inline: vec![std::collections::BTreeMap::new()], ..Step::of("tag", Vec::new()) };
        let mut steps = vec![inline, company, led(&[("Name", "name"), ("Company", "customer_id")])];
        settle(&mut steps);
        assert_eq!(steps.len(), 3);
        steps[2].lead(&CONTACT, "Company", "description", None);
        settle(&mut steps);
        let types: Vec<&str> = steps.iter().map(|step| step.record_type.as_str()).collect();
        assert_eq!(types, ["tag", "contact"]);
    }

    #[test]
    fn a_column_that_fills_several_fields_is_led_elsewhere_as_a_whole() {
        let either = From::First(vec![From::Column("Who".into()), From::Column("Company".into())]);
        let fields = vec![Assignment::new("name", either), Assignment::column("company", "Company")];
        let mut step = Step::of(LEAD.name, fields);
        let targets = |step: &Step| step.targets_of("Company").collect::<Vec<_>>();
        assert_eq!(targets(&step), ["name", "company"]);
        step.lead(&LEAD, "Company", "need", None);
        assert_eq!(targets(&step), ["need"]);
        assert_eq!(step.target_of("Who").as_deref(), Some("name"));
    }

    #[test]
    fn what_a_known_layout_leads_can_be_led_elsewhere() {
        let mut step = Step::of(
            CONTACT.name,
            vec![
                Assignment::new(
                    "name",
                    From::First(vec![
                        From::Person { given: "F".into(), middle: "M".into(), family: "L".into(), suffix: "S".into() },
                        From::Column("Nick".into()),
                    ]),
                ),
                Assignment::template("birth_date", "{Y}-{M2}-{D}"),
            ],
        );
        assert_eq!(
            (step.target_of("L").as_deref(), step.target_of("Nick").as_deref()),
            (Some("name.family"), Some("name"))
        );
        assert_eq!(step.target_of("S").as_deref(), Some("name.suffix"));
        step.lead(&CONTACT, "Nick", "description", None);
        assert!(matches!(from(&step, "name"), Some(From::Person { .. })));
        assert_eq!(step.companions("D"), ["Y", "M2"]);
    }
}

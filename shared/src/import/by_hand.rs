//! What somebody mapped by hand, kept when they say that the file is a list of something else.

use std::collections::BTreeSet;

use super::mapping::{parts, sign};
use super::{Assignment, From, Step, mappable};
use crate::record::{Kind, RecordDef, custom_key};
use crate::types::by_name;

/// Names by which fields of several types mean the same.
const ALIKE: &[&[&str]] = &[
    &["company", "customer_id"],
    &["description", "content", "need"],
    &["emails", "email", "requester_email"],
    &["phones", "phone", "requester_phone"],
    &["job_title", "occupation"],
];

/// The mapping that was suggested for a file, and what was mapped otherwise since.
#[derive(Clone, Debug, Default)]
pub struct Suggested {
    step: Option<Step>,
    /// What was mapped by hand alone, a step for each type that the file was said to be a list of; the later ones count more.
    by_hand: Vec<Step>,
}

impl Suggested {
    /// The mapping of a file as it was suggested at first.
    pub fn new(step: Option<Step>) -> Self {
        Self { step, by_hand: Vec::new() }
    }

    /// The mapping to go on with where another one is suggested, for another type: with what was mapped by hand, as far as the
    /// type has a field for it. `is_added` says which fields administrators added to that type, by their keys.
    pub fn go_on(&mut self, now: Option<&Step>, suggested: Step, is_added: impl Fn(&str) -> bool) -> Step {
        let mut step = suggested.clone();
        if let Some(now) = now {
            self.by_hand.retain(|hand| hand.record_type != now.record_type);
            self.by_hand.push(by_hand(now, self.step.as_ref()));
            if self.step.as_ref().is_some_and(|before| before.existing != now.existing) {
                step.existing = now.existing;
            }
        }
        self.step = Some(suggested);
        self.by_hand.iter().for_each(|hand| take_over(&mut step, hand, &is_added));
        step
    }
}

/// What is mapped otherwise than it was suggested, column by column; what isn't to be brought in is led nowhere.
fn by_hand(now: &Step, suggested: Option<&Step>) -> Step {
    let mut own: Vec<Assignment> = Vec::new();
    let mut seen = BTreeSet::new();
    for column in now.columns().filter(|column| seen.insert(*column)) {
        let Some(led) = led(now, column) else { continue };
        if suggested.and_then(|step| self::led(step, column)).as_ref() != Some(&led) {
            own.push(led);
        }
    }
    let is_said = |assignment: &&Assignment| {
        let is_known = suggested.is_some_and(|step| step.assignments.contains(assignment));
        matches!(assignment.from, From::Constant(_)) && !is_known
    };
    own.extend(now.assignments.iter().filter(is_said).cloned());
    own.extend(suggested.into_iter().flat_map(|step| left_out(now, step)));
    Step::of(&now.record_type, own)
}

/// Columns that were suggested to be brought in, and of which somebody said that they aren't.
fn left_out(now: &Step, suggested: &Step) -> Vec<Assignment> {
    let mut seen: BTreeSet<&str> = now.columns().collect();
    let mut all = Vec::new();
    for before in suggested.assignments.iter().filter(|before| !is_taken(now, before)) {
        let columns = before.from.columns().into_iter().filter(|column| seen.insert(*column));
        all.extend(columns.map(|column| Assignment::column("", column)));
    }
    all
}

/// Whether another column, or a fixed value, took the field from what filled it: nobody said then that this isn't to be brought
/// in. Fields that hold several values are taken by none.
fn is_taken(now: &Step, before: &Assignment) -> bool {
    let known = before.from.columns();
    let holds_one = |own: &Assignment| {
        let is_joined = by_name(&now.record_type).is_some_and(|def| sign(def, &own.field).is_some());
        matches!(own.from, From::Person { .. }) || !is_joined
    };
    let mut own = now.assignments.iter().filter(|own| own.field == before.field);
    own.any(|own| {
        let columns = own.from.columns();
        columns.is_empty() || holds_one(own) && columns.iter().any(|column| !known.contains(column))
    })
}

/// Where a column goes, and how its cells are meant.
fn led(step: &Step, column: &str) -> Option<Assignment> {
    let target = step.target_of(column)?;
    let own = step.assignments.iter().find(|assignment| assignment.from.columns().contains(&column))?;
    Some(Assignment { field: target, from: From::Column(column.to_owned()), ..own.clone() })
}

/// Maps by hand what was mapped so for another type.
fn take_over(step: &mut Step, hand: &Step, is_added: &impl Fn(&str) -> bool) {
    let (Some(before), Some(def)) = (by_name(&hand.record_type), by_name(&step.record_type)) else { return };
    for own in &hand.assignments {
        let Some(target) = meant(before, def, &own.field, is_added) else { continue };
        if let From::Column(column) = &own.from {
            step.lead(def, column, &target, own.dates);
            mean(step, (before, def), column, own);
        } else {
            step.assignments.retain(|assignment| assignment.field != target);
            step.assignments.push(Assignment { field: target, ..own.clone() });
        }
    }
}

/// What the field of one type is in another; nothing if that has no such field. Nowhere is nowhere in any type.
fn meant(
    before: &RecordDef,
    def: &'static RecordDef,
    target: &str,
    is_added: &impl Fn(&str) -> bool,
) -> Option<String> {
    if target.is_empty() {
        return Some(String::new());
    }
    if let Some(key) = custom_key(target) {
        return is_added(key).then(|| target.to_owned());
    }
    if let Some((field, part)) = target.split_once('.') {
        let field = if field == before.title { def.title } else { field };
        let own = format!("{field}.{part}");
        return parts(def).any(|known| known == own).then_some(own);
    }
    let mut names: Vec<&str> = vec![target];
    if target == before.title {
        names.push(def.title);
    }
    for alike in ALIKE.iter().filter(|names| names.contains(&target)) {
        names.extend(alike.iter().copied());
    }
    let is_there = |name: &&&str| **name == "id" || mappable(def).any(|field| field.name == **name);
    names.iter().find(is_there).map(|name| (*name).to_owned())
}

/// Takes over how a column's cells are meant, as far as the fields are of the same kind.
fn mean(step: &mut Step, (before, def): (&RecordDef, &RecordDef), column: &str, own: &Assignment) {
    let Some(led) = step.assignments.iter_mut().find(|assignment| assignment.from.columns().contains(&column)) else {
        return;
    };
    let kind = |def: &RecordDef, name: &str| def.field(name).map(|field| field.kind);
    let (was, is) = (kind(before, &own.field), kind(def, &led.field));
    let are = |fits: fn(&Kind) -> bool| [was, is].iter().all(|kind| kind.as_ref().is_some_and(fits));
    if are(Kind::is_scaled) {
        led.times = own.times;
    }
    if are(|kind| *kind == Kind::DateTime) {
        led.zone.clone_from(&own.zone);
    }
    if was.is_some() && was == is {
        led.values.clone_from(&own.values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{CONTACT, CUSTOMER, LEAD, OPPORTUNITY, PRODUCT};

    fn step(def: &'static RecordDef, columns: &[(&str, &str)]) -> Step {
        let mut step = Step::of(def.name, Vec::new());
        columns.iter().for_each(|(column, target)| step.lead(def, column, target, None));
        step
    }

    fn targets(step: &Step, columns: &[&str]) -> Vec<Option<String>> {
        columns.iter().map(|column| step.target_of(column)).collect()
    }

    fn some(targets: &[&str]) -> Vec<Option<String>> {
        targets.iter().map(|target| (!target.is_empty()).then(|| (*target).to_owned())).collect()
    }

    #[test]
    fn what_was_mapped_by_hand_stays_and_the_rest_is_suggested() {
        let mut suggested = Suggested::new(Some(step(&LEAD, &[("Who", "name"), ("Tel", "phones")])));
        let mut now = step(&LEAD, &[("Who", "name"), ("Tel", "phones"), ("Cell", "phones")]);
        now.lead(&LEAD, "Works for", "company", None);
        now.lead(&LEAD, "Rest", "need", None);
        now.lead(&LEAD, "Points", "score", None);
        now.lead(&LEAD, "Town", "address.city", None);
        let other = step(&CONTACT, &[("Who", "job_title"), ("Tel", "phones"), ("Rest", "department")]);
        let step = suggested.go_on(Some(&now), other, |_| false);
        let columns = ["Who", "Tel", "Cell", "Works for", "Rest", "Points", "Town"];
        let expected = ["job_title", "phones", "phones", "customer_id", "description", "", "address.city"];
        assert_eq!(targets(&step, &columns), some(&expected));
        assert!(step.companions("Cell").contains(&"Tel"));
    }

    #[test]
    fn what_is_not_to_be_brought_in_stays_out() {
        let columns = [("Who", "name"), ("Tel", "phones"), ("Cell", "phones"), ("Born", "birth_date")];
        let mut suggested = Suggested::new(Some(step(&CONTACT, &columns)));
        let mut now = step(&CONTACT, &columns);
        now.lead(&CONTACT, "Tel", "", None);
        now.lead(&CONTACT, "Birthday", "birth_date", None);
        let leads = step(&LEAD, &[("Who", "name"), ("Tel", "phones"), ("Born", "company")]);
        let leads = suggested.go_on(Some(&now), leads, |_| false);
        // Another column took the day over: nobody said that it isn't to be brought in.
        assert_eq!(targets(&leads, &["Who", "Tel", "Born"]), some(&["name", "", "company"]));
        let back = suggested.go_on(Some(&leads), step(&CONTACT, &columns), |_| false);
        assert_eq!(targets(&back, &["Tel", "Cell", "Born", "Birthday"]), some(&["", "phones", "", "birth_date"]));
    }

    #[test]
    fn what_has_no_field_comes_back_with_its_type() {
        let mut suggested = Suggested::new(Some(Step::of(LEAD.name, Vec::new())));
        let mut now = step(&LEAD, &[("Points", "score")]);
        now.assignments.push(Assignment::constant("source", "referral"));
        let product = suggested.go_on(Some(&now), Step::of(PRODUCT.name, Vec::new()), |_| false);
        assert!(product.assignments.is_empty());
        let back = suggested.go_on(Some(&product), Step::of(LEAD.name, Vec::new()), |_| false);
        assert_eq!(targets(&back, &["Points"]), some(&["score"]));
        assert!(back.assignments.contains(&Assignment::constant("source", "referral")));
    }

    #[test]
    fn how_cells_are_meant_goes_along_where_the_field_is_alike() {
        let mut suggested = Suggested::new(Some(step(&CUSTOMER, &[("Size", "revenue"), ("Heard", "source")])));
        let mut now = step(&CUSTOMER, &[("Size", "revenue"), ("Heard", "source")]);
        now.assignments[0].times = Some(1_000);
        now.assignments[1].values = [("fair".to_owned(), "exhibition".to_owned())].into();
        let deals = suggested.go_on(Some(&now), step(&OPPORTUNITY, &[("Size", "amount")]), |_| false);
        let heard = deals.assignments.iter().find(|a| a.field == "source").unwrap();
        assert_eq!(heard.values.get("fair").map(String::as_str), Some("exhibition"));
        // Deals have no revenue: what is suggested counts.
        assert_eq!((deals.target_of("Size").as_deref(), deals.assignments[0].times), (Some("amount"), None));
    }

    #[test]
    fn added_fields_and_parts_of_names_are_kept_where_there_are_such() {
        let now = step(&CONTACT, &[("Shoes", "custom.shoes"), ("Hat", "custom.hat"), ("Vorname", "name.given")]);
        let mut suggested = Suggested::new(Some(Step::of(CONTACT.name, Vec::new())));
        let step = suggested.go_on(Some(&now), Step::of(LEAD.name, Vec::new()), |key| key == "shoes");
        assert_eq!(targets(&step, &["Shoes", "Hat", "Vorname"]), some(&["custom.shoes", "", "name.given"]));
    }
}

//! Fields as pages see them: declared ones and those that administrators added, under one roof.

use std::borrow::Cow;
use std::sync::Arc;

use leptos::prelude::*;
use serde_json::Value;
use shared::access::{Actor, FieldAccess};
use shared::format::{address_parts, paired};
use shared::i18n::{self, Locale};
use shared::record::{CUSTOM, CustomField, Kind, Part, Shape, Values, custom_key, custom_name, normalize};
use shared::{FieldDef, FieldError, RecordDef};

use crate::context::Page;
use crate::ui::Choice;

/// Group of the columns that every record has.
pub(super) const SYSTEM_GROUP: &str = "system";
/// Group of user-defined fields.
pub(super) const CUSTOM_GROUP: &str = "custom";

/// Groups that come after all others, in this order.
const LAST: [&str; 4] = ["more", "links", CUSTOM_GROUP, SYSTEM_GROUP];

/// One field of a record type, declared or user-defined.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The record type.
    pub def: &'static RecordDef,
    source: Source,
    /// The actor may change it.
    pub editable: bool,
}

#[derive(Clone, Debug)]
enum Source {
    Declared(&'static FieldDef),
    /// Part of the entries of the named field.
    Part(&'static str, &'static Part),
    /// Part of an address.
    Place(&'static FieldDef, &'static str),
    Custom(Arc<CustomField>),
}

impl PartialEq for Attribute {
    fn eq(&self, other: &Self) -> bool {
        self.def.name == other.def.name && self.name() == other.name()
    }
}

/// Every field of a type that the actor may see, in the order of forms: declared, owner, custom, system.
pub fn attributes(def: &'static RecordDef, custom: &[CustomField], actor: &Actor) -> Vec<Attribute> {
    let access = |name: &str| actor.field_access(def, name);
    let shown = |f: &&'static FieldDef| {
        let holder = matches!(f.name, "owner_id" | "team_id");
        !f.internal
            && !matches!(f.kind, Kind::Json(Shape::Own) | Kind::Rank(_))
            && (def.is_owned() || !holder)
            && access(f.name) > FieldAccess::Hidden
    };
    let declared = |field: &'static FieldDef| Attribute {
        def,
        source: Source::Declared(field),
        editable: !field.read_only && access(field.name) == FieldAccess::Write,
    };
    let added = |field: &CustomField| Attribute {
        def,
        source: Source::Custom(Arc::new(field.clone())),
        editable: !field.removed && access(CUSTOM) == FieldAccess::Write,
    };
    let all: Vec<Attribute> = def.all_fields().filter(shown).map(declared).collect();
    let (own, system): (Vec<_>, Vec<_>) = all.into_iter().partition(|a| a.group() != SYSTEM_GROUP);
    let added = if access(CUSTOM) > FieldAccess::Hidden { custom.iter().map(added).collect() } else { Vec::new() };
    own.into_iter().chain(added).chain(system).collect()
}

/// The groups of these fields: what belongs together first, what is rarely looked for last.
pub(super) fn groups(all: &[Attribute]) -> Vec<&'static str> {
    let mut groups: Vec<&'static str> = Vec::new();
    for group in all.iter().map(Attribute::group) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    groups.sort_by_key(|group| LAST.iter().position(|last| last == group).map_or(0, |at| at + 1));
    groups
}

/// The fields of a group as a form asks for them: first what has to be given, each with the same in the other language beside it.
pub(super) fn as_asked(mut group: Vec<Attribute>) -> Vec<Attribute> {
    let required: Vec<String> = group.iter().filter(|attribute| attribute.required()).map(Attribute::name).collect();
    group.sort_by_key(|attribute| {
        let name = attribute.name();
        let own = name.strip_prefix("other_").unwrap_or_default();
        !required.iter().any(|other| *other == name || other == own)
    });
    group
}

impl Attribute {
    /// A part of the entries that a field of the type has: its values are those of an entry.
    pub(super) fn part(def: &'static RecordDef, field: &'static str, part: &'static Part) -> Self {
        Self { def, source: Source::Part(field, part), editable: true }
    }

    /// The parts of an address, each to be compared by itself; none of other fields.
    pub(super) fn places(&self) -> Vec<Self> {
        let Source::Declared(field @ FieldDef { kind: Kind::Address, .. }) = self.source else { return Vec::new() };
        let place = |name| Self { def: self.def, source: Source::Place(field, name), editable: false };
        address_parts(Locale::ZhCn).map(place).into()
    }

    /// A field of a type by its name, to be shown, whoever may see or change it.
    pub fn named(def: &'static RecordDef, name: &str, custom: &[CustomField]) -> Option<Self> {
        let source = match custom_key(name) {
            Some(key) => Source::Custom(Arc::new(custom.iter().find(|field| field.key == key)?.clone())),
            None => Source::Declared(def.field(name)?),
        };
        Some(Self { def, source, editable: false })
    }

    /// Its declaration, unless it is user-defined.
    fn declared(&self) -> Option<&'static FieldDef> {
        match &self.source {
            Source::Declared(field) | Source::Place(field, _) => Some(field),
            Source::Part(_, part) => Some(&part.field),
            Source::Custom(_) => None,
        }
    }

    /// Name under which its labels are found.
    fn label_name(&self, field: &FieldDef) -> Cow<'static, str> {
        match &self.source {
            Source::Part(within, _) => format!("{within}.{}", field.name).into(),
            _ => field.name.into(),
        }
    }

    /// Field name; `custom.<key>` for user-defined fields, `address.city` for a part of an address.
    pub fn name(&self) -> String {
        match &self.source {
            Source::Declared(field) => field.name.to_owned(),
            Source::Part(_, part) => part.field.name.to_owned(),
            Source::Place(field, name) => format!("{}.{name}", field.name),
            Source::Custom(field) => custom_name(&field.key),
        }
    }

    /// Shape of the value.
    pub fn kind(&self) -> Kind {
        match &self.source {
            Source::Declared(field) => field.kind,
            Source::Part(_, part) => part.field.kind,
            Source::Place(..) => Kind::Text(200),
            Source::Custom(field) => match field.kind.as_str() {
                // The codes are known at run time only; see `choices`.
                "choice" => Kind::Choice(&[]),
                _ => field.value_kind(),
            },
        }
    }

    /// Whether it says what somebody agreed to.
    pub fn is_agreed(&self) -> bool {
        self.declared().is_some_and(|field| field.agreed)
    }

    /// What people call it.
    pub fn label(&self, locale: Locale) -> String {
        match (&self.source, self.declared()) {
            (Source::Custom(field), _) => field.label.clone(),
            (Source::Place(field, name), _) => {
                let named = |name: &str| i18n::field_label(locale, self.def, name);
                paired(locale, &named(field.name), &named(&format!("address.{name}")))
            }
            (_, Some(field)) => i18n::field_label(locale, self.def, &self.label_name(field)),
            (_, None) => String::new(),
        }
    }

    /// What people call it, following the language.
    pub fn label_signal(&self, page: Page) -> Signal<String> {
        let attribute = self.clone();
        Signal::derive(move || attribute.label(page.locale.get()))
    }

    /// What people call it where its value is given; reactive.
    pub(super) fn input_text(&self, page: Page) -> String {
        match self.source {
            Source::Declared(field) => i18n::input_label(page.locale.get(), page.own_locale(), self.def, field.name),
            _ => self.label(page.locale.get()),
        }
    }

    /// The same, following the language.
    pub(super) fn input_label(&self, page: Page) -> Signal<String> {
        let attribute = self.clone();
        Signal::derive(move || attribute.input_text(page))
    }

    /// A line of help below its input, where its catalog has one (`<type>.<field>._hint`).
    pub fn hint(&self, page: Page) -> Option<Signal<String>> {
        let key = format!("{}.{}._hint", self.def.name, self.label_name(self.declared()?));
        i18n::lookup(page.locale.get_untracked(), &key)?;
        Some(Signal::derive(move || page.text(&key)))
    }

    /// Heading it stands under.
    pub fn group(&self) -> &'static str {
        match &self.source {
            Source::Declared(field) => match field.name {
                "owner_id" => "main",
                name if shared::record::SYSTEM_FIELDS.iter().any(|f| f.name == name) => SYSTEM_GROUP,
                _ => field.group,
            },
            Source::Part(..) | Source::Place(..) => "main",
            Source::Custom(_) => CUSTOM_GROUP,
        }
    }

    /// Must have a value.
    pub fn required(&self) -> bool {
        match &self.source {
            Source::Custom(field) => field.required,
            _ => self.declared().is_some_and(|field| field.required),
        }
    }

    /// Shown in lists unless chosen otherwise.
    pub fn listed(&self) -> bool {
        matches!(&self.source, Source::Declared(field) if field.listed)
    }

    /// Lists can be sorted by it.
    pub fn is_sortable(&self) -> bool {
        matches!(&self.source, Source::Declared(field) if field.kind.is_sortable())
    }

    /// Somebody types or chooses its value; marks are set beside what they are about.
    pub fn is_typed(&self) -> bool {
        self.kind() != Kind::Marked
    }

    /// Its inputs are many: it is edited in a dialog, not in a cell or for many records at once.
    pub fn is_structured(&self) -> bool {
        matches!(self.kind(), Kind::Json(_))
    }

    /// It names the record.
    pub fn is_title(&self) -> bool {
        matches!(&self.source, Source::Declared(field) if field.name == self.def.title)
    }

    /// A day that comes back every year.
    pub fn is_yearly(&self) -> bool {
        matches!(&self.source, Source::Declared(field) if field.yearly)
    }

    /// A part of an address.
    pub(super) fn is_place(&self) -> bool {
        matches!(self.source, Source::Place(..))
    }

    /// User-defined.
    pub fn is_custom(&self) -> bool {
        matches!(self.source, Source::Custom(_))
    }

    /// A user-defined field that is no more.
    pub fn is_removed(&self) -> bool {
        matches!(&self.source, Source::Custom(field) if field.removed)
    }

    /// The value a new record gets, as far as it is declared.
    pub fn default_value(&self) -> Value {
        match self.declared() {
            Some(FieldDef { default: Some(text), kind, name, .. }) => {
                normalize(name, kind, &Value::from(*text)).unwrap_or_default()
            }
            _ => Value::Null,
        }
    }

    /// Its value in a record.
    pub fn value<'v>(&self, values: &'v Values) -> &'v Value {
        let found = match &self.source {
            Source::Declared(FieldDef { name, .. }) | Source::Part(_, Part { field: FieldDef { name, .. }, .. }) => {
                values.get(*name)
            }
            Source::Place(field, name) => values.get(field.name).and_then(|address| address.get(name)),
            Source::Custom(field) => values.get(CUSTOM).and_then(|custom| custom.get(&field.key)),
        };
        found.unwrap_or(&Value::Null)
    }

    /// Sets its value in a record.
    pub fn put(&self, values: &mut Values, value: Value) {
        match &self.source {
            Source::Declared(FieldDef { name, .. }) | Source::Part(_, Part { field: FieldDef { name, .. }, .. }) => {
                values.insert((*name).to_owned(), value);
            }
            Source::Place(field, name) => put_within(values, field.name, name, value),
            Source::Custom(field) => put_within(values, CUSTOM, &field.key, value),
        }
    }

    /// The change that gives it this value; other user-defined fields stay as they are.
    pub fn patch(&self, value: Value) -> Values {
        let mut patch = Values::new();
        self.put(&mut patch, value);
        patch
    }

    /// Codes and labels of a choice.
    pub fn choices(&self, locale: Locale) -> Vec<Choice> {
        match (&self.source, self.kind()) {
            (Source::Custom(field), _) => field.choices.iter().map(|code| Choice::new(code, code)).collect(),
            (_, Kind::Choice(codes) | Kind::MultiChoice(codes)) => {
                codes.iter().map(|code| Choice::new(*code, self.choice_label(locale, code))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Label of one code.
    pub fn choice_label(&self, locale: Locale, code: &str) -> String {
        match self.declared() {
            Some(field) => i18n::choice_label(locale, self.def, &self.label_name(field), code),
            None => code.to_owned(),
        }
    }

    /// The canonical form of a value for it.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn normalize(&self, value: &Value) -> Result<Value, FieldError> {
        let kind = match self.kind() {
            Kind::Choice([]) => Kind::Text(200),
            kind => kind,
        };
        let clean = normalize(&self.name(), &kind, value)?;
        if clean.is_null() && self.required() {
            return Err(FieldError::new(self.name(), "required"));
        }
        Ok(clean)
    }

    /// Whether the record, being what it is, has this field: a person has no number of employees. A group that bears
    /// the name of one of the codes of the field `kind` belongs to records of that kind.
    pub fn applies(&self, values: &Values) -> bool {
        let group = self.group();
        let kind = self.def.field("kind").map(|f| f.kind);
        match kind {
            // Surveys may be of a kind that is called as the group of user-defined fields is.
            Some(Kind::Choice(codes)) if group != CUSTOM_GROUP && codes.contains(&group) => {
                values.get("kind").and_then(Value::as_str).is_none_or(|kind| kind == group)
            }
            _ => true,
        }
    }
}

/// Sets one of the values that a field keeps together.
fn put_within(values: &mut Values, field: &str, key: &str, value: Value) {
    let all = values.entry(field).or_insert_with(|| Values::new().into());
    if !all.is_object() {
        *all = Values::new().into();
    }
    if let Some(map) = all.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::types::{CUSTOMER, OPPORTUNITY, PRODUCT, SURVEY_RESPONSE};
    use uuid::Uuid;

    use super::*;

    fn all(def: &'static RecordDef, custom: &[CustomField]) -> Vec<Attribute> {
        attributes(def, custom, &Actor::administrator(Uuid::nil(), Uuid::nil()))
    }

    fn named(def: &'static RecordDef, name: &str) -> Attribute {
        all(def, &[region()]).into_iter().find(|a| a.name() == name).unwrap()
    }

    fn region() -> CustomField {
        CustomField {
            key: "region".into(),
            label: "Region".into(),
            kind: "choice".into(),
            choices: vec!["east".into(), "west".into()],
            required: false,
            removed: false,
        }
    }

    fn values(json: Value) -> Values {
        json.as_object().cloned().unwrap()
    }

    #[test]
    fn internal_fields_and_order_keys_are_not_shown() {
        let names: Vec<String> = all(&OPPORTUNITY, &[]).iter().map(Attribute::name).collect();
        assert!(!names.iter().any(|name| ["rank", "stage_changed_at", "custom"].contains(&name.as_str())));
        assert!(names.contains(&"owner_id".to_owned()));
        assert!(all(&PRODUCT, &[]).iter().all(|a| a.name() != "owner_id"), "products belong to the organisation");
    }

    #[test]
    fn a_name_in_the_other_language_is_asked_for_beside_the_name() {
        let main = all(&shared::types::SURVEY, &[]).into_iter().filter(|attribute| attribute.group() == "main");
        let names: Vec<String> = as_asked(main.collect()).iter().map(Attribute::name).collect();
        let first = ["name", "other_name", "kind", "locale", "question", "other_question", "thanks", "other_thanks"];
        assert_eq!(names[..first.len()], first);
    }

    #[test]
    fn what_is_rarely_looked_for_comes_last() {
        let found = groups(&all(&shared::types::TICKET, &[region()]));
        assert_eq!(found.first(), Some(&"main"));
        assert_eq!(found[found.len() - 4..], LAST);
    }

    #[test]
    fn a_person_has_no_company_fields() {
        let (person, company) = (values(json!({"kind": "person"})), values(json!({"kind": "company"})));
        assert!(!named(&CUSTOMER, "industry").applies(&person));
        assert!(named(&CUSTOMER, "industry").applies(&company));
        assert!(!named(&CUSTOMER, "gender").applies(&company));
        assert!(named(&CUSTOMER, "phones").applies(&person));
        let answer = values(json!({"kind": "nps"}));
        assert!(named(&SURVEY_RESPONSE, "custom.region").applies(&answer), "a kind called custom means no such group");
    }

    #[test]
    fn a_user_defined_field_travels_without_its_neighbours() {
        let stored = values(json!({"name": "A", "custom": {"budget": "5", "region": "east"}}));
        let field = named(&CUSTOMER, "custom.region");
        assert_eq!(*field.value(&stored), json!("east"));
        let patch = field.patch(json!("west"));
        assert_eq!(patch, values(json!({"custom": {"region": "west"}})));
        assert_eq!(named(&CUSTOMER, "name").patch(json!("B")), values(json!({"name": "B"})));
    }

    #[test]
    fn an_address_has_parts_with_names_and_values_of_their_own() {
        let parts = named(&CUSTOMER, "address").places();
        let names: Vec<String> = parts.iter().map(Attribute::name).collect();
        assert_eq!(names[..3], ["address.country", "address.province", "address.city"]);
        let labels = [Locale::En, Locale::ZhCn].map(|locale| parts[2].label(locale));
        assert_eq!(labels, ["Address: City", "地址：城市"]);
        let stored = values(json!({"address": {"city": "Shanghai"}}));
        assert_eq!((parts[2].value(&stored), parts[1].value(&stored)), (&json!("Shanghai"), &Value::Null));
        assert_eq!(parts[2].patch(json!("Jinan")), values(json!({"address": {"city": "Jinan"}})));
        assert!(named(&CUSTOMER, "name").places().is_empty());
    }

    #[test]
    fn what_is_required_cannot_be_emptied() {
        assert_eq!(named(&CUSTOMER, "name").normalize(&json!(" ")).unwrap_err().code, "required");
        assert_eq!(named(&CUSTOMER, "founded").normalize(&Value::Null), Ok(Value::Null));
    }
}

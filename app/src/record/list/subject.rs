//! What conditions can be about: the record's own fields and those of the records that it refers to.

use leptos::prelude::*;
use shared::RecordDef;
use shared::access::{Action, Actor};
use shared::i18n::{self, Locale};
use shared::record::{CUSTOM, CustomField, CustomFields, Kind, custom_key};
use shared::types::by_name;

use crate::context::Page;
use crate::record::attribute::{Attribute, SYSTEM_GROUP, attributes};

/// A field by the path that leads to it.
#[derive(Clone)]
pub(in crate::record) struct Subject {
    /// `industry`, `address.city`, `customer_id.industry`.
    pub(in crate::record) path: String,
    /// The reference that leads to it.
    pub(super) via: Option<Attribute>,
    pub(super) attribute: Attribute,
}

impl Subject {
    /// What people call it; tracked.
    pub(super) fn label(&self, page: Page) -> String {
        path_label(page.locale.get(), self.via.as_slice(), &self.attribute)
    }
}

/// What people call a field that references lead to.
pub(super) fn path_label(locale: Locale, via: &[Attribute], attribute: &Attribute) -> String {
    via.iter().rev().fold(attribute.label(locale), |field, via| {
        i18n::translate(locale, "list.filter.path", &[("reference", &via.label(locale)), ("field", &field)])
    })
}

/// The references that a path leads through, and the field at its end. Links lead further than what is offered for
/// conditions: through settings, and through two references.
pub(super) fn at_path(all: &[Subject], path: &str) -> Option<(Vec<Attribute>, Attribute)> {
    if let Some(subject) = all.iter().find(|subject| subject.path == path) {
        return Some((subject.via.iter().cloned().collect(), subject.attribute.clone()));
    }
    let mut def = all.iter().find(|subject| subject.via.is_none())?.attribute.def;
    let mut via = Vec::new();
    let mut rest = path;
    while let Some((name, further)) = rest.split_once('.').filter(|(name, _)| *name != CUSTOM) {
        let reference = Attribute::named(def, name, &[])?;
        if let Some(place) = reference.places().into_iter().find(|place| place.name() == rest) {
            return Some((via, place));
        }
        let (Kind::Reference(target) | Kind::References(target)) = reference.kind() else { return None };
        def = by_name(target)?;
        via.push(reference);
        rest = further;
    }
    Some((via, field_of(def, rest)?))
}

/// A field by its name. What administrators added to other types, or took away, is known by its key alone.
fn field_of(def: &'static RecordDef, name: &str) -> Option<Attribute> {
    let added = custom_key(name).map(|key| CustomField {
        key: key.to_owned(),
        label: key.to_owned(),
        kind: "text".to_owned(),
        choices: Vec::new(),
        required: false,
        removed: false,
    });
    Attribute::named(def, name, added.as_slice())
}

/// What conditions can be about; cheap to copy.
pub(in crate::record) type Subjects = StoredValue<Vec<Subject>>;

/// Own fields first, then those of each related record that is no setting; after an address its parts.
pub(in crate::record) fn subjects(all: &[Attribute], actor: &Actor) -> Vec<Subject> {
    subjects_around(all, &CustomFields::new(), actor)
}

/// The subjects of conditions on records of a type, with what administrators added to it and to those around it.
pub(in crate::record) fn subjects_of(def: &'static RecordDef, added: &CustomFields, actor: &Actor) -> Vec<Subject> {
    let own = added.get(def.name).map(Vec::as_slice).unwrap_or_default();
    subjects_around(&attributes(def, own, actor), added, actor)
}

/// As [`subjects`], with what administrators added to the types of the related records.
pub(in crate::record) fn subjects_around(all: &[Attribute], added: &CustomFields, actor: &Actor) -> Vec<Subject> {
    let with_places = |field: Attribute| {
        let places = field.places();
        std::iter::once(field).chain(places)
    };
    let own = all.iter().cloned().flat_map(with_places);
    let own = own.map(|attribute| Subject { path: attribute.name(), via: None, attribute });
    let related = all.iter().flat_map(|via| {
        let target = match via.kind() {
            Kind::Reference(target) | Kind::References(target) => by_name(target),
            _ => None,
        };
        let target = target.filter(|target| target.is_owned() && actor.may(target, Action::Read));
        let added = |target: &RecordDef| added.get(target.name).map(Vec::as_slice).unwrap_or_default();
        let fields = target.map(|target| attributes(target, added(target), actor)).unwrap_or_default();
        let fields = fields.into_iter().filter(|field| field.group() != SYSTEM_GROUP);
        fields.flat_map(with_places).map(|attribute| Subject {
            path: format!("{}.{}", via.name(), attribute.name()),
            via: Some(via.clone()),
            attribute,
        })
    });
    own.chain(related).collect()
}

#[cfg(test)]
mod tests {
    use shared::types::{CONTACT, OPPORTUNITY, SURVEY_RESPONSE};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn conditions_reach_the_customer_of_a_deal_but_not_its_settings() {
        let actor = Actor::administrator(Uuid::nil(), Uuid::nil());
        let all = subjects(&attributes(&OPPORTUNITY, &[], &actor), &actor);
        let paths: Vec<&str> = all.iter().map(|subject| subject.path.as_str()).collect();
        assert!(paths.contains(&"amount") && paths.contains(&"customer_id.industry"));
        assert!(!paths.iter().any(|path| path.starts_with("stage_id.") || path.ends_with(".created_at")));
    }

    #[test]
    fn conditions_reach_what_was_added_to_the_customer_of_a_deal() {
        let actor = Actor::administrator(Uuid::nil(), Uuid::nil());
        let region = CustomField {
            key: "region".to_owned(),
            label: "Sales region".to_owned(),
            kind: "text".to_owned(),
            choices: Vec::new(),
            required: false,
            removed: false,
        };
        let added = CustomFields::from([("customer".to_owned(), vec![region])]);
        let all = subjects_around(&attributes(&OPPORTUNITY, &[], &actor), &added, &actor);
        let (via, field) = at_path(&all, "customer_id.custom.region").unwrap();
        assert_eq!(path_label(Locale::En, &via, &field), "Customer → Sales region");
        assert!(!all.iter().any(|subject| subject.path == "custom.region"));
    }

    #[test]
    fn parts_of_an_address_are_fields_of_their_own() {
        let actor = Actor::administrator(Uuid::nil(), Uuid::nil());
        let all = subjects(&attributes(&CONTACT, &[], &actor), &actor);
        let at = |path: &str| all.iter().position(|subject| subject.path == path);
        assert_eq!(at("address.country"), at("address").map(|whole| whole + 1));
        assert!(at("customer_id.address.city").is_some());
        let labels = [("address.city", "Address: City"), ("customer_id.address.city", "Company → Address: City")];
        for (path, label) in labels {
            let (via, field) = at_path(&all, path).unwrap();
            assert_eq!((path_label(Locale::En, &via, &field).as_str(), field.kind()), (label, Kind::Text(200)));
        }
        assert!(at_path(&all, "address.town").is_none());
    }

    #[test]
    fn paths_of_links_lead_through_settings_and_two_references() {
        let actor = Actor::administrator(Uuid::nil(), Uuid::nil());
        let all = subjects(&attributes(&SURVEY_RESPONSE, &[], &actor), &actor);
        let label = |path: &str| at_path(&all, path).map(|(via, field)| path_label(Locale::En, &via, &field));
        let labels = [
            ("score", "Score"),
            ("ticket_id.team_id", "Ticket → Team"),
            ("survey_id.kind", "Survey → Measures"),
            ("ticket_id.customer_id.industry", "Ticket → Customer → Industry"),
            ("ticket_id.custom.region", "Ticket → region"),
            ("ticket_id.customer_id.address.city", "Ticket → Customer → Address: City"),
        ];
        for (path, expected) in labels {
            assert_eq!(label(path).as_deref(), Some(expected), "{path}");
        }
        assert_eq!(["gone", "score.gone", "ticket_id.gone"].map(label), [None, None, None]);
        let (_, kind) = at_path(&all, "survey_id.kind").unwrap();
        assert_eq!(kind.choice_label(Locale::En, "nps"), "Recommendation (NPS)");
    }
}

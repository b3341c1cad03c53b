//! What conditions can be about: the record's own fields and those of the records that it refers to.

use leptos::prelude::*;
use shared::access::{Action, Actor};
use shared::i18n;
use shared::record::Kind;
use shared::types::by_name;

use crate::context::Page;
use crate::record::attribute::{Attribute, SYSTEM_GROUP, attributes};

/// A field by the path that leads to it.
#[derive(Clone)]
pub(in crate::record) struct Subject {
    /// `industry`, `customer_id.industry`.
    pub(in crate::record) path: String,
    /// The reference that leads to it.
    pub(super) via: Option<Attribute>,
    pub(super) attribute: Attribute,
}

impl Subject {
    /// What people call it; tracked.
    pub(super) fn label(&self, page: Page) -> String {
        let locale = page.locale.get();
        let own = self.attribute.label(locale);
        match &self.via {
            None => own,
            Some(via) => {
                i18n::translate(locale, "list.filter.path", &[("reference", &via.label(locale)), ("field", &own)])
            }
        }
    }
}

/// What conditions can be about; cheap to copy.
pub(in crate::record) type Subjects = StoredValue<Vec<Subject>>;

/// Own fields first, then those of each related record that is no setting.
pub(in crate::record) fn subjects(all: &[Attribute], actor: &Actor) -> Vec<Subject> {
    let own = all.iter().map(|attribute| Subject { path: attribute.name(), via: None, attribute: attribute.clone() });
    let related = all.iter().flat_map(|via| {
        let target = match via.kind() {
            Kind::Reference(target) | Kind::References(target) => by_name(target),
            _ => None,
        };
        let target = target.filter(|target| target.is_owned() && actor.may(target, Action::Read));
        let fields = target.map(|target| attributes(target, &[], actor)).unwrap_or_default();
        let fields = fields.into_iter().filter(|field| field.group() != SYSTEM_GROUP);
        fields.map(|attribute| Subject {
            path: format!("{}.{}", via.name(), attribute.name()),
            via: Some(via.clone()),
            attribute,
        })
    });
    own.chain(related).collect()
}

#[cfg(test)]
mod tests {
    use shared::types::OPPORTUNITY;
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
}

use super::*;
use crate::record::{Kind, NOT_WORKING, SYSTEM_FIELDS};

#[test]
fn names_are_unique_and_references_lead_somewhere() {
    for (index, def) in REGISTRY.iter().enumerate() {
        assert!(REGISTRY[index + 1..].iter().all(|other| other.name != def.name && other.plural != def.plural));
        assert!(def.field(def.title).is_some(), "{} has no title field {}", def.name, def.title);
        for (at, field) in def.fields.iter().enumerate() {
            assert!(
                def.fields[at + 1..].iter().all(|other| other.name != field.name),
                "{}.{} twice",
                def.name,
                field.name
            );
            assert!(
                SYSTEM_FIELDS.iter().all(|s| s.name != field.name),
                "{}.{} is a system field",
                def.name,
                field.name
            );
            if let Kind::Reference(target) | Kind::References(target) = field.kind {
                assert!(by_name(target).is_some(), "{}.{} refers to an unknown type {target}", def.name, field.name);
            }
        }
        for name in def.through.iter().chain(def.within).chain(def.needs) {
            assert!(matches!(def.field(name).map(|f| f.kind), Some(Kind::Reference(_))), "{}.{name}", def.name);
        }
    }
}

/// Nothing is a part of itself, by however many steps.
fn ends(def: &RecordDef, steps: usize) -> bool {
    steps > 0 && def.wholes().all(|(_, whole)| ends(whole, steps - 1))
}

#[test]
fn parts_have_wholes_and_what_is_said_twice_is_said_somewhere() {
    for def in REGISTRY {
        assert_eq!(def.wholes().count(), def.within.len(), "{}", def.name);
        assert!(def.part_of.is_none_or(|name| def.within.contains(&name)), "{}", def.name);
        assert!(ends(def, REGISTRY.len()), "{}", def.name);
        for (own, said) in def.repeats {
            let other = said.split_once('.').and_then(|(name, field)| by_name(name)?.field(field));
            assert!(def.field(own).is_some() && other.is_some(), "{}.{own} repeats {said}", def.name);
        }
    }
}

#[test]
fn every_type_field_and_choice_has_a_label_in_both_languages() {
    let mut missing = Vec::new();
    for locale in crate::i18n::Locale::ALL {
        let mut need = |key: String| {
            if crate::i18n::lookup(locale, &key).is_none() {
                missing.push(format!("{} {key}", locale.code()));
            }
        };
        for def in REGISTRY {
            need(format!("{}._one", def.name));
            need(format!("{}._many", def.name));
            need(format!("{}._new", def.name));
            need(format!("{}._empty", def.name));
            for field in def.fields.iter().filter(|field| field.name != NOT_WORKING.name) {
                need(format!("{}.{}", def.name, field.name));
                need(format!("{}.group.{}", def.name, field.group));
                if let Kind::Choice(codes) | Kind::MultiChoice(codes) = field.kind {
                    codes.iter().for_each(|code| need(format!("{}.{}.{code}", def.name, field.name)));
                }
            }
        }
        SYSTEM_FIELDS.iter().chain([&NOT_WORKING]).for_each(|field| need(format!("record.{}", field.name)));
    }
    assert!(missing.is_empty(), "missing labels:\n{}", missing.join("\n"));
}

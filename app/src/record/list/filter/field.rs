//! Which field a condition is about. With those of related records there are hundreds: they are searched.

use leptos::prelude::*;
use shared::i18n::Locale;

use super::super::subject::{Subject, Subjects};
use super::dialog::Draft;
use crate::context::{Page, t};
use crate::named::{Learned, Sounds, is_named};
use crate::ui::{Choice, Combobox, Field};

/// What is typed, and how the Chinese names are typed by pinyin; cheap to copy.
#[derive(Clone, Copy)]
struct Looked {
    about: Subjects,
    typed: RwSignal<String>,
    learned: Learned,
}

impl Looked {
    fn look(self, text: String) {
        let names = || self.about.with_value(|all| all.iter().flat_map(names).collect::<Vec<String>>());
        self.learned.learn(&text, names, move |sounds| self.learned.add(sounds));
        self.typed.set(text);
    }

    /// The fields that fit; tracked.
    fn found(self, page: Page) -> Vec<Choice> {
        let typed = self.typed.with(|typed| typed.to_lowercase());
        let words = words(&typed);
        self.about.with_value(|all| {
            self.learned.with(|sounds| {
                all.iter().filter(|subject| fits(subject, &words, sounds)).map(|one| choice(page, one)).collect()
            })
        })
    }
}

/// The field of the condition being made.
pub(super) fn field_input(page: Page, draft: Draft, about: Subjects) -> AnyView {
    let looked = Looked { about, typed: RwSignal::new(String::new()), learned: Learned::new() };
    let current = move || {
        let path = draft.path();
        about.with_value(|all| all.iter().find(|subject| subject.path == path).map(|one| choice(page, one)))
    };
    let value = RwSignal::new(untrack(current));
    Effect::new(move |_| value.set(current()));
    let choose = move |chosen: Option<Choice>| {
        if let Some(choice) = chosen {
            draft.choose(choice.value);
        }
    };
    view! {
        <Field id="filter-field" label=t("list.filter.field")>
            <Combobox
                value
                options=Signal::derive(move || looked.found(page))
                on_search=move |text: String| looked.look(text)
                id="filter-field"
                label=t("list.filter.field")
                empty=t("ui.state.empty")
                clear=t("ui.action.clear")
                kept=true
                on_change=choose
            />
        </Field>
    }
    .into_any()
}

/// A field to choose, under the reference that leads to it; tracked.
fn choice(page: Page, subject: &Subject) -> Choice {
    let choice = Choice::new(&subject.path, subject.label(page));
    match &subject.via {
        None => choice,
        Some(via) => choice.group(via.label(page.locale.get())),
    }
}

/// What a field and the reference that leads to it are called, in each language.
fn names(subject: &Subject) -> Vec<String> {
    let parts = || subject.via.iter().chain([&subject.attribute]);
    Locale::ALL.into_iter().flat_map(|locale| parts().map(move |part| part.label(locale))).collect()
}

fn words(typed: &str) -> Vec<&str> {
    typed.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// Whether each of the words names the field or what leads to it.
fn fits(subject: &Subject, words: &[&str], sounds: &Sounds) -> bool {
    let names = names(subject);
    words.iter().all(|word| names.iter().any(|name| is_named(name, word, sounds)))
}

#[cfg(test)]
mod tests {
    use shared::access::Actor;
    use shared::types::OPPORTUNITY;
    use uuid::Uuid;

    use super::super::super::subject::subjects;
    use super::*;
    use crate::record::attribute::attributes;

    #[test]
    fn fields_are_found_in_both_languages_by_pinyin_and_by_what_leads_to_them() {
        let actor = Actor::administrator(Uuid::nil(), Uuid::nil());
        let all = subjects(&attributes(&OPPORTUNITY, &[], &actor), &actor);
        let industry = all.iter().find(|subject| subject.path == "customer_id.industry").unwrap();
        let [customer, field] =
            [industry.via.as_ref().unwrap(), &industry.attribute].map(|part| part.label(Locale::ZhCn));
        let sound = |typed: &str| vec![typed.to_owned()];
        let sounds = Sounds::from([(customer.clone(), sound("kehu")), (field.clone(), sound("hangye"))]);
        let found = |typed: &str| {
            let typed = typed.to_lowercase();
            all.iter().filter(|one| fits(one, &words(&typed), &sounds)).map(|one| one.path.as_str()).collect::<Vec<_>>()
        };
        for typed in ["Industry", "customer industry", "Customer → Industry", "hangye", "kehu hang", &field] {
            assert!(found(typed).contains(&"customer_id.industry"), "{typed}");
        }
        assert!(found("amount").contains(&"amount") && !found("amount").contains(&"customer_id.industry"));
        assert_eq!((found("").len(), found("no such field").len()), (all.len(), 0));
    }
}

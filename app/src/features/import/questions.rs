//! Names that nearly match: one answer for all rows.

use leptos::prelude::*;
use shared::i18n::choice_label;
use shared::import::{Decision, Question};
use shared::types::by_name;

use super::wizard::Wizard;
use crate::context::{Page, t};
use crate::ui::{Button, Icon};

/// Every question.
#[component]
pub fn Questions(
    /// The wizard's state.
    wizard: Wizard,
    /// What is to be answered.
    questions: Vec<Question>,
) -> impl IntoView {
    if questions.is_empty() {
        return ().into_any();
    }
    let page = wizard.page;
    let open = questions.iter().filter(|question| question.decision.is_none()).count();
    let count = open.to_string();
    view! {
        <section class="section">
            <h2 class="section-title">{t("import.near.title")}</h2>
            <p class="muted">{t("import.near.text")}</p>
            <div>{questions.into_iter().map(|question| view! { <Asked wizard question/> }).collect_view()}</div>
            {(open > 0).then(|| view! {
                <p class="meta">{move || page.text_with("import.near.open", &[("n", &count)])} " " {t("import.preview.open_questions")}</p>
            })}
        </section>
    }
    .into_any()
}

/// One question with its possible answers.
#[component]
fn Asked(wizard: Wizard, question: Question) -> impl IntoView {
    let page = wizard.page;
    let Question { unknown, rows, suggestions, may_create, decision } = question;
    let count = rows.to_string();
    let answer = |words: Signal<String>, own: Decision| {
        let (unknown, chosen) = (unknown.clone(), decision.as_ref() == Some(&own));
        view! {
            <Button pressed=Signal::derive(move || chosen) busy=wizard.busy
                on_click=move |_| wizard.answer(unknown.clone(), own.clone())>{words}</Button>
        }
    };
    let uses = suggestions.into_iter().map(|suggestion| {
        let name = shown(page, &unknown.target, &suggestion.value);
        let words = Signal::derive(move || page.text_with("import.near.yes", &[("name", &name.get())]));
        answer(words, Decision::Use(suggestion.value)).into_any()
    });
    let value = unknown.value.clone();
    let create = Signal::derive(move || page.text_with("import.near.create", &[("value", &value)]));
    let answers: Vec<AnyView> = uses
        .chain(may_create.then(|| answer(create, Decision::Create).into_any()))
        .chain([answer(t("import.near.leave_empty"), Decision::Empty).into_any()])
        .collect();
    view! {
        <div class="near-match" data-answered=decision.is_some().then_some("")>
            <Icon name=if decision.is_some() { "circle-check" } else { "circle-help" }/>
            <p><code>{unknown.value.clone()}</code> " · " {move || page.text_with("import.preview.count", &[("n", &count)])}</p>
            <div class="button-group">{answers}</div>
        </div>
    }
}

/// A record's title, or the label of a choice.
fn shown(page: Page, target: &str, value: &str) -> Signal<String> {
    let (target, value) = (target.to_owned(), value.to_owned());
    Signal::derive(move || match target.split_once('.') {
        Some((name, field)) => {
            by_name(name).map_or_else(|| value.clone(), |def| choice_label(page.locale.get(), def, field, &value))
        }
        None => value.clone(),
    })
}

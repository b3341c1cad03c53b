//! Adding a task in one line, understood as people write it.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use shared::planning::{Due, understand};
use shared::record::{Values, instant_text};
use shared::types::TASK;
use shared::{format, i18n};

use super::tasks::Tasks;
use crate::context::{browser_now, t};
use crate::ui::{Button, ButtonKind, Icon, TextInput};

/// A line for a new task, with what was understood below it. Without a time it is for today.
#[component]
pub(super) fn AddTask(tasks: Tasks) -> impl IntoView {
    let page = tasks.page;
    let line = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let understood = move |now| {
        let zone = page.zone();
        let mut planned = understand(&line.get(), now, &zone);
        planned.due_at = planned.due_at.or_else(|| Some(Due::Today.at(now, &zone)));
        planned
    };
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let planned = untrack(|| understood(browser_now()));
        if planned.subject.is_empty() {
            return;
        }
        let mut values = Values::from_iter([
            ("subject".to_owned(), planned.subject.into()),
            ("kind".to_owned(), planned.kind.into()),
        ]);
        if let Some(due) = planned.due_at {
            values.insert("due_at".into(), instant_text(due).into());
        }
        if planned.urgent {
            values.insert("priority".into(), "high".into());
        }
        let typed = line.get_untracked();
        line.set(String::new());
        error.set(None);
        tasks.add(values, move |refused| {
            let locale = page.locale.get_untracked();
            error.set(Some(match &refused {
                shared::Error::Invalid { fields } => {
                    fields.iter().map(|f| i18n::field_error(locale, f)).collect::<Vec<_>>().join(" ")
                }
                other => i18n::error_message(locale, other),
            }));
            line.set(typed.clone());
        });
    };
    let told = move || {
        let planned = understood(page.now.get());
        let locale = page.locale.get();
        let kind = i18n::choice_label(locale, &TASK, "kind", planned.kind);
        let zone = page.zone();
        let due = planned.due_at.map(|at| {
            let day = format::day_heading(locale, zone.day(at), zone.day(page.now.get()));
            format!("{day} {}", format::time(locale, at, &zone))
        });
        let urgent = planned.urgent.then(|| page.text("task.priority.high"));
        [due, Some(kind), urgent].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let typing = move || line.with(|line| !line.trim().is_empty());
    view! {
        <form class="task-add" on:submit=add>
            <div class="row">
                <TextInput value=line label=t("my_day.add_task") placeholder=t("my_day.add_hint") icon="plus" maxlength=200 autocomplete="off"/>
                <Button submit=true kind=ButtonKind::Secondary>{t("ui.action.add")}</Button>
            </div>
            <Show when=typing><p class="meta task-understood" role="status"><Icon name="calendar-clock"/>{told}</p></Show>
            {move || error.get().map(|text| view! {
                <p class="field-error" role="alert"><Icon name="circle-alert"/><span>{text}</span></p>
            })}
        </form>
    }
}

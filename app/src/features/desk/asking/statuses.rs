//! Which status tickets get: one of those that every desk has, or a step of the organisation's own.

use leptos::prelude::*;
use shared::types::{TICKET, TICKET_STATUS, TICKET_STATUSES, is_unsettled, may_become};
use shared::{Row, i18n};
use uuid::Uuid;

use super::choice;
use crate::features::desk::model::Desk;
use crate::features::desk::row::status_tone;
use crate::ui::Choice;

pub(super) fn statuses(desk: Desk) -> AnyView {
    let one = |(at, choice_of): (usize, Choice)| {
        let Choice { value: code, label: name, .. } = choice_of;
        let tone = status_tone(&code);
        let label = view! { <span class="badge" data-tone=tone>{name}</span> }.into_any();
        let set = move |rows: Vec<Row>| desk.set_status(&rows, &code, desk.say_about("ui.toast.saved", &[], &rows));
        choice(label, at == 0, move || desk.answer(&set))
    };
    let all = desk.asking.get_untracked().map(|asking| status_choices(desk, &asking.rows)).unwrap_or_default();
    view! { <ul class="desk-choices">{all.into_iter().enumerate().map(one).collect_view()}</ul> }.into_any()
}

/// The statuses that may follow those of at least one of the tickets, and below each the organisation's own steps; tracked.
pub(in crate::features::desk) fn status_choices(desk: Desk, rows: &[Row]) -> Vec<Choice> {
    let locale = desk.page.locale.get();
    let mut all = Vec::new();
    for code in TICKET_STATUSES.iter().filter(|code| rows.iter().any(|row| may_become(&row.values, code))) {
        let name = i18n::choice_label(locale, &TICKET, "status", code);
        all.push(Choice::new(*code, name.clone()));
        desk.known(|around| {
            let own = around.found.steps.iter().filter(|step| step.text("category") == Some(code));
            let called = |step: &Row| format!("{name} · {}", desk.page.called(&TICKET_STATUS, step));
            all.extend(own.map(|step| Choice::new(step.id.to_string(), called(step))));
        });
    }
    all
}

/// Whether a chosen status says that nothing is left to do.
pub(in crate::features::desk) fn settles(desk: Desk, code: &str) -> bool {
    let Ok(own) = code.parse::<Uuid>() else { return !is_unsettled(code) };
    let is_last = |step: &Row| step.text("category").is_some_and(|category| !is_unsettled(category));
    desk.around.with_untracked(|around| around.found.steps.iter().any(|step| step.id == own && is_last(step)))
}

/// The field that a chosen status goes to: an own step is named by its id.
pub(in crate::features::desk) fn status_field(code: &str) -> &'static str {
    if code.parse::<Uuid>().is_ok() { "status_id" } else { "status" }
}

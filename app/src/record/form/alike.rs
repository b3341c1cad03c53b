//! While a record is made: those that it may be, so that nobody is there twice.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Values;
use shared::duplicates::{Agreement, Alike, Reason, can_have};
use shared::format::paired;
use shared::record::Kind;

use super::rest::at_rest;
use super::state::FormState;
use crate::api::duplicates::similar_records;
use crate::context::{Page, t};
use crate::ui::{Badge, Icon, Tone};

/// Names the records that the one being made may be.
pub(super) fn alike_view(form: FormState) -> AnyView {
    if form.base.with_untracked(Option::is_some) || !can_have(form.def) {
        return ().into_any();
    }
    let found = RwSignal::new(Vec::<Alike>::new());
    let telling = Memo::new(move |_| {
        let mut values = form.current();
        let def = form.def;
        values.retain(|name, value| {
            let kind = def.field(name).map(|field| field.kind);
            let tells =
                name == def.title || matches!(kind, Some(Kind::Emails | Kind::Phones | Kind::Address | Kind::Date));
            (tells || name == "kind" || name.ends_with("number")) && !shared::record::is_empty(value)
        });
        values
    });
    at_rest(telling, move |values: Values| {
        spawn_local(async move {
            let answer = similar_records(form.def.name.to_owned(), values.clone(), None).await;
            // A hint that fails to come is none.
            if let (Ok(answer), Some(true)) = (answer, telling.try_with_untracked(|now| *now == values)) {
                found.try_set(answer);
            }
        });
    });
    let one = move |alike: Alike| {
        let href = format!("/{}/{}", form.def.plural, alike.id);
        let reasons = alike.reasons.into_iter().filter(|reason| reason.agreement != Agreement::Different);
        view! {
            <li class="row">
                <a href=href target="_blank">{alike.title}</a>
                {reasons.map(|reason| reason_badge(form.page, reason)).collect_view()}
            </li>
        }
    };
    view! {
        <div class="alike-held" aria-live="polite">
            <Show when=move || found.with(|found| !found.is_empty())>
                <div class="alike">
                    <p><Icon name="copy"/>" "{t("duplicates.maybe")}</p>
                    <ul>{move || found.get().into_iter().map(one).collect_view()}</ul>
                </div>
            </Show>
        </div>
    }
    .into_any()
}

/// What speaks for or against two records being the same.
pub fn reason_badge(page: Page, reason: Reason) -> AnyView {
    told_reason(page, reason, None)
}

/// The same, with what it is that both have, where that is known.
pub fn told_reason(page: Page, reason: Reason, which: Option<String>) -> AnyView {
    let tone = match reason.agreement {
        Agreement::Same => Tone::Success,
        Agreement::Similar => Tone::Info,
        Agreement::Different => Tone::Neutral,
    };
    let text = move || {
        let about = page.text(&format!("duplicates.about.{}", reason.about));
        let text = page.text_with(&format!("duplicates.{}", reason.agreement.code()), &[("field", &about)]);
        which.as_ref().map_or_else(|| text.clone(), |which| paired(page.locale.get(), &text, which))
    };
    view! { <Badge tone>{text}</Badge> }.into_any()
}

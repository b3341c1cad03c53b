//! The dialog that converts a lead.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::access::Action;
use shared::command::Outcome;
use shared::duplicates::Alike;
use shared::query::{Filter, ListQuery, Op, Sort};
use shared::types::{CUSTOMER, OPPORTUNITY};
use shared::{Error, FieldError, Row, i18n};
use uuid::Uuid;

use super::draft::{Draft, Input, Part, customer_field};
use crate::acting::{send_together, undo_of};
use crate::api::duplicates::similar_records;
use crate::api::records::list_records;
use crate::context::{Page, t};
use crate::record::learn_titles;
use crate::record::{Editing, RecordContext, editor, reason_badge};
use crate::ui::{Button, ButtonKind, Checkbox, Choice, Dialog, Field, Notice, Segmented, SkeletonRows, Toasts, Tone};

/// What the dialog needs to begin: the stage that deals begin in, and customers that the new one may be.
type Known = (Option<Row>, Vec<Alike>);

/// The dialog; it reads the lead as it is when it opens.
pub(super) fn dialog(context: RecordContext, open: RwSignal<bool>) -> AnyView {
    let (page, toasts) = (context.page, Toasts::take());
    let lead = context.row.get_untracked();
    let (draft, busy) = (StoredValue::new(None::<Draft>), RwSignal::new(false));
    let known = LocalResource::new({
        let lead = lead.clone();
        move || known(page, lead.clone())
    });
    let lead = StoredValue::new(lead);
    let convert = move |_| {
        let Some(draft) = draft.get_value().filter(|_| !busy.get_untracked()) else { return };
        let conversion = match untrack(|| draft.decided()) {
            Ok(conversion) => conversion,
            Err(errors) => return draft.errors.set(errors),
        };
        draft.errors.set(Vec::new());
        busy.set(true);
        let commands = conversion.commands(&lead.get_value(), [(); 3].map(|()| Uuid::now_v7()));
        spawn_local(async move {
            let result = send_together(commands).await;
            busy.try_set(false);
            match result {
                Ok(outcomes) => {
                    converted(context, toasts, outcomes);
                    open.set(false);
                }
                // Once it is closed there is no field that it could stand beside.
                Err(Error::Invalid { fields }) if !draft.inputs.is_disposed() => draft.refused(fields),
                Err(error) => {
                    toasts.push(i18n::error_sentence(page.locale.get_untracked(), &error), Tone::Danger, None);
                }
            }
        });
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
            <Button kind=ButtonKind::Primary busy on_click=convert>{t("convert.action")}</Button>
        }
    };
    view! {
        <Dialog open title=t("convert.title") close=t("ui.action.close") footer>
            {move || known.get().map_or_else(
                || view! { <SkeletonRows count=5/> }.into_any(),
                |(stage, alike)| {
                    let made = Draft::new(page, &lead.get_value(), stage);
                    draft.set_value(Some(made));
                    form(page, made, alike)
                },
            )}
        </Dialog>
    }
    .into_any()
}

/// Shows the lead as it is now, and offers to take it back.
fn converted(context: RecordContext, toasts: Toasts, mut outcomes: Vec<Outcome>) {
    let page = context.page;
    let Some(set) = outcomes.first().map(|outcome| outcome.change_set) else { return };
    let rows = outcomes.iter().flat_map(|outcome| &outcome.rows);
    let names = rows.filter_map(|row| Some((row.id, row.text("name")?.to_owned())));
    learn_titles(context.titles, &names.collect());
    if let Some(row) = outcomes.pop().and_then(|mut outcome| outcome.rows.pop()) {
        context.put(row);
    }
    toasts.push(page.text_now("convert.done"), Tone::Success, Some(undo_of(page, toasts, set)));
}

async fn known(page: Page, lead: Row) -> Known {
    let may = page.actor().is_some_and(|actor| actor.may(&OPPORTUNITY, Action::Create));
    let stage = if may { first_stage().await } else { None };
    let values = shared::conversion::Conversion::of(&lead).customer;
    // A hint that fails to come is none.
    let alike = similar_records(CUSTOMER.name.to_owned(), values, None).await.unwrap_or_default();
    (stage, alike)
}

/// The first open stage of the first pipeline.
async fn first_stage() -> Option<Row> {
    let sorted = |filter| ListQuery {
        filter,
        sort: Some(Sort { field: "position".into(), descending: false }),
        limit: 1,
        ..ListQuery::default()
    };
    let pipelines = list_records("pipeline".to_owned(), sorted(None)).await.ok()?;
    let pipeline = pipelines.rows.first()?.id.to_string();
    let open =
        Filter::All(vec![Filter::field("pipeline_id", Op::Eq, pipeline), Filter::field("outcome", Op::Eq, "open")]);
    list_records("stage".to_owned(), sorted(Some(open))).await.ok()?.rows.pop()
}

fn form(page: Page, draft: Draft, alike: Vec<Alike>) -> AnyView {
    let whole = move || {
        let shown = draft.errors.with(|errors| {
            errors
                .iter()
                .filter(|(part, error)| part.is_none() && error.field != "customer_id")
                .cloned()
                .collect::<Vec<_>>()
        });
        let said = |(_, error): (Option<Part>, FieldError)| {
            i18n::error_sentence(page.locale.get(), &Error::Invalid { fields: vec![error] })
        };
        (!shown.is_empty()).then(|| {
            let text = shown.into_iter().map(said).collect::<Vec<_>>().join(" ");
            view! { <Notice tone=Tone::Danger text/> }
        })
    };
    let may = move |part: Part| page.actor().is_some_and(|actor| actor.may(part.def(), Action::Create));
    view! {
        <form class="form" novalidate on:submit=|event| event.prevent_default()>
            {whole}
            {customer(page, draft, may(Part::Customer), alike)}
            {may(Part::Contact).then(|| made(page, draft, Part::Contact, draft.contact))}
            {may(Part::Opportunity).then(|| made(page, draft, Part::Opportunity, draft.opportunity))}
        </form>
    }
    .into_any()
}

/// A new customer, or one that is there.
fn customer(page: Page, draft: Draft, may_make: bool, alike: Vec<Alike>) -> AnyView {
    let ways = Signal::derive(move || {
        [("new", "convert.new_customer"), ("existing", "convert.existing_customer")]
            .map(|(code, key)| Choice::new(code, page.text(key)))
            .into()
    });
    let chosen = Signal::derive(move || if draft.existing.get() { "existing" } else { "new" }.to_owned());
    let legend = Signal::derive(move || i18n::type_label(page.locale.get(), &CUSTOMER));
    let error = Signal::derive(move || {
        let found = draft.errors.with(|all| all.iter().find(|(_, error)| error.field == "customer_id").cloned());
        found.map(|(_, error)| i18n::field_error(page.locale.get(), &error))
    });
    let pick = move || {
        customer_field().map(|attribute| {
            let label = attribute.label_signal(page);
            let editing = Editing::new(page, attribute, draft.customer, "convert-existing".into(), draft.titles);
            view! { <Field id="convert-existing" label error required=true>{editor(editing)}</Field> }
        })
    };
    view! {
        <fieldset class="form-group">
            <legend>{legend}</legend>
            {may_make.then(|| view! {
                <Segmented value=chosen options=ways label=legend on_change=move |code: String| draft.existing.set(code == "existing")/>
            })}
            <Show when=move || draft.existing.get() fallback=move || inputs(page, draft, Part::Customer)>{pick()}</Show>
            {(!alike.is_empty()).then(|| maybe(page, draft, alike))}
        </fieldset>
    }
    .into_any()
}

/// Customers that the new one may be: a press takes one of them.
fn maybe(page: Page, draft: Draft, alike: Vec<Alike>) -> AnyView {
    let one = move |alike: Alike| {
        let (id, title) = (alike.id, alike.title.clone());
        let take = move |_| {
            draft.titles.update(|titles| drop(titles.insert(id, title.clone())));
            draft.customer.set(Value::from(id.to_string()));
            draft.existing.set(true);
        };
        view! {
            <li class="row">
                <Button on_click=take>{alike.title}</Button>
                {alike.reasons.into_iter().map(|reason| reason_badge(page, reason)).collect_view()}
            </li>
        }
    };
    view! {
        <div class="alike">
            <p>{t("convert.maybe")}</p>
            <ul>{alike.into_iter().map(one).collect_view()}</ul>
        </div>
    }
    .into_any()
}

/// A record that is made if one wants so.
fn made(page: Page, draft: Draft, part: Part, wanted: RwSignal<bool>) -> AnyView {
    let name = Signal::derive(move || i18n::type_label(page.locale.get(), part.def()));
    let label = Signal::derive(move || page.text_with("convert.make", &[("type", &name.get())]));
    view! {
        <fieldset class="form-group">
            <legend>{name}</legend>
            <Checkbox value=wanted on_change=move |on| wanted.set(on)>{label}</Checkbox>
            <Show when=move || wanted.get()>{inputs(page, draft, part)}</Show>
        </fieldset>
    }
    .into_any()
}

fn inputs(page: Page, draft: Draft, part: Part) -> AnyView {
    let one = move |Input { attribute, value, .. }: Input| {
        let (name, label) = (attribute.name(), attribute.label_signal(page));
        let id = format!("convert-{}-{name}", part.def().name);
        let required = attribute.required();
        let editing = Editing::new(page, attribute, value, id.clone(), draft.titles);
        let error = Signal::derive(move || {
            let of = |(own, error): &&(Option<Part>, FieldError)| *own == Some(part) && error.field == name;
            let found = draft.errors.with(|all| all.iter().find(of).cloned());
            found.map(|(_, error)| i18n::field_error(page.locale.get(), &error))
        });
        view! { <Field id label error required>{editor(editing)}</Field> }
    };
    let all = draft.inputs.get_value().into_iter().filter(|input| input.part == part);
    all.map(one).collect_view().into_any()
}

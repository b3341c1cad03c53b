//! A new deal in three fields, at the top of its column.

use leptos::html::Form;
use leptos::prelude::*;
use serde_json::Value;
use shared::FieldError;
use shared::i18n::field_error;
use shared::record::{Values, normalize};
use shared::types::OPPORTUNITY;
use uuid::Uuid;

use super::asking::{Asking, Purpose};
use super::lookup::Lookup;
use super::model::{Lane, OpenBoard};
use super::moving::missing_fields;
use crate::context::t;
use crate::ui::{Button, ButtonKind, Choice, Combobox, Field, Size, TextInput};

/// The form; `given` are values it starts from.
pub(super) fn quick_add(board: OpenBoard, lane: Lane, given: Values) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let amount = RwSignal::new(String::new());
    let customer = RwSignal::new(None::<Choice>);
    let errors = RwSignal::new(Vec::<FieldError>::new());
    let found = Lookup::new("customer");
    let form = NodeRef::<Form>::new();
    Effect::new(move |_| {
        let input = form.get().and_then(|form| form.query_selector("input").ok().flatten());
        if let Some(input) = input {
            use leptos::wasm_bindgen::JsCast;
            drop(input.unchecked_into::<leptos::web_sys::HtmlElement>().focus());
        }
    });
    let given = StoredValue::new(given);
    let submit = move || {
        let mut values = given.get_value();
        let raw: [(&str, Value); 3] = [
            ("name", name.get_untracked().into()),
            ("amount", amount.get_untracked().into()),
            ("customer_id", customer.get_untracked().map(|choice| choice.value).into()),
        ];
        let wrong = take_over(&mut values, raw);
        if !wrong.is_empty() {
            return errors.set(wrong);
        }
        errors.set(Vec::new());
        name.set(String::new());
        amount.set(String::new());
        add(board, lane, values);
    };
    let error = move |field: &'static str| {
        Signal::derive(move || {
            let locale = board.page.locale.get();
            errors.with(|errors| errors.iter().find(|e| e.field == field).map(|e| field_error(locale, e)))
        })
    };
    let id = move |field: &str| format!("add-{}-{field}", lane.id);
    view! {
        <form
            node_ref=form
            class="card-form"
            on:submit=move |event| {
                event.prevent_default();
                submit();
            }
            on:keydown=move |event| {
                if event.key() == "Escape" && !event.default_prevented() {
                    event.prevent_default();
                    lane.adding.set(false);
                }
            }
        >
            <Field id=id("name") label=t("opportunity.name") error=error("name") required=true>
                <TextInput value=name maxlength=200/>
            </Field>
            <Field id=id("amount") label=t("opportunity.amount") error=error("amount")>
                <TextInput value=amount inputmode="decimal"/>
            </Field>
            <Field id=id("customer") label=t("opportunity.customer_id") error=error("customer_id")>
                <Combobox
                    value=customer
                    options=found.options
                    on_search=found.search
                    id=id("customer")
                    label=t("opportunity.customer_id")
                    empty=t("list.no_results")
                    clear=t("ui.action.clear")
                />
            </Field>
            <div class="button-group">
                <Button kind=ButtonKind::Primary size=Size::Small submit=true>{t("ui.action.add")}</Button>
                <Button kind=ButtonKind::Ghost size=Size::Small on_click=move |_| lane.adding.set(false)>
                    {t("ui.action.close")}
                </Button>
            </div>
        </form>
    }
}

/// Normalises what was typed into `values`; gives what is wrong with it.
fn take_over(values: &mut Values, raw: [(&str, Value); 3]) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    for (field, value) in raw {
        let Some(def) = OPPORTUNITY.field(field) else { continue };
        match normalize(field, &def.kind, &value) {
            Ok(Value::Null) if def.required => wrong.push(FieldError::new(field, "required")),
            Ok(Value::Null) => {}
            Ok(value) => drop(values.insert(field.to_owned(), value)),
            Err(error) => wrong.push(error),
        }
    }
    wrong
}

fn add(board: OpenBoard, lane: Lane, values: Values) {
    let id = Uuid::now_v7();
    let missing = lane.stage.with_untracked(|stage| missing_fields(stage, &values));
    if missing.is_empty() {
        board.create(id, values, lane);
    } else {
        let purpose = Purpose::Create { id, values, lane };
        board.asking.set(Some(Asking { purpose, fields: missing, errors: Vec::new() }));
    }
}

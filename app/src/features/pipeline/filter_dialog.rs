//! All filters of the board in one dialog.

use leptos::prelude::*;
use shared::query::{Filter, Titles};
use uuid::Uuid;

use super::address::Address;
use super::filters::Filters;
use super::further;
use super::lookup::Lookup;
use crate::context::{Page, t};
use crate::ui::{Button, ButtonKind, Choice, Combobox, DateInput, Dialog, Field, Segmented, Select, TextInput};

/// The fields of the dialog.
#[derive(Clone, Copy)]
struct Form {
    owner: RwSignal<Option<Choice>>,
    team: RwSignal<Option<Choice>>,
    period: RwSignal<String>,
    from: RwSignal<String>,
    to: RwSignal<String>,
    min: RwSignal<String>,
    max: RwSignal<String>,
    tag: RwSignal<String>,
    incomplete: RwSignal<String>,
    further: RwSignal<Vec<Filter>>,
}

impl Form {
    fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self {
            owner: RwSignal::new(None),
            team: RwSignal::new(None),
            period: text(),
            from: text(),
            to: text(),
            min: text(),
            max: text(),
            tag: text(),
            incomplete: text(),
            further: RwSignal::new(Vec::new()),
        }
    }

    fn read(self, page: Page, filters: &Filters, names: &Titles) {
        let choice = |id: &str, special: &str, key: &str| match id {
            "" => None,
            id if id == special => Some(Choice::new(id, untrack(|| page.text(key)))),
            id => {
                let name = id.parse::<Uuid>().ok().and_then(|id| names.get(&id).cloned());
                Some(Choice::new(id, name.unwrap_or_else(|| "…".to_owned())))
            }
        };
        self.owner.set(choice(&filters.owner, "@me", "ui.word.me"));
        self.team.set(choice(&filters.team, "@my_team", "ui.word.my_team"));
        self.period.set(filters.period.clone());
        self.from.set(filters.from.clone());
        self.to.set(filters.to.clone());
        self.min.set(filters.min.clone());
        self.max.set(filters.max.clone());
        self.tag.set(filters.tag.clone());
        self.incomplete.set(filters.incomplete.clone());
        self.further.set(filters.conditions());
    }

    fn write(self, filters: &mut Filters) {
        let id = |choice: RwSignal<Option<Choice>>| choice.get_untracked().map(|c| c.value).unwrap_or_default();
        filters.owner = id(self.owner);
        filters.team = id(self.team);
        filters.period = self.period.get_untracked();
        let custom = filters.period == "custom";
        filters.from = self.from.get_untracked();
        filters.to = self.to.get_untracked();
        if !custom {
            filters.from.clear();
            filters.to.clear();
        }
        filters.min = number(&self.min.get_untracked());
        filters.max = number(&self.max.get_untracked());
        filters.tag = self.tag.get_untracked().trim().to_owned();
        filters.incomplete = self.incomplete.get_untracked();
        filters.set_conditions(&self.further.get_untracked());
    }
}

/// An amount as typed, in canonical form; nothing for what is none.
fn number(text: &str) -> String {
    let clean = shared::record::normalize("amount", &shared::record::Kind::Money, &text.into());
    clean.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// All filters in one place; a sheet on a phone.
pub(super) fn filter_dialog(address: Address, open: RwSignal<bool>, names: RwSignal<Titles>) -> impl IntoView {
    let page = Page::take();
    let form = Form::new();
    Effect::new(move |_| {
        if open.get() {
            form.read(page, &address.filters.get_untracked(), &names.get_untracked());
        }
    });
    let apply = move || {
        let mut filters = address.filters.get_untracked();
        form.write(&mut filters);
        for choice in [form.owner, form.team].into_iter().filter_map(|choice| choice.get_untracked()) {
            if let Ok(id) = choice.value.parse::<Uuid>() {
                names.update(|names| drop(names.insert(id, choice.label.clone())));
            }
        }
        open.set(false);
        address.set_filters(&filters, false);
    };
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
            <Button kind=ButtonKind::Primary on_click=move |_| apply()>{t("ui.action.apply")}</Button>
        }
    };
    view! {
        <Dialog open title=t("ui.action.filter") close=t("ui.action.close") footer=footer>
            <form
                class="form-group"
                on:submit=move |event| {
                    event.prevent_default();
                    apply();
                }
            >
                {filter_fields(page, form)}
                <button type="submit" hidden=true tabindex="-1"></button>
            </form>
            // Not within the form, which pressing Enter in the dialog of one condition would send.
            {further::fields(page, form.further, names)}
        </Dialog>
    }
}

fn filter_fields(page: Page, form: Form) -> impl IntoView {
    let periods = Signal::derive(move || {
        let choice = |(value, key)| Choice::new(value, page.text(key));
        [
            ("month", "board.filter.this_month"),
            ("quarter", "board.filter.this_quarter"),
            ("custom", "board.filter.custom_period"),
        ]
        .map(choice)
        .to_vec()
    });
    let completeness = Signal::derive(move || {
        vec![Choice::new("", page.text("ui.word.all")), Choice::new("1", page.text("board.filter.incomplete"))]
    });
    view! {
        <div class="form-pair">
            {reference("filter-owner", "board.filter.owner", "user", form.owner)}
            {reference("filter-team", "board.filter.team", "team", form.team)}
        </div>
        <Field id="filter-period" label=t("board.filter.period_both")>
            <Select value=form.period options=periods empty=t("ui.word.any")/>
        </Field>
        <Show when=move || form.period.with(|period| period == "custom")>
            <div class="form-pair">
                <Field id="filter-from" label=t("ui.word.from")><DateInput value=form.from/></Field>
                <Field id="filter-to" label=t("ui.word.to")><DateInput value=form.to/></Field>
            </div>
        </Show>
        <div class="form-pair">
            <Field id="filter-min" label=t("board.filter.amount_from")><TextInput value=form.min inputmode="decimal"/></Field>
            <Field id="filter-max" label=t("board.filter.amount_to")><TextInput value=form.max inputmode="decimal"/></Field>
        </div>
        <Field id="filter-tag" label=t("board.filter.tag")><TextInput value=form.tag/></Field>
        <Segmented
            value=form.incomplete
            options=completeness
            label=t("board.filter.incomplete")
            on_change=move |value| form.incomplete.set(value)
        />
    }
}

fn reference(
    id: &'static str,
    label: &'static str,
    record_type: &'static str,
    value: RwSignal<Option<Choice>>,
) -> impl IntoView {
    let found = Lookup::new(record_type);
    view! {
        <Field id=id label=t(label)>
            <Combobox
                value
                options=found.options
                on_search=found.search
                id=id
                label=t(label)
                empty=t("list.no_results")
                clear=t("ui.action.clear")
                placeholder=t("ui.word.everyone")
            />
        </Field>
    }
}

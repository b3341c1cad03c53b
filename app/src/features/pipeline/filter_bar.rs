//! Which deals are shown: quick chips, a search, and a dialog for the rest.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::query::Titles;
use uuid::Uuid;

use super::address::Address;
use super::filters::Filters;
use super::lookup::Lookup;
use crate::api::records::get_record;
use crate::context::{Page, t};
use crate::ui::{
    Button, ButtonKind, Chip, Choice, Combobox, DateInput, Dialog, Field, Segmented, Select, Size, TextInput,
};

/// How long typing must rest before the board is searched.
const REST: Duration = Duration::from_millis(250);

/// One filter that is set, as a chip: what it says and how to take it away.
type Shown = (String, fn(&mut Filters));

/// The bar above the board.
pub(super) fn filter_bar(address: Address) -> impl IntoView {
    let names = RwSignal::new(Titles::new());
    Effect::new(move |_| address.filters.with(|filters| learn_names(filters, names)));
    let dialog = RwSignal::new(false);
    let change = move |write: fn(&mut Filters)| {
        let mut filters = address.filters.get_untracked();
        write(&mut filters);
        address.set_filters(&filters, false);
    };
    let mine = Signal::derive(move || address.filters.with(|filters| filters.owner == "@me"));
    let toggle_mine = move |()| {
        change(if mine.get_untracked() { |f| f.owner.clear() } else { |f| f.owner = "@me".into() });
    };
    let page = Page::take();
    let chips = move || {
        let shown = address.filters.with(|filters| shown(page, filters, &names.get()));
        let chip = |(words, clear): Shown| {
            view! { <Chip label=words pressed=true end_icon="x" on_click=move |()| change(clear)/> }
        };
        shown.into_iter().map(chip).collect_view()
    };
    view! {
        <div class="page-bar board-bar">
            <Search address/>
            <div class="chips">
                <Chip label=t("board.filter.mine") icon="user" pressed=mine on_click=toggle_mine/>
                {chips}
                <Chip label=t("ui.action.filter") icon="list-filter" on_click=move |()| dialog.set(true)/>
                <Show when=move || address.filters.with(|filters| !filters.is_empty())>
                    <Button kind=ButtonKind::Ghost size=Size::Small on_click=move |_| address.choose_view(None, &Filters::default())>
                        {t("ui.action.clear_all")}
                    </Button>
                </Show>
            </div>
        </div>
        <FilterDialog address open=dialog names/>
    }
}

/// The filters that are set, besides the search and "my deals", which show themselves.
fn shown(page: Page, filters: &Filters, names: &Titles) -> Vec<Shown> {
    let named = |id: &str| match id {
        "@my_team" => page.text("ui.word.my_team"),
        id => id.parse::<Uuid>().ok().and_then(|id| names.get(&id).cloned()).unwrap_or_else(|| "…".to_owned()),
    };
    let pair = |key: &str, value: String| format!("{}: {value}", page.text(key));
    let mut all: Vec<Shown> = Vec::new();
    if !filters.owner.is_empty() && filters.owner != "@me" {
        all.push((pair("board.filter.owner", named(&filters.owner)), |f| f.owner.clear()));
    }
    if !filters.team.is_empty() {
        all.push((pair("board.filter.team", named(&filters.team)), |f| f.team.clear()));
    }
    if !filters.period.is_empty() {
        all.push((pair("board.filter.period", period_text(page, filters)), |f| {
            f.period.clear();
            f.from.clear();
            f.to.clear();
        }));
    }
    if !filters.min.is_empty() || !filters.max.is_empty() {
        let range = format!("{} – {}", filters.min, filters.max);
        all.push((pair("board.filter.amount", range.trim().to_owned()), |f| {
            f.min.clear();
            f.max.clear();
        }));
    }
    if !filters.tag.is_empty() {
        all.push((pair("board.filter.tag", filters.tag.clone()), |f| f.tag.clear()));
    }
    if filters.incomplete == "1" {
        all.push((page.text("board.filter.incomplete"), |f| f.incomplete.clear()));
    }
    all
}

fn period_text(page: Page, filters: &Filters) -> String {
    match filters.period.as_str() {
        "month" => page.text("board.filter.this_month"),
        "quarter" => page.text("board.filter.this_quarter"),
        _ => format!("{} – {}", filters.from, filters.to),
    }
}

/// Looks up the names behind the ids of an address that was opened as a link.
fn learn_names(filters: &Filters, names: RwSignal<Titles>) {
    for (record_type, id) in [("user", &filters.owner), ("team", &filters.team)] {
        let Some(id) = id.parse::<Uuid>().ok().filter(|id| names.with_untracked(|names| !names.contains_key(id)))
        else {
            continue;
        };
        spawn_local(async move {
            if let Ok(detail) = get_record(record_type.to_owned(), id).await {
                let name = detail.row.text("name").unwrap_or_default().to_owned();
                names.try_update(|names| drop(names.insert(id, name)));
            }
        });
    }
}

/// Searching replaces the address, so that Back leaves the board and not a word's letters.
#[component]
fn Search(address: Address) -> impl IntoView {
    let text = RwSignal::new(address.filters.with_untracked(|filters| filters.q.clone()));
    let timer = StoredValue::new(None::<TimeoutHandle>);
    // Back, a chosen view or "clear all" change the words from outside.
    Effect::new(move |_| {
        let words = address.filters.with(|filters| filters.q.clone());
        if words != text.get_untracked().trim() {
            text.set(words);
        }
    });
    Effect::new(move |before: Option<String>| {
        let words = text.get();
        if before.is_some_and(|before| before != words) {
            if let Some(timer) = timer.try_update_value(Option::take).flatten() {
                timer.clear();
            }
            let search = move || {
                let Some(mut filters) = address.filters.try_get_untracked() else { return };
                let words = text.try_get_untracked().unwrap_or_default().trim().to_owned();
                if filters.q != words {
                    filters.q = words;
                    address.set_filters(&filters, true);
                }
            };
            timer.set_value(set_timeout_with_handle(search, REST).ok());
        }
        words
    });
    view! {
        <div class="board-search">
            <TextInput value=text kind="search" icon="search" label=t("board.filter.text") placeholder=t("board.filter.text")/>
        </div>
    }
}

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
    }
}

/// An amount as typed, in canonical form; nothing for what is none.
fn number(text: &str) -> String {
    let clean = shared::record::normalize("amount", &shared::record::Kind::Money, &text.into());
    clean.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// All filters in one place; a sheet on a phone.
#[component]
fn FilterDialog(address: Address, open: RwSignal<bool>, names: RwSignal<Titles>) -> impl IntoView {
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
                empty=t("ui.state.empty")
                clear=t("ui.action.clear")
                placeholder=t("ui.word.everyone")
            />
        </Field>
    }
}

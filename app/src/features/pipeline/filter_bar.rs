//! Which deals are shown: quick chips and a search; `filter_dialog` has the rest.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use rust_decimal::Decimal;
use shared::format::{money, paired};
use shared::query::Titles;
use uuid::Uuid;

use super::address::Address;
use super::filters::Filters;
use crate::api::records::get_record;
use crate::chunk::once;
use crate::context::{Page, t};
use crate::record::refocus;
use crate::ui::{Button, ButtonKind, Chip, FilterChip, Size, TextInput};

/// How long typing must rest before the board is searched.
const REST: Duration = Duration::from_millis(250);

/// Id of the button that leads to all filters.
const MORE: &str = "board-filters";

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
            let remove = page.text_with("list.filter.remove", &[("field", &words)]);
            let open = Callback::new(move |()| dialog.set(true));
            let taken = move |()| {
                change(clear);
                refocus(|| document().get_element_by_id(MORE));
            };
            view! { <FilterChip label=words remove on_remove=taken on_change=Some(open)/> }
        };
        shown.into_iter().map(chip).collect_view()
    };
    let has_further = move || address.filters.with(|filters| !filters.f.is_empty());
    view! {
        <div class="page-bar board-bar">
            <Search address/>
            <div class="chips">
                <Chip label=t("board.filter.mine") icon="user" pressed=mine on_click=toggle_mine/>
                {chips}
                {once(has_further, move || super::further_chips::view(address, names))}
                <Chip label=t("ui.action.filter") icon="list-filter" on_click=move |()| dialog.set(true) attr:id=MORE/>
                <Show when=move || address.filters.with(|filters| !filters.is_empty())>
                    <Button kind=ButtonKind::Ghost size=Size::Small on_click=move |_| address.choose_view(None, &Filters::default())>
                        {t("ui.action.clear_all")}
                    </Button>
                </Show>
            </div>
        </div>
        {once(move || dialog.get(), move || super::choose_filters::view(address, dialog, names))}
    }
}

/// The filters that are set, besides the search and "my deals", which show themselves.
fn shown(page: Page, filters: &Filters, names: &Titles) -> Vec<Shown> {
    let named = |id: &str| match id {
        "@my_team" => page.text("ui.word.my_team"),
        id => id.parse::<Uuid>().ok().and_then(|id| names.get(&id).cloned()).unwrap_or_else(|| "…".to_owned()),
    };
    let pair = |key: &str, value: String| paired(page.locale.get(), &page.text(key), &value);
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
        all.push((pair("board.filter.amount", amount_text(page, filters)), |f| {
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

fn amount_text(page: Page, filters: &Filters) -> String {
    let said = |text: &str| match text.parse::<Decimal>() {
        Ok(amount) => money(page.locale.get(), amount, &page.currency()),
        Err(_) => text.to_owned(),
    };
    match (filters.min.as_str(), filters.max.as_str()) {
        (min, "") => format!("≥ {}", said(min)),
        ("", max) => format!("≤ {}", said(max)),
        (min, max) => format!("{} – {}", said(min), said(max)),
    }
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

//! Conditions that the board has no filter of its own for: those of lists, made and changed as there.

use leptos::prelude::*;
use shared::query::{Filter, Titles};
use shared::types::OPPORTUNITY;

use super::address::Address;
use super::filters::Filters;
use crate::context::{Page, t};
use crate::record::{Conditions, conditions_on};

/// Those of the address, each as a chip, and the way to a further one.
pub(super) fn chips(address: Address, titles: RwSignal<Titles>) -> AnyView {
    let all = Memo::new(move |_| address.filters.with(Filters::conditions));
    let change = move |all: Vec<Filter>| {
        let mut filters = address.filters.get_untracked();
        filters.set_conditions(&all);
        address.set_filters(&filters, false);
    };
    let conditions = Conditions { page: Page::take(), titles, all: all.into(), change: Callback::new(change) };
    conditions_on(&OPPORTUNITY, conditions)
}

/// Those that are being put together in the dialog of all filters.
pub(super) fn fields(page: Page, all: RwSignal<Vec<Filter>>, titles: RwSignal<Titles>) -> AnyView {
    let conditions = Conditions { page, titles, all: all.into(), change: Callback::new(move |new| all.set(new)) };
    view! {
        <div class="form-group">
            <div class="field">
                <span class="field-label" id="filter-further">{t("board.filter.further")}</span>
                <div class="chips" role="group" aria-labelledby="filter-further">
                    {conditions_on(&OPPORTUNITY, conditions)}
                </div>
            </div>
        </div>
    }
    .into_any()
}

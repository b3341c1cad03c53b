//! Filters as sentences: conditions that all hold, each a chip.

mod dialog;
mod field;
mod words;

use leptos::html::Button as ButtonElement;
use leptos::prelude::*;
use shared::query::{Filter, Titles};

use self::dialog::{Draft, can_change, filter_dialog};
pub(in crate::record) use self::words::condition_text;
use super::address::ListNav;
use super::subject::Subjects;
use crate::context::{Page, t};
use crate::record::inline::refocus;
use crate::ui::{FilterChip, Icon};

/// Conditions that all hold, which one can add to, change and take from; cheap to copy.
#[derive(Clone, Copy)]
pub struct Conditions {
    /// The page.
    pub page: Page,
    /// Titles of the records that they name.
    pub titles: RwSignal<Titles>,
    /// Those there are.
    pub all: Signal<Vec<Filter>>,
    /// Makes them others.
    pub change: Callback<Vec<Filter>>,
}

/// Where a condition stands: the place of the whole, and that among its alternatives.
type Place = (usize, usize);

/// What the dialog is for.
#[derive(Clone, PartialEq)]
enum Making {
    /// A further condition.
    New,
    /// Another one in the place of this one.
    Instead(Place, Filter),
}

impl Conditions {
    /// Those that stand in an address.
    pub(super) fn of(page: Page, titles: RwSignal<Titles>, nav: ListNav) -> Self {
        Self {
            page,
            titles,
            all: Signal::derive(move || nav.state.with(|state| state.conditions.clone())),
            change: Callback::new(move |all| nav.change(|state| state.conditions = all)),
        }
    }

    /// Adds one, besides the others or as an alternative to one of them.
    fn add(self, condition: Filter, beside: Option<usize>) {
        let mut all = self.all.get_untracked();
        add(&mut all, condition, beside);
        self.change.run(all);
    }

    /// Puts another one in the place of `old`, or none.
    fn put(self, place: Place, old: &Filter, condition: Option<Filter>) {
        let mut all = self.all.get_untracked();
        put(&mut all, place, old, condition);
        self.change.run(all);
    }
}

fn alternatives(condition: Filter) -> Vec<Filter> {
    match condition {
        Filter::Any(parts) if !parts.is_empty() => parts,
        other => vec![other],
    }
}

fn add(all: &mut Vec<Filter>, condition: Filter, beside: Option<usize>) {
    let Some(at) = beside.filter(|at| *at < all.len()) else {
        if !all.contains(&condition) {
            all.push(condition);
        }
        return;
    };
    let mut parts = alternatives(all.remove(at));
    if !parts.contains(&condition) {
        parts.push(condition);
    }
    all.insert(at, if parts.len() == 1 { parts.remove(0) } else { Filter::Any(parts) });
}

fn put(all: &mut Vec<Filter>, (at, part): Place, old: &Filter, condition: Option<Filter>) {
    let mut parts = all.get(at).cloned().map(alternatives).unwrap_or_default();
    if parts.get(part) != Some(old) {
        // The address may have become another one meanwhile.
        return condition.into_iter().for_each(|condition| add(all, condition, None));
    }
    all.remove(at);
    parts.remove(part);
    if let Some(condition) = condition.filter(|condition| !parts.contains(condition)) {
        parts.insert(part, condition);
    }
    let whole = if parts.len() == 1 { parts.pop() } else { (!parts.is_empty()).then_some(Filter::Any(parts)) };
    if let Some(whole) = whole.filter(|whole| !all.contains(whole)) {
        all.insert(at, whole);
    }
}

/// Conditions as chips, each to be changed or taken away, and the way to a further one. Not all need be shown here.
pub(in crate::record) fn condition_chips(
    conditions: Conditions,
    about: Subjects,
    shown: impl Fn(&Filter) -> bool + Send + Sync + 'static,
) -> AnyView {
    let making = RwSignal::new(None::<Making>);
    let draft = Draft::new(about);
    let adding = NodeRef::<ButtonElement>::new();
    let chips = Chips { conditions, about, making, draft, adding };
    let chips = move || {
        let all = conditions.all.get().into_iter().enumerate();
        all.filter(|(_, condition)| shown(condition)).map(|(at, condition)| chips.whole(at, condition)).collect_view()
    };
    let add = move |_| {
        draft.begin(about, None);
        making.set(Some(Making::New));
    };
    view! {
        {chips}
        <button node_ref=adding type="button" class="chip" data-add="" on:click=add>
            <Icon name="plus"/>
            <span>{t("list.filter.add")}</span>
        </button>
        {filter_dialog(conditions, about, making, draft, adding)}
    }
    .into_any()
}

/// What all chips of a place have in common.
#[derive(Clone, Copy)]
struct Chips {
    conditions: Conditions,
    about: Subjects,
    making: RwSignal<Option<Making>>,
    draft: Draft,
    /// Where the focus goes when a chip is gone.
    adding: NodeRef<ButtonElement>,
}

impl Chips {
    /// A condition, or several of which one has to hold.
    fn whole(self, at: usize, condition: Filter) -> AnyView {
        let parts = alternatives(condition.clone());
        if parts.len() == 1 {
            return parts.into_iter().map(|condition| self.one((at, 0), condition)).collect_view().into_any();
        }
        let or = move |(part, condition): (usize, Filter)| {
            let word = (part > 0).then(|| view! { <span class="meta">{t("ui.word.or")}</span> });
            view! { {word} {self.one((at, part), condition)} }
        };
        view! {
            <span class="chip-group" role="group" aria-label=self.said(condition)>
                {parts.into_iter().enumerate().map(or).collect_view()}
            </span>
        }
        .into_any()
    }

    fn one(self, place: Place, condition: Filter) -> AnyView {
        let Self { conditions, about, making, draft, adding } = self;
        let label = self.said(condition.clone());
        let page = conditions.page;
        let remove = Signal::derive(move || page.text_with("list.filter.remove", &[("field", &label.get())]));
        let old = condition.clone();
        let taken = move |()| {
            conditions.put(place, &old, None);
            refocus(move || adding.try_get_untracked().flatten().map(Into::into));
        };
        let changing = can_change(about, &condition).then(|| {
            Callback::new(move |()| {
                draft.begin(about, Some(&condition));
                making.set(Some(Making::Instead(place, condition.clone())));
            })
        });
        view! { <FilterChip label remove on_remove=taken on_change=changing/> }.into_any()
    }

    /// A condition in words.
    fn said(self, condition: Filter) -> Signal<String> {
        let (Conditions { page, titles, .. }, about) = (self.conditions, self.about);
        Signal::derive(move || {
            titles.with(|titles| about.with_value(|about| condition_text(page, titles, about, &condition)))
        })
    }
}

#[cfg(test)]
mod tests {
    use shared::query::Op;

    use super::*;

    fn of(field: &str) -> Filter {
        Filter::field(field, Op::Present, true)
    }

    #[test]
    fn conditions_become_alternatives_of_each_other() {
        let mut all = Vec::new();
        for (name, beside) in [("a", None), ("b", None), ("c", Some(0)), ("d", Some(0)), ("d", Some(0)), ("b", Some(1))]
        {
            add(&mut all, of(name), beside);
        }
        assert_eq!(all, [Filter::Any(vec![of("a"), of("c"), of("d")]), of("b")]);
    }

    #[test]
    fn a_condition_is_changed_or_goes_without_its_alternatives() {
        let mut all = vec![Filter::Any(vec![of("a"), of("c"), of("d")]), of("b")];
        put(&mut all, (0, 1), &of("c"), Some(of("e")));
        assert_eq!(all, [Filter::Any(vec![of("a"), of("e"), of("d")]), of("b")]);
        put(&mut all, (0, 0), &of("a"), None);
        put(&mut all, (0, 1), &of("d"), Some(of("e")));
        assert_eq!(all, [of("e"), of("b")]);
        // One that is there already is not there twice.
        put(&mut all, (0, 0), &of("e"), Some(of("b")));
        assert_eq!(all, [of("b")]);
        // What is not there any more is not put in the place of something else.
        put(&mut all, (0, 0), &of("e"), None);
        put(&mut all, (0, 0), &of("e"), Some(of("c")));
        assert_eq!(all, [of("b"), of("c")]);
        put(&mut all, (1, 0), &of("c"), None);
        put(&mut all, (0, 0), &of("b"), None);
        assert_eq!(all, []);
        // Nothing at all can go as well.
        let mut nothing = vec![Filter::Any(Vec::new())];
        put(&mut nothing, (0, 0), &Filter::Any(Vec::new()), None);
        assert_eq!(nothing, []);
    }
}

//! The entries of a list value while they are edited: each with an identity, so that typing in one disturbs no other.

use leptos::prelude::*;
use serde_json::Value;

use crate::record::inline::focus;

/// Keeps a value and the inputs that it is made of in step, whichever of them changes: `write` puts it together and has to
/// track what it reads, `read` takes it apart.
pub(super) fn in_step(
    value: RwSignal<Value>,
    read: impl Fn(&Value) + Send + Sync + 'static,
    write: impl Fn() -> Value + Send + Sync + 'static,
) {
    // What came from here is known already.
    let told = StoredValue::new(value.get_untracked());
    Effect::new(move |before: Option<()>| {
        let now = write();
        if before.is_some() && told.with_value(|told| *told != now) {
            told.set_value(now.clone());
            value.set(now);
        }
    });
    Effect::new(move |_| {
        let now = value.get();
        if told.with_value(|told| *told != now) {
            told.set_value(now.clone());
            read(&now);
        }
    });
}

/// Entries in their order, each with its key; cheap to copy.
pub(super) struct Items<T: Clone + Send + Sync + 'static> {
    pub(super) all: RwSignal<Vec<(usize, T)>>,
    next: StoredValue<usize>,
    /// Id that the ids of their elements begin with.
    id: StoredValue<String>,
}

// Derived ones would ask the same of the entries.
impl<T: Clone + Send + Sync + 'static> Clone for Items<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Clone + Send + Sync + 'static> Copy for Items<T> {}

impl<T: Clone + Send + Sync + 'static> Items<T> {
    /// The entries of `value`, which follows what becomes of them, and which they follow when it is set from elsewhere.
    /// `read` and `write` as in [`in_step`]. `id` is unique on the page.
    pub(super) fn of(
        id: String,
        value: RwSignal<Value>,
        read: impl Fn(&Value) -> Vec<T> + Send + Sync + 'static,
        write: impl Fn(Vec<T>) -> Value + Send + Sync + 'static,
    ) -> Self {
        let items = Self { all: RwSignal::new(Vec::new()), next: StoredValue::new(0), id: StoredValue::new(id) };
        items.set(value.with_untracked(&read));
        let put_together = move || write(items.all.get().into_iter().map(|(_, item)| item).collect());
        in_step(value, move |value| items.set(read(value)), put_together);
        items
    }

    fn set(self, entries: Vec<T>) {
        self.all.set(entries.into_iter().map(|entry| (self.key(), entry)).collect());
    }

    fn key(self) -> usize {
        self.next.update_value(|next| *next += 1);
        self.next.get_value()
    }

    /// Id of an entry's element, which holds its buttons in `.entry-tools` or itself, the last of them to take it away.
    pub(super) fn id(self, key: usize) -> String {
        format!("{}-{key}", self.id.get_value())
    }

    /// Id of the element that holds what adds one.
    pub(super) fn adding(self) -> String {
        format!("{}-add", self.id.get_value())
    }

    /// Adds one at the end; its first input gets the focus.
    pub(super) fn add(self, item: T) {
        let key = self.key();
        self.all.update(|all| all.push((key, item)));
        focus_first(self.id(key), &["input, select, textarea, button"]);
    }

    /// Takes one away; the focus goes to what takes its neighbour away, else to what adds one.
    pub(super) fn remove(self, key: usize) {
        let place = self.place_of(key);
        self.all.update(|all| all.retain(|(other, _)| *other != key));
        let next = self.all.with_untracked(|all| Some(all.get(place).or(all.last())?.0));
        match next {
            Some(key) => {
                focus_first(self.id(key), &[":scope > .entry-tools > :last-child", ":scope > button:last-child"])
            }
            None => focus_first(self.adding(), &["button, select"]),
        }
    }

    /// Puts one a place further up, or down, with the focus; the first and the last stay.
    pub(super) fn shift(self, key: usize, down: bool) {
        self.all.update(|all| {
            let Some(at) = all.iter().position(|(other, _)| *other == key) else { return };
            let to = if down { at + 1 } else { at.wrapping_sub(1) };
            if to < all.len() {
                all.swap(at, to);
            }
        });
        const UP: &[&str] = &[".entry-tools > :first-child:enabled", ".entry-tools > :enabled"];
        const DOWN: &[&str] = &[".entry-tools > :nth-child(2):enabled", ".entry-tools > :enabled"];
        focus_first(self.id(key), if down { DOWN } else { UP });
    }

    /// Where one stands; tracked.
    pub(super) fn place(self, key: usize) -> usize {
        self.all.track();
        self.place_of(key)
    }

    fn place_of(self, key: usize) -> usize {
        self.all.with_untracked(|all| all.iter().position(|(other, _)| *other == key)).unwrap_or_default()
    }
}

/// Puts the focus on what is found first within an element, a frame later, when the page is as it will be.
fn focus_first(id: String, selectors: &'static [&'static str]) {
    request_animation_frame(move || {
        let within = document().get_element_by_id(&id);
        let find = |selector: &&str| within.as_ref()?.query_selector(selector).ok().flatten();
        focus(selectors.iter().find_map(find));
    });
}

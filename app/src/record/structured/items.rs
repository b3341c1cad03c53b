//! The entries of a list value while they are edited: each with an identity, so that typing in one disturbs no other.

use leptos::prelude::*;
use serde_json::Value;

/// Entries in their order, each with its key; cheap to copy.
pub(super) struct Items<T: Clone + Send + Sync + 'static> {
    pub(super) all: RwSignal<Vec<(usize, T)>>,
    next: StoredValue<usize>,
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
    /// `read` takes it apart, `write` puts it together and has to track what it reads.
    pub(super) fn of(
        value: RwSignal<Value>,
        read: impl Fn(&Value) -> Vec<T> + Send + Sync + 'static,
        write: impl Fn(Vec<T>) -> Value + Send + Sync + 'static,
    ) -> Self {
        let items = Self { all: RwSignal::new(Vec::new()), next: StoredValue::new(0) };
        items.set(value.with_untracked(&read));
        // What came from here is known already.
        let told = StoredValue::new(value.get_untracked());
        Effect::new(move |before: Option<()>| {
            let now = write(items.all.get().into_iter().map(|(_, item)| item).collect());
            if before.is_some() && told.with_value(|told| *told != now) {
                told.set_value(now.clone());
                value.set(now);
            }
        });
        Effect::new(move |_| {
            let now = value.get();
            if told.with_value(|told| *told != now) {
                told.set_value(now.clone());
                items.set(read(&now));
            }
        });
        items
    }

    fn set(self, entries: Vec<T>) {
        self.all.set(entries.into_iter().map(|entry| (self.key(), entry)).collect());
    }

    fn key(self) -> usize {
        self.next.update_value(|next| *next += 1);
        self.next.get_value()
    }

    /// Adds one at the end.
    pub(super) fn add(self, item: T) {
        let key = self.key();
        self.all.update(|all| all.push((key, item)));
    }

    /// Takes one away.
    pub(super) fn remove(self, key: usize) {
        self.all.update(|all| all.retain(|(other, _)| *other != key));
    }

    /// Puts one a place further up, or down; the first and the last stay.
    pub(super) fn shift(self, key: usize, down: bool) {
        self.all.update(|all| {
            let Some(at) = all.iter().position(|(other, _)| *other == key) else { return };
            let to = if down { at + 1 } else { at.wrapping_sub(1) };
            if to < all.len() {
                all.swap(at, to);
            }
        });
    }

    /// Where one stands; tracked.
    pub(super) fn place(self, key: usize) -> usize {
        self.all.with(|all| all.iter().position(|(other, _)| *other == key)).unwrap_or_default()
    }
}

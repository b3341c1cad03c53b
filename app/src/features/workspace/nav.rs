//! The places of the app, and who may go there.

use shared::RecordDef;
use shared::access::{Action, Actor};
use shared::types::by_name;

/// Who may open a place.
#[derive(Clone, Copy)]
enum Gate {
    /// Everybody.
    Open,
    /// Whoever may read that record type; nobody where the type does not exist.
    Reads(&'static str),
    /// Whoever may bring files in for some type.
    Imports,
}

/// One place of the app.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    /// Names it; the second key after `g` goes there.
    pub(super) key: &'static str,
    pub(super) icon: &'static str,
    pub(super) href: &'static str,
    /// Key of its label.
    pub(super) label: &'static str,
    /// The keys that go there: `g`, then a letter.
    pub(super) keys: &'static [&'static str; 2],
    gate: Gate,
    tab: bool,
}

const fn entry(
    key: &'static str,
    icon: &'static str,
    href: &'static str,
    label: &'static str,
    keys: &'static [&'static str; 2],
    gate: Gate,
) -> Entry {
    Entry { key, icon, href, label, keys, gate, tab: false }
}

impl Entry {
    /// Also one of the phone's bottom tabs.
    const fn tab(mut self) -> Self {
        self.tab = true;
        self
    }

    pub(super) fn is_open_to(&self, actor: &Actor) -> bool {
        match self.gate {
            Gate::Open => true,
            Gate::Reads(name) => by_name(name).is_some_and(|def| actor.may(def, Action::Read)),
            Gate::Imports => actor.may_import(),
        }
    }

    /// The type whose records one finds there.
    pub(super) fn record_type(&self) -> Option<&'static RecordDef> {
        match self.gate {
            Gate::Reads(name) => by_name(name),
            Gate::Open | Gate::Imports => None,
        }
    }

    /// Whether the key pressed after `g` goes there.
    pub(super) fn is_called(&self, key: &str) -> bool {
        self.keys[1].eq_ignore_ascii_case(key)
    }

    /// The history is looked for when something went wrong: the menus have it, not the rail.
    pub(super) fn in_rail(&self) -> bool {
        !self.at_foot() && self.key != "history"
    }

    pub(super) fn at_foot(&self) -> bool {
        matches!(self.key, "import" | "settings")
    }

    pub(super) fn in_tabs(&self) -> bool {
        self.tab
    }

    pub(super) fn in_more(&self) -> bool {
        !self.tab
    }
}

const ENTRIES: &[Entry] = &[
    entry("today", "house", "/", "ui.nav.today", &["G", "T"], Gate::Open).tab(),
    entry("pipeline", "kanban", "/pipeline", "ui.nav.pipeline", &["G", "P"], Gate::Reads("opportunity")).tab(),
    entry("tickets", "inbox", "/desk", "ui.nav.tickets", &["G", "E"], Gate::Reads("ticket")).tab(),
    entry("customers", "building-2", "/customers", "ui.nav.customers", &["G", "C"], Gate::Reads("customer")).tab(),
    entry("contacts", "contact", "/contacts", "ui.nav.contacts", &["G", "N"], Gate::Reads("contact")),
    entry("leads", "megaphone", "/leads", "ui.nav.leads", &["G", "L"], Gate::Reads("lead")),
    entry("opportunities", "target", "/opportunities", "ui.nav.opportunities", &["G", "O"], Gate::Reads("opportunity")),
    entry("activities", "history", "/activities", "ui.nav.activities", &["G", "A"], Gate::Reads("activity")),
    entry("tasks", "square-check", "/tasks", "ui.nav.tasks", &["G", "K"], Gate::Reads("task")),
    entry("products", "package", "/products", "ui.nav.products", &["G", "D"], Gate::Reads("product")),
    entry("articles", "book-open", "/articles", "ui.nav.articles", &["G", "B"], Gate::Reads("article")),
    entry("history", "undo-2", "/history", "ui.nav.history", &["G", "H"], Gate::Open),
    entry("import", "upload", "/import", "ui.nav.import", &["G", "I"], Gate::Imports),
    entry("settings", "settings", "/settings", "ui.nav.settings", &["G", "S"], Gate::Open),
];

/// Every place, in the order of the navigation.
pub(super) fn entries() -> impl Iterator<Item = &'static Entry> {
    ENTRIES.iter()
}

/// Key of the place an address belongs to; empty when it belongs to none.
pub(super) fn entry_at(path: &str) -> &'static str {
    let inside = |entry: &&Entry| match path.strip_prefix(entry.href) {
        Some(rest) if entry.href == "/" => rest.is_empty(),
        Some(rest) => rest.is_empty() || rest.starts_with('/'),
        None => false,
    };
    // A ticket has a page of its own below its type's address.
    let below = if path.starts_with("/tickets/") { "tickets" } else { "" };
    entries().find(inside).map_or(below, |entry| entry.key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_belongs_to_the_place_above_it() {
        assert_eq!(entry_at("/"), "today");
        assert_eq!(entry_at("/customers/0190"), "customers");
        assert_eq!(entry_at("/settings/users"), "settings");
        assert_eq!(entry_at("/customers2"), "");
        assert_eq!(entry_at("/tickets/0190"), "tickets");
    }
}

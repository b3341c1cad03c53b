//! What the palette offers: places, commands, records.

use leptos::prelude::*;
use shared::RecordDef;
use shared::access::Action;
use shared::i18n::{self, Locale, translate};
use shared::quality::is_told_of;
use shared::query::Hit;
use shared::types::{REGISTRY, TICKET, by_name};

use super::nav::entries;
use crate::context::Page;
use crate::preferences::{choose_density, choose_locale, choose_theme};

/// What choosing a line does.
#[derive(Clone)]
pub enum Act {
    /// Goes to an address.
    Open(String),
    /// Opens the keys dialog.
    Keys,
    /// Switches something.
    Set(fn(Page)),
}

/// One line of the palette.
#[derive(Clone)]
pub struct Line {
    /// Label key of its group.
    pub(super) group: &'static str,
    pub(super) icon: &'static str,
    pub(super) text: String,
    pub(super) detail: String,
    pub(super) act: Act,
}

/// Record types that can be made from the palette.
const NEW: [&str; 6] = ["customer", "contact", "lead", "opportunity", "task", "product"];

/// A switch: label key of what is switched, label key of the value, icon, act.
type Switch = (&'static str, &'static str, &'static str, fn(Page));

const SWITCHES: [Switch; 7] = [
    ("ui.language.label", "ui.language.zh-CN", "languages", |page| choose_locale(page, Locale::ZhCn)),
    ("ui.language.label", "ui.language.en", "languages", |page| choose_locale(page, Locale::En)),
    ("ui.theme.label", "ui.theme.light", "sun-medium", |page| choose_theme(page, "light")),
    ("ui.theme.label", "ui.theme.dark", "moon", |page| choose_theme(page, "dark")),
    ("ui.theme.label", "ui.theme.auto", "monitor", |page| choose_theme(page, "auto")),
    ("ui.density.label", "ui.density.comfortable", "layout-list", |page| choose_density(page, "comfortable")),
    ("ui.density.label", "ui.density.compact", "list", |page| choose_density(page, "compact")),
];

/// The commands that fit the words; the words may be in either language.
pub(super) fn commands(page: Page, typed: &str) -> Vec<Line> {
    let locale = page.locale.get();
    let words = typed.trim().to_lowercase();
    let fits = |keys: &[&str]| {
        words.is_empty()
            || Locale::ALL
                .iter()
                .any(|l| keys.iter().any(|key| translate(*l, key, &[]).to_lowercase().contains(&words)))
    };
    let text = |key: &str| translate(locale, key, &[]);
    let mut lines = Vec::new();
    let Some(actor) = page.actor() else { return lines };
    for entry in entries().filter(|entry| entry.is_open_to(&actor) && fits(&[entry.label])) {
        lines.push(Line {
            group: "ui.keys.group_go",
            icon: entry.icon,
            text: text(entry.label),
            detail: entry.keys.join(" "),
            act: Act::Open(entry.href.to_owned()),
        });
    }
    // Lists that are no place of the navigation are looked for by name.
    let unlisted = |def: &RecordDef| !entries().any(|entry| entry.href[1..] == *def.plural) && def.part_of.is_none();
    for def in REGISTRY.iter().filter(|def| !def.admin && unlisted(def) && actor.may(def, Action::Read)) {
        let named = |locale: Locale| i18n::type_label_many(locale, def);
        if !words.is_empty() && Locale::ALL.iter().any(|locale| named(*locale).to_lowercase().contains(&words)) {
            let open = Act::Open(format!("/{}", def.plural));
            let detail = String::new();
            lines.push(Line { group: "ui.keys.group_go", icon: def.icon, text: named(locale), detail, act: open });
        }
    }
    let command = |icon, text, detail, act| Line { group: "ui.search.commands", icon, text, detail, act };
    for def in NEW.iter().filter_map(|name| by_name(name)).filter(|def| actor.may(def, Action::Create)) {
        let key = format!("{}._new", def.name);
        if fits(&[&key]) {
            lines.push(command(def.icon, text(&key), String::new(), Act::Open(format!("/{}?new=1", def.plural))));
        }
    }
    if actor.may(&TICKET, Action::Read) && fits(&["report.title"]) {
        let open = Act::Open("/desk/reports".to_owned());
        lines.push(command("chart-column", text("report.title"), text("ui.nav.tickets"), open));
    }
    for def in REGISTRY.iter().filter(|def| is_told_of(def) && actor.may(def, Action::Read)) {
        let title = |locale| translate(locale, "quality.title", &[("types", &i18n::type_label_many(locale, def))]);
        if words.is_empty() || Locale::ALL.iter().any(|locale| title(*locale).to_lowercase().contains(&words)) {
            let open = Act::Open(format!("/quality/{}", def.plural));
            lines.push(command("shield-check", title(locale), String::new(), open));
        }
    }
    for (what, value, icon, set) in SWITCHES {
        if fits(&[what, value]) {
            lines.push(command(icon, text(value), text(what), Act::Set(set)));
        }
    }
    if fits(&["ui.keys.title"]) {
        lines.push(command("keyboard", text("ui.keys.title"), "?".to_owned(), Act::Keys));
    }
    lines
}

/// Found records as lines.
pub(super) fn hit_lines(page: Page, hits: &[Hit], group: &'static str) -> Vec<Line> {
    let locale = page.locale.get();
    let line = |hit: &Hit| {
        let def = by_name(&hit.record_type)?;
        let kind = i18n::type_label(locale, def);
        let detail = if hit.subtitle.is_empty() { kind } else { format!("{} · {kind}", hit.subtitle) };
        let act = Act::Open(format!("/{}/{}", def.plural, hit.id));
        Some(Line { group, icon: def.icon, text: hit.title.clone(), detail, act })
    };
    hits.iter().filter_map(line).collect()
}

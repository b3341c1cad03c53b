//! What the palette offers: places and commands.

use leptos::prelude::*;
use shared::RecordDef;
use shared::access::{Action, Actor};
use shared::i18n::{self, Locale, translate};
use shared::quality::is_told_of;
use shared::types::{REGISTRY, TICKET};

use super::nav::{Entry, entries};
use crate::context::Page;
use crate::named::{Sounds, is_named};
use crate::preferences::{choose_density, choose_locale, choose_theme};
use crate::sections::SECTIONS;

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
    /// What stands above its group.
    pub(super) group: String,
    pub(super) icon: &'static str,
    pub(super) text: String,
    pub(super) detail: String,
    /// The detail names keys.
    pub(super) is_keys: bool,
    pub(super) act: Act,
}

impl Line {
    /// Whether it does the same as another.
    pub(super) fn does_as(&self, other: &Self) -> bool {
        match (&self.act, &other.act) {
            (Act::Open(own), Act::Open(href)) => own == href,
            // Functions can't be compared, but what they are called can.
            (Act::Set(_), Act::Set(_)) => (&self.text, &self.detail) == (&other.text, &other.detail),
            (Act::Keys, Act::Keys) => true,
            _ => false,
        }
    }
}

/// A command, and by what it is found.
struct Command {
    names: Vec<String>,
    /// Not offered before somebody looks for it.
    sought: bool,
    line: Line,
}

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

/// The commands that fit the words; the words may be in either language, or pinyin.
pub(super) fn commands(page: Page, typed: &str, sounds: &Sounds) -> Vec<Line> {
    let words = typed.trim().to_lowercase();
    let fits = |command: &Command| match words.is_empty() {
        true => !command.sought,
        false => command.names.iter().any(|name| is_named(name, &words, sounds)),
    };
    all(page).into_iter().filter(fits).map(|command| command.line).collect()
}

/// The texts by which commands are found; tracked.
pub(super) fn all_names(page: Page) -> Vec<String> {
    all(page).into_iter().flat_map(|command| command.names).collect()
}

/// All that the reader may do, in order.
fn all(page: Page) -> Vec<Command> {
    let Some(actor) = page.actor() else { return Vec::new() };
    let locale = page.locale.get();
    places(locale, &actor).into_iter().chain(acts(locale, &actor)).collect()
}

/// What labels say in every language.
fn names(keys: &[&str]) -> Vec<String> {
    keys.iter().flat_map(|key| Locale::ALL.into_iter().map(move |locale| translate(locale, key, &[]))).collect()
}

/// Where one can go.
fn places(locale: Locale, actor: &Actor) -> Vec<Command> {
    let text = |key: &str| translate(locale, key, &[]);
    let line = |icon, shown: String, detail: String, href: String| Line {
        group: text("ui.keys.group_go"),
        icon,
        text: shown,
        detail,
        is_keys: false,
        act: Act::Open(href),
    };
    let listed = entries().filter(|entry| entry.is_open_to(actor)).map(|entry| Command {
        // The history is where one undoes.
        names: names(&[entry.label, if entry.key == "history" { "ui.action.undo" } else { entry.label }]),
        sought: false,
        line: Line {
            is_keys: true,
            ..line(entry.icon, text(entry.label), entry.keys.join(" "), entry.href.to_owned())
        },
    });
    // Lists that are no place of the navigation are looked for by name.
    let unlisted = |def: &&&RecordDef| {
        let is_place = entries().any(|entry| entry.href[1..] == *def.plural);
        !def.admin && !is_place && def.part_of.is_none() && actor.may(def, Action::Read)
    };
    let lists = REGISTRY.iter().filter(unlisted).map(|def| Command {
        names: Locale::ALL.into_iter().map(|locale| i18n::type_label_many(locale, def)).collect(),
        sought: true,
        line: line(def.icon, i18n::type_label_many(locale, def), String::new(), format!("/{}", def.plural)),
    });
    // So are the pages of the settings.
    let open = SECTIONS.iter().filter(|section| actor.grants.admin || !section.admin);
    let settings = open.map(|section| Command {
        names: names(&[section.label]),
        sought: true,
        line: line(section.icon, text(section.label), text("ui.nav.settings"), format!("/settings/{}", section.key)),
    });
    listed.chain(lists).chain(settings).collect()
}

/// What one can do.
fn acts(locale: Locale, actor: &Actor) -> Vec<Command> {
    let text = |key: &str| translate(locale, key, &[]);
    let command = |names: Vec<String>, icon, shown: String, detail: String, act| Command {
        names,
        sought: false,
        line: Line { group: text("ui.search.commands"), icon, text: shown, detail, is_keys: false, act },
    };
    let new = makeable(actor).into_iter().map(|def| {
        let key = format!("{}._new", def.name);
        let open = Act::Open(format!("/{}?new=1", def.plural));
        command(names(&[&key]), def.icon, text(&key), String::new(), open)
    });
    let reports = actor.may(&TICKET, Action::Read).then(|| {
        let open = Act::Open("/desk/reports".to_owned());
        command(names(&["report.title"]), "chart-column", text("report.title"), text("ui.nav.tickets"), open)
    });
    let told = REGISTRY.iter().filter(|def| is_told_of(def) && actor.may(def, Action::Read));
    let quality = told.map(|def| {
        let title = |locale| translate(locale, "quality.title", &[("types", &i18n::type_label_many(locale, def))]);
        let open = Act::Open(format!("/quality/{}", def.plural));
        command(Locale::ALL.into_iter().map(title).collect(), "shield-check", title(locale), String::new(), open)
    });
    let switches = SWITCHES
        .iter()
        .map(|&(what, value, icon, set)| command(names(&[what, value]), icon, text(value), text(what), Act::Set(set)));
    let mut keys = command(names(&["ui.keys.title"]), "keyboard", text("ui.keys.title"), "?".to_owned(), Act::Keys);
    keys.line.is_keys = true;
    new.chain(reports).chain(quality).chain(switches).chain([keys]).collect()
}

/// The types that have a place in the navigation, as far as the reader may make such records, in its order.
fn makeable(actor: &Actor) -> Vec<&'static RecordDef> {
    let mut found: Vec<&'static RecordDef> = Vec::new();
    for def in entries().filter(|entry| entry.is_open_to(actor)).filter_map(Entry::record_type) {
        if actor.may(def, Action::Create) && !found.iter().any(|other| other.name == def.name) {
            found.push(def);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_line_is_known_again_by_what_it_does() {
        let line = |text: &str, act| Line {
            group: String::new(),
            icon: "sun",
            text: text.to_owned(),
            detail: String::new(),
            is_keys: false,
            act,
        };
        let open = |href: &str| line("Gate", Act::Open(href.to_owned()));
        assert!(open("/tasks/1").does_as(&open("/tasks/1")) && !open("/tasks/1").does_as(&open("/tasks/2")));
        let set = |text: &str| line(text, Act::Set(|_| ()));
        assert!(set("Light").does_as(&set("Light")) && !set("Light").does_as(&set("Dark")));
        assert!(!line("Keys", Act::Keys).does_as(&open("/tasks/1")));
    }

    #[test]
    fn the_audit_log_is_a_place_for_administrators() {
        let found = |actor: &Actor| {
            let all = places(Locale::En, actor).into_iter();
            all.filter(|command| command.names.iter().any(|name| is_named(name, "audit", &Sounds::new()))).count()
        };
        let admin = Actor::administrator(Uuid::nil(), Uuid::nil());
        let other = Actor { grants: Default::default(), ..admin.clone() };
        assert_eq!((found(&admin), found(&other)), (1, 0));
    }

    #[test]
    fn whatever_has_a_place_can_be_made() {
        let admin = Actor::administrator(Uuid::nil(), Uuid::nil());
        let lines: Vec<Line> = acts(Locale::En, &admin).into_iter().map(|command| command.line).collect();
        let leads_to = |text: &str, href: &str| {
            let same = |line: &&Line| line.text == text && matches!(&line.act, Act::Open(to) if to == href);
            lines.iter().filter(same).count()
        };
        for (text, href) in [
            ("New ticket", "/tickets?new=1"),
            ("New customer", "/customers?new=1"),
            ("New opportunity", "/opportunities?new=1"),
            ("New article", "/articles?new=1"),
        ] {
            assert_eq!(leads_to(text, href), 1, "{text}");
        }
        let nobody = Actor { grants: Default::default(), ..admin };
        assert_eq!(makeable(&nobody).len(), 0);
    }
}

//! What is offered while one writes: colleagues after `@`, templates after `/`.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::record::rich::escape;

use super::templates::Templates;
use crate::context::t;
use crate::features::desk::lookup::Lookup;
use crate::features::desk::ticket::Ticket;
use crate::ui::{Avatar, Choice, Icon, Size};

/// Longest word that is looked for.
const LONGEST: usize = 30;
/// Most that is offered.
const MOST: usize = 8;

/// What is offered; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Suggest {
    ticket: Ticket,
    /// The sign and what was typed after it.
    asked: RwSignal<Option<(char, String)>>,
    /// The sign that a tool stands for, which nobody typed, and what stood before the caret then.
    tool: StoredValue<Option<(char, String)>>,
    pub(super) active: RwSignal<usize>,
    pub(super) options: Memo<Vec<Choice>>,
    people: Lookup,
    templates: Templates,
}

/// Id of the list on the page.
pub(super) fn list_id() -> String {
    "desk-suggest".to_owned()
}

/// The sign before the caret that asks for something, and the word after it. An address is no question.
fn question(before: &str) -> Option<(char, String)> {
    let at = before.rfind(['@', '/'])?;
    let sign = before[at..].chars().next()?;
    let word = &before[at + sign.len_utf8()..];
    let free = before[..at]
        .chars()
        .next_back()
        .is_none_or(|c| !c.is_ascii() || c.is_whitespace() || sign == '@' && !c.is_ascii_alphanumeric());
    (free && is_word(word)).then(|| (sign, word.to_owned()))
}

/// The word that was typed since something else stood before the caret. A space at the end of a line is another one to browsers
/// than within it.
fn since(stood: &str, before: &str) -> Option<String> {
    let (stood, before) = (stood.replace('\u{a0}', " "), before.replace('\u{a0}', " "));
    let word = before.strip_prefix(stood.as_str())?;
    (is_word(word) && !word.starts_with(['@', '/'])).then(|| word.to_owned())
}

fn is_word(word: &str) -> bool {
    word.chars().count() <= LONGEST && !word.contains(char::is_whitespace)
}

impl Suggest {
    pub(super) fn new(ticket: Ticket) -> Self {
        let asked = RwSignal::new(None::<(char, String)>);
        let (people, templates) = (Lookup::new("user"), Templates::new());
        let options = Memo::new(move |_| match asked.get() {
            Some(('@', _)) => people.options.get().into_iter().take(MOST).collect(),
            Some((_, word)) => templates.fitting(ticket, &word).into_iter().take(MOST).collect(),
            None => Vec::new(),
        });
        let tool = StoredValue::new(None);
        let suggest = Self { ticket, asked, tool, active: RwSignal::new(0), options, people, templates };
        // What is typed is a change of the text; where the caret stands then says what is asked.
        Effect::new(move |before: Option<()>| {
            ticket.writing.text.track();
            if before.is_some() {
                suggest.look();
            }
        });
        suggest
    }

    /// Offers what a sign would, by a tool. Nothing is typed for that: if nothing is chosen, nothing has to be taken away.
    pub(super) fn open(self, sign: char) {
        let editor = self.ticket.writing.editor;
        editor.focus();
        self.tool.set_value(Some((sign, editor.before_caret())));
        self.ask(Some((sign, String::new())));
    }

    /// Offers nothing any more.
    pub(super) fn close(self) {
        // The focus goes, too, when all of it leaves the page.
        let _ = self.tool.try_set_value(None);
        let _ = self.asked.try_set(None);
    }

    fn look(self) {
        let before = self.ticket.writing.editor.before_caret();
        let by_tool = self.tool.get_value().and_then(|(sign, stood)| Some((sign, since(&stood, &before)?)));
        if by_tool.is_none() {
            self.tool.set_value(None);
        }
        self.ask(by_tool.or_else(|| question(&before)));
    }

    fn ask(self, asked: Option<(char, String)>) {
        if self.asked.with_untracked(|old| *old == asked) {
            return;
        }
        self.active.set(0);
        let opened = self.asked.with_untracked(|old| !matches!(old, Some(('/', _))));
        match &asked {
            Some(('@', word)) => self.people.search(word.clone()),
            Some((_, word)) => self.templates.look(word, opened),
            None => {}
        }
        self.asked.set(asked);
    }

    /// Whether a key was for the list.
    pub(super) fn key(self, event: &KeyboardEvent) -> bool {
        let count = self.options.with_untracked(Vec::len);
        if count == 0 || event.is_composing() {
            return false;
        }
        let at = self.active.get_untracked();
        match event.key().as_str() {
            "ArrowDown" => self.active.set((at + 1) % count),
            "ArrowUp" => self.active.set(at.checked_sub(1).unwrap_or(count - 1)),
            "Enter" | "Tab" if !event.ctrl_key() && !event.meta_key() => self.choose(at),
            "Escape" => self.close(),
            _ => return false,
        }
        true
    }

    fn choose(self, at: usize) {
        let Some(choice) = self.options.with_untracked(|all| all.get(at).cloned()) else { return };
        let Some((sign, word)) = self.asked.get_untracked() else { return };
        let typed = word.chars().count() + usize::from(self.tool.with_value(Option::is_none));
        self.close();
        let writing = self.ticket.writing;
        if sign == '@' {
            let (id, name) = (escape(&choice.value), escape(&choice.label));
            let html =
                format!("<span class=\"mention\" data-id=\"{id}\" contenteditable=\"false\">@{name}</span>&nbsp;");
            writing.editor.replace_before(typed, &html);
        } else {
            let html = self.templates.apply(self.ticket, &choice.value);
            writing.editor.replace_before(typed, &html);
        }
        self.asked.set(None);
    }
}

/// The list beside the text.
pub(super) fn list(suggest: Suggest) -> AnyView {
    let line = move |(at, choice): (usize, Choice)| {
        let people = suggest.asked.with_untracked(|asked| asked.as_ref().is_some_and(|(sign, _)| *sign == '@'));
        let mark = if people {
            view! { <Avatar name=choice.label.clone() seed=choice.value.clone() size=Size::Small/> }.into_any()
        } else {
            view! { <Icon name="zap"/> }.into_any()
        };
        view! {
            <li
                class="combobox-option"
                role="option"
                id=format!("{}-{at}", list_id())
                aria-selected=move || (suggest.active.get() == at).to_string()
                data-active=move || (suggest.active.get() == at).then_some("")
                on:pointerenter=move |_| suggest.active.set(at)
                // Before the text loses the focus.
                on:mousedown=move |event| {
                    event.prevent_default();
                    suggest.choose(at);
                }
            >
                {mark}
                <span class="truncate">{choice.label}</span>
                <span class="spacer"></span>
                {choice.detail.map(|detail| view! { <span class="meta truncate">{detail}</span> })}
            </li>
        }
    };
    view! {
        <ul
            class="desk-suggest"
            role="listbox"
            id=list_id()
            aria-label=t("desk.suggestions")
            hidden=move || suggest.options.with(Vec::is_empty)
            // Whoever scrolls it still writes.
            on:mousedown=move |event| event.prevent_default()
        >
            {move || suggest.options.get().into_iter().enumerate().map(line).collect_view()}
        </ul>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::{question, since};

    #[test]
    fn signs_ask_at_the_beginning_of_a_word() {
        let asked = |before: &str| question(before).map(|(sign, word)| format!("{sign}{word}"));
        assert_eq!(asked("Hello @li"), Some("@li".into()));
        assert_eq!(asked("请@张"), Some("@张".into()));
        assert_eq!(asked("/thanks"), Some("/thanks".into()));
        assert_eq!(asked("您好，/shou"), Some("/shou".into()));
        assert_eq!(asked("您好/"), Some("/".into()));
        assert_eq!(asked("\u{a0}/"), Some("/".into()));
        assert_eq!(asked("mail@example"), None);
        assert_eq!(asked("https://example"), None);
        assert_eq!(asked("@li wei"), None);
        assert_eq!(asked("plain"), None);
    }

    #[test]
    fn what_is_typed_after_a_tool_was_pressed_narrows_what_it_offers() {
        assert_eq!(since("", ""), Some(String::new()));
        assert_eq!(since("Hello\u{a0}", "Hello th"), Some("th".into()));
        assert_eq!(since("Hello", "Hello"), Some(String::new()));
        assert_eq!(since("Hello", "Hello you there"), None);
        assert_eq!(since("Hello", "Hell"), None, "taken back");
        assert_eq!(since("", "/th"), None, "typed all the same");
    }
}

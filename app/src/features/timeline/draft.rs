//! What is being written, kept on this device until it is sent.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::format::from_local_input;
use shared::i18n::{Locale, choice_label};
use shared::planning::Due;
use shared::record::{Values, instant_text};
use shared::types::ACTIVITY;

use super::feed::Feed;
use crate::context::browser_now;

/// Tabs of the composer: what one can add.
pub(super) const TABS: [&str; 4] = ["compose-note", "compose-call", "compose-other", "compose-plan"];

/// The fields of the composer; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    /// One of [`TABS`].
    pub(super) tab: RwSignal<&'static str>,
    /// What was said, or what is to be done.
    pub(super) text: RwSignal<String>,
    /// Kind where the tab leaves a choice: meeting, visit, e-mail, chat.
    pub(super) kind: RwSignal<String>,
    /// Who called whom.
    pub(super) direction: RwSignal<String>,
    /// What came of it.
    pub(super) outcome: RwSignal<String>,
    /// How long it took.
    pub(super) minutes: RwSignal<String>,
    /// When it happened, local; empty for now.
    pub(super) when: RwSignal<String>,
    /// Kind of the planned task.
    pub(super) plan: RwSignal<String>,
    /// A usual time, or `custom`.
    pub(super) due: RwSignal<String>,
    /// The time when it is `custom`, local.
    pub(super) due_at: RwSignal<String>,
}

/// The draft as kept on the device.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    tab: String,
    text: String,
    kind: String,
    direction: String,
    outcome: String,
    minutes: String,
    when: String,
    plan: String,
    due: String,
    due_at: String,
}

impl Draft {
    pub(super) fn new() -> Self {
        let text = |value: &str| RwSignal::new(value.to_owned());
        Self {
            tab: RwSignal::new(TABS[0]),
            text: text(""),
            kind: text("meeting"),
            direction: text("outbound"),
            outcome: text(""),
            minutes: text(""),
            when: text(""),
            plan: text("call"),
            due: text(Due::Tomorrow.code()),
            due_at: text(""),
        }
    }

    /// Empties what was sent; the tab and the kinds stay for the next entry.
    pub(super) fn clear(self) {
        for field in [self.text, self.outcome, self.minutes, self.when, self.due_at] {
            field.set(String::new());
        }
    }

    /// Brings back what was not sent, and keeps what is written from now on. Only texts count as a draft.
    pub(super) fn keep(self, name: String) {
        Effect::new(move |before: Option<()>| {
            if before.is_none()
                && let Some(kept) = storage().and_then(|s| s.get_item(&name).ok().flatten())
                && let Ok(kept) = serde_json::from_str::<Kept>(&kept)
            {
                self.restore(kept);
            }
            let kept = self.kept();
            let Some(storage) = storage() else { return };
            // A full or forbidden storage costs the draft, not the page.
            if kept.text.trim().is_empty() {
                drop(storage.remove_item(&name));
            } else if let Ok(json) = serde_json::to_string(&kept) {
                drop(storage.set_item(&name, &json));
            }
        });
    }

    fn kept(self) -> Kept {
        Kept {
            tab: self.tab.get().to_owned(),
            text: self.text.get(),
            kind: self.kind.get(),
            direction: self.direction.get(),
            outcome: self.outcome.get(),
            minutes: self.minutes.get(),
            when: self.when.get(),
            plan: self.plan.get(),
            due: self.due.get(),
            due_at: self.due_at.get(),
        }
    }

    fn restore(self, kept: Kept) {
        if let Some(tab) = TABS.into_iter().find(|tab| *tab == kept.tab) {
            self.tab.set(tab);
        }
        self.text.set(kept.text);
        self.kind.set(kept.kind);
        self.direction.set(kept.direction);
        self.outcome.set(kept.outcome);
        self.minutes.set(kept.minutes);
        self.when.set(kept.when);
        self.plan.set(kept.plan);
        self.due.set(kept.due);
        self.due_at.set(kept.due_at);
    }

    /// Record type and values of what is to be made; `None` while something is missing.
    pub(super) fn values(self, feed: Feed) -> Option<(&'static str, Values)> {
        let text = self.text.get_untracked().trim().to_owned();
        let mut values = Values::from_iter([(feed.link()?.to_owned(), Value::from(feed.id.to_string()))]);
        if self.tab.get_untracked() == "compose-plan" {
            return self.task(feed, &text, values).map(|values| ("task", values));
        }
        let kind = self.activity_kind();
        let locale = feed.page.locale.get_untracked();
        let outcome = self.outcome.get_untracked();
        // A call that nobody answered needs no words.
        if text.is_empty() && (kind == "note" || outcome.is_empty() && self.minutes.get_untracked().is_empty()) {
            return None;
        }
        let at = from_local_input(&self.when.get_untracked(), &feed.page.zone()).unwrap_or_else(browser_now);
        values.insert("kind".into(), kind.clone().into());
        values.insert("occurred_at".into(), instant_text(at).into());
        let line: String = text.lines().next().unwrap_or_default().chars().take(80).collect();
        let subject = if line.is_empty() { wordless(locale, &kind, &outcome) } else { line };
        values.insert("subject".into(), subject.into());
        set(&mut values, "content", text);
        if kind != "note" {
            set(&mut values, "outcome", outcome);
            set(&mut values, "minutes", self.minutes.get_untracked());
        }
        if kind == "call" {
            set(&mut values, "direction", self.direction.get_untracked());
        }
        Some(("activity", values))
    }

    fn activity_kind(self) -> String {
        match self.tab.get_untracked() {
            "compose-note" => "note".to_owned(),
            "compose-call" => "call".to_owned(),
            _ => self.kind.get_untracked(),
        }
    }

    /// The first line is what is to be done, the rest its details.
    fn task(self, feed: Feed, text: &str, mut values: Values) -> Option<Values> {
        let (subject, details) = text.split_once('\n').unwrap_or((text, ""));
        let zone = feed.page.zone();
        let due = match Due::parse(&self.due.get_untracked()) {
            Some(due) => Some(due.at(browser_now(), &zone)),
            None => from_local_input(&self.due_at.get_untracked(), &zone),
        };
        if subject.is_empty() || due.is_none() {
            return None;
        }
        set(&mut values, "subject", subject.trim().chars().take(200).collect());
        set(&mut values, "description", details.trim().to_owned());
        values.insert("kind".into(), self.plan.get_untracked().into());
        values.insert("due_at".into(), instant_text(due?).into());
        if let Some(actor) = feed.page.actor() {
            values.insert("owner_id".into(), actor.user_id.to_string().into());
        }
        Some(values)
    }
}

fn set(values: &mut Values, field: &str, text: String) {
    if !text.trim().is_empty() {
        values.insert(field.to_owned(), text.into());
    }
}

/// The subject of an entry without words: `Call · No answer`.
fn wordless(locale: Locale, kind: &str, outcome: &str) -> String {
    let kind = choice_label(locale, &ACTIVITY, "kind", kind);
    if outcome.is_empty() { kind } else { format!("{kind} · {}", choice_label(locale, &ACTIVITY, "outcome", outcome)) }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

//! Adding to the timeline without leaving the page.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use shared::command::{Change, Command};
use shared::i18n;
use shared::planning::Due;
use shared::query::Titles;
use shared::record::{Kind, instant_text};
use shared::types::{ACTIVITY, TASK};
use shared::{Error, RecordDef, Row};
use uuid::Uuid;

use super::draft::{Draft, TABS};
use super::feed::Feed;
use crate::acting::act;
use crate::context::{Page, browser_now, t};
use crate::ui::{
    Button, ButtonKind, Checkbox, Choice, DateInput, Icon, Select, TabItem, Tabs, TextArea, TextInput, is_save_chord,
};

/// Note, call, other activity and follow-up. Ctrl/⌘-Enter sends; what is not sent survives a reload.
#[component]
pub(super) fn Composer(feed: Feed) -> impl IntoView {
    let page = feed.page;
    let draft = Draft::new();
    draft.keep(format!("guanxi.draft.timeline.{}.{}", feed.record_type, feed.id));
    let plan_next = RwSignal::new(false);
    let error = RwSignal::new(None::<String>);
    let send = move || submit(feed, draft, plan_next, error);
    let key = move |event: KeyboardEvent| {
        if is_save_chord(&event) {
            event.prevent_default();
            send();
        }
    };
    let items = Signal::derive(move || {
        let item = |key, label, icon| TabItem { key, label: page.text(label), icon: Some(icon), count: None };
        vec![
            item(TABS[0], "timeline.kind.note", "sticky-note"),
            item(TABS[1], "timeline.kind.call", "phone"),
            item(TABS[2], "timeline.composer.other", "users"),
            item(TABS[3], "timeline.composer.follow_up", "calendar-clock"),
        ]
    });
    let on = move |tab: &'static str| move || draft.tab.get() == tab;
    let placeholder = Signal::derive(move || {
        page.text(match draft.tab.get() {
            "compose-note" => "timeline.composer.note",
            "compose-plan" => "timeline.composer.task",
            _ => "timeline.composer.content",
        })
    });
    let submit_label = move || {
        page.text(match draft.tab.get() {
            "compose-note" => "timeline.composer.submit_note",
            "compose-plan" => "timeline.composer.submit_task",
            _ => "timeline.composer.submit_activity",
        })
    };
    view! {
        <form
            class="composer"
            aria-label=t("timeline.composer.label")
            on:keydown=key
            // Not whatever changes the text: what was refused comes back into it.
            on:input=move |_| error.set(None)
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                send();
            }
        >
            <Tabs items active=draft.tab label=t("timeline.composer.label")/>
            <div
                class="composer-panel"
                role="tabpanel"
                id=move || format!("panel-{}", draft.tab.get())
                aria-labelledby=move || format!("tab-{}", draft.tab.get())
            >
                <TextArea value=draft.text label=placeholder placeholder maxlength=20_000/>
                {move || error.get().map(|text| view! {
                    <p class="field-error composer-error" role="alert"><Icon name="circle-alert"/><span>{text}</span></p>
                })}
                <div class="composer-foot">
                    <Show when=on("compose-call")><CallFields draft/></Show>
                    <Show when=on("compose-other")><OtherFields draft/></Show>
                    <Show when=on("compose-plan")><PlanFields draft/></Show>
                    <Show when=move || matches!(draft.tab.get(), "compose-call" | "compose-other")>
                        <Checkbox value=plan_next on_change=move |wanted| plan_next.set(wanted)>
                            {t("timeline.composer.plan_next")}
                        </Checkbox>
                    </Show>
                    <span class="spacer"></span>
                    <span class="meta desktop-only">{t("ui.input.save_hint")}</span>
                    <Button submit=true kind=ButtonKind::Primary>{submit_label}</Button>
                </div>
            </div>
        </form>
    }
}

/// Codes of a choice with their labels.
fn choices(
    page: Page,
    def: &'static RecordDef,
    field: &'static str,
    codes: &'static [&'static str],
) -> Signal<Vec<Choice>> {
    Signal::derive(move || {
        let locale = page.locale.get();
        codes.iter().map(|code| Choice::new(*code, i18n::choice_label(locale, def, field, code))).collect()
    })
}

/// Codes that a field allows.
fn codes(def: &RecordDef, field: &str) -> &'static [&'static str] {
    match def.field(field).map(|field| field.kind) {
        Some(Kind::Choice(codes)) => codes,
        _ => &[],
    }
}

#[component]
fn CallFields(draft: Draft) -> impl IntoView {
    let page = Page::take();
    let directions = choices(page, &ACTIVITY, "direction", codes(&ACTIVITY, "direction"));
    view! {
        <Select value=draft.direction options=directions label=t("activity.direction")/>
        <OutcomeFields draft/>
    }
}

#[component]
fn OtherFields(draft: Draft) -> impl IntoView {
    let kinds = choices(Page::take(), &ACTIVITY, "kind", &["meeting", "visit", "email", "chat"]);
    view! {
        <Select value=draft.kind options=kinds label=t("activity.kind")/>
        <OutcomeFields draft/>
    }
}

/// What came of it, how long it took, when it was.
#[component]
fn OutcomeFields(draft: Draft) -> impl IntoView {
    let outcomes = choices(Page::take(), &ACTIVITY, "outcome", codes(&ACTIVITY, "outcome"));
    let minutes = t("timeline.composer.duration");
    view! {
        <Select value=draft.outcome options=outcomes empty=t("timeline.composer.outcome") label=t("activity.outcome")/>
        <TextInput value=draft.minutes label=minutes placeholder=minutes inputmode="numeric" maxlength=5/>
        <DateInput value=draft.when time=true label=t("activity.occurred_at")/>
    }
}

#[component]
fn PlanFields(draft: Draft) -> impl IntoView {
    let page = Page::take();
    let kinds = choices(page, &TASK, "kind", codes(&TASK, "kind"));
    let times = Signal::derive(move || {
        let label = |due: Due| page.text(super::planned::due_label(due));
        let custom = Choice::new("custom", page.text("timeline.due_in.custom"));
        Due::CHOICES.into_iter().map(|due| Choice::new(due.code(), label(due))).chain([custom]).collect::<Vec<_>>()
    });
    view! {
        <Select value=draft.plan options=kinds label=t("task.kind")/>
        <Select value=draft.due options=times label=t("task.due_at")/>
        <Show when=move || draft.due.get() == "custom">
            <DateInput value=draft.due_at time=true label=t("task.due_at")/>
        </Show>
    }
}

/// Shows the new entry and sends it; what the server refuses goes back into the composer.
fn submit(feed: Feed, draft: Draft, plan_next: RwSignal<bool>, error: RwSignal<Option<String>>) {
    let page = feed.page;
    let Some((record_type, values)) = draft.values(feed) else {
        return error.set(Some(page.text("error.required")));
    };
    let (id, text) = (Uuid::now_v7(), draft.text.get_untracked());
    let mut shown = Row { id, version: 0, values: values.clone() };
    let now = instant_text(browser_now());
    shown.values.insert("created_at".into(), now.into());
    if let Some(actor) = page.actor() {
        let name = page.session.with_value(|session| session.as_ref().map(|s| s.name.clone()).unwrap_or_default());
        feed.titles.update(|titles| drop(titles.insert(actor.user_id, name)));
        shown.values.insert("created_by".into(), actor.user_id.to_string().into());
    }
    feed.fresh.update_value(|fresh| {
        fresh.insert(id.to_string());
    });
    feed.put(record_type, shown);
    draft.clear();
    error.set(None);
    if plan_next.get_untracked() && record_type == "activity" {
        plan_next.set(false);
        draft.tab.set("compose-plan");
    }
    let done = page.text("timeline.composer.added");
    act(Command::one(record_type, Change::Create { id, values }), done, move |result| match result {
        Ok(outcome) => outcome.rows.into_iter().for_each(|row| feed.arrive(record_type, row, &Titles::new())),
        Err(refused) => {
            if feed.kinds.is_disposed() {
                return;
            }
            feed.drop_row(id);
            // What was typed since is worth more than what was refused.
            if draft.text.with_untracked(String::is_empty) {
                draft.text.set(text);
            }
            error.set(Some(reason(page, &refused)));
        }
    });
}

/// What was wrong, with the names of the fields.
fn reason(page: Page, error: &Error) -> String {
    let locale = page.locale.get_untracked();
    match error {
        Error::Invalid { fields } => {
            let told = fields.iter().map(|f| i18n::field_error(locale, f));
            told.collect::<Vec<_>>().join(" ")
        }
        other => i18n::error_message(locale, other),
    }
}

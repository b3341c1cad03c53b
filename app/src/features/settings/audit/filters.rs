//! The filters of the audit log. They stand in the address:
//! `?words=…&user=…&type=customer&field=name&action=update&from=2026-11-01&to=…`.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use shared::RecordDef;
use shared::audit::{ACTIONS, AuditQuery};
use shared::format::from_local_input;
use shared::i18n::{error_message, field_label, type_label};
use shared::record::{CustomField, custom_name};
use shared::types::{REGISTRY, by_name};

use crate::api::Fault;
use crate::api::records::custom_fields;
use crate::context::{Page, t};
use crate::features::settings::edit::records_of;
use crate::ui::{Choice, DateInput, Field, Select, TextInput, Toasts, Tone};

/// How long typing must rest before the log follows.
const REST: Duration = Duration::from_millis(250);

const WORDS: &str = "words";
const USER: &str = "user";
const TYPE: &str = "type";
const FIELD: &str = "field";
const ACTION: &str = "action";
const FROM: &str = "from";
const TO: &str = "to";

/// What the address asks for; cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Filters {
    params: Memo<ParamsMap>,
    go: Callback<(&'static str, String)>,
}

impl Filters {
    /// Those in the address of the page around the caller.
    pub(super) fn take() -> Self {
        let params = use_query_map();
        let navigate = use_navigate();
        let go = Callback::new(move |(name, value): (&'static str, String)| {
            let address = format!("/settings/audit{}", changed(params.get_untracked(), name, value).to_query_string());
            navigate(&address, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
        });
        Self { params, go }
    }

    fn value(self, name: &str) -> String {
        self.params.with(|params| params.get(name)).unwrap_or_default()
    }

    /// What is asked for; tracked.
    pub(super) fn query(self, page: Page, cursor: Option<String>) -> AuditQuery {
        let zone = page.zone();
        let value = |name: &str| Some(self.value(name)).filter(|value| !value.trim().is_empty());
        let midnight = |day: String| from_local_input(&format!("{day}T00:00"), &zone);
        let after = |day: String| Some(shared::record::day(&day)?.succ_opt()?.to_string());
        AuditQuery {
            actor_id: value(USER).and_then(|id| id.parse().ok()),
            record_type: value(TYPE),
            field: value(FIELD),
            action: value(ACTION),
            words: value(WORDS),
            from: value(FROM).and_then(midnight),
            until: value(TO).and_then(after).and_then(midnight),
            cursor,
        }
    }

    /// What an input is bound to: it follows the address, and the address follows it after a rest.
    fn input(self, name: &'static str, rest: Duration) -> RwSignal<String> {
        let stored = Memo::new(move |_| self.value(name));
        let typed = RwSignal::new(stored.get_untracked());
        Effect::new(move |before: Option<String>| {
            let stored = stored.get();
            // At first what was typed before the page was taken over counts.
            let is_news = before.is_some_and(|before| before != stored);
            if is_news && typed.with_untracked(|typed| *typed != stored) {
                typed.set(stored.clone());
            }
            stored
        });
        Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
            if let Some(timer) = timer.flatten() {
                timer.clear();
            }
            let value = typed.get();
            if stored.with_untracked(|stored| *stored == value) {
                return None;
            }
            // The page may have been left meanwhile.
            let go = move || {
                let _ = self.go.try_run((name, value));
            };
            set_timeout_with_handle(go, rest).ok()
        });
        typed
    }
}

/// The parameters with another value. Fields are those of a type.
fn changed(mut params: ParamsMap, name: &'static str, value: String) -> ParamsMap {
    params.remove(name);
    if name == TYPE {
        params.remove(FIELD);
    }
    if !value.is_empty() {
        params.insert(name, value);
    }
    params
}

/// The inputs.
#[component]
pub(super) fn FilterBar(filters: Filters) -> impl IntoView {
    let page = Page::take();
    let words = filters.input(WORDS, REST);
    let [user, record_type, field, action, from, to] =
        [USER, TYPE, FIELD, ACTION, FROM, TO].map(|name| filters.input(name, Duration::ZERO));
    let types = Signal::derive(move || {
        let locale = page.locale.get();
        REGISTRY.iter().map(|def| Choice::new(def.name, type_label(locale, def))).collect::<Vec<_>>()
    });
    let actions = Signal::derive(move || {
        ACTIONS.map(|code| Choice::new(code, page.text(&format!("admin.audit.{code}")))).to_vec()
    });
    let fields = fields(page, filters);
    view! {
        <div class="admin-filter">
            <TextInput value=words kind="search" icon="search" label=t("admin.audit.record") placeholder=t("admin.audit.record")/>
            <Select value=user options=records_of("user") empty=t("admin.audit.who") label=t("admin.audit.who")/>
            <Select value=record_type options=types empty=t("admin.roles.record_type") label=t("admin.roles.record_type")/>
            <Show when=move || fields.with(|fields| !fields.is_empty())>
                <Select value=field options=fields empty=t("list.filter.field") label=t("list.filter.field")/>
            </Show>
            <Select value=action options=actions empty=t("admin.audit.what") label=t("admin.audit.what")/>
            <Field id="audit-from" label=t("ui.word.from")><DateInput value=from/></Field>
            <Field id="audit-to" label=t("ui.word.to")><DateInput value=to/></Field>
        </div>
    }
}

/// Fields of the type that was chosen.
fn fields(page: Page, filters: Filters) -> Signal<Vec<Choice>> {
    let toasts = Toasts::take();
    let record_type = Memo::new(move |_| filters.value(TYPE));
    let custom = LocalResource::new(move || {
        let chosen = record_type.get();
        async move {
            let found = if chosen.is_empty() { Ok(Vec::new()) } else { custom_fields(chosen.clone()).await };
            let failed = |fault: Fault| {
                toasts.push(error_message(page.locale.get_untracked(), &fault.0), Tone::Danger, None);
            };
            (chosen, found.map_err(failed).unwrap_or_default())
        }
    });
    Signal::derive(move || {
        let locale = page.locale.get();
        let of = |def: &'static RecordDef| {
            def.all_fields()
                .filter(|field| !field.internal)
                .map(move |f| Choice::new(f.name, field_label(locale, def, f.name)))
        };
        let own = |field: CustomField| Choice::new(custom_name(&field.key), field.label);
        // Until those of the chosen type have come, it may be another's.
        let chosen = record_type.get();
        let custom = custom.get().filter(|(of, _)| *of == chosen).map(|(_, fields)| fields).unwrap_or_default();
        by_name(&chosen).into_iter().flat_map(of).chain(custom.into_iter().map(own)).collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_type_has_other_fields() {
        let params = ParamsMap::from_iter([(TYPE, "customer"), (FIELD, "name"), (WORDS, "acme")]);
        let query = |name: &'static str, value: &str| {
            let params = changed(params.clone(), name, value.to_owned());
            [TYPE, FIELD, WORDS].map(|name| params.get(name).unwrap_or_default())
        };
        assert_eq!(query(TYPE, "lead"), ["lead", "", "acme"]);
        assert_eq!(query(WORDS, ""), ["customer", "name", ""]);
    }
}

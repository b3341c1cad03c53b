//! Sending a survey to one person.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use shared::access::Action;
use shared::i18n::{error_sentence, type_label};
use shared::query::Titles;
use shared::types::{CONTACT, CUSTOMER};
use shared::{Error, RecordDef};
use uuid::Uuid;

use crate::api::desk::send_survey;
use crate::context::{Page, t};
use crate::record::record_input;
use crate::ui::{Button, ButtonKind, Choice, Dialog, Field, Segmented, Size, Toasts, Tone};

/// Whom one may send it to.
const PEOPLE: [&RecordDef; 2] = [&CONTACT, &CUSTOMER];

/// Those of them whom one may change.
fn people(page: Page) -> Vec<&'static RecordDef> {
    let actor = page.actor();
    let may = |def: &&RecordDef| actor.as_ref().is_some_and(|actor| actor.may(def, Action::Update));
    PEOPLE.into_iter().filter(may).collect()
}

/// What the dialog holds; cheap to copy.
#[derive(Clone, Copy)]
struct Sending {
    page: Page,
    toasts: Toasts,
    survey: Uuid,
    open: RwSignal<bool>,
    /// Type of the person.
    kind: RwSignal<&'static RecordDef>,
    person: RwSignal<Value>,
    error: RwSignal<Option<Error>>,
    busy: RwSignal<bool>,
}

/// The button that asks to whom the survey is to be sent; nothing for those who may change nobody.
pub(super) fn sending(page: Page, survey: Uuid) -> AnyView {
    let Some(first) = people(page).first().copied() else { return ().into_any() };
    let sending = Sending {
        page,
        toasts: Toasts::take(),
        survey,
        open: RwSignal::new(false),
        kind: RwSignal::new(first),
        person: RwSignal::new(Value::Null),
        error: RwSignal::new(None),
        busy: RwSignal::new(false),
    };
    // What was wrong was so of somebody else.
    Effect::new(move |_| {
        sending.person.track();
        sending.error.set(None);
    });
    view! {
        <div>
            <Button icon="send" on_click=move |_| sending.open.set(true)>{t("survey.send.title")}</Button>
        </div>
        {dialog(sending)}
    }
    .into_any()
}

fn dialog(sending: Sending) -> AnyView {
    let Sending { page, open, person, busy, .. } = sending;
    let footer = move || {
        let words = move || page.text(if sending.was_asked() { "survey.send.anyway" } else { "survey.send.send" });
        let disabled = Signal::derive(move || person.with(Value::is_null));
        view! {
            <Button on_click=move |_| open.set(false)>{t("ui.action.cancel")}</Button>
            <Button kind=ButtonKind::Primary icon="send" busy disabled on_click=move |_| sending.send()>{words}</Button>
        }
    };
    view! {
        <Dialog
            open
            title=t("survey.send.title")
            close=t("ui.action.close")
            size=Size::Small
            footer
            on_close=move |()| person.set(Value::Null)
        >
            {sending.form()}
        </Dialog>
    }
    .into_any()
}

impl Sending {
    fn form(self) -> AnyView {
        let Self { page, kind, person, .. } = self;
        let people = people(page);
        let several = people.len() > 1;
        let options = Signal::derive(move || {
            let name = |def: &&'static RecordDef| Choice::new(def.name, type_label(page.locale.get(), def));
            people.iter().map(name).collect::<Vec<_>>()
        });
        let chosen = Signal::derive(move || kind.get().name.to_owned());
        let choose = move |name: String| {
            if let Some(def) = PEOPLE.into_iter().find(|def| def.name == name) {
                person.set(Value::Null);
                kind.set(def);
            }
        };
        let error = Signal::derive(move || {
            self.error.with(|error| error.as_ref().map(|error| error_sentence(page.locale.get(), error)))
        });
        let titles = RwSignal::new(Titles::new());
        let label = t("survey.send.to");
        view! {
            <div class="stack">
                {several.then(|| view! { <Segmented value=chosen options label on_change=choose/> })}
                <Field id="survey-person" label hint=t("survey.send.hint") error required=true>
                    {move || record_input(kind.get().name, person, "survey-person".to_owned(), titles, label)}
                </Field>
            </div>
        }
        .into_any()
    }

    /// Whether all that is in the way is that they were asked lately.
    fn was_asked(self) -> bool {
        self.error.with(|error| match error {
            Some(Error::Invalid { fields }) => fields.iter().all(|field| field.code == "asked_lately"),
            _ => false,
        })
    }

    fn send(self) {
        let Some(id) = self.person.with_untracked(|id| id.as_str().and_then(|id| id.parse::<Uuid>().ok())) else {
            return;
        };
        let again = untrack(|| self.was_asked());
        let of = self.kind.get_untracked().name.to_owned();
        self.busy.set(true);
        spawn_local(async move {
            match send_survey(self.survey, of, id, again).await {
                Ok(()) => {
                    self.toasts.push(self.page.text_now("survey.send.done"), Tone::Success, None);
                    self.open.try_set(false);
                }
                Err(fault) => drop(self.error.try_set(Some(fault.0))),
            }
            self.busy.try_set(false);
        });
    }
}

//! What these pages have in common: the seal, one card, language and theme at the foot.

use leptos::html::Form;
use leptos::prelude::*;
use web_sys::SubmitEvent;

use super::entry::Submission;
use crate::context::{PageTitle, t};
use crate::preferences::{LanguageButton, ThemeButton};
use crate::ui::{Button, ButtonKind, Notice, Seal, Size, Tone};

/// The page around one form.
#[component]
pub fn Card(
    /// The heading.
    #[prop(into)]
    title: Signal<String>,
    /// One sentence below it.
    #[prop(optional, into)]
    text: MaybeProp<String>,
    /// The form's state.
    submission: Submission,
    /// Names of the form's fields; what is wrong elsewhere is said above them.
    #[prop(optional)]
    fields: &'static [&'static str],
    /// What the button says; without it there is none.
    #[prop(optional, into)]
    action: MaybeProp<String>,
    /// Runs when the form is sent.
    #[prop(optional, into)]
    on_submit: Option<Callback<()>>,
    /// Below the button.
    #[prop(optional, into)]
    after: ViewFnOnce,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let form = NodeRef::<Form>::new();
    submission.take_form(form);
    let message = submission.message(fields);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(on_submit) = on_submit.filter(|_| !submission.busy.get_untracked()) {
            on_submit.run(());
        }
    };
    view! {
        <PageTitle text=title/>
        <main class="sign-in" id="content">
            <Art/>
            <div class="sign-in-side">
                // Sent as a POST should the page not be alive yet: a password must never end up in an address.
                <form class="sign-in-card" method="post" novalidate node_ref=form on:submit=submit>
                    <span class="sign-in-brand"><Seal/>{t("ui.app_name")}</span>
                    <h1>{title}</h1>
                    {move || text.get().map(|text| view! { <p class="muted">{text}</p> })}
                    {move || message.get().map(|message| view! { <Notice tone=Tone::Danger text=message/> })}
                    {children()}
                    <Show when=move || action.get().is_some()>
                        <Button kind=ButtonKind::Primary size=Size::Large block=true submit=true busy=submission.busy disabled=submission.asleep()>
                            {move || action.get()}
                        </Button>
                    </Show>
                    {after.run()}
                </form>
                <footer class="sign-in-foot"><LanguageButton/><ThemeButton/></footer>
            </div>
        </main>
    }
}

/// Decoration beside the form.
#[component]
fn Art() -> impl IntoView {
    view! {
        <div class="sign-in-art" aria-hidden="true">
            <span class="sign-in-glyph">"关"</span>
            <p class="sign-in-lead">{t("sign_in.art_lead")}</p>
            <p class="sign-in-text">{t("ui.app_claim")}</p>
        </div>
    }
}

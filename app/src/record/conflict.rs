//! Two people changed the same field: both values side by side, and the choice.

use leptos::prelude::*;
use shared::command::{Change, Command};
use shared::format::paired;
use shared::query::Titles;
use shared::{Row, Values};

use super::attribute::Attribute;
use super::inline::Put;
use super::value::value_text;
use crate::acting::act;
use crate::context::{Page, t};
use crate::ui::{Button, ButtonKind, Dialog, Size, open_about};

/// Mine and theirs of one field. `on_decide` gets whether theirs is taken.
pub(super) fn sides(
    attribute: Attribute,
    mine: Values,
    theirs: Values,
    titles: RwSignal<Titles>,
    on_decide: Callback<bool>,
) -> AnyView {
    let page = Page::take();
    let label = attribute.input_label(page);
    let told = move || paired(page.locale.get(), &label.get(), &page.text("live.conflict.title_plain"));
    let side = move |name: &'static str, action: &'static str, values: Values, take: bool| {
        let attribute = attribute.clone();
        let text = move || {
            let text = titles.with(|titles| value_text(page, &attribute, &values, titles));
            if text.is_empty() { page.text("ui.record.no_value") } else { text }
        };
        view! {
            <div class="conflict-side">
                <span class="meta">{t(name)}</span>
                <span>{text}</span>
                <Button size=Size::Small on_click=move |_| on_decide.run(take)>{t(action)}</Button>
            </div>
        }
    };
    let mine = side("live.conflict.yours", "live.conflict.keep_mine", mine, false);
    let theirs = side("live.conflict.theirs", "live.conflict.take_theirs", theirs, true);
    view! {
        <div class="conflict" role="alert">
            <p>{told}</p>
            {mine}
            {theirs}
        </div>
    }
    .into_any()
}

/// An edit in place that met somebody else's.
#[derive(Clone)]
pub(super) struct Clash {
    pub(super) attribute: Attribute,
    /// The record as it is now.
    pub(super) current: Row,
    /// The value that was to be set, in a record's shape.
    pub(super) patch: Values,
}

/// Asks which of the two values is to stay.
pub(super) fn clash_dialog(clash: RwSignal<Option<Clash>>, titles: RwSignal<Titles>, put: Put) -> AnyView {
    let page = Page::take();
    let open = open_about(clash);
    let decide = move |take: bool| {
        let Some(found) = clash.get_untracked() else { return };
        clash.set(None);
        if take {
            return;
        }
        let put = put.clone();
        let change = Change::Update { id: found.current.id, version: Some(found.current.version), values: found.patch };
        let saved = page.text_now("ui.toast.saved");
        act(Command::one(found.attribute.def.name, change), saved, move |result| {
            result.into_iter().flat_map(|outcome| outcome.rows).for_each(|row| put(row));
        });
    };
    let decide = Callback::new(decide);
    let body =
        move || clash.get().map(|found| sides(found.attribute, found.patch, found.current.values, titles, decide));
    let footer = move || view! { <Button kind=ButtonKind::Ghost on_click=move |_| decide.run(true)>{t("ui.action.cancel")}</Button> };
    view! {
        <Dialog open title=t("live.conflict.title_plain") close=t("ui.action.close") size=Size::Small footer>
            <p class="confirm-text">{t("live.conflict.text")}</p>
            {body}
        </Dialog>
    }
    .into_any()
}

//! Values made of parts: addresses and social accounts.

use leptos::prelude::*;
use serde_json::Value;
use shared::format::address_parts;

use super::bridge::bridge;
use crate::context::{Page, t};
use crate::ui::{Button, ButtonKind, Size, TextInput};

/// Channels of social accounts, those that most people have first.
const CHANNELS: [&str; 11] =
    ["wechat", "linkedin", "whatsapp", "weibo", "qq", "douyin", "xiaohongshu", "dingtalk", "x", "facebook", "telegram"];
/// Channels shown before asking for more.
const FIRST: usize = 2;

pub(super) fn address(page: Page, value: RwSignal<Value>) -> AnyView {
    let inputs = move || {
        let part = |name: &'static str| part(page, value, "record.address.", name);
        address_parts(page.locale.get()).into_iter().map(part).collect_view()
    };
    view! { <div class="form-pair">{inputs}</div> }.into_any()
}

pub(super) fn social(page: Page, value: RwSignal<Value>) -> AnyView {
    let all = RwSignal::new(false);
    let used = value.with_untracked(|v| CHANNELS.map(|channel| v.get(channel).is_some()));
    let inputs = move || {
        let open = all.get();
        let wanted = |at: &usize| open || *at < FIRST || used[*at];
        (0..CHANNELS.len()).filter(wanted).map(|at| part(page, value, "record.social.", CHANNELS[at])).collect_view()
    };
    view! {
        <div class="form-pair">{inputs}</div>
        <Show when=move || !all.get()>
            <div>
                <Button kind=ButtonKind::Ghost size=Size::Small icon="plus" on_click=move |_| all.set(true)>
                    {t("ui.action.show_more")}
                </Button>
            </div>
        </Show>
    }
    .into_any()
}

fn part(page: Page, value: RwSignal<Value>, catalog: &'static str, name: &'static str) -> AnyView {
    let show = move |value: &Value| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let read = move |text: String| {
        let mut parts = value.with_untracked(|v| v.as_object().cloned()).unwrap_or_default();
        if text.is_empty() {
            parts.remove(name);
        } else {
            parts.insert(name.to_owned(), text.into());
        }
        if parts.is_empty() { Value::Null } else { parts.into() }
    };
    let label = Signal::derive(move || page.text(&format!("{catalog}{name}")));
    let text = bridge(value, show, read);
    view! { <label class="part"><span class="meta">{label}</span><TextInput value=text label/></label> }.into_any()
}

//! Shows any value, by the kind of its field.

use leptos::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value;
use shared::format;
use shared::i18n::Locale;
use shared::query::Titles;
use shared::record::{Kind, Values, is_marked};
use shared::survey::Score;
use shared::types::by_name;
use uuid::Uuid;

use super::attribute::Attribute;
use super::channels::{channels, scheme};
use super::structured::{lines, lines_view};
use crate::context::Page;
use crate::ui::{Avatar, Money, Size, Tag, hue_of};

/// Times that are planned: what is to come is ahead, however near. Others may only seem so, where clocks differ.
const PLANNED: [&str; 3] = ["due_at", "snoozed_until", "next_activity_at"];

/// How a value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// In a row: short forms, nothing to click.
    Row,
    /// Within a button: nothing to click.
    Inert,
    /// With links.
    Linked,
}

/// The value as plain text: for names, comparisons and hints.
pub fn value_text(page: Page, attribute: &Attribute, values: &Values, titles: &Titles) -> String {
    let locale = page.locale.get();
    let value = attribute.value(values);
    let each = |one: &dyn Fn(&str) -> String| join(locale, texts(value).map(one));
    if let Some(score) = Score::of(attribute.def, &attribute.name(), values) {
        return score.told(locale);
    }
    match attribute.kind() {
        Kind::Money => number_of(value).map(|n| format::money(locale, n, &currency(page, values))).unwrap_or_default(),
        Kind::Integer(..) if attribute.name() == "probability" => {
            number_of(value).map(|n| format::percent(locale, n)).unwrap_or_default()
        }
        // Years and the like are not grouped.
        Kind::Integer(_, most) if most > 9_999 => {
            number_of(value).map(|n| format::number(locale, n)).unwrap_or_default()
        }
        Kind::Decimal(_) => number_of(value).map(|n| format::number(locale, n)).unwrap_or_default(),
        Kind::Date => value.as_str().and_then(|s| s.parse().ok()).map(|d| format::date(locale, d)).unwrap_or_default(),
        Kind::DateTime => instant(value).map(|at| format::date_time(locale, at, &page.zone())).unwrap_or_default(),
        Kind::Bool => match value.as_bool() {
            Some(true) => page.text("ui.word.yes"),
            Some(false) => page.text("ui.word.no"),
            None => String::new(),
        },
        Kind::Choice(_) => value.as_str().map(|code| attribute.choice_label(locale, code)).unwrap_or_default(),
        Kind::MultiChoice(_) => each(&|code| attribute.choice_label(locale, code)),
        Kind::Reference(_) => value.as_str().map(|id| title(page, titles, id)).unwrap_or_default(),
        Kind::References(_) => each(&|id| title(page, titles, id)),
        Kind::RichText => value.as_str().map(shared::record::rich::to_text).unwrap_or_default(),
        Kind::Rating => value.as_u64().map(|n| "★".repeat(usize::try_from(n.min(5)).unwrap_or(5))).unwrap_or_default(),
        Kind::Address => format::address(locale, value),
        Kind::Social => social(page, value),
        Kind::Json(shape) => {
            lines(page, attribute, &shape, value, titles, &[]).join(if locale == Locale::ZhCn { "；" } else { "; " })
        }
        _ => plain(value, locale),
    }
}

/// The value as people like to see it. Read inside a reactive closure: it follows the language and the clock.
pub fn value_view(page: Page, attribute: &Attribute, values: &Values, titles: &Titles, shown: Shown) -> AnyView {
    let value = attribute.value(values);
    if shared::record::is_empty(value) {
        return ().into_any();
    }
    if let Some(score) = Score::of(attribute.def, &attribute.name(), values) {
        return score_view(page, score);
    }
    let text = value_text(page, attribute, values, titles);
    let linked = shown == Shown::Linked;
    match attribute.kind() {
        Kind::Tags => tags(value),
        Kind::Money if shown == Shown::Row => money(page, value, values, text),
        Kind::Date => {
            view! { <time datetime=plain(value, Locale::En)>{date_text(page, value, text, shown)}</time> }.into_any()
        }
        Kind::DateTime => date_time(page, attribute, value, text, shown),
        Kind::Reference(target) => references(page, target, value.as_str().into_iter(), titles, linked),
        Kind::References(target) => references(page, target, texts(value), titles, linked),
        kind if kind.is_channel() && (linked || texts(value).any(|entry| is_marked(values, entry))) => {
            channels(page, value, values, linked.then(|| scheme(&kind)).flatten())
        }
        Kind::Email if linked => channels(page, value, values, scheme(&Kind::Email)),
        Kind::Url if linked => web_link(text),
        Kind::Rating => stars(page, text, value.as_i64().unwrap_or_default()),
        // The store let through only what is harmless.
        Kind::RichText if shown == Shown::Linked => {
            let html = value.as_str().unwrap_or_default().to_owned();
            view! { <div class="prose rich" inner_html=html></div> }.into_any()
        }
        Kind::LongText | Kind::RichText if shown != Shown::Row => {
            view! { <span class="prose">{text}</span> }.into_any()
        }
        Kind::Json(shape) if shown != Shown::Row => lines_view(page, attribute, shape, value, titles),
        _ if shown == Shown::Row => {
            let hint = text.clone();
            view! { <span class="truncate" title=hint>{text}</span> }.into_any()
        }
        _ => view! { <span>{text}</span> }.into_any(),
    }
}

/// A score with its scale, as people like to see it; reactive.
pub fn score_view(page: Page, score: Score<'_>) -> AnyView {
    match score.stars() {
        Some(text) => stars(page, text, score.given),
        None => view! { <span class="num">{score.out_of(page.locale.get())}</span> }.into_any(),
    }
}

/// Stars, with their number for who does not see them.
fn stars(page: Page, text: String, n: i64) -> AnyView {
    let label = page.text_with("ui.input.stars", &[("n", &n.to_string())]);
    view! { <span role="img" aria-label=label>{text}</span> }.into_any()
}

/// Values of these kinds carry links, or are made of lines, so they are not put into a button.
pub(super) fn has_links(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Reference(_)
            | Kind::References(_)
            | Kind::Email
            | Kind::Emails
            | Kind::Phones
            | Kind::Url
            | Kind::RichText
            | Kind::Json(_)
    )
}

/// Title of a referenced record; says so when the reader may not see it. Nobody of the organisation, such as who made a ticket
/// that a customer wrote in, is the system.
pub(super) fn title(page: Page, titles: &Titles, id: &str) -> String {
    let id = id.parse::<Uuid>().ok();
    if id.is_some_and(|id| id.is_nil()) {
        return page.text("ui.word.system");
    }
    let found = id.and_then(|id| titles.get(&id).cloned());
    found.unwrap_or_else(|| page.text("ui.record.lookup_failed"))
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn join(locale: Locale, parts: impl Iterator<Item = String>) -> String {
    format::listed(locale, &parts.collect::<Vec<_>>())
}

fn plain(value: &Value, locale: Locale) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(_) => join(locale, texts(value).map(str::to_owned)),
        other => other.to_string(),
    }
}

fn number_of(value: &Value) -> Option<Decimal> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

fn instant(value: &Value) -> Option<chrono::DateTime<chrono::Utc>> {
    Some(chrono::DateTime::parse_from_rfc3339(value.as_str()?).ok()?.to_utc())
}

/// Currency of a record's amounts: its own, else the organisation's.
pub(super) fn currency(page: Page, values: &Values) -> String {
    values.get("currency").and_then(Value::as_str).map_or_else(|| page.currency(), str::to_owned)
}

fn social(page: Page, value: &Value) -> String {
    let accounts = value.as_object().into_iter().flatten();
    let named = accounts.filter_map(|(channel, handle)| {
        Some(format!("{} {}", page.text(&format!("record.social.{channel}")), handle.as_str()?))
    });
    join(page.locale.get(), named)
}

fn tags(value: &Value) -> AnyView {
    let tag = |text: &str| view! { <Tag label=text.to_owned() hue=hue_of(text)/> };
    view! { <span class="tags">{texts(value).map(tag).collect_view()}</span> }.into_any()
}

fn money(page: Page, value: &Value, values: &Values, exact: String) -> AnyView {
    let amount = number_of(value).unwrap_or_default();
    let short = format::money_short(page.locale.get(), amount, &currency(page, values));
    view! { <Money text=short exact=Signal::stored(exact) value=Signal::stored(amount.to_string())/> }.into_any()
}

fn date_text(page: Page, value: &Value, long: String, shown: Shown) -> String {
    let day = value.as_str().and_then(|s| s.parse().ok()).filter(|_| shown == Shown::Row);
    let today = page.zone().day(page.now.get());
    day.map_or(long, |day| format::date_short(page.locale.get(), day, today))
}

fn date_time(page: Page, attribute: &Attribute, value: &Value, exact: String, shown: Shown) -> AnyView {
    let iso = plain(value, Locale::En);
    let Some(at) = instant(value).filter(|_| shown == Shown::Row) else {
        return view! { <time datetime=iso>{exact}</time> }.into_any();
    };
    let text = if attribute.is_custom() || PLANNED.contains(&attribute.name().as_str()) {
        // Told anew the moment it is due.
        let now = page.now_until(|now| Some(at).filter(|at| *at > now));
        format::planned(page.locale.get(), at, now)
    } else {
        format::relative(page.locale.get(), at, page.now.get())
    };
    view! { <time datetime=iso title=exact>{text}</time> }.into_any()
}

fn references<'v>(
    page: Page,
    target: &'static str,
    ids: impl Iterator<Item = &'v str>,
    titles: &Titles,
    linked: bool,
) -> AnyView {
    let one = |id: &str| {
        let name = title(page, titles, id);
        let def = by_name(target);
        if let Some(def) = def.filter(|def| linked && !def.admin) {
            return view! { <a href=format!("/{}/{id}", def.plural)>{name}</a> }.into_any();
        }
        if target == "user" {
            let face = view! { <Avatar name=name.clone() seed=id.to_owned() size=Size::Small/> };
            return view! { <span class="person">{face}<span class="truncate">{name}</span></span> }.into_any();
        }
        view! { <span class="truncate">{name}</span> }.into_any()
    };
    view! { <span class="value-list">{ids.map(one).collect_view()}</span> }.into_any()
}

fn web_link(address: String) -> AnyView {
    let short = address.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned();
    view! { <a href=address target="_blank" rel="noopener noreferrer">{short}</a> }.into_any()
}

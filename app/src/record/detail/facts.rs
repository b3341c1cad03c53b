//! The fields of a record by group, each edited where it stands.

use leptos::html::Div;
use leptos::prelude::*;
use shared::access::FieldAccess;
use shared::command::Change;
use shared::format::paired;
use shared::record::{NOT_WORKING, is_empty, is_marked, texts};
use shared::{Row, i18n};

use super::RecordContext;
use super::head::{pencil, send_telling};
use crate::record::attribute::{Attribute, SYSTEM_GROUP, groups};
use crate::record::channels::{channel, scheme};
use crate::record::inline::{inline_editor, refocus};
use crate::record::value::{Shown, has_links, value_text, value_view};
use crate::ui::{Icon, Size, settled};

/// What begins to edit a value.
pub(super) const OPENER: &str = ".fact-edit, .fact-pencil:not([data-marker])";

pub(super) fn facts(context: RecordContext, without: &'static [&'static str]) -> AnyView {
    return_to_refused(context);
    let groups = context.attributes.with_value(|all| groups(all));
    groups.into_iter().map(|name| group(context, name, without)).collect_view().into_any()
}

/// A refused value gives way to the one before, which may be shown otherwise: what had the focus is gone then. Whoever has
/// gone on elsewhere stays there.
fn return_to_refused(context: RecordContext) {
    Effect::new(move |_| {
        let field = context.refused.with(|refused| refused.as_ref().map(|(_, error)| error.field.clone()));
        if let Some(field) = field {
            let opener = format!(".fact[data-field=\"{field}\"] :is({OPENER})");
            refocus(move || document().query_selector(&opener).ok().flatten());
        }
    });
}

fn group(context: RecordContext, name: &'static str, without: &'static [&'static str]) -> AnyView {
    let page = context.page;
    let belongs =
        |a: &&Attribute| a.group() == name && a.is_typed() && !a.is_title() && !without.contains(&a.name().as_str());
    let members: Vec<Attribute> = context.attributes.with_value(|all| all.iter().filter(belongs).cloned().collect());
    let members = StoredValue::new(members);
    let shown = Memo::new(move |_| {
        let (row, gone) = (context.row.get(), context.gone.get());
        let fits = |a: &Attribute| {
            let editable = context.may_update && a.editable && !gone && name != SYSTEM_GROUP;
            a.applies(&row.values) && (editable || !is_empty(a.value(&row.values)))
        };
        members.with_value(|all| all.iter().filter(|a| fits(a)).cloned().collect::<Vec<_>>())
    });
    let heading = move || i18n::group_label(page.locale.get(), context.def, name);
    view! {
        <Show when=move || shown.with(|shown| !shown.is_empty())>
            <section class="facts-group">
                <h2 class="section-title">{heading}</h2>
                <dl class="facts">
                    {settled(view! {
                        <For each=move || shown.get() key=Attribute::name let:attribute>{fact(context, attribute)}</For>
                    })}
                </dl>
            </section>
        </Show>
    }
    .into_any()
}

fn fact(context: RecordContext, attribute: Attribute) -> AnyView {
    let page = context.page;
    let (editing, place) = (RwSignal::new(false), NodeRef::<Div>::new());
    let editable = context.may_update && attribute.editable && attribute.group() != SYSTEM_GROUP;
    let (label, name) = (attribute.input_label(page), attribute.name());
    let refused = move || {
        let found = context.refused.with(|refused| refused.as_ref().filter(|(_, e)| e.field == name).cloned());
        found.map(|(_, error)| view! { <p class="field-error" role="alert">{i18n::field_error(page.locale.get(), &error)}</p> })
    };
    let (field, own) = (attribute.name(), attribute.clone());
    let content = move || {
        if editing.get() {
            let (row, attribute) = (context.row.get_untracked(), attribute.clone());
            let done = move || {
                editing.set(false);
                // Who ended it by a key, or in a dialog, is where it began; who went elsewhere has the focus there.
                refocus(move || place.try_get_untracked().flatten()?.query_selector(OPENER).ok().flatten());
            };
            return inline_editor(context.target(), attribute, row, done);
        }
        let begin = move || {
            context.refused.set(None);
            editing.set(true);
        };
        shown(context, &attribute, editable, begin)
    };
    let empty = move || context.row.with(|row| is_empty(own.value(&row.values))).then_some("");
    view! { <div node_ref=place class="fact" data-field=field data-empty=empty><dt>{label}</dt><dd>{content}{refused}</dd></div> }
        .into_any()
}

/// The value: in a button that begins to edit, or with links and a pencil beside them.
fn shown(
    context: RecordContext,
    attribute: &Attribute,
    editable: bool,
    begin: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    let page = context.page;
    let row = context.row.get();
    let view = |shown: Shown| context.titles.with(|titles| value_view(page, attribute, &row.values, titles, shown));
    if !editable {
        return view(Shown::Linked);
    }
    let label = page.text_with("ui.record.edit_field", &[("field", &attribute.input_text(page))]);
    if has_links(&attribute.kind()) && !is_empty(attribute.value(&row.values)) {
        let value =
            if attribute.kind().is_channel() { markable(context, attribute, &row) } else { view(Shown::Linked) };
        return view! { <div class="fact-linked">{value}{pencil(label, begin)}</div> }.into_any();
    }
    let text = context.titles.with(|titles| value_text(page, attribute, &row.values, titles));
    let label = if text.is_empty() { label } else { paired(page.locale.get(), &label, &text) };
    view! {
        <button type="button" class="fact-edit" aria-label=label on:click=move |_| begin()>{view(Shown::Inert)}</button>
    }
    .into_any()
}

/// Phone numbers or e-mail addresses, each with a button that marks it as not working, or as working after all.
fn markable(context: RecordContext, attribute: &Attribute, row: &Row) -> AnyView {
    let actor = context.page.actor();
    let may_mark = actor.is_some_and(|actor| actor.field_access(context.def, NOT_WORKING.name) == FieldAccess::Write);
    let one = |entry: &str| {
        let marked = is_marked(&row.values, entry);
        let shown = channel(context.page, entry, marked, scheme(&attribute.kind()));
        view! { <span class="channel">{shown}{may_mark.then(|| marker(context, entry.to_owned(), marked))}</span> }
    };
    view! { <span class="value-list channels">{texts(&row.values, &attribute.name()).map(one).collect_view()}</span> }
        .into_any()
}

fn marker(context: RecordContext, entry: String, marked: bool) -> AnyView {
    let label = context.page.text_with(if marked { "quality.unmark" } else { "quality.mark" }, &[("entry", &entry)]);
    let press = move |_| {
        let (id, version, mut marks) = context.row.with_untracked(|row| {
            let marks: Vec<String> = texts(&row.values, NOT_WORKING.name).map(str::to_owned).collect();
            (row.id, Some(row.version), marks)
        });
        marks.retain(|other| *other != entry);
        if !marked {
            marks.push(entry.clone());
        }
        let values = [(NOT_WORKING.name.to_owned(), marks.into())].into_iter().collect();
        let key = if marked { "quality.unmarked" } else { "quality.marked" };
        send_telling(context, Change::Update { id, version, values }, key, ("entry", &entry));
    };
    let icon = if marked { "circle-check" } else { "circle-x" };
    view! {
        <button type="button" class="fact-pencil" data-marker="" aria-label=label.clone() title=label on:click=press>
            <Icon name=icon size=Size::Small/>
        </button>
    }
    .into_any()
}

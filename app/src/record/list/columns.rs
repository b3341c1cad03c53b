//! Which columns a list shows: the type's own choice, or the reader's, kept on this device.

use leptos::prelude::*;
use shared::RecordDef;
use shared::record::Kind;

use super::ListContext;
use crate::context::t;
use crate::record::attribute::Attribute;
use crate::ui::{Button, ButtonKind, Checkbox, Dialog, Size};

fn key(def: &RecordDef) -> String {
    format!("columns.{}", def.name)
}

fn storage() -> Option<leptos::web_sys::Storage> {
    // Absent in a browser that forbids it; then the choice lasts as long as the page.
    window().local_storage().ok().flatten()
}

/// The reader's choice on this device, read once the page is taken over.
pub(super) fn stored(def: &'static RecordDef) -> RwSignal<Option<Vec<String>>> {
    let chosen = RwSignal::new(None);
    Effect::new(move |_| {
        let kept = storage().and_then(|storage| storage.get_item(&key(def)).ok().flatten());
        if let Some(kept) = kept.filter(|kept| !kept.is_empty()) {
            chosen.set(Some(kept.split(',').map(str::to_owned).collect()));
        }
    });
    chosen
}

/// Sets the choice and keeps it; none goes back to the type's own.
pub(super) fn choose(context: ListContext, names: Option<Vec<String>>) {
    if let Some(storage) = storage() {
        match &names {
            Some(names) => drop(storage.set_item(&key(context.def), &names.join(","))),
            None => drop(storage.remove_item(&key(context.def))),
        }
    }
    context.columns.set(names);
}

/// The columns shown, the title first; tracked.
pub(super) fn shown(context: ListContext, all: StoredValue<Vec<Attribute>>) -> Vec<Attribute> {
    let chosen = context.columns.get();
    let wanted = |attribute: &&Attribute| match &chosen {
        Some(names) => attribute.is_title() || names.contains(&attribute.name()),
        None => attribute.is_title() || attribute.listed(),
    };
    let mut columns: Vec<Attribute> = all.with_value(|all| all.iter().filter(wanted).cloned().collect());
    columns.sort_by_key(|attribute| !attribute.is_title());
    columns
}

/// The grid template that head and rows share.
pub(super) fn template(columns: &[Attribute]) -> String {
    let width = |attribute: &Attribute| match attribute.kind() {
        _ if attribute.is_title() => "minmax(220px,2fr)",
        Kind::Integer(..) | Kind::Rating | Kind::Bool | Kind::Currency => "104px",
        Kind::Money | Kind::Decimal(_) | Kind::Date | Kind::DateTime | Kind::Choice(_) => "132px",
        Kind::LongText | Kind::RichText | Kind::Address | Kind::Emails | Kind::Email | Kind::Json(_) => {
            "minmax(190px,1fr)"
        }
        _ => "minmax(150px,1fr)",
    };
    std::iter::once("40px").chain(columns.iter().map(width)).collect::<Vec<_>>().join(" ")
}

/// Places of the columns on a phone: the title, what tells more, and two short facts at the end.
pub(super) fn phone_places(columns: &[Attribute]) -> Vec<Option<&'static str>> {
    let (mut detail, mut end, mut end2) = (false, false, false);
    // Where it stands on its board tells more than when it is due, and that more than what kind it is.
    let is_stage = |column: &Attribute| board_field(column.def).is_some_and(|stage| column.name() == stage);
    let is_placed = columns.iter().any(is_stage);
    let is_dated = columns.iter().any(|column| matches!(column.kind(), Kind::Date | Kind::DateTime));
    let take = |free: &mut bool, place: &'static str| (!std::mem::replace(free, true)).then_some(place);
    let place = |attribute: &Attribute| match attribute.kind() {
        _ if attribute.is_title() => Some("title"),
        _ if is_stage(attribute) => take(&mut end2, "end2"),
        Kind::Money | Kind::Rating | Kind::Integer(..) => take(&mut end, "end"),
        Kind::Choice(_) | Kind::Date | Kind::DateTime if is_placed => None,
        Kind::Choice(_) if is_dated => None,
        Kind::Choice(_) | Kind::Date | Kind::DateTime => take(&mut end2, "end2"),
        Kind::Reference(_) | Kind::Text(_) | Kind::Phones | Kind::Emails | Kind::Email | Kind::Json(_) => {
            take(&mut detail, "detail")
        }
        _ => None,
    };
    columns.iter().map(place).collect()
}

/// The field by whose values records of the type stand in columns of a board.
fn board_field(def: &RecordDef) -> Option<&'static str> {
    def.fields.iter().find_map(|field| match field.kind {
        Kind::Rank(within) => Some(within),
        _ => None,
    })
}

/// The dialog that chooses columns.
pub(super) fn columns_dialog(context: ListContext, all: StoredValue<Vec<Attribute>>, open: RwSignal<bool>) -> AnyView {
    let one = move |attribute: Attribute| {
        let (name, label) = (attribute.name(), attribute.label_signal(context.page));
        let own = name.clone();
        let on = Signal::derive(move || shown(context, all).iter().any(|column| column.name() == own));
        let toggle = move |on: bool| {
            let mut names: Vec<String> = untrack(|| shown(context, all)).iter().map(Attribute::name).collect();
            names.retain(|other| *other != name);
            if on {
                names.push(name.clone());
            }
            choose(context, Some(names));
        };
        view! { <Checkbox value=on on_change=toggle>{label}</Checkbox> }
    };
    let footer = move || {
        view! {
            <Button kind=ButtonKind::Ghost on_click=move |_| choose(context, None)>{t("list.columns_reset")}</Button>
            <Button kind=ButtonKind::Primary on_click=move |_| open.set(false)>{t("ui.action.done")}</Button>
        }
    };
    view! {
        <Dialog open title=t("list.columns") close=t("ui.action.close") size=Size::Small footer>
            <div class="check-list">
                {all.with_value(|all| all.iter().filter(|a| !a.is_title()).cloned().map(one).collect_view())}
            </div>
        </Dialog>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use shared::access::Actor;
    use shared::types::{CUSTOMER, OPPORTUNITY, TASK};
    use uuid::Uuid;

    use super::*;
    use crate::record::attribute::attributes;

    /// What a phone shows of a type, and where.
    fn places(def: &'static RecordDef) -> Vec<String> {
        let mut columns = attributes(def, &[], &Actor::administrator(Uuid::nil(), Uuid::nil()));
        columns.retain(|column| column.is_title() || column.listed());
        let placed = |(column, place): (&Attribute, Option<&str>)| Some(format!("{} {}", place?, column.name()));
        let mut places: Vec<String> = columns.iter().zip(phone_places(&columns)).filter_map(placed).collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn a_phone_shows_what_tells_most() {
        assert_eq!(places(&OPPORTUNITY), ["detail customer_id", "end amount", "end2 stage_id", "title name"]);
        assert_eq!(places(&TASK), ["detail customer_id", "end2 due_at", "title subject"]);
        assert_eq!(places(&CUSTOMER), ["detail phones", "end2 kind", "title name"]);
    }
}
